"""The adapter of a partner before its simulator: a module names `SIM`, and `PLUGIN` and `SETTINGS` of the adapter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shop.shipping.contract import Carrier
from shop.testing.carrier_parcels import CarrierSystem
from shop.testing.outside import World, running


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with running([request.module.SIM]) as found:
        yield found


@pytest.fixture
def sim(request: pytest.FixtureRequest, world: World) -> CarrierSystem:
    """The simulator, which has forgotten everything and counts no requests."""
    world.reset()
    found = world.systems[request.module.SIM.key]
    assert isinstance(found, CarrierSystem)
    found.limits = {}
    return found


@pytest.fixture
def carrier(request: pytest.FixtureRequest, world: World, sim: CarrierSystem) -> Carrier:
    found: Carrier = request.module.PLUGIN.build(request.module.SETTINGS, world.outbound())
    return found

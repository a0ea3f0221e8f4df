"""A workshop whose parcels go by a partner, which is its simulator here.

It is Yalidine's, unless a module names another one: `KIND`, with the `KEYS` of an account there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shop.testing.carrier_parcels import CarrierSystem
from shop.testing.outside import World
from shop.testing.yalidine_sim import YalidineSim
from tests.checkout.cast import Workshop, workshop
from tests.fulfilment.partner import KEYS, Partner, a_world, partner_of


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with a_world(getattr(request.module, "KIND", YalidineSim)) as found:
        yield found


@pytest.fixture
def partner(request: pytest.FixtureRequest, world: World) -> Iterator[Partner]:
    kind = getattr(request.module, "KIND", YalidineSim)
    with partner_of(world, kind, request.module.KEYS if kind is not YalidineSim else KEYS) as found:
        yield found


@pytest.fixture
def sim(partner: Partner) -> CarrierSystem:
    return partner.sim


@pytest.fixture
def amina(partner: Partner) -> Workshop:
    """Her workshop, connected with the partner."""
    shop = workshop(stock=60)
    partner.connect(shop)
    return shop

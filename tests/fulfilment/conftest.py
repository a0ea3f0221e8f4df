"""A workshop whose parcels go by a partner, which is its simulator here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shop.testing.outside import World
from tests.checkout.cast import Workshop, workshop
from tests.fulfilment.partner import Partner, a_world, partner_on


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as found:
        yield found


@pytest.fixture
def partner(world: World) -> Iterator[Partner]:
    with partner_on(world) as found:
        yield found


@pytest.fixture
def amina(partner: Partner) -> Workshop:
    """Her workshop, connected with the partner."""
    shop = workshop(stock=60)
    partner.connect(shop)
    return shop

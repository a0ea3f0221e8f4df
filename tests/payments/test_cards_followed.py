"""Cards at home, followed through the shop: what goes back to the card, and what the receipt must show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shop.core import clock
from shop.core.money import Money
from shop.fulfilment import unpaid
from shop.payments import attempts, refunds
from shop.payments.models import Payment
from shop.payments.tills import Outside
from shop.plumbing.db import transaction
from shop.testing.outside import World, running
from shop.testing.satim_sim import CARDS, PASSWORD, TERMINAL, USER_NAME, SatimSim
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.payments.till import OUTSIDE, of, takes, waiting

pytestmark = pytest.mark.usefixtures("app")

SATIM = {"user_name": USER_NAME, "password": PASSWORD, "terminal": TERMINAL, "mode": "test"}


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running([SatimSim]) as world:
        yield world


@pytest.fixture
def world(running_world: World) -> World:
    running_world.reset()
    return running_world


@pytest.fixture
def outside(world: World) -> Outside:
    return Outside(OUTSIDE.seal, world.outbound(), OUTSIDE.base_url)


@pytest.fixture
def amina() -> Workshop:
    shop = workshop(stock=9_000)
    takes(shop, "satim", dict(SATIM))
    return shop


def satim(world: World) -> SatimSim:
    found = world.systems["satim"]
    assert isinstance(found, SatimSim)
    return found


def begin(payment: Payment, outside: Outside) -> None:
    attempts.start(payment.id, outside, language="fr", return_url="https://hirfa.example/t")


def later(outside: Outside, minutes: int = 5) -> None:
    with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
        unpaid.reconcile(outside, {})


def paid_at_satim(world: World, outside: Outside, amina: Workshop) -> Payment:
    order, payment = waiting(amina, "satim")
    begin(payment, outside)
    [there] = satim(world).orders.values()
    satim(world).become(there.id, CARDS["cib"])
    attempts.look(payment.id, outside)
    return of(order.id)[1]


def ask_back(payment: Payment, minor: int) -> int:
    with transaction():
        return refunds.ask(payment.store_id, payment.id, Money(minor), reason="trop", proof="", by=AMINA)


@pytest.mark.parametrize("kind", ["cut", "cut_after", "error_after"])
def test_money_goes_back_to_the_card_in_parts_each_once(
    world: World, outside: Outside, amina: Workshop, kind: str
) -> None:
    payment = paid_at_satim(world, outside, amina)
    [there] = satim(world).orders.values()
    first, second = ask_back(payment, 30_000), ask_back(payment, 20_000)
    assert refunds.give(first, outside) == "done"
    world.faults.add("satim", kind, "refund")
    assert refunds.give(second, outside) == "pending"
    later(outside)
    assert refunds.give(second, outside) == "done"
    assert there.refunded == 50_000


def test_the_mentions_of_the_scheme_are_kept_for_the_receipt(world: World, outside: Outside, amina: Workshop) -> None:
    payment = paid_at_satim(world, outside, amina)
    told = dict(tuple(pair) for pair in payment.mentions)
    assert told["In case of trouble, the free number of SATIM"] == "3020"
    assert told["Order number"] == payment.reference
    assert PASSWORD not in repr(vars(payment))

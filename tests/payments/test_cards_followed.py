"""Cards at home, followed through the shop: whatever comes, in whatever order and however often, ends in one way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from shop.core import clock
from shop.core.errors import Forged
from shop.core.money import Money
from shop.fulfilment import unpaid
from shop.payments import attempts, inbox, refunds
from shop.payments.contract import Notice
from shop.payments.models import Payment, PaymentNotice
from shop.payments.tills import Outside
from shop.plumbing.db import session, transaction
from shop.testing.chargily_sim import ChargilySim
from shop.testing.outside import Trouble, World, running
from shop.testing.satim_sim import CARDS, LEFT, PASSWORD, TERMINAL, USER_NAME, SatimSim
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.payments.till import OUTSIDE, of, takes, waiting

pytestmark = pytest.mark.usefixtures("app")

SEQUENCES = int(os.environ.get("TEST_SEQUENCES", "4"))
MANY = settings(
    max_examples=SEQUENCES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)  # fmt: skip
STEPS = st.lists(st.sampled_from(["deliver", "look", "silence", "later", "page"]), min_size=1, max_size=6)
# Who leaves the page, or lets it close, may try again: her payment has failed, her order waits.
ENDS = {"paid": "collected", "failed": "failed", "canceled": "failed", "expired": "failed"}
SATIM = {"user_name": USER_NAME, "password": PASSWORD, "terminal": TERMINAL, "mode": "test"}


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running([ChargilySim, SatimSim], send=lambda *_: 204) as world:
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
    takes(shop, "chargily", {"secret_key": "test_sk_Simulateur123"})
    takes(shop, "satim", dict(SATIM))
    return shop


def chargily(world: World) -> ChargilySim:
    found = world.systems["chargily"]
    assert isinstance(found, ChargilySim)
    return found


def satim(world: World) -> SatimSim:
    found = world.systems["satim"]
    assert isinstance(found, SatimSim)
    return found


def begin(payment: Payment, outside: Outside) -> None:
    attempts.start(payment.id, outside, language="fr", return_url="https://hirfa.example/t")


def later(outside: Outside, minutes: int = 5) -> None:
    with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
        unpaid.reconcile(outside, {})


def deliver(world: World, outside: Outside, store_id: int) -> None:
    """Bring what the simulator has sent, and do the work that it leads to."""
    for sent in world.notices.drain():
        notice = Notice(sent.body, sent.headers, clock.now())
        if sent.altered:
            with pytest.raises(Forged):
                inbox.receive(store_id, "chargily", notice, outside)
            session.rollback()
        else:
            inbox.receive(store_id, "chargily", notice, outside)
    for each in session.scalars(select(PaymentNotice.id).where(PaymentNotice.handled_at.is_(None))).all():
        inbox.handle(outside, {"notice": each})


def step(name: str, world: World, outside: Outside, payment: Payment) -> None:
    if name == "deliver":
        deliver(world, outside, payment.store_id)
    elif name == "later":
        later(outside)
    elif name == "page":
        begin(payment, outside)
    else:
        if name == "silence":
            world.faults.add(payment.method, "cut")
        attempts.look(payment.id, outside)
        world.faults.clear()


@given(st.sampled_from(sorted(ENDS)), STEPS, STEPS, st.integers(1, 3), st.integers(0, 99), st.booleans(), st.booleans())
@MANY
def test_every_sequence_at_chargily_ends_once_with_the_money_exact(
    world: World, outside: Outside, amina: Workshop, end: str, before: list[str], after: list[str], copies: int,
    seed: int, forged: bool, lost: bool,
) -> None:  # fmt: skip
    world.reset()
    world.notices.trouble = Trouble(copies=copies, shuffled=seed, forged=forged)
    order, payment = waiting(amina, "chargily")
    if lost:
        world.faults.add("chargily", "cut_after", method="POST")
    begin(payment, outside)
    world.faults.clear()
    [checkout] = chargily(world).checkouts.values()
    for name in before:
        step(name, world, outside, of(order.id)[1])
    chargily(world).become(checkout.id, end, "cib" if end == "paid" else None)
    for name in (*after, "deliver"):
        step(name, world, outside, of(order.id)[1])
    later(outside, 180)
    ended = of(order.id)[1]
    assert (ended.state, ended.collected_minor) == (ENDS[end], payment.amount.minor if end == "paid" else 0)
    assert len(chargily(world).checkouts) == 1


@given(st.sampled_from(["cib", "poor", "left"]), STEPS, STEPS, st.booleans())
@MANY
def test_every_sequence_at_satim_ends_once_with_the_money_exact(
    world: World, outside: Outside, amina: Workshop, end: str, before: list[str], after: list[str], lost: bool
) -> None:
    world.reset()
    order, payment = waiting(amina, "satim")
    if lost:
        world.faults.add("satim", "cut_after", "register")
    begin(payment, outside)
    world.faults.clear()
    [there] = satim(world).orders.values()
    for name in before:
        step(name, world, outside, of(order.id)[1])
    satim(world).become(there.id, LEFT if end == "left" else CARDS[end])
    for name in after:
        step(name, world, outside, of(order.id)[1])
    later(outside, 180)
    ended = of(order.id)[1]
    assert ended.state == {"cib": "collected", "poor": "failed", "left": "failed"}[end]
    assert ended.collected_minor == (payment.amount.minor if end == "cib" else 0)
    assert len(satim(world).orders) == 1


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

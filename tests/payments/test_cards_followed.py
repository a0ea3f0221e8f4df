"""Cards at home, followed through the shop: what goes back to the card, and what the receipt must show."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from shop.audit import findings
from shop.core import clock
from shop.core.errors import Refused
from shop.core.money import Money
from shop.fulfilment import unpaid
from shop.payments import attempts, incidents, refunds
from shop.payments.contract import Begun, Fact
from shop.payments.methods.satim import Satim
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from shop.plumbing.outside import Outside
from shop.testing.outside import World, running
from shop.testing.satim_sim import CARDS, PASSWORD, TERMINAL, USER_NAME, SatimSim
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.crowd import at_once
from tests.payments.till import OUTSIDE, of, takes, waiting

pytestmark = pytest.mark.usefixtures("app")

SATIM = {"user_name": USER_NAME, "password": PASSWORD, "terminal": TERMINAL, "mode": "test"}
CLICKS, PART = 20, 10_000  # so many of one part, in one moment


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
    assert refunds.give(ask_back(payment, 30_000), outside) == "done"
    second = ask_back(payment, 20_000)
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


def clicks(application: Flask, payment: Payment, outside: Outside, *, times: int = CLICKS) -> list[BaseException]:
    """Ask for the same part so many times in the same moment."""
    store_id, payment_id = payment.store_id, payment.id
    session.rollback()

    def click() -> None:
        with transaction():
            made = refunds.ask(store_id, payment_id, Money(PART), reason="", proof="", by=AMINA)
        refunds.give(made, outside)

    return at_once(application, *[click] * times)


def books(payment: Payment) -> int:
    """Return what is said to have gone back."""
    session.rollback()
    return sum(each.amount_minor for each in refunds.refunds(payment.store_id, [payment.id]) if each.state == "done")


def test_twenty_clicks_go_out_one_after_the_other(
    application: Flask,
    world: World,
    outside: Outside,
    amina: Workshop,
) -> None:
    payment = paid_at_satim(world, outside, amina)
    [there] = satim(world).orders.values()
    raised = clicks(application, payment, outside)
    most = payment.collected_minor // PART
    assert len(raised) == CLICKS - most
    assert all(isinstance(each, Refused) for each in raised)
    assert books(payment) == there.refunded == most * PART
    assert not list(findings())


def test_without_its_turn_the_books_would_lie(
    application: Flask, world: World, outside: Outside, amina: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, turn, really = threading.Barrier(2), threading.Lock(), Satim.refund

    def refund(self: Satim, begun: Begun, amount: Money, reference: str) -> Fact:
        both.wait(30)
        with turn:
            return really(self, begun, amount, reference)

    for name, found in (("_goes_out", True), ("_waiting", None)):
        monkeypatch.setattr(refunds, name, lambda _row, found=found: found)
    monkeypatch.setattr(Satim, "refund", refund)
    payment = paid_at_satim(world, outside, amina)
    [there] = satim(world).orders.values()
    assert clicks(application, payment, outside, times=2) == []
    assert (books(payment), there.refunded) == (2 * PART, PART)  # one is said to have gone back, and never did


def test_what_became_of_one_is_known_before_the_next(
    world: World,
    outside: Outside,
    amina: Workshop,
) -> None:
    payment = paid_at_satim(world, outside, amina)
    [there] = satim(world).orders.values()
    first, second = ask_back(payment, PART), ask_back(payment, PART)
    world.faults.add("satim", "cut_after", "refund")
    assert refunds.give(first, outside) == "pending"
    assert [refunds.give(each, outside) for each in (second, first)] == ["pending", "pending"]
    assert there.refunded == PART
    with clock.standing_at(clock.now() + refunds.AWAITED + timedelta(seconds=1)):
        assert refunds.give(first, outside) == "done"
    assert books(payment) == there.refunded == 2 * PART  # the second one followed at once


def test_a_refund_that_nobody_answers_becomes_somebodys_business(
    world: World,
    outside: Outside,
    amina: Workshop,
) -> None:
    payment = paid_at_satim(world, outside, amina)
    [there] = satim(world).orders.values()
    ask_back(payment, PART)
    there.refunded = 7_777  # somebody gave back another amount, on the bank's own page
    later(outside, 5)
    assert not incidents.open_incidents(amina.id)
    later(outside, 12)
    assert [each.incident.kind for each in incidents.open_incidents(amina.id)] == ["refund"]


@pytest.mark.parametrize("kind", ["cut", "cut_after", "error", "error_after"])
def test_a_page_whose_address_was_lost_lets_her_try_again_within_a_minute(
    world: World,
    outside: Outside,
    amina: Workshop,
    kind: str,
) -> None:
    order, payment = waiting(amina, "satim")
    world.faults.add("satim", kind, "register")
    begin(payment, outside)
    assert of(order.id)[1].state == "pending"
    assert not attempts.glance(payment.id, outside)  # its answer may still come
    with clock.standing_at(clock.now() + timedelta(seconds=20)):
        assert attempts.glance(payment.id, outside)
    lost = of(order.id)[1]
    assert lost.state == "failed"
    assert not lost.redirect

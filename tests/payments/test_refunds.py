"""Money goes back in parts, never more than came, each part once, however many hands press the button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from shop.audit import findings
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.payments import attempts, incidents, refunds
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from tests.checkout.cast import AMINA, Workshop, ordered, workshop
from tests.crowd import at_once
from tests.payments.test_attempts import begin
from tests.payments.till import OUTSIDE, Bank, card_method, of, takes, waiting

CLICKS = 20


@pytest.fixture
def bank() -> Iterator[Bank]:
    with card_method() as found:
        yield found


def paid(bank: Bank, shop: Workshop) -> Payment:
    """A card payment that has come."""
    _order, payment = waiting(shop, "card")
    begin(payment)
    bank.pay(payment)
    attempts.look(payment.id, OUTSIDE)
    return of(payment.order_id)[1]


def ask(shop: Workshop, payment: Payment, amount: Money) -> int:
    with transaction():
        return refunds.ask(shop.id, payment.id, amount, reason="broken", proof="", by=AMINA)


def sound() -> bool:
    session.rollback()
    return list(findings()) == []


@pytest.mark.usefixtures("app")
def test_parts_go_back_and_the_last_one_says_that_all_is_back(bank: Bank) -> None:
    shop = workshop()
    takes(shop, "card", {"password": "x"})
    payment = paid(bank, shop)
    assert refunds.give(ask(shop, payment, Money.dinars(100)), OUTSIDE) == "done"
    order, payment = of(payment.order_id)
    assert (payment.state, payment.kept) == ("collected", order.total - Money.dinars(100))
    with pytest.raises(Refused) as refused:
        ask(shop, payment, order.total)
    assert (refused.value.field, refused.value.message) == ("amount", refunds.TOO_MUCH)
    assert refunds.give(ask(shop, payment, payment.kept), OUTSIDE) == "done"
    assert of(order.id)[1].state == "refunded"
    assert sum(bank.given_back.values()) == order.total.minor
    assert sound()


@pytest.mark.usefixtures("app")
def test_a_refund_without_an_answer_is_tried_again_and_acts_once(bank: Bank) -> None:
    shop = workshop()
    takes(shop, "card", {"password": "x"})
    payment = paid(bank, shop)
    refund = ask(shop, payment, Money.dinars(100))
    bank.cut = True
    assert [refunds.give(refund, OUTSIDE) for _try in range(2)] == ["pending", "pending"]
    bank.cut = False
    with clock.standing_at(clock.now() + refunds.AWAITED + timedelta(seconds=1)):
        assert [refunds.give(refund, OUTSIDE) for _try in range(2)] == ["done", "done"]
    assert list(bank.given_back.values()) == [10_000]
    assert sound()


@pytest.mark.usefixtures("app")
def test_a_refused_refund_is_free_again_and_somebody_is_told(bank: Bank) -> None:
    shop = workshop()
    takes(shop, "card", {"password": "x"})
    payment = paid(bank, shop)
    bank.given_back["somebody else's"] = payment.amount_minor
    assert refunds.give(ask(shop, payment, Money.dinars(100)), OUTSIDE) == "failed"
    assert of(payment.order_id)[1].refunded_minor == 0
    assert [each.incident.kind for each in incidents.open_incidents(shop.id)] == ["refund"]
    assert sound()


@pytest.mark.usefixtures("app")
def test_nothing_wrong_is_given_back(bank: Bank) -> None:
    shop, other = workshop(), workshop("Atelier Ismahane")
    takes(shop, "card", {"password": "x"})
    payment = paid(bank, shop)
    for wrong in (Money(0), Money(-1), Money(100, "EUR")):
        with pytest.raises(Refused):
            ask(shop, payment, wrong)
    with pytest.raises(NotFound):
        ask(other, payment, Money.dinars(1))
    held = of(ordered(shop).id)[1]
    with pytest.raises(Refused):
        ask(shop, held, Money.dinars(1))


def test_twenty_clicks_give_back_no_more_than_came(application: Flask, bank: Bank) -> None:
    with application.app_context():
        shop = workshop()
        takes(shop, "card", {"password": "x"})
        payment = paid(bank, shop)
        store_id, payment_id, order_id, whole = shop.id, payment.id, payment.order_id, payment.amount_minor
        session.remove()  # type: ignore[attr-defined]
    part = Money(whole // 3)

    def click() -> None:
        with transaction():
            made = refunds.ask(store_id, payment_id, part, reason="", proof="", by=AMINA)
        refunds.give(made, OUTSIDE)

    raised = at_once(application, *[click] * CLICKS)
    assert len(raised) == CLICKS - 3
    assert all(isinstance(each, Refused) for each in raised)
    assert sum(bank.given_back.values()) == 3 * part.minor
    with application.app_context():
        assert of(order_id)[1].refunded_minor == 3 * part.minor
        assert sound()


@pytest.mark.parametrize("quick", ["pay", "give up"])
def test_pay_against_giving_up_has_one_end(application: Flask, bank: Bank, quick: str) -> None:
    with application.app_context():
        shop = workshop()
        takes(shop, "card", {"password": "x"})
        order, payment = waiting(shop, "card")
        begin(payment)
        store_id, order_id, payment_id = shop.id, order.id, payment.id
        if quick == "pay":
            bank.pay(payment)
        session.remove()  # type: ignore[attr-defined]

    def look() -> None:
        attempts.look(payment_id, OUTSIDE)

    def give_up() -> None:
        unpaid.give_up(store_id, order_id, payment_id, OUTSIDE)

    def cancel() -> None:
        with transaction():
            fulfilment.cancel(store_id, order_id, "other", by=AMINA)

    deeds: list[Callable[[], None]] = [look, look, give_up] if quick == "pay" else [look, give_up, give_up, cancel]
    raised = at_once(application, *deeds)
    assert all(isinstance(each, InvalidTransition) for each in raised)
    with application.app_context():
        order, payment = of(order_id)
        assert (order.state, payment.state) == (
            ("placed", "collected") if quick == "pay" else ("cancelled", "cancelled")
        )
        assert sound()

"""Payments move along their machine only, whatever a method says and however often."""

from __future__ import annotations

import pytest

from shop.core.errors import Declined, InvalidTransition, NotFound
from shop.core.money import Money
from shop.payments import attempts
from shop.payments import service as payments
from shop.payments.contract import Fact
from shop.payments.models import Payment
from shop.payments.queries import payment_of
from shop.plumbing.db import transaction
from tests.checkout.cast import AMINA, Workshop, ordered, workshop
from tests.payments.till import OUTSIDE

pytestmark = pytest.mark.usefixtures("app")


def opened(shop: Workshop) -> Payment:
    found = payment_of(shop.id, ordered(shop).id)
    assert found is not None
    return found


def begin(payment_id: int) -> Fact:
    return attempts.start(payment_id, OUTSIDE, language="fr", return_url="https://hirfa.example/t")


def say(shop: Workshop, payment: Payment, state: str) -> bool:
    fact = Fact(reference=payment.reference, state=state, amount=payment.amount, external="ext-1")
    with transaction():
        return attempts.record_fact(shop.id, payment.id, fact, by=AMINA)


def test_starting_cash_answers_at_once_and_changes_nothing() -> None:
    amina = workshop()
    payment = opened(amina)
    assert begin(payment.id).state == "pending"
    assert begin(payment.id) == begin(payment.id)
    with pytest.raises(NotFound):
        begin(999_999)


def test_facts_move_it_once_and_unknown_or_late_ones_never() -> None:
    amina = workshop()
    payment = opened(amina)
    assert [say(amina, payment, state) for state in ("unknown", "nonsense", "settled", "collected", "collected",
                                                     "pending", "failed")] == [
        False, False, False, True, False, False, False,
    ]  # fmt: skip
    found = payment_of(amina.id, payment.order_id)
    assert found is not None
    assert (found.state, found.external) == ("collected", "ext-1")


def test_marks_follow_the_machine() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    payment = opened(amina)
    for shop, verb in ((amina, payments.mark_settled), (ismahane, payments.mark_collected)):
        with pytest.raises(InvalidTransition), transaction():
            verb(shop.id, payment.id, by=AMINA)
    with transaction():
        payments.mark_collected(amina.id, payment.id, by=AMINA)
        payments.mark_settled(amina.id, payment.id, by=AMINA)
    with pytest.raises(InvalidTransition), transaction():
        payments.mark_cancelled(amina.id, payment.id, by=AMINA)


def test_a_method_that_is_not_there_is_declined() -> None:
    amina = workshop()
    order = ordered(amina)
    with pytest.raises(Declined), transaction():
        payments.open_payment(amina.id, order.id, "gold", Money.dinars(1), by=AMINA)

"""Ticking off cash: each payment once, every difference in sight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from shop import audit
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.payments.models import Payment
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.settlement import queries as settlement
from shop.settlement.models import Remittance, RemittanceLine
from shop.settlement.service import Received, record_remittance
from tests.checkout.cast import AMINA, Workshop, delivered, handed_over, ordered, workshop

pytestmark = pytest.mark.usefixtures("app")
NONE = Money(0)


def collected(shop: Workshop) -> Payment:
    order, _box = delivered(shop)
    found = payment_of(shop.id, order.id)
    assert found is not None
    return found


def receive(shop: Workshop, *lines: Received, reference: str = "R1", **more: object) -> Remittance:
    given = {"carrier_title": "Barq Express", "received_on": clock.today(), "note": "", **more}
    with transaction():
        return record_remittance(shop.id, lines=lines, reference=reference, by=AMINA, **given)  # type: ignore[arg-type]


def test_what_came_is_settled_and_says_who_and_when() -> None:
    amina = workshop()
    payment = collected(amina)
    made = receive(amina, (payment.id, Money.dinars(1050), Money.dinars(50)), note="Chèque")
    settled = payment_of(amina.id, payment.order_id)
    assert settled is not None
    assert (settled.state, settled.settled_at is not None) == ("settled", True)
    assert (made.expected_minor, made.received_minor, made.by_name, made.note) == (110_000, 105_000, "Amina", "Chèque")
    assert list(audit.findings()) == []


def test_matched_short_and_over_are_told_apart_and_not_corrected() -> None:
    amina = workshop(stock=9)
    exact, short, over = (collected(amina) for _each in range(3))
    made = receive(
        amina, (exact.id, Money.dinars(1050), Money.dinars(50)), (short.id, Money.dinars(1000), NONE),
        (over.id, Money.dinars(1200), NONE),
    )  # fmt: skip
    view = settlement.remittance(amina.id, made.id)
    assert [(row.match, row.difference) for row in view.rows] == [
        ("matched", NONE), ("short", Money.dinars(-100)), ("over", Money.dinars(100)),
    ]  # fmt: skip
    assert view.counts() == {"matched": 1, "short": 1, "over": 1}
    assert (view.expected, view.received, view.fees, view.difference) == (
        Money.dinars(3300), Money.dinars(3250), Money.dinars(50), NONE,
    )  # fmt: skip
    assert {each.state for each in session.scalars(select(Payment))} == {"settled"}


def test_a_payment_is_settled_once() -> None:
    amina = workshop()
    payment = collected(amina)
    receive(amina, (payment.id, payment.amount, NONE))
    with pytest.raises(InvalidTransition):
        receive(amina, (payment.id, payment.amount, NONE), reference="R2")
    assert session.scalar(select(func.count()).select_from(Remittance)) == 1
    assert session.scalar(select(func.count()).select_from(RemittanceLine)) == 1


def test_a_second_tap_is_told_that_it_is_written_down() -> None:
    amina = workshop()
    payment = collected(amina)
    receive(amina, (payment.id, payment.amount, NONE))
    with pytest.raises(Refused) as refused:
        receive(amina, (payment.id, payment.amount, NONE))
    assert refused.value.field == "reference"


def test_without_a_reference_it_bears_its_day() -> None:
    amina = workshop()
    payment = collected(amina)
    assert receive(amina, (payment.id, payment.amount, NONE), reference=" ").reference == clock.today().isoformat()


def test_what_is_not_collected_is_not_settled() -> None:
    amina = workshop()
    order, _box = handed_over(amina)
    payment = payment_of(amina.id, order.id)
    assert payment is not None
    with pytest.raises(InvalidTransition):
        receive(amina, (payment.id, payment.amount, NONE))


def test_nonsense_is_refused_at_its_field() -> None:
    amina = workshop()
    payment = collected(amina)
    line = (payment.id, payment.amount, NONE)
    for lines, more, field in (
        ((), {}, "lines"), ((line, line), {}, "lines"), (((payment.id, Money(-1), NONE),), {}, "lines"),
        ((line,), {"received_on": clock.today() + timedelta(days=1)}, "received_on"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            receive(amina, *lines, **more)  # type: ignore[arg-type]
        assert refused.value.field == field


def test_another_workshops_cash_is_not_found() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    payment = collected(amina)
    made = receive(amina, (payment.id, payment.amount, NONE))
    other = collected(amina)
    with pytest.raises(NotFound):
        receive(ismahane, (other.id, other.amount, NONE))
    with pytest.raises(NotFound):
        settlement.remittance(ismahane.id, made.id)


def test_the_money_screen_follows_the_cash() -> None:
    amina = workshop(stock=20)
    ordered(amina)
    handed_over(amina)
    waiting, settled = collected(amina), collected(amina)
    receive(amina, (settled.id, Money.dinars(1000), Money.dinars(50)))
    view = settlement.money(amina.id)
    one = settlement.Sum(Money.dinars(1100), 1)
    assert (view.expected, view.on_the_way, view.collected) == (one, one, one)
    assert (view.received, view.difference) == (settlement.Sum(Money.dinars(1000), 1), Money.dinars(-50))
    assert [(each.carrier_title, each.on_the_way, each.collected) for each in view.carriers] == [
        ("Barq Express", one, one)
    ]
    assert [each.payment_id for each in settlement.open_payments(amina.id, "Barq Express")] == [waiting.id]
    assert settlement.open_payments(amina.id, "Nassim") == []
    assert [each.remittance.reference for each in settlement.remittances(amina.id)] == ["R1"]

"""The confirmation call: every outcome, who and when, and taking it back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from shop import audit
from shop.checkout import service as checkout
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, OutOfStock, Refused
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.fulfilment.service import next_try
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import timeline
from shop.shipping.queries import live_shipment, shipments_of_orders
from tests.checkout.cast import AMINA, Workshop, confirmed, ordered, workshop

pytestmark = pytest.mark.usefixtures("app")


def call(shop: Workshop, order: Order, outcome: str, **more: object) -> Order:
    with transaction():
        fulfilment.call(shop.id, order.id, outcome, by=AMINA, **more)  # type: ignore[arg-type]
    return read(shop, order)


def read(shop: Workshop, order: Order) -> Order:
    session.rollback()
    session.expire_all()
    return orders.order(shop.id, order.id)


def order_columns() -> list[str]:
    return [column.name for column in Order.__table__.columns]


def snapshot(shop: Workshop, order: Order) -> tuple[object, ...]:
    found = read(shop, order)
    payment, parcel = payment_of(shop.id, order.id), live_shipment(shop.id, order.id)
    kept = {name: getattr(found, name) for name in order_columns()}
    money = (payment.state, payment.cancelled_at) if payment else None
    return kept, money, parcel.state if parcel else None, shop.on_hand()


def test_confirmed_is_to_be_packed_and_says_who_and_when() -> None:
    amina = workshop()
    order = call(amina, ordered(amina), "confirmed", note="Rappeler avant")
    made = orders.calls(amina.id, order.id)[0]
    assert order.state == "confirmed"
    assert order.confirmed_at is not None
    assert (made.number, made.outcome, made.note, made.by_name) == (1, "confirmed", "Rappeler avant", "Amina")
    assert made.at is not None
    assert [entry.verb for entry in timeline("order", order.id, store_id=amina.id)] == [
        "order.placed", "order.called", "order.confirmed",
    ]  # fmt: skip


def test_no_answer_is_counted_and_tried_again_two_hours_later() -> None:
    amina = workshop()
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False):
        order = call(amina, ordered(amina), "no_answer")
    assert (order.state, order.tries, order.call_at) == ("placed", 1, datetime(2026, 11, 23, 11, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23T10:00", "2026-11-23T12:00"),
        ("2026-11-23T17:59", "2026-11-23T19:59"),
        ("2026-11-23T18:00", "2026-11-24T09:00"),
        ("2026-11-23T21:30", "2026-11-24T09:00"),
        ("2026-11-23T23:30", "2026-11-24T09:00"),
        ("2026-11-24T05:00", "2026-11-24T09:00"),
        ("2026-11-24T07:30", "2026-11-24T09:30"),
    ],
)
def test_nobody_is_called_at_night(now: str, then: str) -> None:
    asked = datetime.fromisoformat(now).replace(tzinfo=clock.ALGIERS).astimezone(UTC)
    assert clock.local(next_try(asked)).replace(tzinfo=None) == datetime.fromisoformat(then)


def test_the_last_try_without_answer_cancels_and_frees_the_stock() -> None:
    amina = workshop(stock=2)
    order = ordered(amina, pieces=2)
    assert amina.on_hand() == 0
    for _try in range(2):
        assert call(amina, order, "no_answer", most_tries=3).state == "placed"
    order = call(amina, order, "no_answer", most_tries=3)
    assert (order.state, order.cancel_reason, order.tries) == ("cancelled", "unreachable", 3)
    assert amina.on_hand() == 2
    assert payment_of(amina.id, order.id).state == "cancelled"  # type: ignore[union-attr]
    assert shipments_of_orders(amina.id, [order.id])[order.id].state == "cancelled"
    assert list(audit.findings()) == []


def test_postponed_waits_for_its_day_at_nine() -> None:
    amina = workshop()
    day = clock.today() + timedelta(days=3)
    order = call(amina, ordered(amina), "postponed", call_at=day)
    assert order.state == "placed"
    assert order.call_at is not None
    assert order.call_at == clock.start_of_day(day) + timedelta(hours=9)


@pytest.mark.parametrize("day", [None, date(2020, 1, 1), date(2099, 1, 1)])
def test_postponed_needs_a_day_that_is_near(day: date | None) -> None:
    amina = workshop()
    order = ordered(amina)
    with pytest.raises(Refused) as refused:
        call(amina, order, "postponed", call_at=day)
    assert refused.value.field == "call_at"
    assert orders.calls(amina.id, order.id) == []


@pytest.mark.parametrize(
    ("outcome", "reason", "kept"),
    [("cancelled", "too_slow", "too_slow"), ("cancelled", "", "other"), ("wrong_number", "", "wrong_number"),
     ("fake", "", "fake")],
)  # fmt: skip
def test_a_call_can_end_the_order(outcome: str, reason: str, kept: str) -> None:
    amina = workshop()
    order = call(amina, ordered(amina), outcome, reason=reason)
    assert (order.state, order.cancel_reason, amina.on_hand()) == ("cancelled", kept, 5)
    assert list(audit.findings()) == []


@pytest.mark.parametrize(("outcome", "reason", "field"), [("perhaps", "", "outcome"), ("cancelled", "why", "reason")])
def test_an_unknown_outcome_or_reason_is_refused(outcome: str, reason: str, field: str) -> None:
    amina = workshop()
    with pytest.raises(Refused) as refused:
        call(amina, ordered(amina), outcome, reason=reason)
    assert refused.value.field == field


@pytest.mark.parametrize("first", ["confirmed", "cancelled"])
@pytest.mark.parametrize("second", ["confirmed", "no_answer", "postponed", "wrong_number", "fake", "cancelled"])
def test_only_a_placed_order_is_called_about(first: str, second: str) -> None:
    amina = workshop()
    order = call(amina, ordered(amina), first)
    before = snapshot(amina, order)
    with pytest.raises(InvalidTransition):
        call(amina, order, second, call_at=clock.today())
    assert snapshot(amina, order) == before
    assert len(orders.calls(amina.id, order.id)) == 1


@pytest.mark.parametrize("earlier", [[], ["no_answer"], ["no_answer", "postponed"]])
@pytest.mark.parametrize("outcome", ["confirmed", "no_answer", "postponed", "wrong_number", "fake", "cancelled"])
def test_undoing_restores_exactly_what_was_before(earlier: list[str], outcome: str) -> None:
    amina = workshop()
    order = ordered(amina, pieces=2)
    for each in earlier:
        order = call(amina, order, each, call_at=clock.today() + timedelta(days=2), most_tries=2)
    before = snapshot(amina, order)
    call(amina, order, outcome, call_at=clock.today() + timedelta(days=5), most_tries=2)
    assert snapshot(amina, order) != before
    with transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)
    assert snapshot(amina, order) == before
    assert [each.undone_at is None for each in orders.calls(amina.id, order.id)] == [*[True] * len(earlier), False]
    assert list(audit.findings()) == []


def test_an_undone_call_can_be_made_again_and_undone_again() -> None:
    amina = workshop()
    order = ordered(amina, pieces=2)
    for _round in range(3):
        call(amina, order, "fake")
        assert amina.on_hand() == 5
        with transaction():
            fulfilment.undo_call(amina.id, order.id, by=AMINA)
        assert amina.on_hand() == 3
    assert list(audit.findings()) == []


def test_undo_is_over_after_a_minute() -> None:
    amina = workshop()
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False) as journey:
        order = call(amina, ordered(amina), "confirmed")
        journey.shift(61)
        with pytest.raises(Refused), transaction():
            fulfilment.undo_call(amina.id, order.id, by=AMINA)
    assert read(amina, order).state == "confirmed"


def test_what_was_printed_is_not_undone() -> None:
    amina = workshop()
    order, parcel = confirmed(amina)
    with transaction():
        documents.print_labels(amina.id, [parcel.id], paper="a6", start=1, by=AMINA)
    with pytest.raises(Refused), transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)


def test_what_was_booked_with_a_carrier_is_not_undone() -> None:
    amina = workshop()
    order, parcel = confirmed(amina)
    fulfilment.book(amina.id, [parcel.id], by=AMINA)
    with pytest.raises(Refused), transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)


def test_a_cancellation_is_not_undone_when_its_pieces_were_sold() -> None:
    amina = workshop(stock=2)
    order = call(amina, ordered(amina, pieces=2), "fake")
    ordered(amina, pieces=1, phone="+213661000000")
    before = snapshot(amina, order)
    with pytest.raises(OutOfStock), transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)
    assert snapshot(amina, order) == before


def test_what_the_buyer_cancelled_is_not_undone_with_a_call() -> None:
    amina = workshop()
    order = call(amina, ordered(amina), "no_answer")
    with transaction():
        checkout.cancel_by_buyer(order.code, order.code)
    with pytest.raises(Refused), transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)


def test_undo_without_a_call_is_refused() -> None:
    amina = workshop()
    order = ordered(amina)
    with pytest.raises(Refused), transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)


def test_another_workshops_order_is_not_found() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    order = ordered(amina)
    for verb in (
        lambda: fulfilment.confirm(ismahane.id, order.id, by=AMINA),
        lambda: fulfilment.undo_call(ismahane.id, order.id, by=AMINA),
        lambda: fulfilment.cancel(ismahane.id, order.id, "other", by=AMINA),
    ):
        with pytest.raises(NotFound), transaction():
            verb()
    assert read(amina, order).state == "placed"

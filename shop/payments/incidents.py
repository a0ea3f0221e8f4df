"""What only a person can settle: money that came late, twice, in part or too much; outcomes that stay unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute

from shop.core import clock
from shop.core.errors import NotFound
from shop.core.money import Money, total
from shop.orders.models import Order
from shop.payments.models import Incident, Payment
from shop.plumbing import journal
from shop.plumbing.db import changed, insert_new, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor

# What is said of each kind, to the artisan: English msgids with {code} and {amount}.
KINDS: Mapping[str, str] = {
    "late": N_("Order {code} was paid after it had been cancelled: {amount}. Give the money back."),
    "back": N_("Order {code} is cancelled and was paid: {amount} to be given back."),
    "over": N_("For order {code}, {amount} came too much. Give it back."),
    "partial": N_("For order {code}, {amount} is still missing. The buyer is asked for it."),
    "unknown": N_("What became of a payment for order {code} is not known: the service does not answer. Look there."),
    "currency": N_("For order {code}, money came in another currency than was asked. Look at the service's page."),
    "disputed": N_("The buyer of order {code} disputes the payment at her bank. Answer on the service's page."),
    "refund": N_("Giving back {amount} for order {code} did not work. Try again, or do it on the service's page."),
}


@dataclass(frozen=True)
class Trouble:
    """An open incident, with what its sentence needs."""

    incident: Incident
    payment: Payment
    code: str
    amount: Money

    @property
    def message(self) -> str:
        """An English msgid."""
        return KINDS[self.incident.kind]


@dataclass(frozen=True)
class Standing:
    """How an order is paid: what it costs, what came and was not given back, what the courier is to bring."""

    due: Money
    kept: Money
    at_door: Money
    cancelled: bool

    @property
    def rest(self) -> Money:
        """What no payment has brought yet, whoever is to bring it; nothing for a cancelled order."""
        return Money(0 if self.cancelled else max(0, self.due.minor - self.kept.minor), self.due.currency)

    @property
    def missing(self) -> Money:
        """What is to come before the parcel leaves."""
        return Money(max(0, self.rest.minor - self.at_door.minor), self.due.currency)

    @property
    def excess(self) -> Money:
        """What came, or the courier is to bring, and is not owed: to be given back."""
        owed = 0 if self.cancelled else self.due.minor
        return Money(max(0, self.kept.minor + self.at_door.minor - owed), self.due.currency)


def in_turn(store_id: int, order_id: int) -> None:
    """Let money that comes and what becomes of its order be written one after the other, so that one sees the other.

    Whoever cancels an order holds its row as well, before he touches its payments.
    """
    mine = select(Order.id).where(Order.store_id == store_id, Order.id == order_id)
    session.execute(mine.with_for_update(key_share=True))


def standing(store_id: int, order_id: int) -> Standing:
    """Return how an order is paid, in two statements. Raises NotFound."""
    order = session.get(Order, order_id, populate_existing=True)
    if order is None or order.store_id != store_id:
        raise NotFound(f"no order {order_id}")
    wanted = select(Payment).where(Payment.store_id == store_id, Payment.order_id == order_id)
    mine = list(session.scalars(wanted, execution_options={"populate_existing": True}))
    kept = total((each.kept_worth for each in mine), order.currency)
    at_door = total((each.amount for each in mine if each.awaited_at_door), order.currency)
    return Standing(order.total, kept, at_door, order.state == "cancelled")


def after_collection(store_id: int, order_id: int, payment_id: int, *, by: Actor) -> Standing:
    """Look at an order whose money has just come: what is late, too much or not enough is somebody's business."""
    stands = standing(store_id, order_id)
    if stands.cancelled:
        open_one(store_id, payment_id, "late", by=by)
    elif stands.excess:
        open_one(store_id, payment_id, "over", by=by)
    elif stands.missing:
        open_one(store_id, payment_id, "partial", by=by)
    if not stands.missing:
        close_for(store_id, order_id, {"partial", "unknown"}, by=by)
    return stands


def after_refund(store_id: int, order_id: int, *, by: Actor) -> None:
    """Close what money given back has settled."""
    if not standing(store_id, order_id).excess:
        close_for(store_id, order_id, {"late", "back", "over", "refund"}, by=by)


def open_one(store_id: int, payment_id: int, kind: str, *, by: Actor) -> None:
    """Open an incident of a payment; one of a kind, however often it is seen; a closed one stays closed."""
    row = {"store_id": store_id, "payment_id": payment_id, "kind": kind, "opened_at": clock.now(), "closed_by": ""}
    if insert_new(Incident, row):
        journal.record("payment.trouble", subject="payment", subject_id=payment_id, store_id=store_id, by=by, kind=kind)


def close_one(store_id: int, incident_id: int, *, by: Actor) -> None:
    """Say that an incident is settled; twice is harmless. Raises NotFound."""
    found = session.get(Incident, incident_id)
    if found is None or found.store_id != store_id:
        raise NotFound(f"no incident {incident_id}")
    _close([found], by=by)


def close_for(store_id: int, order_id: int, kinds: set[str], *, by: Actor) -> None:
    """Close the open incidents of some kinds of an order's payments."""
    wanted = (
        select(Incident)
        .join(Payment, Payment.id == Incident.payment_id)
        .where(Incident.store_id == store_id, Payment.order_id == order_id, Incident.kind.in_(kinds))
    )
    _close(list(session.scalars(wanted)), by=by)


def close_of(store_id: int, payment_id: int, kind: str, *, by: Actor) -> None:
    """Close the open incident of one kind of a payment, if there is one."""
    wanted = select(Incident).where(Incident.store_id == store_id, Incident.payment_id == payment_id)
    _close(list(session.scalars(wanted.where(Incident.kind == kind, Incident.closed_at.is_(None)))), by=by)


def is_doubted(payment_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that somebody was told that the outcome of a payment is not known."""
    return exists().where(
        Incident.payment_id == payment_id, Incident.kind == "unknown", Incident.closed_at.is_(None)
    ).correlate(Payment)  # fmt: skip


def _close(found: list[Incident], *, by: Actor) -> None:
    for each in found:
        mine = update(Incident).where(Incident.id == each.id, Incident.closed_at.is_(None))
        if changed(mine.values(closed_at=clock.now(), closed_by=by.name[:120])):
            journal.record(
                "payment.settled_trouble", subject="payment", subject_id=each.payment_id, store_id=each.store_id, by=by,
                kind=each.kind,
            )  # fmt: skip


def open_incidents(store_id: int | None = None, *, order_id: int | None = None, limit: int = 100) -> list[Trouble]:
    """Return what is open: of a workshop, of one of its orders, or of all workshops; the oldest first."""
    wanted = (
        select(Incident, Payment, Order)
        .join(Payment, Payment.id == Incident.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(Incident.closed_at.is_(None))
        .order_by(Incident.id)
        .limit(limit)
    )
    if store_id is not None:
        wanted = wanted.where(Incident.store_id == store_id)
    if order_id is not None:
        wanted = wanted.where(Payment.order_id == order_id)
    return [
        Trouble(row.Incident, row.Payment, row.Order.code, _amount(row.Incident, row.Payment))
        for row in session.execute(wanted)
    ]


def _amount(incident: Incident, payment: Payment) -> Money:
    if incident.kind in {"late", "back", "over", "partial"}:
        stands = standing(payment.store_id, payment.order_id)
        return stands.missing if incident.kind == "partial" else _to_give_back(payment, stands.excess)
    return payment.amount


def _to_give_back(payment: Payment, excess: Money) -> Money:
    """Return what is too much in the currency that came: never more of a payment than it brought."""
    if payment.worth_minor is None:
        return excess
    return payment.kept if excess >= payment.kept_worth else payment.part_of(excess)

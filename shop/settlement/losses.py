"""What a carrier will never bring: the owner gives it up with her reason, and takes that back while nothing comes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.core.text import clean
from shop.orders.models import Order
from shop.payments import ledger
from shop.payments.models import Payment
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.settlement.models import RemittanceLine
from shop.settlement.queries import CASH, Sum
from shop.settlement.rests import MISSING, in_turn
from shop.shipping.models import Shipment

REACHED = ("settled", "refunded")
MOST_SAID = 200
NO_REASON = N_("Write why it will not come: you read it again when you look at your money.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One parcel's cash that a carrier has not brought: what was to come, what is missing, what was given up."""

    payment_id: int
    code: str
    buyer_name: str
    carrier_title: str
    expected: Money
    missing: Money
    lost: Money
    reason: str
    lost_at: datetime | None


def owed(store_id: int, payment_id: int) -> Owed:
    """Return what a carrier has not brought of a payment. Raises NotFound for what no carrier has collected."""
    wanted = _owed(store_id).where(Payment.id == payment_id, Payment.collected_at.is_not(None))
    row = session.execute(wanted, execution_options={"populate_existing": True}).first()
    if row is None:
        raise NotFound(f"no cash of payment {payment_id}")
    return _read(row)


def lost(store_id: int, *, skip: int = 0, limit: int = 100) -> list[Owed]:
    """Return what was given up, the newest first."""
    mine = _owed(store_id).where(Payment.lost_minor > 0)
    newest = mine.order_by(Payment.lost_at.desc(), Payment.id.desc()).offset(skip).limit(limit)
    return [_read(row) for row in session.execute(newest)]


def sum_of(store_id: int) -> Sum:
    """Return how much was given up, of how many parcels."""
    wanted = select(func.coalesce(func.sum(Payment.lost_minor), 0), func.count())
    minor, parcels = session.execute(wanted.where(Payment.store_id == store_id, Payment.lost_minor > 0)).one()
    return Sum(Money(int(minor)), parcels)


def give_up(store_id: int, payment_id: int, *, missing: Money, reason: str, by: Actor) -> bool:
    """Write that a carrier will never bring what is missing of a parcel; return whether it was written now.

    `missing` is what the owner saw as missing: a second tap finds that it was given up and changes nothing. Raises
    NotFound, InvalidTransition when something else is missing by now, Refused (field `reason`) without a reason.
    """
    why = clean(reason, limit=MOST_SAID)
    if not why:
        raise Refused(NO_REASON, field="reason")
    in_turn(store_id)
    stands = owed(store_id, payment_id)
    if stands.missing != missing and stands.lost:
        return False
    if missing.minor <= 0 or not _set_aside(store_id, payment_id, missing, why):
        raise InvalidTransition
    ledger.lost(store_id, payment_id, missing, by=by)
    journal.record(
        "payment.lost", subject="payment", subject_id=payment_id, store_id=store_id, by=by, amount=missing.minor,
        why=why,
    )  # fmt: skip
    return True


def take_back(store_id: int, payment_id: int, *, by: Actor) -> None:
    """Let a carrier owe again what was given up. Raises InvalidTransition when nothing is given up any more."""
    in_turn(store_id)
    _undo(store_id, payment_id, by=by)


def found(store_id: int, payment_ids: Collection[int], *, by: Actor) -> None:
    """Take back what was given up of payments that are about to come after all: they are settled like any other."""
    wanted = sorted(payment_ids)
    for start in range(0, len(wanted), ledger.AT_ONCE):
        mine = select(Payment.id).where(
            Payment.store_id == store_id, Payment.id.in_(wanted[start : start + ledger.AT_ONCE]), Payment.lost_minor > 0
        )
        for payment_id in session.scalars(mine).all():
            _undo(store_id, payment_id, by=by)


def _set_aside(store_id: int, payment_id: int, missing: Money, why: str) -> bool:
    values = {"lost_minor": Payment.lost_minor + missing.minor, "lost_reason": why, "lost_at": clock.now()}
    mine = update(Payment).where(Payment.store_id == store_id, Payment.id == payment_id, CASH)
    held = mine.where(
        Payment.state == "collected", Payment.lost_minor == 0,
        Payment.collected_minor - Payment.refunded_minor == missing.minor,
    )  # fmt: skip
    if changed(held.values(**values)):
        return True
    line = update(RemittanceLine).where(
        RemittanceLine.store_id == store_id, RemittanceLine.payment_id == payment_id, MISSING.in_([missing.minor])
    )
    if changed(line.values(lost_minor=RemittanceLine.lost_minor + missing.minor)) != 1:
        return False
    return changed(mine.where(Payment.state.in_(REACHED)).values(**values)) == 1


def _undo(store_id: int, payment_id: int, *, by: Actor) -> None:
    given_up = owed(store_id, payment_id).lost
    mine = update(Payment).where(
        Payment.store_id == store_id, Payment.id == payment_id, Payment.lost_minor == given_up.minor,
        Payment.lost_minor > 0,
    )  # fmt: skip
    if changed(mine.values(lost_minor=0, lost_reason="", lost_at=None)) != 1:
        raise InvalidTransition
    line = update(RemittanceLine).where(RemittanceLine.store_id == store_id, RemittanceLine.payment_id == payment_id)
    changed(line.values(lost_minor=0))
    ledger.lost(store_id, payment_id, -given_up, by=by)
    journal.record(
        "payment.loss_undone", subject="payment", subject_id=payment_id, store_id=store_id, by=by,
        amount=given_up.minor,
    )  # fmt: skip


def _owed(store_id: int) -> Any:
    line = and_(RemittanceLine.payment_id == Payment.id, RemittanceLine.store_id == Payment.store_id)
    alive = and_(
        Shipment.order_id == Payment.order_id, Shipment.store_id == Payment.store_id, Shipment.state != "cancelled"
    )
    held = Payment.collected_minor - Payment.refunded_minor - Payment.lost_minor
    return (
        select(
            Payment.id, Payment.state, Payment.currency, Payment.collected_minor, Payment.lost_minor,
            Payment.lost_reason, Payment.lost_at, Order.code, Order.buyer_name, Shipment.carrier_title,
            func.coalesce(MISSING, held).label("missing"),
        )
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .join(Shipment, alive).outerjoin(RemittanceLine, line)
        .where(Payment.store_id == store_id, CASH)
    )  # fmt: skip


def _read(row: Any) -> Owed:
    return Owed(
        payment_id=row.id, code=row.code, buyer_name=row.buyer_name, carrier_title=row.carrier_title,
        expected=Money(row.collected_minor, row.currency), missing=Money(max(row.missing, 0), row.currency),
        lost=Money(row.lost_minor, row.currency), reason=row.lost_reason, lost_at=row.lost_at,
    )  # fmt: skip

"""Holds on a phone in one workshop: a deposit, or all of it, before. They end by themselves, and are no blacklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, insert, literal, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor
from shop.plumbing.marks import marks
from shop.risk.models import PhoneHold
from shop.risk.service import PHONE

LASTS = timedelta(days=90)
ASKS = ("deposit", "before")


@dataclass(frozen=True, slots=True)
class Held:
    """A hold, with the order whose parcel came back."""

    hold: PhoneHold
    code: str
    buyer_name: str
    phone: str


def ask_first(store_id: int, order_id: int, asks: str, *, by: Actor) -> None:
    """Ask a 'deposit', or all 'before', of the phone of an order for 90 days; what was asked until now ends.

    Raises NotFound, InvalidTransition for an order without a phone.
    """
    order = session.get(Order, order_id)
    if order is None or order.store_id != store_id:
        raise NotFound(f"no order {order_id}")
    if not order.phone or asks not in ASKS:
        raise InvalidTransition
    now = clock.now()
    changed(update(PhoneHold).where(*_live(store_id, order.phone)).values(lifted_at=now))
    row = {
        "store_id": store_id, "order_id": order_id, "phone_mark": marks(PHONE, order.phone)[0], "asks": asks,
        "until": now + LASTS, "created_at": now,
    }  # fmt: skip
    session.execute(insert(PhoneHold), row)
    journal.record("order.phone_held", subject="order", subject_id=order_id, store_id=store_id, by=by, asks=asks)


def let_go(store_id: int, hold_id: int, *, by: Actor) -> None:
    """End a hold. Raises NotFound, InvalidTransition when it has ended."""
    hold = session.get(PhoneHold, hold_id)
    if hold is None or hold.store_id != store_id:
        raise NotFound(f"no hold {hold_id}")
    now = clock.now()
    mine = update(PhoneHold).where(
        PhoneHold.store_id == store_id, PhoneHold.id == hold_id, PhoneHold.lifted_at.is_(None), PhoneHold.until > now
    )
    if not changed(mine.values(lifted_at=now)):
        raise InvalidTransition
    journal.record("order.phone_let", subject="order", subject_id=hold.order_id, store_id=store_id, by=by)


def live(store_id: int, phone: str | None = None) -> Sequence[Held]:
    """Return what a workshop asks of phones now, or of one phone; the newest first."""
    wanted = (
        select(PhoneHold, Order.code, Order.buyer_name, Order.phone).join(Order, Order.id == PhoneHold.order_id)
        .where(*_live(store_id, phone)).order_by(PhoneHold.id.desc()).limit(200)
    )  # fmt: skip
    found = session.execute(wanted, execution_options={"populate_existing": True})
    return [Held(row[0], row.code, row.buyer_name, row.phone) for row in found]


def asked_of(store_id: Any, phone: str) -> ScalarSelect[str]:
    """Return, within a statement about stores, what each asks of a phone now: '' for nothing."""
    if not phone:
        return select(literal("")).scalar_subquery()
    wanted = select(func.coalesce(func.max(PhoneHold.asks), "")).where(*_live(store_id, phone))
    return wanted.scalar_subquery()


def forget(store_id: int, phone: str) -> None:
    """Forget what a workshop asked of a phone. Twice is harmless."""
    mine = (PhoneHold.store_id == store_id, PhoneHold.phone_mark.in_(marks(PHONE, phone)))
    changed(delete(PhoneHold).where(*mine))


def forget_old() -> None:
    """Delete what has ended."""
    changed(delete(PhoneHold).where((PhoneHold.until < clock.now()) | PhoneHold.lifted_at.is_not(None)))


def _live(store_id: Any, phone: str | None) -> list[ColumnElement[bool]]:
    mine = [PhoneHold.store_id == store_id, PhoneHold.lifted_at.is_(None), PhoneHold.until > clock.now()]
    return mine if phone is None else [*mine, PhoneHold.phone_mark.in_(marks(PHONE, phone))]

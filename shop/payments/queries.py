"""Reading payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select

from shop.payments.models import Payment
from shop.plumbing.db import session


def payments(store_id: int, order_ids: Collection[int]) -> dict[int, list[Payment]]:
    """Return the payments of orders of a store, by order, oldest first, in one query."""
    found: dict[int, list[Payment]] = defaultdict(list)
    if order_ids:
        wanted = select(Payment).where(Payment.store_id == store_id, Payment.order_id.in_(order_ids))
        fresh = {"populate_existing": True}
        for payment in session.scalars(wanted.order_by(Payment.order_id, Payment.id), execution_options=fresh):
            found[payment.order_id].append(payment)
    return found


def payment_of(store_id: int, order_id: int) -> Payment | None:
    """Return the payment that counts for an order; see `counting`."""
    return counting(of_order(store_id, order_id))


def of_order(store_id: int, order_id: int) -> list[Payment]:
    """Return the payments of one order, the oldest first."""
    return payments(store_id, [order_id]).get(order_id, [])


def counting(mine: Sequence[Payment]) -> Payment | None:
    """Return the one of an order's payments that counts: the newest that is not cancelled, else the newest."""
    alive = [each for each in mine if each.state != "cancelled"]
    return (alive or mine)[-1] if mine else None

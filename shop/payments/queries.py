"""Reading payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, func, select

from shop.core import clock
from shop.core.money import Money, total
from shop.orders.models import Order
from shop.payments.models import LedgerEntry, Payment, Refund
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
    """Return the one of an order's payments that counts: what the order waits for, else what comes with its parcel.

    Without either it is the newest that is not cancelled, else the newest.
    """
    alive = [each for each in mine if each.state != "cancelled"]
    waiting, at_door = [each for each in alive if each.waits], [each for each in alive if each.expires_at is None]
    return (waiting or at_door or alive or mine)[-1] if mine else None


def stays(order: Order, mine: Sequence[Payment]) -> Money | None:
    """Return the deposit that is still with the workshop though the parcel was refused; None for nothing."""
    kept = total((each.kept_worth for each in mine), order.currency)
    return kept if order.cancel_reason == "refused" and kept else None


def given_back(store_id: int, order_ids: Collection[int] | None = None) -> dict[int, Money]:
    """Return what went back of the price of orders, of those of which anything did; None: of all orders of a store.

    Who paid too much gets the excess back first: that takes nothing off the price.
    """
    back = _sum(LedgerEntry.account == "refunded")
    came = -_sum(and_(LedgerEntry.account == "buyer", LedgerEntry.kind == "collected"))
    some = select(LedgerEntry.order_id).where(LedgerEntry.store_id == store_id, LedgerEntry.account == "refunded")
    if order_ids is not None:
        some = some.where(LedgerEntry.order_id.in_(order_ids))
    wanted = (
        select(Order.id, Order.currency, Order.total_minor, back.label("back"), came.label("came"))
        .join(LedgerEntry, and_(LedgerEntry.order_id == Order.id, LedgerEntry.store_id == Order.store_id))
        .where(Order.store_id == store_id, Order.id.in_(some), LedgerEntry.currency == Order.currency)
        .group_by(Order.id, Order.currency, Order.total_minor)
    )  # fmt: skip
    return {
        row.id: Money(max(0, int(row.back) - max(0, int(row.came) - row.total_minor)), row.currency)
        for row in session.execute(wanted)
    }


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, LedgerEntry.minor), else_=0)), 0)


def lately_refunded(within: timedelta) -> list[tuple[int, int]]:
    """Return the orders of which something was given back lately: store, order."""
    wanted = (
        select(Payment.store_id, Payment.order_id)
        .join(Refund, and_(Refund.payment_id == Payment.id, Refund.store_id == Payment.store_id))
        .where(Refund.state == "done", Refund.done_at > clock.now() - within)
        .distinct().order_by(Payment.store_id, Payment.order_id)
    )  # fmt: skip
    return [(row.store_id, row.order_id) for row in session.execute(wanted)]

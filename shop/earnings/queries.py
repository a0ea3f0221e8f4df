"""Reading what ended in a span of time, with everything that is known of its money, in three statements."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from shop.core import clock
from shop.core.money import Money
from shop.earnings.ledger import Earnings, Ended, Row, Sold, by_month
from shop.orders.models import Order, OrderLine
from shop.payments.models import Payment
from shop.plumbing.db import session
from shop.settlement.models import RemittanceLine
from shop.settlement.rests import MISSING
from shop.shipping.models import Shipment

MONTHS = 12
MOST = 20_000  # orders that one reading takes in

_ENDED = func.coalesce(Order.completed_at, Order.cancelled_at)
# What was given back was not earned.
_REFUNDED = (
    select(Payment.id)
    .where(Payment.order_id == Order.id, Payment.store_id == Order.store_id, Payment.state == "refunded")
    .exists()
)
_TAKEN = and_(Order.state == "completed", ~_REFUNDED)
_CAME_BACK = and_(Order.state == "cancelled", Order.cancel_reason == "refused")
_PARCEL = and_(Shipment.order_id == Order.id, Shipment.store_id == Order.store_id, Shipment.state != "cancelled")


def earnings(store_id: int, first: date, after: date) -> Earnings:
    """Return what a store earned by the orders that ended from the first day on and before another one."""
    since, until = clock.start_of_day(first), clock.start_of_day(after)
    rows = session.execute(
        select(Order, Shipment.fee_minor, Shipment.return_minor)
        .outerjoin(Shipment, _PARCEL)
        .where(Order.store_id == store_id, or_(_TAKEN, _CAME_BACK), since <= _ENDED, until > _ENDED)
        .order_by(_ENDED, Order.id)
        .limit(MOST)
    ).all()
    lines = _lines(store_id, since, until)
    cash = _cash(store_id, since, until)
    return Earnings(
        tuple(_ended(order, fee, back, lines.get(order.id, ()), cash.get(order.id)) for order, fee, back in rows)
    )  # fmt: skip


def _lines(store_id: int, since: datetime, until: datetime) -> dict[int, tuple[Sold, ...]]:
    wanted = (
        select(OrderLine)
        .join(Order, and_(Order.id == OrderLine.order_id, Order.store_id == OrderLine.store_id))
        .where(OrderLine.store_id == store_id, or_(_TAKEN, _CAME_BACK), since <= _ENDED, until > _ENDED)
        .order_by(OrderLine.order_id, OrderLine.id)
    )
    found: dict[int, list[Sold]] = defaultdict(list)
    for line in session.scalars(wanted):
        found[line.order_id].append(_sold(line))
    return {order_id: tuple(each) for order_id, each in found.items()}


def _sold(line: OrderLine) -> Sold:
    names = (("ar", line.name_ar), ("fr", line.name_fr), ("en", line.name_en))
    spent = None if line.cost_minor is None else Money(line.cost_minor, line.currency) * line.pieces
    discount = Money(line.discount_minor, line.currency)
    return Sold(line.product_id, names, line.pieces, line.unit * line.pieces, spent, discount)


def _cash(store_id: int, since: datetime, until: datetime) -> dict[int, tuple[int, int]]:
    """Return (kept, difference) of each order whose cash the carrier has brought."""
    wanted = (
        select(
            Payment.order_id, func.sum(RemittanceLine.fee_minor).label("kept"),
            (-func.sum(MISSING)).label("difference"),
        )
        .join(Payment, and_(Payment.id == RemittanceLine.payment_id, Payment.store_id == RemittanceLine.store_id))
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .where(RemittanceLine.store_id == store_id, since <= _ENDED, until > _ENDED)
        .group_by(Payment.order_id)
    )  # fmt: skip
    return {row.order_id: (int(row.kept), int(row.difference)) for row in session.execute(wanted)}


def _ended(
    order: Order, fee: int | None, back: int | None, lines: tuple[Sold, ...], cash: tuple[int, int] | None
) -> Ended:
    def money(minor: int) -> Money:
        return Money(minor, order.currency)

    if order.kind == "hand":
        cash = (0, 0)
    return Ended(
        order_id=order.id, code=order.code, at=order.completed_at or order.cancelled_at or order.placed_at,
        wilaya_code=order.wilaya_code, kind=order.kind, taken=order.state == "completed", lines=lines,
        delivery=order.delivery, carriage=money(fee or 0), kept=None if cash is None else money(cash[0]),
        difference=None if cash is None else money(cash[1]), way_back=None if back is None else money(back),
    )  # fmt: skip


def months(store_id: int, last: date) -> list[Row]:
    """Return a row for each of the twelve months that end with the month of a day."""
    firsts = [_month(last, back) for back in range(MONTHS - 1, -1, -1)]
    found = earnings(store_id, firsts[0], _month(last, -1))
    month_of: dict[Any, str] = {order.order_id: f"{clock.local(order.at):%Y-%m}" for order in found.orders}
    return by_month(found, [f"{first:%Y-%m}" for first in firsts], month_of)


def month(store_id: int, day: date) -> Earnings:
    """Return what the month of a day earned."""
    return earnings(store_id, _month(day, 0), _month(day, -1))


def _month(day: date, back: int) -> date:
    """Return the first day of the month so many months before that of a day."""
    year, zero_based = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(year, zero_based + 1, 1)

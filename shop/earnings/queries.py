"""Reading what ended in a span of time, with everything that is known of its money, in four statements."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from shop.core import clock
from shop.core.money import Money
from shop.earnings.ledger import Earnings, Ended, Row, Sold, by_month
from shop.orders.models import ExchangedLine, Order, OrderLine
from shop.payments.models import Payment
from shop.payments.queries import given_back
from shop.plumbing.db import session
from shop.settlement.models import RemittanceLine, RemittanceRest
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
_CAME_WHOLE = (
    select(func.sum(ExchangedLine.whole)).where(ExchangedLine.line_id == OrderLine.id).correlate(OrderLine)
    .scalar_subquery()
)  # fmt: skip
_PARCEL = and_(Shipment.order_id == Order.id, Shipment.store_id == Order.store_id, Shipment.state != "cancelled")


def earnings(store_id: int, first: date, after: date) -> Earnings:
    """Return what a store earned by the orders that ended from the first day on and before another one."""
    since, until = clock.start_of_day(first), clock.start_of_day(after)
    rows = session.execute(
        select(Order, Shipment.fee_minor + Shipment.insurance_minor, Shipment.return_minor)
        .outerjoin(Shipment, _PARCEL)
        .where(Order.store_id == store_id, or_(_TAKEN, _CAME_BACK), since <= _ENDED, until > _ENDED)
        .order_by(_ENDED, Order.id)
        .limit(MOST)
    ).all()
    lines = _lines(store_id, since, until)
    cash, given = _cash(store_id, since, until), given_back(store_id)
    return Earnings(
        tuple(
            _ended(order, fee, back, lines.get(order.id, ()), cash.get(order.id), given=given.get(order.id))
            for order, fee, back in rows
        )
    )


def _lines(store_id: int, since: datetime, until: datetime) -> dict[int, tuple[Sold, ...]]:
    wanted = (
        select(OrderLine, _CAME_WHOLE)
        .join(Order, and_(Order.id == OrderLine.order_id, Order.store_id == OrderLine.store_id))
        .where(OrderLine.store_id == store_id, or_(_TAKEN, _CAME_BACK), since <= _ENDED, until > _ENDED)
        .order_by(OrderLine.order_id, OrderLine.id)
    )
    found: dict[int, list[Sold]] = defaultdict(list)
    for line, whole in session.execute(wanted):
        found[line.order_id].append(_sold(line, int(whole or 0)))
    return {order_id: tuple(each) for order_id, each in found.items()}


def _sold(line: OrderLine, whole: int) -> Sold:
    """Tell a line; pieces that an exchange brought back whole cost nothing: they are in the stock again."""
    names = (("ar", line.name_ar), ("fr", line.name_fr), ("en", line.name_en))
    spent = None if line.cost_minor is None else Money(line.cost_minor, line.currency) * (line.pieces - whole)
    discount = Money(line.discount_minor, line.currency)
    return Sold(line.product_id, names, line.pieces, line.unit * line.pieces, spent, discount)


def _cash(store_id: int, since: datetime, until: datetime) -> dict[int, tuple[int, int, int]]:
    """Return (kept by the carrier, difference, kept by services) of each order whose money has come, or never will.

    What was paid in another currency counts in the order's.
    """
    carrier = Payment.method == "cash_on_delivery"
    kept = RemittanceLine.fee_minor + func.coalesce(_LATE_FEES, 0)
    worth = func.coalesce(kept * Payment.worth_minor / func.nullif(Payment.amount_minor, 0), kept, 0)
    wanted = (
        select(
            Payment.order_id, func.sum(case((carrier, worth), else_=0)).label("kept"),
            func.sum(case((carrier, -func.coalesce(MISSING, 0) - Payment.lost_minor), else_=0)).label("difference"),
            func.sum(case((carrier, 0), else_=worth)).label("service"),
        )
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .outerjoin(RemittanceLine, and_(
            RemittanceLine.payment_id == Payment.id, RemittanceLine.store_id == Payment.store_id
        ))
        .where(Payment.store_id == store_id, Payment.collected_at.is_not(None), since <= _ENDED, until > _ENDED)
        .group_by(Payment.order_id)
        .having(func.count() == func.count(func.coalesce(Payment.settled_at, Payment.lost_at)))
    )  # fmt: skip
    return {
        row.order_id: (int(row.kept), int(row.difference), int(row.service)) for row in session.execute(wanted)
    }  # fmt: skip


_LATE_FEES = (
    select(func.sum(RemittanceRest.fee_minor))
    .where(RemittanceRest.payment_id == Payment.id, RemittanceRest.store_id == Payment.store_id)
    .correlate(Payment).scalar_subquery()
)  # fmt: skip


def _ended(
    order: Order, fee: int | None, back: int | None, lines: tuple[Sold, ...], cash: tuple[int, int, int] | None,
    *, given: Money | None,
) -> Ended:  # fmt: skip
    def money(minor: int) -> Money:
        return Money(minor, order.currency)

    if order.kind == "hand":
        cash = (0, 0, 0)
    return Ended(
        order_id=order.id, code=order.code, at=order.completed_at or order.cancelled_at or order.placed_at,
        wilaya_code=order.wilaya_code, kind=order.kind, taken=order.state == "completed", lines=lines,
        delivery=order.delivery, carriage=money(fee or 0), kept=None if cash is None else money(cash[0]),
        difference=None if cash is None else money(cash[1]), way_back=None if back is None else money(back),
        service=None if cash is None else money(cash[2]), given_back=given,
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

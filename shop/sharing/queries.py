"""Which source brought which orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from shop.core.money import Money
from shop.orders.models import Order
from shop.plumbing.db import session
from shop.sharing.models import OrderSource


@dataclass(frozen=True, slots=True)
class Sold:
    """What one source brought: orders that were not cancelled, and what their articles cost."""

    source: str  # empty: no shared link is known
    orders: int
    goods: Money


def sold_by_source(store_id: int, since: datetime) -> list[Sold]:
    """Return what each source brought a store since a moment, the best one first, in one query."""
    source = func.coalesce(OrderSource.source, "")
    goods = func.sum(Order.goods_minor - Order.discount_minor)
    wanted = (
        select(source, func.count(Order.id), goods, Order.currency)
        .outerjoin(OrderSource, and_(OrderSource.order_id == Order.id, OrderSource.store_id == Order.store_id))
        .where(Order.store_id == store_id, Order.placed_at >= since, Order.state != "cancelled")
        .group_by(source, Order.currency)
        .order_by(goods.desc(), source)
    )
    return [Sold(row[0], row[1], Money(int(row[2]), row[3])) for row in session.execute(wanted)]

"""Which source brought which orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from shop.core.money import Money
from shop.orders.models import Order, OrderLine
from shop.plumbing.db import session
from shop.sharing.models import OrderSource

_SOURCE = case((Order.kind == "hand", "hand"), else_=func.coalesce(OrderSource.source, ""))
_OF_ORDER = and_(OrderSource.order_id == Order.id, OrderSource.store_id == Order.store_id)


@dataclass(frozen=True, slots=True)
class Sold:
    """What one source brought: orders that were not cancelled, and what their articles cost."""

    source: str  # "hand": face to face; empty: nothing is known
    orders: int
    goods: Money


def sold_by_source(store_id: int, since: datetime) -> list[Sold]:
    """Return what each source brought a store since a moment, the best one first, in one query."""
    goods = func.sum(Order.goods_minor - Order.discount_minor)
    return _sold(_of_store(store_id, since, goods))


def product_sold_by_source(store_id: int, product_id: int, since: datetime) -> list[Sold]:
    """Return what each source brought of one product: the orders that hold it, and what its pieces cost in them."""
    goods = func.sum(OrderLine.unit_minor * OrderLine.pieces - OrderLine.discount_minor)
    mine = and_(OrderLine.order_id == Order.id, OrderLine.store_id == Order.store_id)
    return _sold(_of_store(store_id, since, goods).join(OrderLine, mine).where(OrderLine.product_id == product_id))


def _of_store(store_id: int, since: datetime, goods: ColumnElement[Any]) -> Select[Any]:
    return (
        select(_SOURCE, func.count(Order.id.distinct()), goods, Order.currency).select_from(Order)
        .outerjoin(OrderSource, _OF_ORDER)
        .where(Order.store_id == store_id, Order.placed_at >= since, Order.state != "cancelled")
        .group_by(_SOURCE, Order.currency).order_by(goods.desc(), _SOURCE)
    )  # fmt: skip


def _sold(wanted: Select[Any]) -> list[Sold]:
    return [Sold(row[0], row[1], Money(int(row[2]), row[3])) for row in session.execute(wanted)]

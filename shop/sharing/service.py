"""Writing down what brought an order."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import insert, select

from shop.orders.models import Order
from shop.plumbing.db import session
from shop.sharing.links import SOURCES
from shop.sharing.models import OrderSource


def credit(order_ids: Collection[int], letters: Mapping[int, str]) -> None:
    """Write the source of orders that were just placed, where the buyer's memory names one of their stores.

    Once per order, in the transaction that places them; a journal row of their own would only repeat the order's.
    """
    if not letters:
        return
    mine = select(Order.id, Order.store_id).where(Order.id.in_(order_ids), Order.store_id.in_(letters))
    rows = [
        {"order_id": order_id, "store_id": store_id, "source": SOURCES[letters[store_id]]}
        for order_id, store_id in session.execute(mine)
    ]
    if rows:
        session.execute(insert(OrderSource), rows)


def credit_one(store_id: int, order_id: int, source: str) -> None:
    """Write the source of an order that the artisan made for one person: one of `links.MADE_FOR_ONE`."""
    session.execute(insert(OrderSource), {"order_id": order_id, "store_id": store_id, "source": source})

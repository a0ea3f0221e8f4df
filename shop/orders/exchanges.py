"""Orders that exchange what an earlier one delivered: which of which, and whether the first goods are back."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from shop.catalogue import stock
from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.orders.models import Exchange, Order, OrderLine
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor


def exchange_of(store_id: int, order_id: int) -> Exchange | None:
    """Return of which order this one is the exchange, and whether its goods are back; None for an ordinary one."""
    wanted = select(Exchange).where(Exchange.store_id == store_id, Exchange.order_id == order_id)
    return session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()


def exchanged_by(store_id: int, first_id: int) -> Order | None:
    """Return the order that exchanges an earlier one and was not cancelled, or None."""
    wanted = (
        select(Order).join(Exchange, (Exchange.order_id == Order.id) & (Exchange.store_id == Order.store_id))
        .where(Exchange.store_id == store_id, Exchange.first_id == first_id, Order.state != "cancelled")
    )  # fmt: skip
    return session.scalars(wanted.order_by(Order.id.desc()).limit(1)).first()


def add(store_id: int, order_id: int, first_id: int) -> None:
    """Write that an order exchanges an earlier one; the verb that places it writes the journal."""
    session.execute(insert(Exchange), {"store_id": store_id, "order_id": order_id, "first_id": first_id})


def goods_came_back(store_id: int, order_id: int, *, by: Actor) -> None:
    """Put the pieces that an exchange took back on the shelf, once. Raises InvalidTransition before it was delivered.

    They belong to no order in the books: the first one stays delivered, as it was.
    """
    done = select(Order.id).where(Order.store_id == store_id, Order.id == order_id, Order.state == "completed")
    mine = update(Exchange).where(Exchange.store_id == store_id, Exchange.order_id == order_id)
    waits = mine.where(Exchange.back_at.is_(None), Exchange.order_id.in_(done.scalar_subquery()))
    if changed(waits.values(back_at=clock.now())) != 1:
        raise InvalidTransition
    pieces = (
        select(OrderLine.variant_id, func.sum(OrderLine.pieces))
        .where(OrderLine.store_id == store_id, OrderLine.order_id == order_id)
        .group_by(OrderLine.product_id, OrderLine.variant_id).order_by(OrderLine.product_id, OrderLine.variant_id)
    )  # fmt: skip
    for variant_id, many in session.execute(pieces).all():
        stock.restock(store_id, variant_id, int(many), reason="returned", by=by)
    journal.record("order.goods_back", subject="order", subject_id=order_id, store_id=store_id, by=by)

"""The queue of what is made to order: one guarded statement on the product, one row for each order that waits.

`products.queued` is always the sum of the makings that wait and of the places that open links keep, and never more
than `queue_most` through either.
Whoever comes here holds the product already (see `stock`).
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, insert, or_, select, update

from shop.catalogue.models import Making, Product, Variant
from shop.core import clock
from shop.core.errors import OutOfStock
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_

QUEUE_FULL = N_("So many are waiting that no more can be made to order for now.")


def can_be_made(pieces: int = 1) -> ColumnElement[bool]:
    """Return the condition on a product that so many more pieces may be ordered from its maker."""
    room = or_(Product.queue_most.is_(None), Product.queued + pieces <= Product.queue_most)
    return and_(Product.made_to_order_days.is_not(None), room)


def can_be_had() -> ColumnElement[bool]:
    """Return the condition that a product can be ordered: from its maker, or out of the stock of a shown variant."""
    left = select(Variant).where(Variant.product_id == Product.id, Variant.hidden.is_(False), Variant.on_hand > 0)
    in_stock = and_(Product.made_to_order_days.is_(None), left.correlate(Product).exists())
    return or_(can_be_made(), in_stock)


def wait(store_id: int, variant_id: int, pieces: int, *, order_id: int) -> None:
    """Let an order wait for pieces that are made for it. Raises OutOfStock when the queue is full."""
    keep_place(store_id, variant_id, pieces)
    row = {
        "store_id": store_id, "product_id": _product_of(variant_id), "variant_id": variant_id, "order_id": order_id,
        "pieces": pieces, "state": "waiting", "at": clock.now(),
    }  # fmt: skip
    session.execute(insert(Making).values(**row))


def keep_place(store_id: int, variant_id: int, pieces: int) -> None:
    """Keep a place in the queue for somebody; whoever keeps it writes the row that says for whom and until when.

    Raises OutOfStock when the queue is full.
    """
    product_id = _product_of(variant_id)
    room = update(Product).where(Product.id == product_id, Product.store_id == store_id, can_be_made(pieces))
    if changed(room.values(queued=Product.queued + pieces, version=Product.version + 1)) != 1:
        raise OutOfStock(QUEUE_FULL)
    _follow(product_id)


def free_place(store_id: int, variant_id: int, pieces: int) -> None:
    """Give a kept place in the queue free again."""
    product_id = _product_of(variant_id)
    mine = update(Product).where(Product.id == product_id, Product.store_id == store_id)
    changed(mine.values(queued=Product.queued - pieces, version=Product.version + 1))
    _follow(product_id)


def _product_of(variant_id: int) -> ScalarSelect[int]:
    return select(Variant.product_id).where(Variant.id == variant_id).scalar_subquery()


def made(store_id: int, order_ids: Collection[int]) -> None:
    """Say that what these orders waited for is made: it is packed. Twice is harmless."""
    _leave(store_id, order_ids, "made")


def leave(store_id: int, order_id: int) -> None:
    """Take a cancelled order out of the queue. Twice is harmless; what is made already stays made."""
    _leave(store_id, [order_id], "cancelled")


def wait_again(store_id: int, order_id: int) -> None:
    """Put an order back into the queue that it had left by `leave`. Raises OutOfStock when the queue is full."""
    for product_id in _hold(store_id, [order_id], "cancelled"):
        mine = _of(store_id, [order_id], "cancelled", product_id)
        pieces = _pieces(mine)
        room = update(Product).where(Product.id == product_id, can_be_made(pieces))
        if changed(room.values(queued=Product.queued + pieces, version=Product.version + 1)) != 1:
            raise OutOfStock(QUEUE_FULL)
        changed(update(Making).where(mine).values(state="waiting"))
        _follow(product_id)


def _leave(store_id: int, order_ids: Collection[int], state: str) -> None:
    for product_id in _hold(store_id, order_ids, "waiting"):
        mine = _of(store_id, order_ids, "waiting", product_id)
        pieces = _pieces(mine)
        if pieces and changed(update(Making).where(mine).values(state=state)):
            gone = update(Product).where(Product.id == product_id)
            changed(gone.values(queued=Product.queued - pieces, version=Product.version + 1))
            _follow(product_id)


def _hold(store_id: int, order_ids: Collection[int], state: str) -> list[int]:
    """Hold the products of orders, in the one order in which products are held: a second tap finds the first's rows."""
    wanted = select(Making.product_id).where(_of(store_id, order_ids, state)).distinct().order_by(Making.product_id)
    ids = list(session.scalars(wanted))
    if ids and session.get_bind().dialect.name != "sqlite":
        held = select(Product.id).where(Product.id.in_(ids)).order_by(Product.id)
        session.execute(held.with_for_update(key_share=True))
    return ids


def _pieces(which: ColumnElement[bool]) -> int:
    return int(session.scalar(select(func.coalesce(func.sum(Making.pieces), 0)).where(which)) or 0)


def _of(store_id: int, order_ids: Collection[int], state: str, product_id: int | None = None) -> ColumnElement[bool]:
    mine = and_(Making.store_id == store_id, Making.order_id.in_(order_ids), Making.state == state)
    return mine if product_id is None else and_(mine, Making.product_id == product_id)


def _follow(product_id: int | ScalarSelect[int]) -> None:
    """Bring what listings say of a product in line with its queue."""
    changed(update(Product).where(Product.id == product_id).values(in_stock=case((can_be_had(), True), else_=False)))

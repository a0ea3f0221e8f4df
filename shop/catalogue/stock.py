"""Stock: one guarded statement, one movement row. on_hand is always the sum of its movements."""

from __future__ import annotations

from sqlalchemy import case, exists, func, insert, or_, select, update

from shop.catalogue.models import MOVEMENTS, Product, StockMovement, Variant
from shop.core import clock
from shop.core.errors import NotFound, OutOfStock
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor


def take(store_id: int, variant_id: int, pieces: int, *, order_id: int, by: Actor) -> None:  # noqa: ARG001
    """Take pieces for an order. What is made to order is not counted. Raises OutOfStock."""
    made_to_order = exists().where(Product.id == Variant.product_id, Product.made_to_order_days.is_not(None))
    guarded = update(Variant).where(
        Variant.id == variant_id, Variant.store_id == store_id, Variant.on_hand >= pieces, ~made_to_order
    )
    if changed(guarded.values(on_hand=Variant.on_hand - pieces)) == 1:
        _moved(store_id, variant_id, -pieces, reason="sold", order_id=order_id)
    elif not session.scalar(select(Variant.id).where(Variant.id == variant_id, made_to_order)):
        raise OutOfStock


def restock(
    store_id: int, variant_id: int, pieces: int, *, reason: str, order_id: int | None = None, by: Actor
) -> None:
    """Add pieces: made, taken back from a cancelled or returned order. Raises NotFound for another store's variant."""
    if pieces <= 0 or reason not in MOVEMENTS:
        raise ValueError("pieces are added, for a known reason")
    hers = update(Variant).where(Variant.id == variant_id, Variant.store_id == store_id)
    if changed(hers.values(on_hand=Variant.on_hand + pieces)) != 1:
        raise NotFound
    _moved(store_id, variant_id, pieces, reason=reason, order_id=order_id)
    if order_id is None:
        journal.record("stock.added", subject="variant", subject_id=variant_id, store_id=store_id, by=by, pieces=pieces)


def count_stock(store_id: int, variant_id: int, on_hand: int, *, by: Actor) -> None:
    """Say how many pieces are there. Raises NotFound for another store's variant, ValueError below zero."""
    if on_hand < 0:
        raise ValueError("stock is never below zero")
    wanted = select(Variant.on_hand).where(Variant.id == variant_id, Variant.store_id == store_id).with_for_update()
    before = session.scalar(wanted)
    if before is None:
        raise NotFound
    if before == on_hand:
        return
    guarded = update(Variant).where(Variant.id == variant_id, Variant.on_hand == before)
    if changed(guarded.values(on_hand=on_hand)) == 1:
        _moved(store_id, variant_id, on_hand - before, reason="counted")
        journal.record(
            "stock.counted", subject="variant", subject_id=variant_id, store_id=store_id, by=by, before=before,
            after=on_hand,
        )  # fmt: skip


def begin(store_id: int, variant_id: int, pieces: int) -> None:
    """Write the first movement of a new variant whose row already says on_hand."""
    if pieces:
        _moved(store_id, variant_id, pieces, reason="initial")


def refresh(product_id: int) -> None:
    """Bring a product's lowest price and availability in line with its variants, and move its version."""
    shown = select(Variant).where(Variant.product_id == Product.id, Variant.hidden.is_(False))
    price = shown.with_only_columns(func.min(Variant.price_minor)).correlate(Product).scalar_subquery()
    available = or_(
        Product.made_to_order_days.is_not(None), shown.where(Variant.on_hand > 0).correlate(Product).exists()
    )
    changed(
        update(Product).where(Product.id == product_id).values(
            price_minor=func.coalesce(price, Product.price_minor), in_stock=case((available, True), else_=False),
            version=Product.version + 1,
        )
    )  # fmt: skip


def _moved(store_id: int, variant_id: int, delta: int, *, reason: str, order_id: int | None = None) -> None:
    row = {"store_id": store_id, "variant_id": variant_id, "delta": delta, "reason": reason, "order_id": order_id}
    session.execute(insert(StockMovement), {**row, "at": clock.now()})
    product_id = select(Variant.product_id).where(Variant.id == variant_id).scalar_subquery()
    left = select(Variant).where(Variant.product_id == Product.id, Variant.hidden.is_(False), Variant.on_hand > 0)
    available = or_(Product.made_to_order_days.is_not(None), left.correlate(Product).exists())
    changed(
        update(Product).where(Product.id == product_id)
        .values(in_stock=case((available, True), else_=False), version=Product.version + 1)
    )  # fmt: skip

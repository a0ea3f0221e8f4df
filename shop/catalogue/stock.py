"""Stock: one guarded statement, one movement row. on_hand is always the sum of its movements.

Whoever touches the stock of a variant holds its product first, so that nobody waits crosswise and what is told of the
product (is any left?) is computed after the last commit.
"""

from __future__ import annotations

from sqlalchemy import Select, case, exists, func, insert, select, update

from shop.catalogue import making
from shop.catalogue.models import MOVEMENTS, Product, StockMovement, Variant
from shop.core import clock
from shop.core.errors import NotFound, OutOfStock, Refused
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor

ONE_ONLY = N_("There is only one of it: the stock is 1 or 0.")


def take(store_id: int, variant_id: int, pieces: int, *, order_id: int, by: Actor) -> None:  # noqa: ARG001
    """Take pieces for an order; what is made to order waits in its queue. Raises OutOfStock, ValueError for none."""
    if pieces <= 0:
        raise ValueError("pieces are taken")
    hold_product_of(variant_id)
    made_to_order = exists().where(Product.id == Variant.product_id, Product.made_to_order_days.is_not(None))
    guarded = update(Variant).where(
        Variant.id == variant_id, Variant.store_id == store_id, Variant.on_hand >= pieces, ~made_to_order
    )
    if changed(guarded.values(on_hand=Variant.on_hand - pieces)) == 1:
        _moved(store_id, variant_id, -pieces, reason="sold", order_id=order_id)
    elif session.scalar(select(Variant.id).where(Variant.id == variant_id, made_to_order)):
        making.wait(store_id, variant_id, pieces, order_id=order_id)
    else:
        raise OutOfStock


def restock(
    store_id: int, variant_id: int, pieces: int, *, reason: str, order_id: int | None = None, by: Actor
) -> None:
    """Add pieces: made, taken back from a cancelled or returned order. Raises NotFound for another store's variant."""
    if pieces <= 0 or reason not in MOVEMENTS:
        raise ValueError("pieces are added, for a known reason")
    hold_product_of(variant_id)
    if order_id is None:
        _require_room(variant_id, pieces, more=True)
    hers = update(Variant).where(Variant.id == variant_id, Variant.store_id == store_id)
    if changed(hers.values(on_hand=Variant.on_hand + pieces)) != 1:
        raise NotFound
    _moved(store_id, variant_id, pieces, reason=reason, order_id=order_id)
    if order_id is None:
        journal.record("stock.added", subject="variant", subject_id=variant_id, store_id=store_id, by=by, pieces=pieces)


def count_stock(store_id: int, variant_id: int, on_hand: int, *, seen: int | None = None, by: Actor) -> None:
    """Say how many pieces are there.

    `seen` is the figure that stood in the form: what was sold since then is gone all the same, so the difference
    between the two is what counts, and a figure left as it was changes nothing. Raises NotFound for another store's
    variant, ValueError below zero.
    """
    if on_hand < 0:
        raise ValueError("stock is never below zero")
    hold_product_of(variant_id)
    before = session.scalar(select(Variant.on_hand).where(Variant.id == variant_id, Variant.store_id == store_id))
    if before is None:
        raise NotFound
    if seen is not None:
        on_hand = max(0, before + on_hand - seen)
    if before == on_hand:
        return
    _require_room(variant_id, on_hand)
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


def hold_product(product_id: int) -> None:
    """Let nobody else touch a product's stock and prices until this transaction ends."""
    _hold(select(Product.id).where(Product.id == product_id))


def hold_product_of(variant_id: int) -> None:
    """Hold the product of a variant; an unknown one holds nothing."""
    product_id = select(Variant.product_id).where(Variant.id == variant_id).scalar_subquery()
    _hold(select(Product.id).where(Product.id == product_id))


def hold_products_of_store(store_id: int) -> None:
    """Hold all products of a workshop."""
    _hold(select(Product.id).where(Product.store_id == store_id))


def _hold(rows: Select[int]) -> None:
    if session.get_bind().dialect.name != "sqlite":  # there, a transaction holds the whole database already
        session.execute(rows.order_by(Product.id).with_for_update(key_share=True))


def refresh(product_id: int) -> None:
    """Bring a product's lowest price and availability in line with its variants, and move its version."""
    shown = select(Variant).where(Variant.product_id == Product.id, Variant.hidden.is_(False))
    price = shown.with_only_columns(func.min(Variant.price_minor)).correlate(Product).scalar_subquery()
    changed(
        update(Product).where(Product.id == product_id).values(
            price_minor=func.coalesce(price, Product.price_minor),
            in_stock=case((making.can_be_had(), True), else_=False),
            version=Product.version + 1,
        )
    )  # fmt: skip


def _moved(store_id: int, variant_id: int, delta: int, *, reason: str, order_id: int | None = None) -> None:
    row = {"store_id": store_id, "variant_id": variant_id, "delta": delta, "reason": reason, "order_id": order_id}
    session.execute(insert(StockMovement), {**row, "at": clock.now()})
    product_id = select(Variant.product_id).where(Variant.id == variant_id).scalar_subquery()
    changed(
        update(Product).where(Product.id == product_id)
        .values(in_stock=case((making.can_be_had(), True), else_=False), version=Product.version + 1)
    )  # fmt: skip


def _require_room(variant_id: int, pieces: int, *, more: bool = False) -> None:
    """Raise Refused when a thing that exists once would be counted twice."""
    one = select(Variant.on_hand).join(Product, Product.id == Variant.product_id)
    left = session.scalar(one.where(Variant.id == variant_id, Product.one_of_a_kind))
    if left is not None and pieces + (left if more else 0) > 1:
        raise Refused(ONE_ONLY, field="on_hand")

"""Stock: one guarded statement, one movement row. on_hand is always the sum of its movements.

Whoever touches the stock of a variant holds its product first, so that nobody waits crosswise and what is told of the
product (is any left?) is computed after the last commit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from shop.catalogue import making
from shop.catalogue.models import ADDED, MOVEMENTS, TAKEN, Product, StockMovement, Variant
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, OutOfStock, Refused
from shop.plumbing import journal
from shop.plumbing.db import Moment, changed, session, table_of
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor

WHY = N_("Say why the stock changes.")
GOES_UP = N_("Pieces that are made or come back make the figure higher.")
GOES_DOWN = N_("Pieces that are sold, broken or given make the figure lower.")
NOTHING_MOVED = N_("The figure is the same as before: nothing was written.")
ONE_ONLY = N_("There is only one of it: the stock is 1 or 0.")


class _Step(NamedTuple):
    """What one guarded statement left: so many pieces, fewer than are wanted."""

    on_hand: int
    low_stock: int


def take(store_id: int, variant_id: int, pieces: int, *, order_id: int, by: Actor) -> None:
    """Take pieces for an order; what is made to order waits in its queue. Raises OutOfStock, ValueError for none."""
    hold_product_of(variant_id)
    take_held(store_id, variant_id, pieces, order_id=order_id, by=by)


def take_held(store_id: int, variant_id: int, pieces: int, *, order_id: int, by: Actor) -> None:
    """Do what `take` does for whoever holds the product already."""
    if pieces <= 0:
        raise ValueError("pieces are taken")
    made_to_order = exists().where(Product.id == Variant.product_id, Product.made_to_order_days.is_not(None))
    if _shifted(store_id, variant_id, -pieces, ~made_to_order, reason="sold", order_id=order_id, by=by):
        return
    if session.scalar(select(Variant.id).where(Variant.id == variant_id, made_to_order)):
        making.wait(store_id, variant_id, pieces, order_id=order_id)
    else:
        raise OutOfStock


def hold(store_id: int, variant_id: int, pieces: int, *, by: Actor) -> bool:
    """Put pieces aside for somebody; return whether they are counted: of what is made to order, a place is kept.

    Whoever holds them writes the row that says for whom and until when, and the journal. Raises OutOfStock, ValueError
    for no pieces.
    """
    if pieces <= 0:
        raise ValueError("pieces are held")
    hold_product_of(variant_id)
    made_to_order = exists().where(Product.id == Variant.product_id, Product.made_to_order_days.is_not(None))
    if _shifted(store_id, variant_id, -pieces, ~made_to_order, reason="held", by=by):
        return True
    if session.scalar(select(Variant.id).where(Variant.id == variant_id, made_to_order)):
        making.keep_place(store_id, variant_id, pieces)
        return False
    raise OutOfStock


def release(store_id: int, variant_id: int, pieces: int, *, by: Actor) -> None:
    """Give held pieces free again. Raises NotFound for another store's variant, ValueError for no pieces."""
    if pieces <= 0:
        raise ValueError("pieces are released")
    hold_product_of(variant_id)
    if not _shifted(store_id, variant_id, pieces, reason="released", by=by):
        raise NotFound


def restock(
    store_id: int, variant_id: int, pieces: int, *, reason: str, order_id: int | None = None, by: Actor
) -> None:
    """Add pieces: made, taken back from a cancelled or returned order. Raises NotFound for another store's variant."""
    if pieces <= 0 or reason not in MOVEMENTS:
        raise ValueError("pieces are added, for a known reason")
    hold_product_of(variant_id)
    if order_id is None:
        _require_room(variant_id, pieces, more=True)
    if not _shifted(store_id, variant_id, pieces, reason=reason, order_id=order_id, by=by):
        raise NotFound
    if order_id is None:
        journal.record("stock.added", subject="variant", subject_id=variant_id, store_id=store_id, by=by, pieces=pieces)


def move(store_id: int, variant_id: int, delta: int, *, reason: str, note: str = "", by: Actor) -> None:
    """Write down by hand that pieces were made, came back, were sold elsewhere, broke, were given or counted.

    Raises Refused for a reason that goes the other way or no change at all, OutOfStock for more than there are,
    NotFound for another store's variant.
    """
    if reason not in {*ADDED, *TAKEN, "counted"}:
        raise Refused(WHY, field="reason")
    if delta == 0:
        raise Refused(NOTHING_MOVED, field="pieces")
    if (delta < 0 and reason in ADDED) or (delta > 0 and reason in TAKEN):
        raise Refused(GOES_UP if reason in ADDED else GOES_DOWN, field="reason")
    hold_product_of(variant_id)
    if delta > 0:
        _require_room(variant_id, delta, more=True)
    if not _shifted(store_id, variant_id, delta, reason=reason, note=note, by=by):
        if not session.scalar(select(Variant.id).where(Variant.id == variant_id, Variant.store_id == store_id)):
            raise NotFound
        raise OutOfStock
    journal.record(
        "stock.moved", subject="variant", subject_id=variant_id, store_id=store_id, by=by, pieces=delta, reason=reason
    )


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
    if _shifted(store_id, variant_id, on_hand - before, Variant.on_hand == before, reason="counted", by=by):
        _tell_counted(store_id, variant_id, before, on_hand, by)


class Counted(NamedTuple):
    """What was counted of one variant: so many pieces were there by the books, so many are there."""

    variant_id: int
    before: int
    after: int
    low_stock: int


def count_many(store_id: int, counts: Sequence[Counted], *, by: Actor) -> None:
    """Say of many variants how many pieces are there, as `count_stock` does, in two statements.

    The caller holds their products, has read them since, and refreshes them afterwards. Raises InvalidTransition when
    one of them is not as it was read.
    """
    moved = [each for each in counts if each.after != each.before]
    if not moved:
        return
    table = table_of(Variant)
    guarded = update(table).where(
        table.c.id == bindparam("of"), table.c.store_id == store_id, table.c.on_hand == bindparam("before")
    ).values(on_hand=table.c.on_hand + bindparam("delta"), low_since=_low_since(bindparam("delta")))  # fmt: skip
    rows = [{"of": each.variant_id, "before": each.before, "delta": each.after - each.before} for each in moved]
    if changed(guarded, rows) != len(rows):
        raise InvalidTransition
    session.execute(insert(StockMovement), [
        _movement(store_id, each.variant_id, each.after - each.before, reason="counted", by=by) for each in moved
    ])  # fmt: skip
    for each in moved:
        _tell_when_low(store_id, each.variant_id, _Step(each.after, each.low_stock), each.after - each.before, by)
        _tell_counted(store_id, each.variant_id, each.before, each.after, by)


def tell_below(store_id: int, variant_id: int, pieces: int, *, by: Actor) -> None:
    """Choose below how many pieces she is told; 0 is never. Raises NotFound for another store's variant."""
    low_since = case((Variant.on_hand >= pieces, null()), else_=func.coalesce(Variant.low_since, _now()))
    hers = update(Variant).where(Variant.id == variant_id, Variant.store_id == store_id)
    if changed(hers.values(low_stock=pieces, low_since=low_since)) != 1:
        raise NotFound
    journal.record(
        "stock.tell_below", subject="variant", subject_id=variant_id, store_id=store_id, by=by, pieces=pieces
    )


def begin(store_id: int, variant_id: int, pieces: int, *, by: Actor = SYSTEM) -> None:
    """Write the first movement of a new variant whose row already says on_hand."""
    if pieces:
        _moved(store_id, variant_id, pieces, reason="initial", by=by)


def hold_product(product_id: int) -> None:
    """Let nobody else touch a product's stock and prices until this transaction ends."""
    _hold(select(Product.id).where(Product.id == product_id))


def hold_product_of(variant_id: int) -> None:
    """Hold the product of a variant; an unknown one holds nothing."""
    product_id = select(Variant.product_id).where(Variant.id == variant_id).scalar_subquery()
    _hold(select(Product.id).where(Product.id == product_id))


def hold_products(product_ids: Collection[int]) -> None:
    """Hold several products, in the order in which everybody does."""
    _hold(select(Product.id).where(Product.id.in_(product_ids)))


def hold_products_of_store(store_id: int) -> None:
    """Hold all products of a workshop."""
    _hold(select(Product.id).where(Product.store_id == store_id))


def _hold(rows: Select[int]) -> None:
    if session.get_bind().dialect.name != "sqlite":  # there, a transaction holds the whole database already
        session.execute(rows.order_by(Product.id).with_for_update(key_share=True))


def refresh(*product_ids: int) -> None:
    """Bring products' lowest price and availability in line with their variants, and move their versions."""
    shown = select(Variant).where(Variant.product_id == Product.id, Variant.hidden.is_(False))
    price = shown.with_only_columns(func.min(Variant.price_minor)).correlate(Product).scalar_subquery()
    changed(
        update(Product).where(Product.id.in_(product_ids)).values(
            price_minor=func.coalesce(price, Product.price_minor),
            in_stock=case((making.can_be_had(), True), else_=False),
            version=Product.version + 1,
        )
    )  # fmt: skip


def _shifted(
    store_id: int, variant_id: int, delta: int, *conditions: ColumnElement[bool], reason: str,
    order_id: int | None = None, note: str = "", by: Actor,
) -> bool:  # fmt: skip
    """Move on_hand by one guarded statement, with its row; return whether the guard let it through."""
    guarded = update(Variant).where(
        Variant.id == variant_id, Variant.store_id == store_id, Variant.on_hand + delta >= 0, *conditions
    )
    moved = guarded.values(on_hand=Variant.on_hand + delta, low_since=_low_since(delta))
    row = session.execute(moved.returning(Variant.on_hand, Variant.low_stock)).one_or_none()
    if row is None:
        return False
    _moved(store_id, variant_id, delta, reason=reason, order_id=order_id, note=note, by=by)
    _tell_when_low(store_id, variant_id, _Step(*row), delta, by)
    return True


def _tell_when_low(store_id: int, variant_id: int, step: _Step, delta: int, by: Actor) -> None:
    if step.on_hand < step.low_stock <= step.on_hand - delta:
        journal.record(
            "stock.low", subject="variant", subject_id=variant_id, store_id=store_id, by=by, left=step.on_hand
        )


def _tell_counted(store_id: int, variant_id: int, before: int, after: int, by: Actor) -> None:
    journal.record(
        "stock.counted", subject="variant", subject_id=variant_id, store_id=store_id, by=by, before=before, after=after
    )


def _low_since(delta: int | ColumnElement[int]) -> ColumnElement[object]:
    """Return since when there are few: from the moment of the fall, until there are enough again."""
    after = Variant.on_hand + delta
    fell = and_(Variant.on_hand >= Variant.low_stock, after < Variant.low_stock)
    return case((after >= Variant.low_stock, null()), (fell, _now()), else_=Variant.low_since)


def _now() -> ColumnElement[object]:
    return literal(clock.now(), Moment())


def _moved(
    store_id: int, variant_id: int, delta: int, *, reason: str, order_id: int | None = None, note: str = "", by: Actor
) -> None:
    row = _movement(store_id, variant_id, delta, reason=reason, order_id=order_id, note=note, by=by)
    session.execute(insert(table_of(StockMovement)), row)
    product_id = select(Variant.product_id).where(Variant.id == variant_id).scalar_subquery()
    changed(
        update(Product).where(Product.id == product_id)
        .values(in_stock=case((making.can_be_had(), True), else_=False), version=Product.version + 1)
    )  # fmt: skip


def _movement(
    store_id: int, variant_id: int, delta: int, *, reason: str, order_id: int | None = None, note: str = "", by: Actor
) -> dict[str, Any]:
    return {"store_id": store_id, "variant_id": variant_id, "delta": delta, "reason": reason, "order_id": order_id,
            "note": note, "account_id": by.account_id, "by_name": by.name, "at": clock.now()}  # fmt: skip


def _require_room(variant_id: int, pieces: int, *, more: bool = False) -> None:
    """Raise Refused when a thing that exists once would be counted twice."""
    one = select(Variant.on_hand).join(Product, Product.id == Variant.product_id)
    left = session.scalar(one.where(Variant.id == variant_id, Product.one_of_a_kind))
    if left is not None and pieces + (left if more else 0) > 1:
        raise Refused(ONE_ONLY, field="on_hand")

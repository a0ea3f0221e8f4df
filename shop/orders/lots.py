"""Which batch each line of an order came from: frozen when the order is confirmed, corrected while it is packed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update

from shop.catalogue.models import Lot
from shop.core.errors import NotFound
from shop.core.text import clean
from shop.orders.models import Order, OrderLine
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor

LONGEST = 40


@dataclass(frozen=True, slots=True)
class LotWord:
    """The lot that stands on a line: its code, and until when it is good if that is known."""

    code: str
    best_before: date | None = None


def freeze(store_id: int, order_id: int) -> None:
    """Write the lots that are being sold now into the lines that have none."""
    now = select(Lot).where(Lot.product_id == OrderLine.product_id, Lot.store_id == store_id, Lot.current)
    one = now.correlate(OrderLine).order_by(Lot.id.desc()).limit(1)
    mine = update(OrderLine).where(OrderLine.store_id == store_id, OrderLine.order_id == order_id, OrderLine.lot == "")
    changed(
        mine.values(
            lot=func.coalesce(one.with_only_columns(Lot.code).scalar_subquery(), ""),
            best_before=one.with_only_columns(Lot.best_before).scalar_subquery(),
        )
    )


def forget(store_id: int, order_id: int) -> None:
    """Take the lots out again, of an order whose confirmation is undone."""
    mine = update(OrderLine).where(OrderLine.store_id == store_id, OrderLine.order_id == order_id)
    changed(mine.values(lot="", best_before=None))


def correct(store_id: int, order_id: int, said: Mapping[int, LotWord], *, by: Actor) -> None:
    """Set the lots of lines by their numbers; the journal keeps what changed. Raises NotFound for another's line."""
    wanted = select(OrderLine).where(OrderLine.store_id == store_id, OrderLine.order_id == order_id)
    lines = {line.id: line for line in session.scalars(wanted, execution_options={"populate_existing": True})}
    if set(said) - lines.keys():
        raise NotFound("a line that isn't there")
    moved = []
    for line_id, word in said.items():
        code, line = clean(word.code, limit=LONGEST), lines[line_id]
        best_before = word.best_before if code else None
        if (line.lot, line.best_before) != (code, best_before):
            line.lot, line.best_before = code, best_before
            moved.append(code)
    session.flush()
    if moved:
        journal.record(
            "order.lots",
            subject="order",
            subject_id=order_id,
            store_id=store_id,
            by=by,
            lots=[each for each in moved if each],
        )


def sold_by_lot(store_id: int, product_id: int) -> dict[str, int]:
    """Return how many pieces went out of each lot of a product, cancelled orders left out."""
    counted = (
        select(OrderLine.lot, func.sum(OrderLine.pieces)).join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.store_id == store_id, OrderLine.product_id == product_id, OrderLine.lot != "")
        .where(Order.state != "cancelled").group_by(OrderLine.lot)
    )  # fmt: skip
    return {row[0]: int(row[1]) for row in session.execute(counted)}

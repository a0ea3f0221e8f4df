"""Orders that exchange what an earlier one delivered: which of which, what comes back, and whether it is here again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, insert, select, update

from shop.catalogue import stock
from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.core.money import Money
from shop.orders.models import Exchange, ExchangedLine, Order, OrderLine
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor

# Of an order's row: the courier has its exchanged goods with him, or has lost them.
AWAITED: ColumnElement[bool] = and_(
    Order.state == "completed",
    select(Exchange.order_id)
    .where(Exchange.order_id == Order.id, Exchange.store_id == Order.store_id, Exchange.back_at.is_(None))
    .correlate(Order).exists(),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Back:
    """A line of the first order, how many of its pieces the courier takes back, and how many of those came whole."""

    line: OrderLine
    pieces: int
    whole: int | None


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


def lines_back(store_id: int, *order_ids: int) -> dict[int, list[Back]]:
    """Return what exchanges take back, by the exchange's order, in the order of the first one's lines."""
    mine = (ExchangedLine.store_id == store_id, OrderLine.store_id == store_id)
    wanted = (
        select(ExchangedLine, OrderLine).join(OrderLine, OrderLine.id == ExchangedLine.line_id)
        .where(*mine, ExchangedLine.order_id.in_(order_ids))
        .order_by(ExchangedLine.order_id, OrderLine.id)
    )  # fmt: skip
    found: dict[int, list[Back]] = {}
    for row, line in session.execute(wanted, execution_options={"populate_existing": True}):
        found.setdefault(row.order_id, []).append(Back(line, row.pieces, row.whole))
    return found


def add(store_id: int, order_id: int, first_id: int, back: Mapping[int, int], *, owed: Money) -> None:
    """Write that an order exchanges pieces of an earlier one (line → pieces), and what that leaves the buyer's.

    The verb that places the order writes the journal.
    """
    mine = {"store_id": store_id, "order_id": order_id}
    session.execute(
        insert(Exchange), {**mine, "first_id": first_id, "owed_minor": owed.minor, "currency": owed.currency}
    )
    session.execute(
        insert(ExchangedLine), [{**mine, "line_id": line_id, "pieces": pieces} for line_id, pieces in back.items()]
    )


def goods_came_back(store_id: int, order_id: int, whole: Mapping[int, int] | None = None, *, by: Actor) -> None:
    """Put the pieces that came back whole (line of the first order → pieces) on the shelf, once; None: all of them.

    What is damaged, or never came, stays out of the stock. They belong to no order in the books: the first one stays
    delivered, as it was. Raises InvalidTransition before the exchange was delivered, and once it was said.
    """
    done = select(Order.id).where(Order.store_id == store_id, Order.id == order_id, Order.state == "completed")
    mine = update(Exchange).where(Exchange.store_id == store_id, Exchange.order_id == order_id)
    waits = mine.where(Exchange.back_at.is_(None), Exchange.order_id.in_(done.scalar_subquery()))
    if changed(waits.values(back_at=clock.now())) != 1:
        raise InvalidTransition
    back = lines_back(store_id, order_id).get(order_id, [])
    came = {each.line.id: each.pieces if whole is None else _within(whole, each) for each in back}
    for line_id, pieces in came.items():
        of_line = (ExchangedLine.store_id == store_id, ExchangedLine.order_id == order_id)
        changed(update(ExchangedLine).where(*of_line, ExchangedLine.line_id == line_id).values(whole=pieces))
    for each in sorted(back, key=lambda each: (each.line.product_id, each.line.variant_id)):
        if came[each.line.id]:
            stock.restock(store_id, each.line.variant_id, came[each.line.id], reason="returned", by=by)
    journal.record(
        "order.goods_back", subject="order", subject_id=order_id, store_id=store_id, by=by,
        pieces=sum(each.pieces for each in back), whole=sum(came.values()),
    )  # fmt: skip


def _within(whole: Mapping[int, int], back: Back) -> int:
    return min(max(whole.get(back.line.id, 0), 0), back.pieces)

"""The calls that confirm an order: every try is a row that says who, when and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, insert, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.orders.models import Call
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor


@dataclass(frozen=True, slots=True)
class Before:
    """How the order stood before a call: what undoing it restores."""

    tries: int
    call_at: datetime | None


def record_call(
    store_id: int, order_id: int, outcome: str, *, by: Actor, note: str = "", call_at: datetime | None = None
) -> int:
    """Write down one call and return its number (1, 2, …). Raises IntegrityError for another store's order."""
    number = 1 + session.scalars(select(func.count()).where(Call.store_id == store_id, Call.order_id == order_id)).one()
    row = {
        "store_id": store_id, "order_id": order_id, "number": number, "outcome": outcome, "note": note[:300],
        "call_at": call_at, "at": clock.now(), "account_id": by.account_id, "by_name": by.name,
    }  # fmt: skip
    session.execute(insert(Call), row)
    journal.record(
        "order.called", subject="order", subject_id=order_id, store_id=store_id, by=by, outcome=outcome, number=number
    )
    return number


def last_call(store_id: int, order_id: int) -> Call | None:
    """Return the newest call that was not undone."""
    newest = _standing(store_id, order_id).order_by(Call.id.desc()).limit(1)
    return session.scalars(newest, execution_options={"populate_existing": True}).one_or_none()


def take_back(store_id: int, call: Call, *, by: Actor) -> Before:
    """Mark a call as undone and return how the order stood before it. Raises InvalidTransition the second time."""
    mine = update(Call).where(Call.id == call.id, Call.store_id == store_id, Call.undone_at.is_(None))
    if not changed(mine.values(undone_at=clock.now())):
        raise InvalidTransition
    journal.record(
        "order.call_undone", subject="order", subject_id=call.order_id, store_id=store_id, by=by, outcome=call.outcome,
        number=call.number,
    )  # fmt: skip
    earlier = list(session.scalars(_standing(store_id, call.order_id).order_by(Call.id)))
    tries = sum(each.outcome == "no_answer" for each in earlier)
    return Before(tries, earlier[-1].call_at if earlier else None)


def _standing(store_id: int, order_id: int) -> Select[Call]:
    return select(Call).where(Call.store_id == store_id, Call.order_id == order_id, Call.undone_at.is_(None))

"""Reads of sheets: how far one is, what it would change, and which lines were refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from shop.core.errors import NotFound
from shop.plumbing.db import session
from shop.plumbing.storage import Storage
from shop.spreadsheets.columns import WRONG
from shop.spreadsheets.kept import opened
from shop.spreadsheets.models import Sheet, SheetItem
from shop.spreadsheets.words import problem_said

VERDICTS = ("new", "changed", "same", "wrong")
READ_AT_ONCE = 200


def sheet(store_id: int, sheet_id: int) -> Sheet:
    """Return a sheet of a workshop. Raises NotFound."""
    found = session.scalar(select(Sheet).where(Sheet.id == sheet_id, Sheet.store_id == store_id))
    if found is None:
        raise NotFound(f"no sheet {sheet_id}")
    return found


def recent(store_id: int, *, limit: int = 10) -> list[Sheet]:
    """Return the last sheets of a workshop, the newest first."""
    return list(session.scalars(select(Sheet).where(Sheet.store_id == store_id).order_by(Sheet.id.desc()).limit(limit)))


def counts(store_id: int, sheet_id: int) -> dict[str, int]:
    """Return how many products of a sheet are new, changed, the same or wrong."""
    rows = session.execute(
        select(SheetItem.verdict, func.count())
        .where(SheetItem.sheet_id == sheet_id, SheetItem.store_id == store_id).group_by(SheetItem.verdict)
    )  # fmt: skip
    return dict.fromkeys(VERDICTS, 0) | {row[0]: row[1] for row in rows}


def items(
    store_id: int, sheet_id: int, *, verdict: str = "", after: int | None = None, limit: int = 50
) -> list[SheetItem]:
    """Return products of a sheet in its order; `after` is the position of the last one shown."""
    query = select(SheetItem).where(SheetItem.sheet_id == sheet_id, SheetItem.store_id == store_id)
    if verdict:
        query = query.where(SheetItem.verdict == verdict)
    if after is not None:
        query = query.where(SheetItem.position > after)
    return list(session.scalars(query.order_by(SheetItem.position).limit(limit)))


def refused_rows(files: Storage, found: Sheet) -> tuple[list[str], Iterator[list[str]]]:
    """Return the headers of a sheet and its refused lines as they came, each with what is wrong in front.

    What was wrong the time before, on a sheet that was such a list itself, is left out.
    """
    with files.open(found.key) as file:
        kept = opened(file, found.topic)
    old = kept.keys.index(WRONG.key) if WRONG.key in kept.keys else None
    rows = _refused(files, found)
    return [WRONG.title, *_without(old, kept.headers)], ([why, *_without(old, cells)] for why, cells in rows)


def _without(place: int | None, cells: Sequence[str]) -> Sequence[str]:
    return cells if place is None else [*cells[:place], *cells[place + 1 :]]


def _refused(files: Storage, found: Sheet) -> Iterator[tuple[str, Sequence[str]]]:
    after: int | None = None
    with files.open(found.key) as file:
        kept = opened(file, found.topic)
        while some := items(found.store_id, found.id, verdict="wrong", after=after, limit=READ_AT_ONCE):
            after = some[-1].position
            for item in some:
                for number, cells in kept.rows(item.lines["at"]):
                    yield _why(found.topic, item, number), cells


def _why(topic: str, item: SheetItem, line: int) -> str:
    problems = item.told["problems"]
    mine = [each for each in problems if each["line"] == line] or problems
    return " ".join(problem_said(topic, each) for each in mine)

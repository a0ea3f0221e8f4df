"""Sheets come in: received, looked at without writing anything, confirmed, and applied piece by piece.

Whatever stops in between goes on where it stood: each transaction takes some products and says that they are done.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.plumbing import jobs, journal
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.storage import Storage
from shop.spreadsheets import columns, people, reading
from shop.spreadsheets.kept import Group, KeptSheet, opened
from shop.spreadsheets.models import Sheet, SheetItem
from shop.spreadsheets.products import PRODUCTS
from shop.spreadsheets.reading import Table
from shop.spreadsheets.topics import Asked, Told, Topic
from shop.spreadsheets.values import Problem

LOOK, APPLY = "spreadsheets.look", "spreadsheets.apply"
LINES_AT_ONCE = 200  # in one transaction
CHUNKS_PER_TURN = 20  # then other jobs have their turn
FOLDER = "sheets"
KEEP = timedelta(days=7)
TOPICS: Mapping[str, Topic] = {
    columns.PRODUCTS: PRODUCTS, columns.CUSTOMERS: people.CUSTOMERS, columns.PAST: people.PAST
}  # fmt: skip
T = TypeVar("T", Group, SheetItem)
FRESH = {"populate_existing": True}


def receive(store_id: int, table: Table, *, key: str, name: str, by: Actor) -> Sheet:
    """Write down that a sheet came, whose file is kept under `key`; a job looks at it. Raises Refused."""
    naming = columns.every(table.topic)[columns.NAMED_BY[table.topic]]
    if naming.key not in table.keys:
        raise Refused(reading.NAMELESS, field="file", column=naming.title)
    made = Sheet(store_id=store_id, topic=table.topic, key=key, name=name, lines=table.lines, created_at=clock.now(),
                 account_id=by.account_id, by_name=by.name)  # fmt: skip
    session.add(made)
    session.flush()
    journal.record("sheet.received", subject="sheet", subject_id=made.id, store_id=store_id, by=by, lines=table.lines)
    jobs.enqueue(LOOK, {"sheet": made.id}, key=f"sheet:{made.id}:look:0")
    return made


def confirm(store_id: int, sheet_id: int, *, by: Actor) -> None:
    """Have a sheet applied that was looked at. Raises InvalidTransition, NotFound."""
    _move(store_id, sheet_id, ("looked",), "confirmed", applied=0, confirmed_at=clock.now(),
          account_id=by.account_id, by_name=by.name)  # fmt: skip
    journal.record("sheet.confirmed", subject="sheet", subject_id=sheet_id, store_id=store_id, by=by)
    jobs.enqueue(APPLY, {"sheet": sheet_id}, key=f"sheet:{sheet_id}:apply:0")


def drop(store_id: int, sheet_id: int, *, by: Actor) -> None:
    """Set a sheet aside before anything of it was written. Raises InvalidTransition, NotFound."""
    _move(store_id, sheet_id, ("waiting", "looked"), "dropped", finished_at=clock.now())
    journal.record("sheet.dropped", subject="sheet", subject_id=sheet_id, store_id=store_id, by=by)


def took_out(store_id: int, what: str, *, by: Actor) -> None:
    """Write down that somebody took a list out of the shop."""
    journal.record("sheet.exported", subject="store", subject_id=store_id, store_id=store_id, by=by, what=what)


# ── the dry run ───────────────────────────────────────────────────────────────────────────────────────────────────


def look(files: Storage, payload: Mapping[str, Any]) -> None:
    """Compare a sheet with the shop, without writing to it. A job; goes on where an earlier run stopped."""
    sheet = _waiting(payload["sheet"], "waiting")
    if sheet is None:
        return
    with files.open(sheet.key) as file:
        kept = opened(file, sheet.topic)
        groups = kept.groups()
        for chunk in range(1, CHUNKS_PER_TURN + 1):
            with transaction():
                jobs.go_on()
                if not _look_at_some(sheet.id, kept, groups, last=chunk == CHUNKS_PER_TURN):
                    return


def _look_at_some(sheet_id: int, kept: KeptSheet, groups: Sequence[Group], *, last: bool) -> bool:
    sheet = _held(sheet_id, "waiting")
    if sheet is None:
        return False
    some = _some(groups[sheet.applied :])
    asked = [Asked(group.reference, kept.lines(group.places), {}) for group in some]
    told = TOPICS[sheet.topic].look(sheet.store_id, asked)
    found = enumerate(zip(some, told, strict=True), start=sheet.applied)
    session.execute(insert(SheetItem), [_item(sheet, position, *each) for position, each in found])
    sheet.applied += len(some)
    sheet.products = len(groups)
    if sheet.applied == len(groups):
        sheet.state = "looked"
        journal.record("sheet.looked", subject="sheet", subject_id=sheet.id, store_id=sheet.store_id, by=_her(sheet),
                       products=sheet.products)  # fmt: skip
        return False
    if last:
        jobs.enqueue(LOOK, {"sheet": sheet.id}, key=f"sheet:{sheet.id}:look:{sheet.applied}")
    return not last


def _item(sheet: Sheet, position: int, group: Group, told: Told) -> dict[str, Any]:
    return {
        "store_id": sheet.store_id, "sheet_id": sheet.id, "position": position, "reference": group.reference,
        "name": told.name, "verdict": told.verdict,
        "lines": {"at": group.places, "seen": {str(number): pieces for number, pieces in told.seen.items()}},
        "told": {"changes": list(told.changes), "problems": list(told.problems)},
    }  # fmt: skip


# ── the writing ───────────────────────────────────────────────────────────────────────────────────────────────────


def apply(files: Storage, payload: Mapping[str, Any]) -> None:
    """Write what a confirmed sheet asks for. A job; goes on where an earlier run stopped, nothing twice."""
    sheet = _waiting(payload["sheet"], "confirmed")
    if sheet is None:
        return
    with files.open(sheet.key) as file:
        kept = opened(file, sheet.topic)
        for chunk in range(1, CHUNKS_PER_TURN + 1):
            with transaction():
                jobs.go_on()
                if not _apply_some(sheet.id, kept, last=chunk == CHUNKS_PER_TURN):
                    return


def _apply_some(sheet_id: int, kept: KeptSheet, *, last: bool) -> bool:
    sheet = _held(sheet_id, "confirmed")
    if sheet is None:
        return False
    pending = select(SheetItem).where(
        SheetItem.sheet_id == sheet.id, SheetItem.verdict.in_(("new", "changed")), SheetItem.applied_at.is_(None)
    )
    items = _some(session.scalars(pending.order_by(SheetItem.position).limit(LINES_AT_ONCE)).all())
    if not items:
        sheet.state, sheet.finished_at = "done", clock.now()
        journal.record("sheet.applied", subject="sheet", subject_id=sheet.id, store_id=sheet.store_id, by=_her(sheet),
                       products=sheet.applied)  # fmt: skip
        return False
    _write(sheet, kept, items)
    if last:
        jobs.enqueue(APPLY, {"sheet": sheet.id}, key=f"sheet:{sheet.id}:apply:{items[-1].position}")
    return not last


def _write(sheet: Sheet, kept: KeptSheet, items: Sequence[SheetItem]) -> None:
    asked = [Asked(item.reference, kept.lines(item.lines["at"]), _seen(item)) for item in items]
    refused = TOPICS[sheet.topic].write(sheet.store_id, asked, _her(sheet))
    for item, problems in zip(items, refused, strict=True):
        if problems:  # the shop changed since the dry run
            item.verdict, item.told = "wrong", {"changes": [], "problems": _at(item, problems)}
        else:
            item.applied_at = clock.now()
            sheet.applied += 1


def _seen(item: SheetItem) -> dict[int, int]:
    return {int(number): pieces for number, pieces in item.lines["seen"].items()}


def _at(item: SheetItem, problems: Sequence[Problem]) -> list[Problem]:
    first = item.lines["at"][0][0]
    return [{**each, "line": each["line"] or first} for each in problems]


# ── what both need ────────────────────────────────────────────────────────────────────────────────────────────────


def _some(several: Sequence[T]) -> list[T]:
    """Return as many of the first as one transaction takes, and one at least."""
    taken: list[T] = []
    lines = 0
    for each in several[:LINES_AT_ONCE]:
        lines += len(each.places if isinstance(each, Group) else each.lines["at"])
        if taken and lines > LINES_AT_ONCE:
            break
        taken.append(each)
    return taken


def _waiting(sheet_id: int, state: str) -> Sheet | None:
    sheet = session.get(Sheet, sheet_id)
    session.rollback()
    return sheet if sheet is not None and sheet.state == state and sheet.key else None


def _held(sheet_id: int, state: str) -> Sheet | None:
    """Return a sheet that nobody else works on until this transaction ends."""
    hers = select(Sheet).where(Sheet.id == sheet_id, Sheet.state == state)
    return session.scalars(hers.with_for_update(), execution_options=FRESH).one_or_none()


def _move(store_id: int, sheet_id: int, old: Sequence[str], new: str, **more: Any) -> None:
    guarded = update(Sheet).where(Sheet.id == sheet_id, Sheet.store_id == store_id, Sheet.state.in_(old))
    if changed(guarded.values(state=new, **more)) == 1:
        return
    if session.scalar(select(Sheet.id).where(Sheet.id == sheet_id, Sheet.store_id == store_id)) is None:
        raise NotFound(f"no sheet {sheet_id}")
    raise InvalidTransition


def _her(sheet: Sheet) -> Actor:
    return Actor("member", sheet.account_id, sheet.by_name)


def new_key() -> str:
    """Return where the file of a sheet is kept: its day, so that even one without a row is deleted in time."""
    return f"{FOLDER}/{clock.today():%Y%m%d}/{secrets.token_hex(12)}.jsonl"


def forget_old(files: Storage, _payload: Mapping[str, Any]) -> None:
    """Delete the files and lines of sheets of some days ago; what was applied stays counted."""
    with transaction():
        old = select(Sheet).where(Sheet.key != "", Sheet.state != "confirmed", Sheet.created_at < clock.now() - KEEP)
        for sheet in session.scalars(old.limit(100)).all():
            changed(delete(SheetItem).where(SheetItem.sheet_id == sheet.id))
            sheet.key = ""
            if sheet.state != "done":
                sheet.state, sheet.finished_at = "dropped", clock.now()
    named = set(session.scalars(select(Sheet.key)))
    session.rollback()
    last_day = f"{clock.today() - KEEP:%Y%m%d}"
    for key in [key for key in files.keys(f"{FOLDER}/") if key.split("/")[1] < last_day and key not in named]:
        files.delete(key)

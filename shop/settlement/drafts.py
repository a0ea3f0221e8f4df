"""A carrier's list between its arrival and the moment it is written down: kept as it came, looked at, set aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import undefer

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.text import clean, fold
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.tables import MOST_LINES, TOO_LARGE, rows_of
from shop.settlement import reading
from shop.settlement.matching import Match, match
from shop.settlement.models import Statement, StatementColumns
from shop.settlement.reading import Grid, Line
from shop.settlement.rests import in_turn
from shop.settlement.service import Recorded, record_statement

KEEP = timedelta(days=30)  # a list that nobody wrote down
NO_LINES = N_("No parcel was found in it. Each line needs a tracking number and an amount.")
UNCLEAR = N_("Say which column names the parcel, and which one has the amount.")


def from_file(content: bytes) -> Grid:
    """Return the table in a file. Raises Refused at the field `file`."""
    rows: list[list[str]] = []
    for row in rows_of(content, reading.delimiter):
        if len(rows) > MOST_LINES:
            raise Refused(TOO_LARGE, field="file", most=MOST_LINES)
        rows.append(row)
    return reading.grid(rows)


def keep(
    store_id: int, grid: Grid, *, carrier_title: str, name: str, reference: str, received_on: date, by: Actor
) -> Statement:
    """Keep a list; its columns mean what was said of this carrier's before. Raises Refused for one without lines.

    Lists that nobody wrote down within a month go away.
    """
    keys = list(grid.guessed) if grid.sure else _known(store_id, carrier_title, grid.names)
    if not (reading.lines(grid.rows, keys) if keys else reading.has_amounts(grid)):
        raise Refused(NO_LINES, field="file")
    old = delete(Statement).where(Statement.store_id == store_id, Statement.remittance_id.is_(None))
    changed(old.where(Statement.created_at < clock.now() - KEEP))
    made = Statement(
        store_id=store_id, carrier_title=carrier_title, name=clean(name, limit=120),
        reference=clean(reference, limit=60), received_on=received_on, lines=len(grid.rows),
        headers={"names": grid.names, "keys": keys, "guessed": grid.guessed}, created_at=clock.now(),
        body="\n".join(json.dumps(row, ensure_ascii=False) for row in grid.rows), account_id=by.account_id,
        by_name=by.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    journal.record(
        "statement.brought", subject="statement", subject_id=made.id, store_id=store_id, by=by, lines=made.lines
    )
    return made


def say_columns(store_id: int, statement_id: int, keys: Sequence[str], *, by: Actor) -> None:
    """Say what the columns of a list mean, and remember it for this carrier's next ones.

    Raises NotFound, InvalidTransition once it is written down, Refused when they do not suffice.
    """
    found = statement(store_id, statement_id)
    names = found.headers["names"]
    keys = [key if key in reading.MEANINGS else "" for key in keys][: len(names)]
    if not reading.is_enough(keys) or len([key for key in keys if key]) != len({key for key in keys if key}):
        raise Refused(UNCLEAR, field="columns")
    if not reading.lines(rows(found), keys):
        raise Refused(NO_LINES, field="columns")
    _change(store_id, statement_id, headers={**found.headers, "keys": keys})
    in_turn(store_id)
    meant = _said(store_id, found.carrier_title)
    meant = {**meant, **{_name(name): key for name, key in zip(names, keys, strict=False)}}
    mine = (StatementColumns.store_id == store_id, StatementColumns.carrier_title == found.carrier_title)
    if not changed(update(StatementColumns).where(*mine).values(keys=meant)):
        session.add(StatementColumns(store_id=store_id, carrier_title=found.carrier_title, keys=meant))
    journal.record("statement.columns_said", subject="statement", subject_id=statement_id, store_id=store_id, by=by)


def write(
    store_id: int, statement_id: int, *, reference: str, received_on: date, by: Actor, note: str = ""
) -> Recorded:
    """Write a list down; the same one again gives what was written before.

    Raises NotFound, InvalidTransition while its columns are not known, and what `record_statement` raises.
    """
    found = statement(store_id, statement_id)
    if found.remittance_id is not None:
        return Recorded(found.remittance_id, repeated=True)
    if not found.headers["keys"]:
        raise InvalidTransition
    made = record_statement(
        store_id, carrier_title=found.carrier_title, received_on=received_on, lines=lines(found),
        reference=reference or found.reference, note=note, by=by,
    )  # fmt: skip
    _change(store_id, statement_id, remittance_id=made.remittance_id, body="")
    return made


def drop(store_id: int, statement_id: int, *, by: Actor) -> None:
    """Set a list aside: it goes away. Raises NotFound, InvalidTransition once it is written down."""
    statement(store_id, statement_id)
    mine = delete(Statement).where(Statement.store_id == store_id, Statement.id == statement_id)
    if not changed(mine.where(Statement.remittance_id.is_(None))):
        raise InvalidTransition
    journal.record("statement.dropped", subject="statement", subject_id=statement_id, store_id=store_id, by=by)


def statement(store_id: int, statement_id: int) -> Statement:
    """Return a list with its cells. Raises NotFound."""
    wanted = select(Statement).where(Statement.store_id == store_id, Statement.id == statement_id)
    found = session.scalar(wanted.options(undefer(Statement.body)), execution_options={"populate_existing": True})
    if found is None:
        raise NotFound(f"no statement {statement_id}")
    return found


def look(found: Statement) -> list[Match]:
    """Return what each line of a list means now; nothing is written."""
    return match(found.store_id, lines(found))


def lines(found: Statement) -> list[Line]:
    """Return the lines of a list whose columns are known."""
    return reading.lines(rows(found), found.headers["keys"])


def rows(found: Statement) -> Iterable[list[str]]:
    """Yield the cells of a list, row by row."""
    return (json.loads(line) for line in found.body.split("\n") if line)


def _known(store_id: int, carrier_title: str, names: Sequence[str]) -> list[str]:
    """Return what the columns mean by what was said of this carrier's lists before; nothing while that is unclear."""
    said = _said(store_id, carrier_title)
    keys: list[str] = []
    for name in names:
        key = said.get(_name(name), "")
        keys.append("" if key in keys else key)
    return keys if reading.is_enough(keys) else []


def _said(store_id: int, carrier_title: str) -> dict[str, Any]:
    mine = (StatementColumns.store_id == store_id, StatementColumns.carrier_title == carrier_title)
    return session.scalar(select(StatementColumns.keys).where(*mine)) or {}


def _name(header: str) -> str:
    return fold(header) or header


def _change(store_id: int, statement_id: int, **values: Any) -> None:
    mine = update(Statement).where(Statement.store_id == store_id, Statement.id == statement_id)
    if not changed(mine.where(Statement.remittance_id.is_(None)).values(**values)):
        raise InvalidTransition

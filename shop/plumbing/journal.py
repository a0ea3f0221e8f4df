"""The journal: every change of state is one append-only row, written in the transaction that changes it.

It is the audit trail, the order's timeline and the outbox that notifications read. Rows are numbered without
gaps within their scope (a store, or 0 for the platform); the numbers are drawn last, in a fixed order of scopes,
so that two transactions never wait for each other crosswise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, insert, select, text, union_all
from sqlalchemy.orm import Mapped, mapped_column

from shop.core import clock
from shop.plumbing import jobs
from shop.plumbing.db import Base, BigKey, before_commit, session, waiting

PLATFORM = 0


@dataclass(frozen=True)
class Actor:
    """Who did it: a member or operator (with an account), a buyer, a carrier, or the system itself.

    `tapped_at` is when, if that was long before it arrived here: a phone without a network keeps what was tapped.
    """

    kind: str
    account_id: int | None = None
    name: str = ""
    tapped_at: datetime | None = None


SYSTEM = Actor("system")
BUYER = Actor("buyer")


class Entry(Base):
    """One thing that happened."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("scope", "number"), Index("ix_journal_subject", "subject", "subject_id", "id"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    scope: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime]
    tapped_at: Mapped[datetime | None]
    actor: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    verb: Mapped[str] = mapped_column(String(48))
    data: Mapped[dict[str, Any]]


class Head(Base):
    """The last number drawn in a scope."""

    __tablename__ = "journal_heads"

    scope: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


# Verbs that somebody must hear of, and the kind of job that tells them: filled by the application at start.
_listeners: dict[str, str] = {}
_unheard: ContextVar[bool] = ContextVar("unheard", default=False)


def listen(verbs: frozenset[str], *, job: str) -> None:
    """Enqueue a job {entry: id} for each entry with one of these verbs, in the same transaction."""
    _listeners.update(dict.fromkeys(verbs, job))


@contextmanager
def unheard() -> Iterator[None]:
    """Write the journal without telling anybody: for the demo, whose people do not exist."""
    token = _unheard.set(True)
    try:
        yield
    finally:
        _unheard.reset(token)


def record(verb: str, *, subject: str, subject_id: int, store_id: int | None, by: Actor, **data: Any) -> None:
    """Write one row when the current transaction commits. `data` is plain JSON: ids, words, minor units."""
    row = {
        "scope": store_id or PLATFORM, "at": clock.now(), "tapped_at": by.tapped_at, "actor": by.kind,
        "account_id": by.account_id, "actor_name": by.name, "subject": subject, "subject_id": subject_id, "verb": verb,
        "data": data,
    }  # fmt: skip
    pending = waiting("journal")
    if not pending:
        before_commit(_write)
    pending.append(row)


def timeline(subject: str, subject_id: int, *, store_id: int) -> list[Entry]:
    """Return what happened to one thing of a store, oldest first."""
    return timeline_of([(subject, subject_id)], store_id=store_id)


def timeline_of(things: Sequence[tuple[str, int]], *, store_id: int) -> list[Entry]:
    """Return what happened to some things of a store, each by its kind and number, oldest first, in one statement."""
    # each part by the index of its thing; with OR, SQLite reads all that the store ever did
    parts = [
        select(Entry).where(Entry.subject == subject, Entry.subject_id == number, Entry.scope == store_id)
        for subject, number in things
    ]
    return sorted(session.scalars(select(Entry).from_statement(union_all(*parts))), key=lambda entry: entry.id)


def _write() -> None:
    pending = sorted(waiting("journal"), key=lambda row: int(row["scope"]))
    for scope, several in groupby(pending, key=lambda row: int(row["scope"])):
        rows = list(several)
        last: int = session.execute(_NEXT, {"scope": scope, "n": len(rows)}).scalar_one()
        numbered = [row | {"number": last - len(rows) + place} for place, row in enumerate(rows, start=1)]
        if not any(row["verb"] in _listeners for row in rows):
            session.execute(insert(Entry), numbered)  # a sheet of products
            continue
        for entry_id, verb in session.execute(insert(Entry).returning(Entry.id, Entry.verb), numbered).all():
            if verb in _listeners:
                _tell(verb, entry_id)


def _tell(verb: str, entry_id: int) -> None:
    if not _unheard.get():
        jobs.enqueue(_listeners[verb], {"entry": entry_id}, key=f"entry:{entry_id}")


_NEXT = text(
    "INSERT INTO journal_heads (scope, last) VALUES (:scope, :n) "
    "ON CONFLICT (scope) DO UPDATE SET last = journal_heads.last + :n RETURNING last"
)

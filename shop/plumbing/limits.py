"""Limits counted in the database: sign-in, tracking look-ups, orders. Keys name an account, a phone or a shop."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, case, delete, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from shop.core import clock
from shop.plumbing.db import Base, Moment, changed, session, transaction


class Tally(Base):
    """How often something was tried within a window of time."""

    __tablename__ = "tallies"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    until: Mapped[datetime]


def allow(what: str, key: str, *, most: int, within_s: int) -> bool:
    """Count one try inside the current transaction; return whether it is within the limit.

    The window starts at the first try. The key is stored hashed, so no phone or address stands in the table.
    """
    now = clock.now()
    digest = _digest(what, key)
    bind = {"key": digest, "now": now, "until": now + timedelta(seconds=within_s)}
    return int(session.execute(_COUNT, bind).scalar_one()) <= most


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries of a key within a window of time."""

    what: str
    key: str
    most: int
    within_s: int


def allow_all(limits: Sequence[Limit], *, tries: int = 1) -> bool:
    """Count one try of each of these, or several, in one statement; return whether all are within their limits."""
    now = clock.now()
    most = {_digest(each.what, each.key): each.most for each in limits}
    rows = [
        {"key": _digest(each.what, each.key), "tries": tries, "until": now + timedelta(seconds=each.within_s)}
        for each in limits
    ]
    upsert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = upsert(Tally).values(
        sorted(rows, key=lambda row: str(row["key"]))
    )  # in one order, so nobody waits crosswise
    over = Tally.until <= now
    counted = fresh.on_conflict_do_update(index_elements=[Tally.key], set_={
        "tries": case((over, tries), else_=Tally.tries + tries),
        "until": case((over, fresh.excluded.until), else_=Tally.until),
    }).returning(Tally.key, Tally.tries)  # fmt: skip
    return all(row.tries <= most[row.key] for row in session.execute(counted, execution_options=_AS_IT_IS))


_AS_IT_IS = {"populate_existing": True}


def _digest(what: str, key: str) -> str:
    return hashlib.sha256(f"{what}:{key}".encode()).hexdigest()


def forgive(what: str, key: str) -> None:
    """Forget the tries of a key: the person proved herself."""
    digest = _digest(what, key)
    changed(delete(Tally).where(Tally.key == digest))


def forget_old(_payload: dict[str, Any] | None = None) -> None:
    """Delete tallies whose window is over."""
    with transaction():
        changed(delete(Tally).where(Tally.until < clock.now()))


_COUNT = text(
    "INSERT INTO tallies (key, tries, until) VALUES (:key, 1, :until) ON CONFLICT (key) DO UPDATE SET "
    "tries = CASE WHEN tallies.until <= :now THEN 1 ELSE tallies.tries + 1 END, "
    "until = CASE WHEN tallies.until <= :now THEN :until ELSE tallies.until END RETURNING tries"
).bindparams(bindparam("now", type_=Moment()), bindparam("until", type_=Moment()))

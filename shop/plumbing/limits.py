"""Limits counted in the database: sign-in, tracking look-ups, orders. Keys name an account, a phone or a shop."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, delete, text
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
    digest = hashlib.sha256(f"{what}:{key}".encode()).hexdigest()
    bind = {"key": digest, "now": now, "until": now + timedelta(seconds=within_s)}
    return int(session.execute(_COUNT, bind).scalar_one()) <= most


def forgive(what: str, key: str) -> None:
    """Forget the tries of a key: the person proved herself."""
    digest = hashlib.sha256(f"{what}:{key}".encode()).hexdigest()
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

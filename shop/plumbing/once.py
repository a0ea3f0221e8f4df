"""Forms that act once: a key made on the phone, kept here in the transaction of its effect.

A phone whose answer was lost on the way sends the same form again, hours later perhaps. The row of its key says that
it was done and where its answer led; the second time nothing is done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from shop.core import clock
from shop.core.errors import Conflict, HirfaError
from shop.plumbing.db import Base, BigKey, changed, session, transaction
from shop.plumbing.links import digest

KEEP = timedelta(days=14)  # a phone forgets what it could not send after seven
LONGEST_LOCATION = 500


class Repeated(HirfaError):
    """This form has acted before; its answer is kept."""


class OnceKey(Base):
    """The key of a form that has acted, whose form it was, and where its answer led."""

    __tablename__ = "once_keys"
    __table_args__ = (Index("ix_once_keys_at", "at"),)

    account_id: Mapped[int] = mapped_column(BigKey, ForeignKey("accounts.id"), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=303)
    location: Mapped[str] = mapped_column(String(LONGEST_LOCATION), default="")
    at: Mapped[datetime]


def find(account_id: int, key: str, *, request_hash: str) -> OnceKey | None:
    """Return what is kept of a key. Raises Conflict when it came with another form."""
    mine = select(OnceKey).where(OnceKey.account_id == account_id, OnceKey.key_hash == digest(key))
    kept = session.scalars(mine).one_or_none()
    if kept is not None and kept.request_hash != request_hash:
        raise Conflict("the same key, another form")
    return kept


def claim(account_id: int, key: str, *, request_hash: str) -> None:
    """Keep a key in the current transaction. Raises Repeated when it is kept already."""
    row = {
        "account_id": account_id, "key_hash": digest(key), "request_hash": request_hash, "status": 303, "location": "",
        "at": clock.now(),
    }  # fmt: skip
    dialect = session.get_bind().dialect.name
    upsert = sqlite.insert(OnceKey) if dialect == "sqlite" else postgresql.insert(OnceKey)
    kept = upsert.values(row).on_conflict_do_nothing(index_elements=["account_id", "key_hash"])
    if session.execute(kept.returning(OnceKey.key_hash)).scalar_one_or_none() is None:
        raise Repeated


def leads_to(account_id: int, key: str, location: str) -> None:
    """Keep where the answer of a claimed key leads, in the same transaction."""
    mine = update(OnceKey).where(OnceKey.account_id == account_id, OnceKey.key_hash == digest(key))
    changed(mine.values(location=location[:LONGEST_LOCATION]))


def forget_old(_payload: dict[str, Any] | None = None) -> None:
    """Delete keys that no phone sends any more."""
    with transaction():
        changed(delete(OnceKey).where(OnceKey.at < clock.now() - KEEP))

"""The database: one declarative Base, one session, one way to write.

Reads begin DEFERRED. Whoever writes stands inside `with transaction():`, which begins IMMEDIATE on SQLite,
commits once, and then runs what was registered with `after_commit`.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeDecorator

BUSY_MS = 50
PATIENCE_S = 5.0

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# 64 bits on PostgreSQL, SQLite's own rowid there.
BigKey = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment; SQLite gets UTC without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("moments are aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(naming_convention=_NAMES)
    # Numbers have 64 bits on both engines: an order can cost more than 21 474 836,47 DA, which is where 32 bits end.
    type_annotation_map = {int: BigKey, datetime: Moment, date: Date, dict[str, Any]: JSON, list[Any]: JSON}


def table_of(entity: type[Base]) -> Table:
    """Return the table of an entity, for one statement that is run with many rows."""
    return cast("Table", entity.__table__)


def of_store(*columns: str, table: str, ondelete: str = "RESTRICT") -> ForeignKeyConstraint:
    """Tie a child to a parent of the same store: (store_id, <columns>) → table(store_id, id)."""
    names = ["store_id", *columns]
    return ForeignKeyConstraint(names, [f"{table}.store_id", f"{table}.id"], ondelete=ondelete)


def store_key() -> UniqueConstraint:
    """Let children refer to (store_id, id)."""
    return UniqueConstraint("store_id", "id")


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
session = cast(Session, db.session)


@dataclass
class _Unit:
    """What one transaction still has to do: before its commit, and after it, and rows that wait for the former."""

    waiting: dict[str, list[Any]] = field(default_factory=dict)
    before: list[Callable[[], None]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)


_unit: ContextVar[_Unit | None] = ContextVar("hirfa_unit", default=None)


@contextmanager
def transaction() -> Iterator[None]:
    """Write: end the read snapshot, begin (IMMEDIATE on SQLite), commit once, then run after_commit actions.

    Raises RuntimeError when nested. Any error rolls everything back.
    """
    if _unit.get() is not None:
        raise RuntimeError("transactions do not nest")
    session.rollback()
    session.expire_all()  # rows of an earlier transaction are read anew, even when nothing was read in between
    unit = _Unit()
    token = _unit.set(unit)
    try:
        yield
        session.flush()
        for act in unit.before:
            act()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _unit.reset(token)
    for act in unit.after:
        act()


@contextmanager
def part() -> Iterator[None]:
    """Do something inside the current transaction that may fail alone: then all it did and registered is taken back."""
    unit = _current()
    marks = {name: len(rows) for name, rows in unit.waiting.items()}
    before, after = len(unit.before), len(unit.after)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        for name, rows in unit.waiting.items():
            del rows[marks.get(name, 0) :]
        del unit.before[before:], unit.after[after:]
        raise


def in_transaction() -> bool:
    """Tell whether a write is under way: no network call may be made then."""
    return _unit.get() is not None


def before_commit(act: Callable[[], None]) -> None:
    """Run `act` as the last thing inside the current transaction. Raises RuntimeError outside one."""
    _current().before.append(act)


def waiting(name: str) -> list[Any]:
    """Return the list that the current transaction keeps under a name; it ends with it. Raises RuntimeError outside."""
    return _current().waiting.setdefault(name, [])


def after_commit(act: Callable[[], None]) -> None:
    """Run `act` once the current transaction is committed. Raises RuntimeError outside one."""
    _current().after.append(act)


def changed(statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
    """Run a guarded UPDATE or DELETE and return how many rows it touched; with `rows`, once for each of them.

    Raises RuntimeError outside a write.
    """
    _current()
    return cast("CursorResult[Any]", session.execute(statement, rows, execution_options=_NO_SYNC)).rowcount


def insert_new(table: type[Base], row: Mapping[str, Any]) -> int | None:
    """Insert a row unless one of its unique keys is taken; return its id, None for one that was there before.

    Raises RuntimeError outside a write.
    """
    _current()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    once = dialect.insert(table).values(row).on_conflict_do_nothing().returning(table.__table__.c.id)
    made: int | None = session.scalar(once)
    return made


def insert_all_new(table: type[Base], rows: Sequence[Mapping[str, Any]], told: str) -> list[Any]:
    """Insert those rows of which no unique key is taken; return a column, by its name, of each that is new.

    Raises RuntimeError outside a write.
    """
    _current()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    bare = table_of(table)
    once = dialect.insert(bare).on_conflict_do_nothing().returning(bare.c[told])
    return list(session.scalars(once, rows)) if rows else []


def _current() -> _Unit:
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("writes stand inside `with transaction():`")
    return unit


# Guarded statements carry their own truth: rows already in the session are refreshed by those who need them.
_NO_SYNC = {"synchronize_session": "auto"}


def prepare_engine(engine: Engine) -> None:
    """Fit an engine with the rules of the house: durable, impatient SQLite; nothing to do for PostgreSQL."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}",
        "cache_size=-16000", "temp_store=MEMORY", "mmap_size=268435456",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    statement = "BEGIN" if _unit.get() is None else "BEGIN IMMEDIATE"
    try:
        _begin_in_turn(raw, statement)
    except sqlite3.Error as error:  # nothing around this listener would give it SQLAlchemy's name
        raise OperationalError(statement, None, error) from error


def _begin_in_turn(raw: sqlite3.Connection, statement: str) -> None:
    # SQLite's own waiting is unfair; a short wait with our own jittered retry is not.
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            raw.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - jitter, not a secret

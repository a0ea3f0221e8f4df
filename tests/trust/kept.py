"""A database that can be had again as it was, and that tells whether anything was written into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, create_engine, make_url, select, text
from sqlalchemy.pool import NullPool

from shop.plumbing.db import Base

Rows = frozenset[tuple[object, ...]]
Contents = dict[str, Rows]

_STORE = {
    "stores": "id",
    "journal": "scope",
    "journal_heads": "scope",
}  # where a row's store does not stand in store_id


class Kept:
    """Keeps a database as it stands now, beside the application that goes on writing into it."""

    def __init__(self, application: Flask, url: str) -> None:
        self.application = application
        self.engine = create_engine(url, poolclass=NullPool)
        self._sqlite = self.engine.dialect.name == "sqlite"
        self._again = 0
        if self._sqlite:
            self._file = Path(make_url(url).database or "")
            self._copy = sqlite3.connect(":memory:")
            self._watch = sqlite3.connect(self._file, isolation_level=None)
            self._watch.backup(self._copy)
        else:
            self._listener = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._keep_schema()
        self.contents = self.now()

    def mark(self) -> int:
        """Return a number that moves with every commit (and now and then without one)."""
        if self._sqlite:
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])
        return int(self._listener.execute(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")).scalar_one())

    def now(self) -> Contents:
        """Return every row of every table."""
        with self.engine.connect() as connection:
            return {each.name: _rows(connection, each.name) for each in Base.metadata.sorted_tables}

    def of_store(self, contents: Contents, store_id: int) -> Contents:
        """Return those rows that belong to one store."""
        found: Contents = {}
        for table in Base.metadata.sorted_tables:
            column = _STORE.get(table.name, "store_id")
            names = [each.name for each in table.columns]
            if column in names:
                at = names.index(column)
                found[table.name] = frozenset(row for row in contents[table.name] if row[at] == store_id)
        return found

    def again(self, changed: Iterable[str]) -> None:
        """Have it again as it was; `changed` names the tables that are not."""
        self._again += 1
        if self._sqlite:
            with sqlite3.connect(self._file, timeout=5) as target:
                self._copy.backup(target)
                # the store of pages must see that it changed
                target.execute("UPDATE shop_version SET number = ?", [1_000_000 * self._again])
            target.close()
            return
        with self.engine.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # no keys, no triggers
            for name in changed:
                connection.execute(text(f'DELETE FROM "{name}"'))
                connection.execute(text(f'INSERT INTO "{name}" SELECT * FROM kept."{name}"'))

    def close(self) -> None:
        """Let go of every connection."""
        if self._sqlite:
            self._watch.close()
            self._copy.close()
        else:
            self._listener.close()
        self.engine.dispose()

    def _keep_schema(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA kept"))
            for table in Base.metadata.sorted_tables:
                connection.execute(text(f'CREATE TABLE kept."{table.name}" AS SELECT * FROM public."{table.name}"'))


def _rows(connection: Connection, name: str) -> Rows:
    table = Base.metadata.tables[name]
    columns = [text(f'"{each.name}"') for each in table.columns]
    return frozenset(
        tuple(str(value) if isinstance(value, dict | list) else value for value in row)
        for row in connection.execute(select(*columns).select_from(text(f'"{name}"')))
    )

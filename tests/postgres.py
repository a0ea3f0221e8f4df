"""PostgreSQL for tests: a database as empty as a migrated template on the server of TEST_DATABASE_URL.

Copying the template is hundreds of files and takes longer than most tests, so that each worker keeps one copy and
empties it between two tests. It is copied anew when a test changed more than rows, or has left many dead ones.
"""

from __future__ import annotations

import tempfile
import uuid
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import Connection, create_engine, make_url, text

from shop.app import create_app
from shop.plumbing import schema
from shop.plumbing.db import db
from shop.plumbing.settings import Settings

DEAD_ROWS = 20_000
# what a test may change but rows: tables, columns, constraints, triggers, functions, and which migration was the last
_SHAPE = """SELECT
  (SELECT (count(*), sum(oid::bigint), sum(relnatts), sum(relhastriggers::int)) FROM pg_class)::text,
  (SELECT (count(*), sum(atttypid::bigint), sum(attnotnull::int)) FROM pg_attribute)::text,
  (SELECT (count(*), sum(oid::bigint)) FROM pg_constraint)::text,
  (SELECT (count(*), sum(oid::bigint), string_agg(DISTINCT tgenabled::text, '')) FROM pg_trigger)::text,
  (SELECT (count(*), sum(oid::bigint)) FROM pg_proc)::text,
  (SELECT string_agg(version_num, ' ') FROM alembic_version)"""
_TABLES = """SELECT format('%I', tablename) FROM pg_tables
  WHERE schemaname = 'public' AND tablename <> 'alembic_version'"""
_BEGIN_AGAIN = """SELECT setval(format('%I', sequencename), start_value, false) FROM pg_sequences
  WHERE last_value IS NOT NULL"""
_COUNTERS = "SELECT format('%I', sequencename), start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
_LEAVE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


class Kept:
    """One database that is had again and again, each time as empty as its template."""

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.name = f"t_{uuid.uuid4().hex[:12]}"
        self.url = make_url(server).set(database=self.name).render_as_string(hide_password=False)
        self.connection: psycopg.Connection | None = None

    def empty(self) -> str:
        """Return the address of the database, with nothing in it."""
        if not self._emptied():
            self._copy()
        return self.url

    def drop(self) -> None:
        """Drop it."""
        if self.connection:
            self.connection.close()
        drop_database(self.server, self.url)

    def _copy(self) -> None:
        self.drop()
        create_database(self.server, template=self.template, name=self.name)
        self.connection = psycopg.connect(self.url, autocommit=True, prepare_threshold=0)
        self.connection.execute("SET session_replication_role = replica")  # no trigger and no foreign key in the way
        self.shape = self.connection.execute(_SHAPE).fetchone()
        self.tables = [table for (table,) in self.connection.execute(_TABLES)]
        self.dead = 0

    def _emptied(self) -> bool:
        """Empty it; False when it is no longer the template's likeness, or full of dead rows."""
        if not self.connection:
            return False
        try:
            self.connection.execute(_LEAVE, [self.name])
            if self.connection.execute(_SHAPE).fetchone() != self.shape:
                return False
            self.dead += sum(self.connection.execute(f"DELETE FROM {table}").rowcount for table in self.tables)
            self.connection.execute(_BEGIN_AGAIN)
        except psycopg.Error:  # a test dropped it, or stopped its server
            return False
        return self.dead < DEAD_ROWS


class Rows:
    """What stands in a database, to be had again and again: a copy of every table beside it, and where ids go on."""

    def __init__(self, url: str) -> None:
        self.name = make_url(url).database
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self.connection.execute("SET session_replication_role = replica")  # no trigger and no foreign key in the way
        self.tables = [table for (table,) in self.connection.execute(_TABLES)]
        self.connection.execute("CREATE SCHEMA kept")
        for table in self.tables:
            self.connection.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")
        self.counters, self.marks = self._counters(), self._marks()

    def again(self) -> None:
        """Have every row as it was, and every id that is given from now on."""
        self.connection.execute(_LEAVE, [self.name])
        now = self._marks()
        with self.connection.transaction():
            for table in (each for each in self.tables if now[each] != self.marks[each]):
                self.connection.execute(f"DELETE FROM public.{table}")
                self.connection.execute(f"INSERT INTO public.{table} TABLE kept.{table}")
            for counter in self._counters() - self.counters:
                self._set_back(counter[0])
        self.marks = self._marks()

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    def _set_back(self, name: str) -> None:
        start, last = next((start, last) for each, start, last in self.counters if each == name)
        self.connection.execute("SELECT setval(%s, %s, %s)", [name, last or start, last is not None])

    def _counters(self) -> set[tuple[str, int, int | None]]:
        return set(self.connection.execute(_COUNTERS).fetchall())

    def _marks(self) -> dict[str, tuple[object, ...]]:
        """Tell for each table what every write into it changes: how many rows there are, and who wrote the last one."""
        each = " UNION ALL ".join(
            f"SELECT '{table}', count(*), max(xmin::text::bigint) FROM public.{table}" for table in self.tables
        )
        return {table: tuple(mark) for table, *mark in self.connection.execute(each)}


def create_database(server: str, *, template: str | None, name: str | None = None) -> str:
    """Create a database and return its address; without a template it is migrated from nothing."""
    name = name or f"template_{uuid.uuid4().hex[:12]}"
    source = ""
    if template:
        copied = make_url(template).database
        source = f' TEMPLATE "{copied}" STRATEGY file_copy'
        _administrator(server).execute(text(_LEAVE.replace("%s", ":name")), {"name": copied})
    _administer(server, f'CREATE DATABASE "{name}"{source}')
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    if template is None:
        _migrate(url)
    return url


def drop_database(server: str, url: str) -> None:
    """Drop a database, whoever is still connected."""
    _administer(server, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def _administer(server: str, statement: str) -> None:
    _administrator(server).execute(text(statement))


@cache
def _administrator(server: str) -> Connection:
    return create_engine(server, isolation_level="AUTOCOMMIT").connect()


def _migrate(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), database_url=url, secret_key="k" * 40, worker=False))
        with app.app_context():
            schema.upgrade()
            db.session.remove()
            db.engine.dispose()

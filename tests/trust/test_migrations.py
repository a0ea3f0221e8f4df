"""Migrations: from nothing to what the models say, step by step over rows that are there, and history stays."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, Connection, Table, create_engine, inspect, make_url, text
from sqlalchemy import column as column_of
from sqlalchemy import table as table_of
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from shop.app import create_app
from shop.catalogue import service as catalogue
from shop.core import clock
from shop.core.money import Money
from shop.plumbing import i18n, schema
from shop.plumbing.db import Moment, db, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings
from shop.tables import METADATA
from tests.checkout import cast
from tests.conftest import ENGINES, SECRET
from tests.offers.cast import offer
from tests.postgres import drop_database

# Tables that are made by a migration and belong to no model: SQLite's number that pages are kept by.
BESIDE_THE_MODELS = {"alembic_version", "shop_version"}
APPEND_ONLY = ("journal", "stock_movements", "label_prints", "price_changes", "ledger")
FILLED = {"ledger", "exchange_lines"}  # by its migration, out of the rows that are there


@pytest.fixture(params=ENGINES)
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has nothing in it, not even a schema."""
    url = ""
    if request.param == "postgresql":
        server = os.environ.get("TEST_DATABASE_URL")
        if not server:
            pytest.skip("TEST_DATABASE_URL names no PostgreSQL server")
        url = make_url(server).set(database=f"t_{uuid.uuid4().hex[:12]}").render_as_string(hide_password=False)
        administer(server, f'CREATE DATABASE "{make_url(url).database}"')
    app = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key=SECRET, worker=False))
    yield app
    with app.app_context():
        session.remove()  # type: ignore[attr-defined]
        db.engine.dispose()
    if url:
        drop_database(os.environ["TEST_DATABASE_URL"], url)


def administer(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def steps() -> list[str]:
    """Every revision, the oldest first."""
    return [each.revision for each in ScriptDirectory.from_config(schema.configuration()).walk_revisions()][::-1]


def test_from_nothing_to_head_gives_exactly_the_tables_of_the_models(nothing: Flask) -> None:
    with nothing.app_context():
        assert schema.database_head() is None
        assert schema.upgrade()
        assert schema.database_head() == schema.code_head() == steps()[-1]
        assert not schema.upgrade()  # a second start has nothing to do
        session.remove()  # type: ignore[attr-defined]
        with db.engine.connect() as connection:
            options = {"compare_type": True, "include_name": lambda name, kind, _of: name not in BESIDE_THE_MODELS}
            assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
            there = set(inspect(connection).get_table_names())
            assert there - BESIDE_THE_MODELS == set(METADATA.tables)
            verbatim = connection.dialect.name == "sqlite"
            for table in METADATA.sorted_tables:
                assert rules_of(connection, table) == rules_told_by(table, verbatim=verbatim), table.name


def rules_of(connection: Connection, table: Table) -> set[tuple[str, ...]]:
    """What alembic's comparison leaves out, as the database has it: checks by name, references and what they do."""
    seen = inspect(connection)
    verbatim = connection.dialect.name == "sqlite"  # PostgreSQL keeps a check in words of its own
    checks = {
        ("check", str(each["name"]), " ".join(str(each["sqltext"]).split()) if verbatim else "")
        for each in seen.get_check_constraints(table.name)
    }
    references = {
        ("reference", *each["constrained_columns"], each["referred_table"], *each["referred_columns"],
         each["options"].get("ondelete") or "NO ACTION")
        for each in seen.get_foreign_keys(table.name)
    }  # fmt: skip
    return checks | references


def rules_told_by(table: Table, *, verbatim: bool) -> set[tuple[str, ...]]:
    """The same, as the models tell it."""
    checks = {
        ("check", str(each.name), " ".join(str(each.sqltext).split()) if verbatim else "")
        for each in table.constraints
        if isinstance(each, CheckConstraint)
    }
    references = {
        ("reference", *each.column_keys, each.referred_table.name, *(key.column.name for key in each.elements),
         each.ondelete or "NO ACTION")
        for each in table.foreign_key_constraints
    }  # fmt: skip
    return checks | references


def test_every_step_goes_over_the_rows_of_the_step_before(nothing: Flask) -> None:
    """The oldest schema gets a row in every table it has; each step up keeps them all."""
    with nothing.app_context():
        counted: dict[str, int] = {}
        for step in steps():
            command.upgrade(schema.configuration(), step)
            with db.engine.begin() as connection:
                there = set(inspect(connection).get_table_names())
                for name, count in counted.items():
                    assert name in there, f"{step} took {name} away"
                    assert rows(connection, name) == count, f"{step} lost rows of {name}"
                fill(
                    connection,
                    [each for each in METADATA.sorted_tables if each.name in there - counted.keys() - FILLED],
                )
                counted = {name: rows(connection, name) for name in there & set(METADATA.tables)}
        assert counted.keys() == set(METADATA.tables)
        assert all(count == 1 or (name in FILLED and count) for name, count in counted.items())
        assert schema.database_head() == schema.code_head()
        session.remove()  # type: ignore[attr-defined]


def rows(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT COUNT(*) FROM "{table}"')).scalar_one())


def fill(connection: Connection, tables: list[Table]) -> None:
    """Write one row into each table, parents first, with the columns that it has by now."""
    for table in tables:
        there = [each["name"] for each in inspect(connection).get_columns(table.name) if each["name"] in table.c]
        bare = table_of(table.name, *(column_of(name, table.c[name].type) for name in there))  # without later defaults
        connection.execute(bare.insert().values({name: plain(table, name) for name in there}))


def plain(table: Table, name: str) -> object:
    """Return something that a column takes: what its checks allow, 1 where it refers to another row."""
    column = table.c[name]
    for check in table.constraints:
        allowed = re.search(rf"\b{name} IN \('(\w+)'", str(getattr(check, "sqltext", "")))
        if allowed:
            return allowed[1]
    kind = (column.type.impl_instance if isinstance(column.type, Moment) else column.type).python_type
    moments = {"datetime": clock.now(), "date": clock.today(), "bool": False, "dict": {}, "str": "1", "bytes": b"1"}
    return moments.get(kind.__name__, 1)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_stays(app: Flask, table: str) -> None:
    with i18n.speaking("en"):
        shop = cast.workshop()
        cast.delivered(shop)
        offer(shop)
        with transaction():
            catalogue.set_price(shop.id, shop.variant.id, Money.dinars(700), by=SYSTEM)
    session.rollback()
    before = session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all()
    assert before
    verbs = [f"UPDATE {table} SET store_id = store_id", f"DELETE FROM {table}", f"DELETE FROM {table} WHERE id = 1"]
    if table == "journal":
        verbs[0] = "UPDATE journal SET verb = 'other' WHERE id = 1"
    if session.get_bind().dialect.name == "postgresql":
        verbs.append(f"TRUNCATE {table} CASCADE")
    for verb in verbs:
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            session.execute(text(verb))
    assert session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() == before


def test_on_sqlite_every_change_that_buyers_see_moves_the_version(app: Flask) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("only SQLite's pages are kept")
    shop = cast.workshop()
    offer(shop)
    version = text("SELECT number FROM shop_version")
    for seen in ("stores", "products", "variants", "carrier_accounts", "delivery_rates", "desks", "offers"):
        before = session.scalar(version)
        mine = "id" if seen == "stores" else "store_id"
        with transaction():
            moved = session.execute(text(f"UPDATE {seen} SET id = id WHERE {mine} = {shop.id}"))
            assert moved.rowcount  # type: ignore[attr-defined]
        assert session.scalar(version) > before, seen

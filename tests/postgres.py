"""PostgreSQL for tests: a database per test, copied from a migrated template on the server of TEST_DATABASE_URL."""

from __future__ import annotations

import tempfile
import uuid
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url, text

from shop.app import create_app
from shop.plumbing import schema
from shop.plumbing.db import db
from shop.plumbing.settings import Settings


def create_database(server: str, *, template: str | None, name: str | None = None) -> str:
    """Create a database and return its address; without a template it is migrated from nothing."""
    name = name or f"template_{uuid.uuid4().hex[:12]}"
    source = f' TEMPLATE "{make_url(template).database}" STRATEGY file_copy' if template else ""
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

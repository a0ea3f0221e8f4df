"""Fixtures for everyone: an application on an empty, migrated database (SQLite, and PostgreSQL when there is one)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from shop.app import create_app
from shop.plumbing import i18n, schema
from shop.plumbing.db import db
from shop.plumbing.settings import Settings
from tests.once import made_once  # noqa: F401 - a fixture
from tests.postgres import Kept, create_database

SECRET = "0123456789abcdef" * 4
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
# A loaded machine is slow, not wrong: no example is timed.
settings.register_profile("hirfa", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hirfa")
LONGEST = ("trust/test_bad_input.py", "trust/test_matrix.py", "documents/test_many_labels.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest where workers share the tests, so that none ends a minute after the others."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))


class ByFile(LoadScopeScheduling):
    """One worker has all browser tests of a file, in their order: they share a shop, and may build upon one another."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0] if "browser/" in nodeid else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Share the tests out so (xdist's own groups are told by a name of the test that pytest no longer asks for)."""
    return ByFile(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Every test begins in English: a page that an earlier one asked for has left its language in this thread."""
    with i18n.speaking("en"):
        yield


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(Settings(data_dir=folder, secret_key=SECRET, worker=False))
    with app.app_context():
        schema.upgrade()
        db.session.remove()
        db.engine.dispose()
    return folder / "hirfa.sqlite3"


@pytest.fixture(scope="session")
def empty_postgresql() -> str:
    """The name of a migrated, empty PostgreSQL database to copy from; skips when no server is told."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        pytest.skip("TEST_DATABASE_URL names no PostgreSQL server")
    return create_database(server, template=None)


@pytest.fixture(scope="session")
def kept_postgresql(empty_postgresql: str) -> Iterator[Kept]:
    """A database on PostgreSQL that is emptied between two tests."""
    kept = Kept(os.environ["TEST_DATABASE_URL"], empty_postgresql)
    yield kept
    kept.drop()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database on each engine."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "hirfa.sqlite3")
        yield f"sqlite:///{tmp_path / 'hirfa.sqlite3'}"
        return
    kept: Kept = request.getfixturevalue("kept_postgresql")
    yield kept.empty()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a deployment with nothing in it."""
    return Settings(data_dir=tmp_path, database_url=database_url, secret_key=SECRET, worker=False, threads=8)


@pytest.fixture
def application(settings: Settings) -> Iterator[Flask]:
    """The application, outside its context: for tests with threads, clients and browsers."""
    app = create_app(settings)
    app.testing = False
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application, inside its context: for tests of rooms."""
    with application.app_context():
        yield application


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    """A visitor without cookies."""
    return application.test_client()

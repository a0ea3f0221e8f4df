"""The schema's version: what the code wants, what the database has, and how one becomes the other."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from shop.paths import MIGRATIONS
from shop.plumbing.db import db, session

if TYPE_CHECKING:
    from alembic.config import Config


@cache
def code_head() -> str:
    """Return the newest revision in migrations/."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - heavy, and serving pages never needs it

    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def database_head() -> str | None:
    """Return the revision that the database is at; None when it has never been migrated."""
    if not inspect(db.engine).has_table("alembic_version"):
        return None
    version: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def upgrade() -> bool:
    """Bring the database to the newest revision; return whether anything had to be done."""
    if database_head() == code_head():
        session.rollback()
        return False
    session.remove() if hasattr(session, "remove") else session.close()
    from alembic import command  # noqa: PLC0415 - heavy, and serving pages never needs it

    command.upgrade(configuration(), "head")
    return True


def configuration() -> Config:
    """Return alembic's configuration for this database."""
    from alembic.config import Config  # noqa: PLC0415 - heavy, and serving pages never needs it

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config

"""Is the process alive, is the shop ready: for whoever watches the deployment."""

from __future__ import annotations

import shutil

from flask import Flask, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from shop.plumbing.db import session, transaction
from shop.plumbing.schema import code_head, database_head
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings

LEAST_FREE_BYTES = 50 * 1024 * 1024


def install(app: Flask) -> None:
    """Answer /healthz and /readyz."""
    app.add_url_rule("/healthz", "health.alive", alive)
    app.add_url_rule("/readyz", "health.ready", ready)


@entry(Access.PUBLIC)
def alive() -> Response:
    """Say that the process answers."""
    return jsonify(ok=True)


@entry(Access.PUBLIC)
def ready() -> tuple[Response, int]:
    """Say whether the database takes writes, has the right schema, and the disk has room."""
    try:
        with transaction():  # on SQLite this waits for its turn to write, as an order would
            session.execute(text("SELECT 1"))
        database, migrated = True, database_head() == code_head()
    except SQLAlchemyError:
        session.rollback()
        database = migrated = False
    try:
        disk = shutil.disk_usage(settings().data_dir).free > LEAST_FREE_BYTES
    except OSError:
        disk = False
    fine = database and migrated and disk
    return jsonify(ok=fine, database=database, migrated=migrated, disk=disk), 200 if fine else 503

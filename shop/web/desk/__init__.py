"""The platform's operator: workshops, invitations, the journal."""

from __future__ import annotations

from flask import Flask

from shop.web.desk import journal, stores
from shop.web.desk.blueprint import desk

PAGES = (stores, journal)


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(desk)

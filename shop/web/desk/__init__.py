"""The platform's operator: workshops, invitations, verifications, forbidden goods, the journal."""

from __future__ import annotations

from flask import Flask

from shop.web.desk import carrier_words, contestations, goods, incidents, journal, stores, verifications
from shop.web.desk.blueprint import desk

PAGES = (stores, verifications, goods, contestations, incidents, carrier_words, journal)


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(desk)

"""The artisan: her day, her products, her money, her shop's settings."""

from __future__ import annotations

from flask import Flask

from shop.web.studio import day, people, shopkeeping
from shop.web.studio.blueprint import studio

PAGES = (day, people, shopkeeping)


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(studio)

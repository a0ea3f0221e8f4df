"""The artisan: her day, her products, her money, her shop's settings."""

from __future__ import annotations

from flask import Flask

from shop.web.studio import (
    account,
    calls,
    delivery,
    handover,
    joining,
    labels,
    members,
    money,
    new_product,
    orders,
    papers,
    people,
    pictures,
    products,
    profile,
    share,
    today,
    variants,
)
from shop.web.studio.blueprint import studio

PAGES = (
    account, calls, delivery, handover, joining, labels, members, money, new_product, orders, papers, people, pictures,
    products, profile, share, today, variants,
)  # fmt: skip


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(studio)

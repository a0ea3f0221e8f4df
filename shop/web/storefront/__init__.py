"""Buyers: what is for sale, the cart, the checkout, the way of a parcel."""

from __future__ import annotations

from flask import Flask

from shop.web.storefront.blueprint import front

PAGES = ()


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(front)

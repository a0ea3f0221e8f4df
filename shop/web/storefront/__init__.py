"""Buyers: what is for sale, the cart, the checkout, the way of a parcel."""

from __future__ import annotations

from flask import Flask

from shop.web.storefront import discovery, home, information, listing, product, store
from shop.web.storefront.blueprint import front

PAGES = (home, listing, product, store, information, discovery)


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(front)

"""Buyers: what is for sale, the cart, the checkout, the way of a parcel."""

from __future__ import annotations

from flask import Flask

from shop.web.storefront import (
    cart,
    checkout,
    discovery,
    find_order,
    home,
    information,
    listing,
    order_link,
    papers,
    paying,
    preview,
    product,
    receipts,
    share_card,
    shared,
    store,
    tracking,
    wishes,
)
from shop.web.storefront.blueprint import front

PAGES = (
    home, listing, product, share_card, shared, store, information, discovery, cart, checkout, order_link, tracking,
    papers, paying, receipts, find_order, wishes, preview,
)  # fmt: skip


def install(app: Flask) -> None:
    """Bring the pages in, and what is shown to who found nothing."""
    app.register_blueprint(front)
    app.extensions["hirfa_instead"] = home.four_newest

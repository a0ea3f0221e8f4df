"""The artisan: her day, her products, her money, her shop's settings."""

from __future__ import annotations

from flask import Flask

from shop.web.studio import (
    account,
    calls,
    costs,
    delivery,
    documents,
    goods,
    handover,
    identity,
    invoices,
    joining,
    labels,
    lots,
    members,
    money,
    new_product,
    offers,
    offline,
    once,
    options,
    orders,
    papers,
    people,
    phone_codes,
    pictures,
    products,
    profile,
    second_step,
    share,
    sheets,
    squares,
    stock,
    today,
    variants,
    wizard,
)
from shop.web.studio.blueprint import studio

PAGES = (
    account, calls, costs, delivery, documents, goods, handover, identity, invoices, joining, labels, lots, members,
    money, new_product, offers, offline, once, options, orders, papers, people, phone_codes, pictures, products,
    profile, second_step, share, sheets, squares, stock, today, variants, wizard,
)  # fmt: skip


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(studio)

"""The artisan: her day, her products, her money, her shop's settings."""

from __future__ import annotations

from flask import Flask

from shop.web.studio import (
    account,
    calls,
    costs,
    currencies,
    customers,
    customs,
    delivery,
    documents,
    earnings,
    exchange,
    express,
    goods,
    handover,
    handover_photo,
    holds,
    identity,
    insurance,
    invoices,
    joining,
    labels,
    links,
    losses,
    lots,
    members,
    money,
    new_order,
    new_product,
    offers,
    offline,
    once,
    options,
    orders,
    outcome,
    packing,
    papers,
    parcel_number,
    partners,
    passkeys,
    past_customers,
    payments,
    payouts,
    people,
    phone_codes,
    pictures,
    places,
    printers,
    products,
    profile,
    rests,
    sale,
    second_step,
    share,
    sheets,
    squares,
    statements,
    stock,
    today,
    variants,
    ways_to_pay,
    wizard,
    zones,
)
from shop.web.studio.blueprint import studio

PAGES = (
    account, calls, costs, currencies, customers, customs, delivery, documents, earnings, exchange, express, goods,
    handover, handover_photo, holds, identity, insurance, invoices, joining, labels, links, losses, lots, members,
    money, new_order, new_product, offers, offline, once, options, orders, outcome, packing, papers, parcel_number,
    partners,
    passkeys, past_customers, payments, payouts, people, phone_codes, pictures, places, printers, products, profile,
    rests, sale, second_step, share, sheets, squares, statements, stock, today, variants, ways_to_pay, wizard, zones,
)  # fmt: skip


def install(app: Flask) -> None:
    """Bring the pages in."""
    app.register_blueprint(studio)

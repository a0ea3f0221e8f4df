"""The register of a month's transactions, as the law asks for it (executive decree 19-89): one CSV line per order.

An order belongs to the month in which it was placed: that is the day of the contract, which the buyer's explicit
confirmation concludes. What became of it later (invoice, delivery, cancellation, money given back) stands on the same
line with its own day, so that no order is told twice and none is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from shop.core import clock
from shop.core.cells import as_csv
from shop.documents import invoice_queries as invoices
from shop.documents.invoice_sheets import KINDS, paid_by
from shop.documents.models import Invoice
from shop.orders import queries as order_queries
from shop.orders.companies import companies
from shop.orders.models import Company, Order, OrderLine
from shop.payments.models import Payment
from shop.payments.queries import payments as payments_of
from shop.plumbing import geography
from shop.plumbing.db import session
from shop.plumbing.formats import date_short, time_short
from shop.plumbing.i18n import N_, _, pick
from shop.shipping.models import Shipment
from shop.shipping.queries import shipments_of_orders

COLUMNS: Final = (
    N_("Date"), N_("Order"), N_("Time of the contract"), N_("Fingerprint of the terms"), N_("Invoice"),
    N_("Credit note"), N_("Buyer"), N_("Wilaya"), N_("Goods"), N_("Total excl. tax"), N_("VAT"), N_("Total incl. tax"),
    N_("Payment"), N_("Paid on"), N_("Given back on"), N_("Delivery"), N_("Carrier"), N_("Tracking number"),
    N_("Delivered on"), N_("Cancelled on"), N_("State"),
)  # fmt: skip
STATES: Final = {
    "placed": N_("To be confirmed"), "confirmed": N_("Confirmed"), "completed": N_("Delivered"),
    "cancelled": N_("Cancelled"),
}  # fmt: skip
_AT_ONCE: Final = 500


def register_csv(store_id: int, month: date) -> bytes:
    """Return the register of the month of a day, oldest order first, in the language being spoken.

    Excel opens it in Arabic and French: UTF-8 with its mark, semicolons, decimal commas; no cell is a formula.
    """
    return as_csv([_(column) for column in COLUMNS], _rows(store_id, month)).encode()


def _rows(store_id: int, month: date) -> Iterator[list[str]]:
    first, following = clock.month_of(month)
    wanted = select(Order).where(Order.store_id == store_id, Order.placed_at >= first, Order.placed_at < following)
    for some in session.scalars(wanted.order_by(Order.placed_at, Order.id)).partitions(_AT_ONCE):
        yield from _some(store_id, some)


@dataclass(frozen=True, slots=True)
class _Sale:
    """One order with all that became of it."""

    order: Order
    lines: Sequence[OrderLine]
    papers: Sequence[Invoice]
    payment: Payment | None
    parcel: Shipment | None
    company: Company | None


def _some(store_id: int, orders: Sequence[Order]) -> Iterator[list[str]]:
    ids = [order.id for order in orders]
    lines, papers = order_queries.lines(store_id, ids), invoices.of_orders(store_id, ids)
    paid, parcels, firms = payments_of(store_id, ids), shipments_of_orders(store_id, ids), companies(store_id, ids)
    for order in orders:
        payment = next(reversed(paid.get(order.id, [])), None)
        yield _row(_Sale(order, lines[order.id], papers[order.id], payment, parcels.get(order.id), firms.get(order.id)))


def _row(sale: _Sale) -> list[str]:
    order, payment, parcel = sale.order, sale.payment, sale.parcel
    bills = [each for each in sale.papers if each.kind != "credit"]
    net = bills[-1].net_minor if bills else order.total_minor
    return [
        date_short(order.placed_at), order.code, time_short(order.placed_at), order.terms_hash[:16],
        " ".join(each.code for each in bills), " ".join(each.code for each in sale.papers if each.kind == "credit"),
        sale.company.name if sale.company else order.buyer_name, geography.name(geography.wilaya(order.wilaya_code)),
        ", ".join(f"{line.pieces} × {_name(line)}" for line in sale.lines), _figure(net),
        _figure(order.total_minor - net), _figure(order.total_minor),
        _(paid_by(payment.method)) if payment else "",
        _day(payment.collected_at if payment else None), _day(payment.refunded_at if payment else None),
        _(KINDS[order.kind]), parcel.carrier_title if parcel else "",
        (parcel.tracking or parcel.reference) if parcel else "", _day(parcel.delivered_at if parcel else None),
        _day(order.cancelled_at), _(STATES[order.state]),
    ]  # fmt: skip


def _name(line: OrderLine) -> str:
    return pick({"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en})[0]


def _day(moment: datetime | None) -> str:
    return date_short(moment) if moment else ""


def _figure(minor: int) -> str:
    """Write an amount as a spreadsheet of this country reads it: 1250,50."""
    whole, cents = divmod(minor, 100)
    return f"{whole},{cents:02d}"

"""What a buyer and a workshop agreed when an order was placed, read from the order's frozen rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shop.core.money import Money
from shop.documents import invoice_queries as invoices
from shop.documents.frozen import Buyer, Line, Seller
from shop.documents.invoice_content import buyer_of, line_of, seller_of
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.payments.queries import payments
from shop.shipping.queries import live_shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One order's contract: who, what, for how much, how it travels, under which terms."""

    code: str
    language: str
    placed_at: datetime
    seller: Seller
    buyer: Buyer
    phone_ending: str
    lines: tuple[Line, ...]
    goods: Money
    delivery: Money
    discount: Money
    total: Money
    currency: str
    kind: str
    carrier: str
    desk: str
    promised: tuple[date, date] | None
    method: str
    deposit: Money | None  # of it, what was to be paid before
    deposit_method: str
    terms: str
    terms_hash: str


def agreement(order: Order) -> Agreement:
    """Return what was agreed with an order."""
    shipment = live_shipment(order.store_id, order.id)
    paid = payments(order.store_id, [order.id]).get(order.id, [])
    first, last = _agreed_payments(paid)
    promised = (order.promised_from, order.promised_to) if order.promised_from and order.promised_to else None
    return Agreement(
        code=order.code, language=order.language, placed_at=order.placed_at,
        seller=seller_of(order, invoices.rules(order.store_id)), buyer=buyer_of(order),
        phone_ending=order.phone[-2:],
        lines=tuple(line_of(line, 0, 0) for line in orders.lines(order.store_id, [order.id])[order.id]),
        goods=order.goods, delivery=order.delivery, discount=order.discount, total=order.total,
        currency=order.currency, kind=order.kind, carrier=shipment.carrier_title if shipment else "",
        desk=shipment.desk_name if shipment else "", promised=promised, method=last.method if last else "",
        deposit=first.amount if first and first is not last else None,
        deposit_method=first.method if first and first is not last else "",
        terms=order.terms, terms_hash=order.terms_hash,
    )  # fmt: skip


def _agreed_payments(paid: Sequence[Payment]) -> tuple[Payment | None, Payment | None]:
    """Return the first and the last of the payments that were opened with the order: at one moment."""
    agreed = [each for each in paid if each.created_at == paid[0].created_at]
    return (agreed[0], agreed[-1]) if agreed else (None, None)

"""Reading payments, and what the methods offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from shop.core.money import Money
from shop.payments.contract import Ask
from shop.payments.methods import METHODS
from shop.payments.models import Payment
from shop.payments.service import method
from shop.plumbing.db import session
from shop.plumbing.i18n import N_

# The methods that come along know no catalogue: their words are marked here.
WORDS = (
    N_("In cash, on delivery"), N_("You pay the courier when the parcel is in your hands."),
    N_("In cash, from hand to hand"), N_("The artisan takes the money and gives the article."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MethodOffer:
    """How a method presents itself: title and detail are English msgids."""

    key: str
    title: str
    detail: str
    fee: Money | None = None


def offers(ask: Ask) -> list[MethodOffer]:
    """Return the methods that are on and serve this payment, without network, in the order of their table."""
    found = ((key, method(key).offer(ask)) for key, plugin in METHODS.usable.items() if plugin.on)
    return [MethodOffer(key, offer.title, offer.detail, offer.fee) for key, offer in found if offer is not None]


def payments(store_id: int, order_ids: Collection[int]) -> dict[int, list[Payment]]:
    """Return the payments of orders of a store, by order, oldest first, in one query."""
    found: dict[int, list[Payment]] = defaultdict(list)
    if order_ids:
        wanted = select(Payment).where(Payment.store_id == store_id, Payment.order_id.in_(order_ids))
        fresh = {"populate_existing": True}
        for payment in session.scalars(wanted.order_by(Payment.order_id, Payment.id), execution_options=fresh):
            found[payment.order_id].append(payment)
    return found


def payment_of(store_id: int, order_id: int) -> Payment | None:
    """Return the payment that counts for an order: the newest that is not cancelled, else the newest."""
    mine = payments(store_id, [order_id]).get(order_id, [])
    alive = [each for each in mine if each.state != "cancelled"]
    return (alive or mine)[-1] if mine else None

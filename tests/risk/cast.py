"""Parcels of one phone, taken or sent back, in several workshops."""

from __future__ import annotations

from datetime import timedelta

from shop.core import clock
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import transaction
from tests.checkout.cast import AMINA, Workshop, ordered, parcel

YACINE = "+213550123456"


def sent(shop: Workshop, word: str, *, days_ago: float = 0, phone: str = YACINE) -> Order:
    """Let a parcel go its whole way, some days ago; `word` says how it ended."""
    with clock.standing_at(clock.now() - timedelta(days=days_ago)):
        order = ordered(shop, phone=phone)
        with transaction():
            fulfilment.confirm(shop.id, order.id, by=AMINA)
        box = parcel(shop, order)
        with transaction():
            documents.print_labels(shop.id, [box.id], paper="100x150", start=1, by=AMINA)
        with transaction():
            fulfilment.hand_over(shop.id, [box.id], by=AMINA)
        with transaction():
            fulfilment.scan(shop.id, box.id, word, by=AMINA)
    return order


def taken(shop: Workshop, *, days_ago: float = 0, phone: str = YACINE) -> Order:
    """Have a parcel delivered."""
    return sent(shop, "delivered", days_ago=days_ago, phone=phone)


def refused(shop: Workshop, *, days_ago: float = 0, phone: str = YACINE) -> Order:
    """Have a parcel come back."""
    return sent(shop, "returned", days_ago=days_ago, phone=phone)

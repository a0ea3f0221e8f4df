"""Amina's offers, and baskets that use them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from shop.cart.models import Cart
from shop.checkout import service as checkout
from shop.checkout.words import Details, Placed
from shop.core import clock
from shop.core.money import Money
from shop.offers import service
from shop.offers.models import Offer
from shop.offers.service import Terms
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.checkout.cast import YACINE, Workshop, basket, choose


def terms(**given: Any) -> Terms:
    """Ten percent off everything from today on, unless told otherwise."""
    return Terms(**{"name": "Ramadan", "kind": "percent", "percent": 10, "from_day": clock.today(), **given})


def offer(shop: Workshop, **given: Any) -> int:
    """Write an offer of a workshop."""
    with transaction():
        return service.create_offer(shop.id, terms(**given), by=SYSTEM)


def dinars(whole: int) -> Money:
    return Money.dinars(whole)


def place(cart: Cart, *, code: str = "", details: Details = YACINE, kind: str = "home") -> Placed:
    """Look at a basket with a code for every parcel, and order what was seen."""
    choices = [replace(each, code=code) for each in choose(cart, kind=kind, details=details)]
    seen = checkout.review(cart.id, details, choices)
    with transaction():
        return checkout.place(
            cart.id, key=secrets.token_hex(8), details=details, choices=choices, review_hash=seen.hash
        )


def ordered(shop: Workshop, *, pieces: int = 1, code: str = "", phone: str = YACINE.phone, kind: str = "home") -> Order:
    """Make one order of one workshop."""
    placed = place(basket({shop.variant: pieces}), code=code, details=replace(YACINE, phone=phone), kind=kind)
    return session.get_one(Order, placed.order_ids[0])


def uses(offer_id: int) -> int:
    session.rollback()
    return session.scalars(select(Offer.uses).where(Offer.id == offer_id)).one()

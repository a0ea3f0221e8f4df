"""Many buyers at once for few uses of an offer: exact on both databases, and a control that gives too many."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.checkout import service as checkout
from shop.checkout.words import Placed
from shop.offers.models import Offer, Redemption
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from tests.checkout.cast import YACINE, basket, choose, workshop
from tests.checkout.test_crowd import Ask, at_once, tap
from tests.offers.cast import offer

BUYERS, USES = 20, 7


def asks(count: int, *, one_phone: bool = False) -> tuple[int, list[Ask]]:
    """Let so many look at one soap with a code that has uses left, before anybody orders."""
    shop = workshop(stock=100)
    offer_id = offer(
        shop, code="AID", most_uses=None if one_phone else USES, most_per_phone=USES if one_phone else None
    )
    found: list[Ask] = []
    for at in range(count):
        cart = basket({shop.variant: 1})
        details = replace(YACINE, phone="+213661099999" if one_phone else f"+2136610{at:05d}")
        choices = [replace(each, code="AID") for each in choose(cart, details=details)]
        seen = checkout.review(cart.id, details, choices)
        found.append((cart.id, secrets.token_hex(8), details, choices, seen.hash))
        session.rollback()
    return offer_id, found


def crowd(application: Flask, *, one_phone: bool) -> None:
    with application.app_context():
        offer_id, found = asks(BUYERS, one_phone=one_phone)
    answers = at_once(application, [tap(ask) for ask in found], threads=BUYERS)
    placed = [each for each in answers if isinstance(each, Placed)]
    assert len(placed) == USES
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Order)) == USES
        assert session.scalar(select(func.count()).select_from(Redemption)) == USES
        assert session.scalars(select(Offer.uses).where(Offer.id == offer_id)).one() == USES
        assert list(audit.findings()) == []


def test_twenty_at_once_use_an_offer_exactly_as_often_as_it_may_be(application: Flask) -> None:
    crowd(application, one_phone=False)


def test_one_phone_with_twenty_baskets_uses_an_offer_exactly_as_often_as_it_may(application: Flask) -> None:
    crowd(application, one_phone=True)


def test_counting_first_and_writing_after_does_give_too_many(application: Flask) -> None:
    """The control: the same crowd, the uses read before they are written. It must break the limit."""
    with application.app_context():
        offer_id = offer(workshop(), most_uses=4)

    def careless() -> bool:
        used = session.scalars(select(Offer.uses).where(Offer.id == offer_id)).one()
        session.rollback()
        time.sleep(0.02)
        if used >= 4:
            return False
        with transaction():
            session.execute(update(Offer).where(Offer.id == offer_id).values(uses=used + 1))
        return True

    assert sum(bool(each) for each in at_once(application, [careless] * 12, threads=6)) > 4

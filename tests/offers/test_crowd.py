"""Many buyers at once for few uses of an offer: exact on both databases, and a control that gives too many."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.checkout import service as checkout
from shop.checkout.words import Placed
from shop.core.errors import PriceChanged
from shop.offers import queries, service
from shop.offers.models import Offer, Redemption
from shop.offers.words import Deal
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.checkout.cast import YACINE, basket, choose, workshop
from tests.checkout.test_crowd import Ask, at_once, tap
from tests.offers.cast import dinars, offer, ordered

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


def test_twenty_who_all_saw_the_last_uses_free_take_no_more_than_there_are(application: Flask) -> None:
    """What they saw is old by then: only the counter's own guard is left, on either database."""
    with application.app_context():
        shop = workshop(stock=100)
        offer_id = offer(shop, code="AID", most_uses=USES)
        order_ids = [ordered(shop, phone=f"+2136620{at:05d}").id for at in range(BUYERS)]
        seen, store_id = queries.offer(shop.id, offer_id), shop.id
        deal = Deal(shares=(dinars(60),), delivery_off=dinars(0), offer=seen)
        session.rollback()

    def use(order_id: int) -> Callable[[], object]:
        def act() -> object:
            with transaction():
                service.redeem(store_id, order_id, deal, phone=f"+21366300{order_id:04d}", by=SYSTEM)
            return order_id

        return act

    answers = at_once(application, [use(each) for each in order_ids], threads=BUYERS)
    assert sum(isinstance(each, int) for each in answers) == USES
    assert {type(each) for each in answers if not isinstance(each, int)} == {PriceChanged}
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Redemption)) == USES
        assert session.scalars(select(Offer.uses).where(Offer.id == offer_id)).one() == USES


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

"""Many buyers at once for few pieces: nothing oversold, nothing doubled, and a control that does oversell."""

from __future__ import annotations

import os
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.catalogue.models import Variant
from shop.checkout import service as checkout
from shop.checkout.words import Choice, Details
from shop.core.errors import Refused
from shop.orders.models import Order, OrderLine, Purchase
from shop.plumbing.db import session, transaction
from shop.shipping.models import Shipment
from shop.shipping.service import mark_handed_over
from tests.checkout.cast import AMINA, YACINE, add_product, basket, choose, labelled, workshop

CROWD = 32
KEYS = int(os.environ.get("TEST_KEYS", "200"))
Ask = tuple[int, str, Details, list[Choice], str]


def at_once(application: Flask, acts: list[Callable[[], object]], *, threads: int) -> list[object]:
    """Run acts in so many threads, each in a context of its own; return what they gave or raised."""
    gate = threading.Barrier(min(threads, len(acts)))

    def run(act: Callable[[], object]) -> object:
        with application.app_context():
            try:
                if gate.n_waiting < gate.parties and not gate.broken:
                    gate.wait(timeout=0.5)
            except threading.BrokenBarrierError:
                gate.abort()
            try:
                return act()
            except Refused as said_no:
                return said_no

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, acts))


def asks(variants: list[Variant], count: int) -> list[Ask]:
    """Let so many buyers look at one piece of one to three articles each, before anybody orders."""
    chance, found = random.Random(7), []
    for at in range(count):
        wanted = chance.sample(variants, min(len(variants), chance.randint(1, 3)))
        cart = basket(dict.fromkeys(wanted, 1))
        details = replace(YACINE, phone=f"+2136610{at:05d}")
        choices = choose(cart, details=details)
        seen = checkout.review(cart.id, details, choices)
        found.append((cart.id, secrets.token_hex(8), details, choices, seen.hash))
        session.rollback()
    return found


def tap(ask: Ask) -> Callable[[], object]:
    """Return the act of confirming."""
    cart_id, key, details, choices, review_hash = ask

    def act() -> object:
        with transaction():
            return checkout.place(cart_id, key=key, details=details, choices=choices, review_hash=review_hash)

    return act


def crowd(application: Flask, *, keys: int, products: int, pieces: int, threads: int) -> None:
    with application.app_context():
        shop = workshop(stock=pieces)
        with transaction():
            others = [add_product(shop.store, stock=pieces)[1] for _ in range(products - 1)]
        acts = [tap(ask) for ask in asks([shop.variant, *others], keys) for _twice in range(2)]
    random.Random(7).shuffle(acts)
    answers = at_once(application, acts, threads=threads)
    placed = [each for each in answers if isinstance(each, checkout.Placed)]
    with application.app_context():
        codes = {each.purchase_code for each in placed}
        assert len(codes) == sum(not each.repeated for each in placed)
        assert session.scalar(select(func.count()).select_from(Purchase)) == len(codes)
        assert session.scalar(select(func.count()).select_from(Order)) == len(codes)
        sold = session.scalar(select(func.coalesce(func.sum(OrderLine.pieces), 0))) or 0
        left = session.scalars(select(Variant.on_hand)).all()
        assert sold == products * pieces - sum(left)
        assert min(left) == 0, "so many buyers and pieces left over"
        assert list(audit.findings()) == []


def test_a_crowd_that_taps_twice_oversells_and_doubles_nothing(application: Flask) -> None:
    crowd(application, keys=24, products=1, pieces=8, threads=8)


@pytest.mark.slow
def test_a_large_crowd_that_taps_twice_oversells_and_doubles_nothing(application: Flask) -> None:
    """TEST_KEYS=10000 lets the whole town come."""
    crowd(application, keys=KEYS, products=20, pieces=5, threads=CROWD)


def test_many_tabs_of_one_basket_at_once_make_one_order(application: Flask) -> None:
    with application.app_context():
        cart_id, _key, details, choices, seen = asks([workshop(stock=20).variant], 1)[0]
    acts = [tap((cart_id, f"tab {at}", details, choices, seen)) for at in range(6)]
    answers = at_once(application, acts, threads=6)
    assert sum(isinstance(each, checkout.Placed) for each in answers) == 1
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Purchase)) == 1


def test_reading_first_and_writing_after_does_oversell(application: Flask) -> None:
    """The control: the same crowd, with the stock checked before it is written. It must break the invariant."""
    with application.app_context():
        shop = workshop(stock=4)
        variant_id = shop.variant.id

    def careless() -> bool:
        left = session.scalar(select(Variant.on_hand).where(Variant.id == variant_id))
        session.rollback()
        time.sleep(0.02)
        if not left:
            return False
        with transaction():
            session.execute(update(Variant).where(Variant.id == variant_id).values(on_hand=left - 1))
        return True

    sold = at_once(application, [careless] * 12, threads=6)
    assert sum(bool(each) for each in sold) > 4


def test_hand_over_sheets_are_numbered_without_gaps_by_many_hands(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=12)
        store_id, boxes = shop.id, [labelled(shop)[1].id for _each in range(12)]
        session.rollback()

    def hand(box: int) -> Callable[[], object]:
        def act() -> object:
            with transaction():
                return mark_handed_over(store_id, [box], by=AMINA).number

        return act

    numbers = at_once(application, [hand(box) for box in boxes], threads=6)
    assert sorted(int(str(number)) for number in numbers) == list(range(1, 13))
    with application.app_context():
        assert session.scalar(select(func.count()).where(Shipment.state == "handed_over")) == 12

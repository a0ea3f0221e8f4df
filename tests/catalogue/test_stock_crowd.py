"""Stock under many hands: nobody waits crosswise, and what the listing tells is what the last one left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.catalogue import service as catalogue
from shop.catalogue.models import Product, StockMovement, Variant
from shop.catalogue.service import VariantRow
from shop.core.errors import Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.checkout.cast import workshop
from tests.crowd import at_once


@dataclass
class Pair:
    """A product of two choices."""

    store_id: int
    product_id: int
    first: int
    second: int


def _pair(application: Flask, on_hand: int) -> Pair:
    with application.app_context():
        shop = workshop(stock=on_hand)
        rows = [
            VariantRow({"fr": "Rose"}, Money.dinars(600), on_hand, variant_id=shop.variant.id),
            VariantRow({"fr": "Jasmin"}, Money.dinars(600), on_hand),
        ]
        with transaction():
            catalogue.set_variants(shop.id, shop.product.id, rows, by=SYSTEM)
        found = session.scalars(
            select(Variant.id).where(Variant.product_id == shop.product.id).order_by(Variant.position)
        ).all()
        return Pair(shop.id, shop.product.id, found[0], found[1])


@pytest.mark.parametrize("turn", range(3))
def test_when_two_buyers_take_the_last_of_each_choice_nothing_is_told_to_be_left(application: Flask, turn: int) -> None:
    pair = _pair(application, on_hand=1)

    def take(variant_id: int) -> Callable[[], None]:
        def deed() -> None:
            with transaction():
                catalogue.take(pair.store_id, variant_id, 1, order_id=1, by=SYSTEM)
                time.sleep(0.05)  # the other one has begun by now

        return deed

    assert at_once(application, take(pair.first), take(pair.second)) == []
    with application.app_context():
        assert session.scalar(select(Product.in_stock).where(Product.id == pair.product_id)) is False


def test_buyers_and_the_artisan_never_wait_for_each_other_crosswise(application: Flask) -> None:
    pair = _pair(application, on_hand=500)

    def repeat(*verbs: Callable[[int], None]) -> Callable[[], None]:
        def deed() -> None:
            for turn in range(8):
                with transaction():
                    for verb in verbs:
                        verb(turn)
                        time.sleep(0.005)

        return deed

    def take(variant_id: int) -> Callable[[int], None]:
        return lambda _turn: catalogue.take(pair.store_id, variant_id, 1, order_id=1, by=SYSTEM)

    def rewrite(turn: int) -> None:
        rows = [VariantRow({}, Money.dinars(600 + turn), 500, variant_id=each) for each in (pair.first, pair.second)]
        catalogue.set_variants(pair.store_id, pair.product_id, rows, by=SYSTEM)

    raised = at_once(
        application,
        repeat(take(pair.first), take(pair.second)),
        repeat(take(pair.second)),
        repeat(lambda turn: catalogue.count_stock(pair.store_id, pair.second, 600 + turn, by=SYSTEM)),
        repeat(lambda turn: catalogue.set_price(pair.store_id, pair.second, Money.dinars(700 + turn), by=SYSTEM)),
        repeat(rewrite),
        repeat(lambda _turn: catalogue.follow_store(pair.store_id, "16")),
    )
    assert raised == []
    with application.app_context():
        for variant_id in (pair.first, pair.second):
            moved = select(func.sum(StockMovement.delta)).where(StockMovement.variant_id == variant_id)
            on_hand = select(Variant.on_hand).where(Variant.id == variant_id)
            assert session.scalar(moved) == session.scalar(on_hand)


def test_one_of_two_who_give_the_same_reference_at_once_is_told_at_its_field(application: Flask) -> None:
    with application.app_context():
        shop = workshop()
        with transaction():
            other = catalogue.create_product(
                shop.id, by=SYSTEM, craft="soap", names={"fr": "Autre"}, price=Money.dinars(500), stock=1
            )
        ids = [shop.product.id, other.id]

    def refer(product_id: int) -> Callable[[], None]:
        def deed() -> None:
            with transaction():
                catalogue.update_product(shop.id, product_id, by=SYSTEM, reference="SAV-1")
                time.sleep(0.05)  # both are inside their transactions now

        return deed

    (raised,) = at_once(application, *(refer(product_id) for product_id in ids))
    assert isinstance(raised, Refused)
    assert (raised.message, raised.field) == (catalogue.REFERENCE_TAKEN, "reference")
    with application.app_context():
        named = session.scalars(select(Product.id).where(Product.reference == "SAV-1")).all()
        assert len(named) == 1

"""Stock: taken by guarded statements, always the sum of its movements."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.catalogue import service as catalogue
from shop.catalogue.models import Product, StockMovement, Variant
from shop.core.errors import NotFound, OutOfStock
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.checkout.cast import Workshop, add_product, workshop


def _sum(shop: Workshop) -> int:
    return session.scalar(select(func.sum(StockMovement.delta)).where(StockMovement.variant_id == shop.variant.id)) or 0


def test_what_is_taken_is_gone_and_written_down(app: Flask) -> None:
    shop = workshop(stock=5)
    with transaction():
        catalogue.take(shop.id, shop.variant.id, 2, order_id=1, by=SYSTEM)
    assert (shop.on_hand(), _sum(shop)) == (3, 3)


def test_more_than_there_is_cannot_be_taken(app: Flask) -> None:
    shop = workshop(stock=2)
    with pytest.raises(OutOfStock), transaction():
        catalogue.take(shop.id, shop.variant.id, 3, order_id=1, by=SYSTEM)
    assert (shop.on_hand(), _sum(shop)) == (2, 2)


@pytest.mark.parametrize("pieces", [0, -3])
def test_taking_never_adds(app: Flask, pieces: int) -> None:
    shop = workshop(stock=2)
    with pytest.raises(ValueError, match="taken"), transaction():
        catalogue.take(shop.id, shop.variant.id, pieces, order_id=1, by=SYSTEM)
    assert (shop.on_hand(), _sum(shop)) == (2, 2)


def test_a_stranger_takes_and_adds_nothing(app: Flask) -> None:
    shop, other = workshop(), workshop("Parfums Ismahane")
    with pytest.raises(OutOfStock), transaction():
        catalogue.take(other.id, shop.variant.id, 1, order_id=1, by=SYSTEM)
    with pytest.raises(NotFound), transaction():
        catalogue.restock(other.id, shop.variant.id, 1, reason="restocked", by=SYSTEM)
    with pytest.raises(NotFound), transaction():
        catalogue.count_stock(other.id, shop.variant.id, 1, by=SYSTEM)


def test_what_is_made_to_order_is_never_out_of_stock(app: Flask) -> None:
    shop = workshop()
    with transaction():
        product, variant = add_product(shop.store, stock=0, made_to_order_days=5)
        catalogue.take(shop.id, variant.id, 3, order_id=1, by=SYSTEM)
    assert session.get_one(Variant, variant.id).on_hand == 0
    assert session.get_one(Product, product.id).made_to_order_days == 5


def test_the_listing_knows_at_once_what_is_sold_out_and_what_is_back(app: Flask) -> None:
    shop = workshop(stock=1)

    def shown() -> bool:
        session.rollback()
        return bool(session.scalar(select(Product.in_stock).where(Product.id == shop.product.id)))

    with transaction():
        catalogue.take(shop.id, shop.variant.id, 1, order_id=1, by=SYSTEM)
    assert not shown()
    with transaction():
        catalogue.count_stock(shop.id, shop.variant.id, 4, by=SYSTEM)
    assert shown()
    assert (shop.on_hand(), _sum(shop)) == (4, 4)


def test_sixteen_hands_reach_for_five_pieces(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=5)
        store_id, variant_id = shop.id, shop.variant.id
    got: list[int] = []

    def reach(order_id: int) -> None:
        with application.app_context():
            try:
                with transaction():
                    catalogue.take(store_id, variant_id, 1, order_id=order_id, by=SYSTEM)
                got.append(order_id)
            except OutOfStock:
                pass

    threads = [threading.Thread(target=reach, args=(number,)) for number in range(1, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 5
    with application.app_context():
        assert session.scalar(select(Variant.on_hand).where(Variant.id == variant_id)) == 0

"""Carts: kept for the visitor, honest about what has changed since."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from shop.cart import queries as cart_queries
from shop.cart import service as carts
from shop.cart.models import Cart, CartLine
from shop.catalogue import service as catalogue
from shop.core import clock
from shop.core.errors import NotFound, OutOfStock, Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from tests.checkout.cast import add_product, basket, workshop
from tests.counting import statements
from tests.crowd import at_once


def test_pieces_add_up_and_stop_at_what_is_there(app: Flask) -> None:
    shop = workshop(stock=3)
    cart = basket({shop.variant: 2})
    with transaction():
        assert carts.add(cart.id, shop.variant.id, pieces=5) == carts.Added(3, capped=True)
    assert cart_queries.view(cart.id).pieces == 3


def test_nothing_can_be_put_aside_that_is_not_for_sale(app: Flask) -> None:
    shop = workshop(stock=0)
    with pytest.raises(OutOfStock), transaction():
        carts.add(carts.open_cart("t").id, shop.variant.id, pieces=1)
    with pytest.raises(NotFound), transaction():
        carts.add(carts.open_cart("t").id, 9_999_999, pieces=1)
    with transaction():
        stores.suspend(shop.id, reason="test", by=SYSTEM)
    with pytest.raises(Refused, match="no longer for sale"), transaction():
        carts.add(carts.open_cart("t").id, shop.variant.id, pieces=1)


def test_one_parcel_per_workshop(app: Flask) -> None:
    amina, ismahane = workshop(), workshop("Parfums Ismahane", price=3400)
    view = cart_queries.view(basket({amina.variant: 2, ismahane.variant: 1}).id)
    assert [parcel.store_name for parcel in view.parcels] == ["Atelier Amina", "Parfums Ismahane"]
    assert view.goods == Money.dinars(2 * 600 + 3400)
    assert view.parcels[0].weight_g == 600


def test_a_removed_line_can_be_brought_back_for_a_while(app: Flask) -> None:
    shop = workshop()
    cart = basket({shop.variant: 2})
    line = cart_queries.view(cart.id).parcels[0].lines[0].line_id
    with transaction():
        carts.remove(cart.id, line)
    assert cart_queries.view(cart.id).parcels == ()
    assert [each.line_id for each in cart_queries.view(cart.id).removed] == [line]
    with transaction():
        carts.undo_removal(cart.id, line)
    assert cart_queries.view(cart.id).pieces == 2


def test_an_old_removal_is_forgotten(app: Flask) -> None:
    shop = workshop()
    with transaction():
        _product, second = add_product(shop.store, stock=3)
    cart = basket({shop.variant: 1, second: 1})
    first_line, second_line = [line.line_id for line in cart_queries.view(cart.id).parcels[0].lines]
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with transaction():
            carts.remove(cart.id, first_line)
        traveller.shift(carts.UNDO * 2)
        with transaction():
            carts.remove(cart.id, second_line)
    assert [line.line_id for line in cart_queries.view(cart.id).removed] == [second_line]


def test_what_changed_since_it_was_seen_is_said_and_must_be_accepted(app: Flask) -> None:
    shop = workshop(stock=3)
    cart = basket({shop.variant: 3})
    with transaction():
        catalogue.set_price(shop.id, shop.variant.id, Money.dinars(650), by=SYSTEM)
    line = cart_queries.view(cart.id).parcels[0].lines[0]
    assert (line.changed, line.seen, line.price) == ("price", Money.dinars(600), Money.dinars(650))
    with transaction():
        catalogue.count_stock(shop.id, shop.variant.id, 1, by=SYSTEM)
    assert cart_queries.view(cart.id).parcels[0].lines[0].changed == "stock"
    with transaction():
        carts.accept_changes(cart.id)
    line = cart_queries.view(cart.id).parcels[0].lines[0]
    assert (line.changed, line.pieces, line.seen) == (None, 1, Money.dinars(650))


def test_a_workshop_on_holiday_blocks_its_lines(app: Flask) -> None:
    shop = workshop()
    cart = basket({shop.variant: 1})
    with transaction():
        stores.close_until(shop.id, clock.today().replace(year=clock.today().year + 1), by=SYSTEM)
    assert cart_queries.view(cart.id).parcels[0].lines[0].changed == "closed"


def test_more_than_one_order_can_hold_is_not_put_aside(app: Flask) -> None:
    shop = workshop(stock=5000)
    cart = basket({shop.variant: 1})
    with transaction():
        assert carts.add(cart.id, shop.variant.id, pieces=1500) == carts.Added(999, capped=True)
        line = session.scalars(select(CartLine.id)).one()
        assert carts.set_pieces(cart.id, line, 5000) == carts.Added(999, capped=True)


def test_pieces_stay_as_they_are_while_none_can_be_ordered(app: Flask) -> None:
    shop = workshop(stock=5)
    cart = basket({shop.variant: 3})
    line = cart_queries.view(cart.id).parcels[0].lines[0].line_id
    with transaction():
        stores.close_until(shop.id, clock.today() + timedelta(days=9), by=SYSTEM)
        assert carts.set_pieces(cart.id, line, 2) == carts.Added(3, capped=True)


def test_taking_out_what_was_taken_out_long_ago_is_harmless_and_it_is_gone(app: Flask) -> None:
    shop = workshop()
    cart = basket({shop.variant: 1})
    line = cart_queries.view(cart.id).parcels[0].lines[0].line_id
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with transaction():
            carts.remove(cart.id, line)
        traveller.shift(carts.UNDO * 2)
        assert cart_queries.view(cart.id).removed == ()
        with transaction():
            carts.accept_changes(cart.id)
    with pytest.raises(NotFound), transaction():
        carts.undo_removal(cart.id, line)


def test_six_taps_at_once_on_one_new_cart_make_one_line_of_six(application: Flask) -> None:
    with application.app_context():
        variant_id = workshop(stock=50).variant.id

    def tap() -> None:
        with transaction():
            carts.add(carts.open_cart("a-token").id, variant_id, pieces=1)
            time.sleep(0.02)

    assert at_once(application, *[tap] * 6) == []
    with application.app_context():
        assert [(line.pieces) for line in session.scalars(select(CartLine))] == [6]


def test_another_visitors_line_is_not_there(app: Flask) -> None:
    shop = workshop()
    mine, hers = basket({shop.variant: 1}), basket({shop.variant: 1})
    line = cart_queries.view(hers.id).parcels[0].lines[0].line_id
    for touch in (carts.remove, carts.undo_removal):
        with pytest.raises(NotFound), transaction():
            touch(mine.id, line)
    with pytest.raises(NotFound), transaction():
        carts.set_pieces(mine.id, line, 2)


def test_the_token_is_stored_hashed(app: Flask) -> None:
    with transaction():
        carts.open_cart("a-secret-token")
    assert "a-secret-token" not in str(session.scalars(select(Cart.token_hash)).all())
    assert cart_queries.cart_by_token("a-secret-token") is not None
    assert cart_queries.cart_by_token("") is None


def test_a_cart_takes_two_statements_whatever_it_holds(app: Flask) -> None:
    shop = workshop()
    with transaction():
        others = [add_product(shop.store, stock=3)[1] for _ in range(12)]
    for goods in ([shop.variant], [shop.variant, *others]):
        cart = basket(dict.fromkeys(goods, 1))
        session.rollback()
        with statements() as few:
            cart_queries.view(cart.id)
        assert len(few) == 2


def test_carts_of_long_ago_are_forgotten(app: Flask) -> None:
    shop = workshop()
    basket({shop.variant: 1})
    with time_machine.travel(clock.now(), tick=False) as traveller:
        traveller.shift(181 * 86_400)
        with transaction():
            assert carts.forget_old() == 1
    assert session.scalar(select(func.count()).select_from(CartLine)) == 0

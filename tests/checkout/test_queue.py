"""What is made to order waits in a queue: a promised day, a limit that holds in a crowd, and a lot on each line."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.cart import queries as carts
from shop.cart import service as cart_service
from shop.catalogue import lots, queries
from shop.catalogue import service as catalogue
from shop.catalogue.models import Making, Product, Variant
from shop.checkout import service as checkout
from shop.core import clock
from shop.core.errors import OutOfStock, Refused
from shop.core.making import ready_on
from shop.documents.queries import label_contents, slip_contents
from shop.fulfilment import service as fulfilment
from shop.fulfilment.booking import note_of
from shop.orders import lots as order_lots
from shop.orders.lots import LotWord
from shop.orders.models import Order, OrderLine
from shop.orders.queries import lines
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from tests.checkout.cast import AMINA, YACINE, Workshop, basket, choose, confirmed, labelled, ordered, place, workshop
from tests.checkout.test_crowd import at_once, tap


def made_to_order(*, most: int | None = None, capacity: int | None = 6, days: int = 3) -> Workshop:
    """Let the workshop make its soap to order."""
    shop = workshop(stock=0)
    with transaction():
        catalogue.update_product(
            shop.id, shop.product.id, by=SYSTEM, made_to_order_days=days, capacity_week=capacity, queue_most=most
        )
    return shop


def queued(product_id: int) -> tuple[int, bool]:
    """Return how many pieces wait, and whether listings offer it."""
    session.rollback()
    row = session.execute(select(Product.queued, Product.in_stock).where(Product.id == product_id)).one()
    return row[0], row[1]


def test_the_promised_day_counts_who_waits_and_is_frozen_on_the_order(app: Flask) -> None:
    shop = made_to_order()
    for _each in range(3):
        ordered(shop, pieces=6)
    assert queued(shop.product.id) == (18, True)
    order = ordered(shop)
    made = ready_on(clock.today(), lead_days=3, capacity=6, ahead=18, pieces=1)
    assert order.promised_from is not None
    assert order.promised_from > made
    assert order.promised_from - made <= timedelta(days=3)
    assert list(audit.findings()) == []


def test_a_full_queue_closes_and_says_when_it_opens(app: Flask) -> None:
    shop = made_to_order(most=4)
    ordered(shop, pieces=3)
    cart = basket({shop.variant: 9})
    (line,) = carts.view(cart.id).parcels[0].lines
    assert line.pieces == 1, "the basket holds what can still be made"
    place(cart)
    assert queued(shop.product.id) == (4, False)
    view = queries.product_page(shop.product.id)
    assert view is not None
    assert view.is_full
    assert view.opens_again is not None
    assert view.opens_again > clock.today()
    with pytest.raises(OutOfStock):
        basket({shop.variant: 1})


def test_a_queue_is_made_after_the_holiday(app: Flask) -> None:
    shop = made_to_order(most=4)
    place(basket({shop.variant: 4}))
    back = clock.today() + timedelta(days=20)
    with transaction():
        stores.close_until(shop.id, back, by=AMINA)
    session.expire_all()
    view = queries.product_page(shop.product.id)
    assert view is not None
    assert view.opens_again is not None
    assert view.opens_again > back
    assert view.ready_on is not None
    assert view.ready_on > back


def test_a_cancelled_order_leaves_the_queue_an_undone_call_comes_back_and_a_label_ends_it(app: Flask) -> None:
    shop = made_to_order(most=2)
    order = ordered(shop, pieces=2)
    with transaction():
        fulfilment.call(shop.id, order.id, "cancelled", by=AMINA, reason="changed_mind")
    assert queued(shop.product.id) == (0, True)
    with transaction():
        fulfilment.undo_call(shop.id, order.id, by=AMINA)
    assert queued(shop.product.id) == (2, False)
    with transaction():
        fulfilment.call(shop.id, order.id, "cancelled", by=AMINA, reason="changed_mind")
    labelled(shop, pieces=2)
    assert queued(shop.product.id) == (0, True)
    states = session.scalars(select(Making.state).order_by(Making.id)).all()
    assert states == ["cancelled", "made"]
    assert list(audit.findings()) == []


def test_a_place_in_the_queue_that_others_took_is_not_given_back(app: Flask) -> None:
    shop = made_to_order(most=2)
    order = ordered(shop, pieces=2)
    with transaction():
        fulfilment.call(shop.id, order.id, "cancelled", by=AMINA, reason="changed_mind")
    ordered(shop, pieces=1)
    with pytest.raises(OutOfStock), transaction():
        fulfilment.undo_call(shop.id, order.id, by=AMINA)
    assert queued(shop.product.id) == (1, True)


def test_a_crowd_orders_exactly_what_can_be_made(application: Flask) -> None:
    with application.app_context():
        shop, acts = made_to_order(most=5), []
        product_id = shop.product.id
        for at in range(16):
            cart = basket({shop.variant: 1})
            details = replace(YACINE, phone=f"+2136620{at:05d}")
            choices = choose(cart, details=details)
            seen = checkout.review(cart.id, details, choices)
            acts += [tap((cart.id, secrets.token_hex(8), details, choices, seen.hash))] * 2
            session.rollback()
    answers = at_once(application, acts, threads=8)
    placed = [each for each in answers if isinstance(each, checkout.Placed) and not each.repeated]
    refused = [each for each in answers if isinstance(each, Refused)]
    with application.app_context():
        assert len(placed) == session.scalar(select(func.count()).select_from(Order)) == 5
        assert len(refused) == 22
        assert queued(product_id) == (5, False)
        assert list(audit.findings()) == []


def test_reading_first_and_writing_after_does_overfill_the_queue(application: Flask) -> None:
    """The control: the same crowd, with the queue looked at before it is written. It must break the limit."""
    with application.app_context():
        product_id = made_to_order(most=4).product.id

    def careless() -> bool:
        waiting, most = session.execute(
            select(Product.queued, Product.queue_most).where(Product.id == product_id)
        ).one()  # fmt: skip
        session.rollback()
        time.sleep(0.02)
        if most is None or waiting >= most:
            return False
        with transaction():
            session.execute(update(Product).where(Product.id == product_id).values(queued=waiting + 1))
        return True

    assert sum(bool(each) for each in at_once(application, [careless] * 12, threads=6)) > 4


def personal(shop: Workshop, *, required: bool = True) -> None:
    with transaction():
        catalogue.update_product(
            shop.id, shop.product.id, by=SYSTEM, personal_fr="Prénom", personal_most=12, personal_required=required
        )


def test_two_texts_are_two_lines_of_one_stock_and_stand_on_the_order_and_its_slip(app: Flask) -> None:
    shop = workshop(stock=5)
    personal(shop)
    with transaction():
        cart = cart_service.open_cart(secrets.token_hex(8))
        for text, pieces in (("Yacine", 2), ("  نادية ", 1), ("Yacine", 1), ("Sami", 9)):
            cart_service.add(cart.id, shop.variant.id, pieces=pieces, personal=text)
    held = carts.view(cart.id).parcels[0].lines
    assert [(each.personal, each.pieces, each.changed) for each in held] == [
        ("Yacine", 3, None), ("نادية", 1, None), ("Sami", 1, None),
    ]  # fmt: skip
    placed = place(cart)
    assert shop.on_hand() == 0
    kept = lines(shop.id, placed.order_ids)[placed.order_ids[0]]
    assert [(each.personal, each.pieces) for each in kept] == [("Yacine", 3), ("نادية", 1), ("Sami", 1)]
    (slip,) = slip_contents(shop.id, placed.order_ids)
    assert [each.personal for each in slip.lines] == ["Yacine", "نادية", "Sami"]
    with transaction():
        fulfilment.call(shop.id, placed.order_ids[0], "cancelled", by=AMINA, reason="changed_mind")
    assert shop.on_hand() == 5
    assert list(audit.findings()) == []


@pytest.mark.parametrize("text", ["", "   ", "\u202e", "treize lettres"])
def test_a_text_that_is_missing_or_too_long_is_refused_at_its_field(app: Flask, text: str) -> None:
    shop = workshop()
    personal(shop)
    with pytest.raises(Refused) as refused, transaction():
        cart = cart_service.open_cart(secrets.token_hex(8))
        cart_service.add(cart.id, shop.variant.id, pieces=1, personal=text)
    assert refused.value.field == "personal"


def test_a_product_that_asks_for_no_text_keeps_none(app: Flask) -> None:
    shop = workshop()
    with transaction():
        cart = cart_service.open_cart(secrets.token_hex(8))
        cart_service.add(cart.id, shop.variant.id, pieces=1, personal="Yacine")
    assert carts.view(cart.id).parcels[0].lines[0].personal == ""


def test_the_lot_that_is_sold_stands_on_the_line_once_it_is_confirmed(app: Flask) -> None:
    shop, until = workshop(), date(2027, 5, 1)
    with transaction():
        lots.add_lot(shop.id, shop.product.id, "L1", by=SYSTEM, best_before=until)
    order, _parcel = confirmed(shop, pieces=2)
    with transaction():
        lots.add_lot(shop.id, shop.product.id, "L2", by=SYSTEM)
    (line,) = lines(shop.id, [order.id])[order.id]
    assert (line.lot, line.best_before) == ("L1", until)
    (slip,) = slip_contents(shop.id, [order.id])
    assert slip.lines[0].lot == "الدفعة L1 (01/05/2027)"
    assert order_lots.sold_by_lot(shop.id, shop.product.id) == {"L1": 2}
    with transaction():
        order_lots.correct(shop.id, order.id, {line.id: LotWord("L0")}, by=AMINA)
    session.refresh(line)
    assert (line.lot, line.best_before) == ("L0", None)
    with transaction():
        fulfilment.undo_call(shop.id, order.id, by=AMINA)
        fulfilment.confirm(shop.id, order.id, by=AMINA)
    session.refresh(line)
    assert line.lot == "L2"


def test_what_burns_stands_on_the_label_and_what_a_piece_cost_on_the_line(app: Flask) -> None:
    shop = workshop()
    with transaction():
        catalogue.update_product(
            shop.id, shop.product.id, by=SYSTEM, craft="perfume", materials_minor=14_000, packaging_minor=None
        )
    order, parcel = confirmed(shop)
    (label,) = label_contents(shop.id, [parcel.id])
    assert label.caution == "Flammable"
    assert note_of(order, lines(shop.id, [order.id])[order.id]) == "Inflammable"
    assert session.scalars(select(OrderLine.cost_minor).where(OrderLine.order_id == order.id)).one() == 14_000
    other = workshop("Sami")
    plain = ordered(other)
    assert session.scalars(select(OrderLine.cost_minor).where(OrderLine.order_id == plain.id)).one() is None
    assert session.scalar(select(Variant.on_hand).where(Variant.id == other.variant.id)) == 4

"""Placing an order: all or nothing, once, at the price that was seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

from shop import audit
from shop.cart.models import CartLine
from shop.checkout import service as checkout
from shop.checkout.queries import offered
from shop.core.errors import Conflict, InvalidTransition, NotFound, OutOfStock, PriceChanged, Refused, StoreClosed
from shop.core.money import Money
from shop.orders import queries as orders
from shop.orders.models import Order, OrderLine, Purchase
from shop.payments.contract import Ask
from shop.payments.queries import payment_of
from shop.plumbing.db import db, session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.shipping import service as shipping
from shop.shipping.models import Shipment
from shop.shipping.queries import live_shipment
from shop.shipping.service import RateRow
from tests.checkout.cast import YACINE, add_product, basket, choose, ordered, place, workshop

pytestmark = pytest.mark.usefixtures("app")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is said to the database."""
    heard: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(db.engine, "before_cursor_execute", hear)


def test_an_order_freezes_names_prices_delivery_and_terms() -> None:
    amina = workshop()
    placed = place(basket({amina.variant: 2}))
    order = session.get_one(Order, placed.order_ids[0])
    assert (order.state, order.goods, order.delivery, order.total) == (
        "placed", Money.dinars(1200), Money.dinars(500), Money.dinars(1700),
    )  # fmt: skip
    line = session.scalars(select(OrderLine)).one()
    assert (line.name_fr, line.name_ar, line.pieces, line.unit) == ("Savon d'olive", "صابون", 2, Money.dinars(600))
    assert order.terms
    assert len(order.terms_hash) == 64
    assert order.promised_from is not None
    assert order.promised_to is not None
    assert order.promised_from <= order.promised_to
    assert order.buyer_fold == "yacine haddad"


def test_an_order_takes_stock_awaits_cash_and_prepares_a_parcel() -> None:
    amina = workshop(stock=5)
    order = ordered(amina, pieces=2)
    payment, parcel = payment_of(amina.id, order.id), live_shipment(amina.id, order.id)
    assert amina.on_hand() == 3
    assert payment is not None
    assert (payment.state, payment.amount) == ("pending", Money.dinars(1700))
    assert parcel is not None
    assert (parcel.state, parcel.collect, parcel.weight_g) == ("preparing", Money.dinars(1700), 600)
    assert parcel.reference.startswith("H")
    assert len(parcel.reference) <= 14
    assert parcel.reference.isascii()
    assert parcel.reference.isalnum()
    assert list(audit.findings()) == []


def test_an_only_order_bears_the_code_of_its_purchase() -> None:
    amina = workshop()
    placed = place(basket({amina.variant: 1}))
    assert session.get_one(Order, placed.order_ids[0]).code == placed.purchase_code


def test_two_workshops_make_two_orders_of_one_purchase() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane", price=900)
    placed = place(basket({amina.variant: 1, ismahane.variant: 1}))
    found = orders.orders_of_purchase(orders.purchase_by_code(placed.purchase_code).id)  # type: ignore[union-attr]
    assert [order.store_id for order in found] == [amina.id, ismahane.id]
    assert [order.total for order in found] == [Money.dinars(1100), Money.dinars(1400)]
    assert len({placed.purchase_code, *(order.code for order in found)}) == 3
    assert orders.purchase_by_code(found[1].code).id == found[1].purchase_id  # type: ignore[union-attr]
    assert list(audit.findings()) == []


def test_the_basket_is_empty_afterwards() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    place(cart)
    assert session.scalar(select(func.count()).select_from(CartLine)) == 0


def test_a_second_tap_returns_the_same_order() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    seen = checkout.review(cart.id, YACINE, choices)
    answers = []
    for _tap in range(2):
        with transaction():
            answers.append(checkout.place(cart.id, key="once", details=YACINE, choices=choices, review_hash=seen.hash))
    first, second = answers
    assert (first.repeated, second.repeated) == (False, True)
    assert (first.purchase_code, first.order_ids, first.payment_ids) == (
        second.purchase_code, second.order_ids, second.payment_ids,
    )  # fmt: skip
    assert amina.on_hand() == 4
    assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_the_same_key_with_another_request_is_a_conflict_and_changes_nothing() -> None:
    amina = workshop()
    place(basket({amina.variant: 1}), key="once")
    other = basket({amina.variant: 2})
    with pytest.raises(Conflict):
        place(other, key="once")
    assert amina.on_hand() == 4
    assert session.scalar(select(func.count()).select_from(Purchase)) == 1


def test_two_keys_for_one_basket_make_one_order() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    seen = checkout.review(cart.id, YACINE, choices)
    with transaction():
        checkout.place(cart.id, key="tab 1", details=YACINE, choices=choices, review_hash=seen.hash)
    with pytest.raises(Refused), transaction():
        checkout.place(cart.id, key="tab 2", details=YACINE, choices=choices, review_hash=seen.hash)
    assert session.scalar(select(func.count()).select_from(Purchase)) == 1


def test_a_price_that_changed_since_she_looked_stops_the_order() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    seen = checkout.review(cart.id, YACINE, choices)
    with transaction():
        amina.variant.price_minor = 70_000
    with pytest.raises(PriceChanged), transaction():
        checkout.place(cart.id, key="k", details=YACINE, choices=choices, review_hash=seen.hash)
    assert amina.on_hand() == 5
    assert session.scalar(select(func.count()).select_from(Purchase)) == 0


def test_a_delivery_price_that_changed_is_said_at_the_review() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    with transaction():
        rate = RateRow(wilaya_code="31", home=Money.dinars(550), desk=None)
        shipping.set_rates(amina.id, amina.carrier.id, [rate], by=SYSTEM)
    with pytest.raises(PriceChanged):
        checkout.review(cart.id, YACINE, choices)


def test_terms_that_changed_are_shown_again() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    seen = checkout.review(cart.id, YACINE, choices)
    with transaction():
        amina.store.terms_ar = "لا إرجاع"
    with pytest.raises(PriceChanged), transaction():
        checkout.place(cart.id, key="k", details=YACINE, choices=choices, review_hash=seen.hash)


def test_one_sold_out_line_stops_every_parcel() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    cart = basket({amina.variant: 1, ismahane.variant: 2})
    with transaction():
        ismahane.variant.on_hand = 1
    with pytest.raises(OutOfStock):
        place(cart)
    assert amina.on_hand() == 5
    assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_what_is_made_to_order_needs_no_stock_and_takes_its_days() -> None:
    amina = workshop()
    with transaction():
        _product, variant = add_product(amina.store, stock=0, made_to_order_days=10)
    placed = place(basket({variant: 3}))
    order = session.get_one(Order, placed.order_ids[0])
    assert order.promised_from is not None
    assert (order.promised_from - order.placed_at.date()).days >= 10
    assert list(audit.findings()) == []


def test_a_closed_workshop_takes_no_order() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    with transaction():
        amina.store.state = "suspended"
    with pytest.raises(StoreClosed):
        place(cart)


def test_a_hidden_product_is_no_longer_for_sale() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    with transaction():
        amina.product.state = "hidden"
    with pytest.raises(OutOfStock):
        place(cart)


def test_nothing_is_chosen_for_her() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, YACINE, [])
    assert refused.value.field == f"delivery-{amina.id}"
    home = choose(cart)[0]
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, YACINE, [replace(home, method="")])
    assert refused.value.field == "payment"


def test_a_desk_must_be_one_of_the_carriers() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    desk = choose(cart, kind="desk")[0]
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, YACINE, [replace(desk, desk_id=999)])
    assert refused.value.field == f"desk-{amina.id}"
    placed = place(cart, kind="desk", details=replace(YACINE, address=""))
    parcel = session.scalars(select(Shipment).where(Shipment.order_id == placed.order_ids[0])).one()
    assert (parcel.kind, parcel.desk_name, parcel.fee_minor) == ("desk", "Oran centre", 30_000)


def test_a_parcel_to_the_door_needs_an_address() -> None:
    cart = basket({workshop().variant: 1})
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, replace(YACINE, address=""), choose(cart))
    assert refused.value.field == "address"


def test_a_place_that_is_not_served_is_said() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    adrar = replace(YACINE, wilaya_code="01", commune_code="0101")
    with pytest.raises(Refused):
        checkout.review(cart.id, adrar, choose(cart))


def test_a_commune_of_another_wilaya_is_refused() -> None:
    cart = basket({workshop().variant: 1})
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, replace(YACINE, commune_code="1601"), choose(cart))
    assert refused.value.field == "commune"


def test_the_same_soap_twice_in_a_day_is_hinted_at_and_not_refused() -> None:
    amina = workshop()
    first = ordered(amina)
    second = ordered(amina)
    ordered(amina, phone="+213661000000")
    hints = session.scalars(select(Entry).where(Entry.verb == "order.looks_repeated")).all()
    assert [(hint.subject_id, hint.data) for hint in hints] == [(second.id, {"of": [first.code]})]


def test_a_one_line_order_costs_at_most_twenty_statements() -> None:
    amina = workshop()
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    seen = checkout.review(cart.id, YACINE, choices)
    cart_id = cart.id  # read outside: the house's statements are counted, not the test's
    with statements() as heard, transaction():
        checkout.place(cart_id, key="k", details=YACINE, choices=choices, review_hash=seen.hash)
    assert len(heard) <= 20, "\n".join(heard)


def test_offers_are_read_in_few_statements_however_many_workshops() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    cart = basket({amina.variant: 1, ismahane.variant: 1})
    session.rollback()
    with statements() as heard:
        found = offered(cart.id, wilaya_code="31")
    assert len(heard) <= 5
    assert [[quote.kind for quote in each.quotes] for each in found] == [["home", "desk"]] * 2
    ask = Ask("", Money.dinars(1000), "fr", stores_in_purchase=2)
    assert [[method.key for method in each.till.offers(ask)] for each in found] == [["cash_on_delivery"]] * 2


def test_the_buyer_cancels_while_nobody_has_confirmed() -> None:
    amina = workshop()
    placed = place(basket({amina.variant: 2}))
    with transaction():
        order = checkout.cancel_by_buyer(placed.purchase_code, placed.purchase_code)
    payment = payment_of(amina.id, order.id)
    session.expire_all()
    assert amina.on_hand() == 5
    assert payment is not None
    assert payment.state == "cancelled"
    assert (session.get_one(Order, order.id).state, session.get_one(Order, order.id).cancel_reason) == (
        "cancelled", "buyer",
    )  # fmt: skip
    with pytest.raises(InvalidTransition), transaction():
        checkout.cancel_by_buyer(placed.purchase_code, placed.purchase_code)
    assert amina.on_hand() == 5
    assert list(audit.findings()) == []


def test_the_buyer_cannot_cancel_what_is_confirmed_or_not_hers() -> None:
    amina = workshop()
    placed, other = place(basket({amina.variant: 1})), place(basket({amina.variant: 1}))
    with transaction():
        session.get_one(Order, placed.order_ids[0]).state = "confirmed"
    with pytest.raises(InvalidTransition), transaction():
        checkout.cancel_by_buyer(placed.purchase_code, placed.purchase_code)
    with pytest.raises(NotFound), transaction():
        checkout.cancel_by_buyer(placed.purchase_code, other.purchase_code)

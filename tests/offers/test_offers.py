"""Offers on orders: frozen, counted, given back, checked again at the last moment, and never another store's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shop import audit
from shop.catalogue import prices
from shop.catalogue import service as catalogue
from shop.catalogue.models import PriceChange
from shop.checkout import service as checkout
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, PriceChanged, Refused
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.offers import queries, service
from shop.offers.models import Offer
from shop.offers.words import Article, nothing
from shop.orders.models import Order, OrderLine
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, YACINE, Workshop, add_product, basket, choose, handed_over, workshop
from tests.offers.cast import dinars, offer, ordered, place, terms, uses

pytestmark = pytest.mark.usefixtures("app")


def test_an_order_freezes_what_its_offer_took_off_and_the_courier_collects_the_rest() -> None:
    amina = workshop()
    offer_id = offer(amina, percent=15)
    order = ordered(amina, pieces=2)
    assert (order.goods, order.discount, order.delivery, order.total) == (
        dinars(1200), dinars(180), dinars(500), dinars(1520),
    )  # fmt: skip
    assert (order.offer_name, order.offer_code) == ("Ramadan", "")
    payment, parcel = payment_of(amina.id, order.id), live_shipment(amina.id, order.id)
    assert payment is not None
    assert parcel is not None
    assert payment.amount == parcel.collect == dinars(1520)
    used = queries.redemption(amina.id, order.id)
    assert used is not None
    assert (used.offer_id, used.amount, used.phone) == (offer_id, dinars(180), YACINE.phone)
    assert uses(offer_id) == 1
    with transaction():
        service.change_offer(amina.id, offer_id, terms(name="Autre", percent=50), by=SYSTEM)
    session.refresh(order)
    assert (order.discount, order.offer_name) == (dinars(180), "Ramadan")
    assert list(audit.findings()) == []


def test_an_amount_is_shared_over_the_lines_and_free_delivery_leaves_the_fee_on_the_parcel() -> None:
    amina = workshop()
    with transaction():
        other = add_product(amina.store, stock=5, price=350)[1]
    offer(amina, kind="amount", amount=dinars(100))
    placed = place(basket({amina.variant: 1, other: 1}))
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == placed.order_ids[0])).all()
    assert sum(line.discount_minor for line in lines) == 10_000
    offer(amina, name="Livraison", kind="delivery", minimum=dinars(1000))
    order = ordered(amina, pieces=2)
    parcel = live_shipment(amina.id, order.id)
    assert parcel is not None
    assert (order.delivery, order.discount, order.total) == (Money(0), Money(0), dinars(1200))
    assert (parcel.fee_minor, parcel.collect) == (50_000, dinars(1200))
    assert list(audit.findings()) == []


def test_the_audit_finds_a_discount_that_nobody_gave_and_a_use_that_nobody_made() -> None:
    amina = workshop()
    offer_id, order = offer(amina), ordered(amina)
    with transaction():
        session.execute(update(Offer).where(Offer.id == offer_id).values(uses=3))
        session.execute(
            update(Order).where(Order.id == order.id)
            .values(discount_minor=Order.discount_minor - 100, total_minor=Order.total_minor + 100)
        )  # fmt: skip
    assert {each.rule for each in audit.findings()} >= {"I3 discount", "I3 shares", "I3 uses", "I3 payment"}


def test_a_typed_code_counts_and_stands_on_the_order() -> None:
    amina = workshop()
    offer(amina, code="Bienvenue 20", percent=20)
    assert ordered(amina).discount == Money(0)
    order = ordered(amina, code="bienvenue20")
    assert (order.discount, order.offer_code) == (dinars(120), "BIENVENUE20")


def test_a_cancelled_order_gives_its_use_back_and_undoing_takes_it_again() -> None:
    amina = workshop()
    offer_id = offer(amina, most_uses=1)
    order = ordered(amina)
    with pytest.raises(PriceChanged):
        _at_last_moment(amina, offer_id)
    with transaction():
        fulfilment.call(amina.id, order.id, "cancelled", reason="other", by=AMINA)
    assert uses(offer_id) == 0
    with transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)
    assert uses(offer_id) == 1
    assert list(audit.findings()) == []


def test_undoing_a_cancellation_is_refused_when_others_used_the_offer_up() -> None:
    amina = workshop()
    offer_id = offer(amina, most_uses=1)
    order = ordered(amina)
    with transaction():
        fulfilment.call(amina.id, order.id, "cancelled", reason="other", by=AMINA)
    assert ordered(amina, phone="+213550123457").discount == dinars(60)
    with pytest.raises(Refused, match="used up"), transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)
    assert uses(offer_id) == 1
    assert list(audit.findings()) == []


@pytest.mark.parametrize("end", ["buyer", "studio", "returned"])
def test_every_way_in_which_an_order_ends_gives_its_use_back_once(end: str) -> None:
    amina = workshop()
    offer_id = offer(amina)
    if end == "returned":
        order, parcel = handed_over(amina)
        with transaction():
            fulfilment.scan(amina.id, parcel.id, "returned", by=AMINA)
    else:
        order = ordered(amina)
        assert uses(offer_id) == 1
        with transaction():
            if end == "buyer":
                checkout.cancel_by_buyer(order.code, order.code)
            else:
                fulfilment.cancel(amina.id, order.id, "out_of_stock", by=AMINA)
    assert uses(offer_id) == 0
    with transaction():
        service.give_back(amina.id, order.id, by=SYSTEM)
    assert uses(offer_id) == 0
    assert list(audit.findings()) == []


def test_a_phone_holds_an_offer_only_so_often_and_another_code_is_refused_at_its_field() -> None:
    amina = workshop()
    offer(amina, code="UNE-FOIS", most_per_phone=1)
    ordered(amina, code="UNEFOIS")
    with pytest.raises(Refused) as said:
        ordered(amina, code="UNEFOIS")
    assert said.value.field == f"code-{amina.id}"
    assert "phone" in said.value.message
    assert ordered(amina, code="UNEFOIS", phone="+213660000001").discount == dinars(60)


@pytest.mark.parametrize("after", ["paused", "over", "changed", "used_up"])
def test_what_changed_since_the_look_is_never_ordered(after: str) -> None:
    amina = workshop()
    offer_id = offer(amina, most_uses=1)
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    seen = checkout.review(cart.id, YACINE, choices)
    if after == "paused":
        with transaction():
            service.pause(amina.id, offer_id, by=SYSTEM)
    elif after == "over":
        with transaction():
            session.execute(update(Offer).values(until_day=clock.today() - timedelta(days=1)))
    elif after == "changed":
        with transaction():
            service.change_offer(amina.id, offer_id, terms(percent=20), by=SYSTEM)
    else:
        ordered(amina, phone="+213660000002")
    before = uses(offer_id)
    with pytest.raises(PriceChanged), transaction():
        checkout.place(cart.id, key="late", details=YACINE, choices=choices, review_hash=seen.hash)
    assert uses(offer_id) == before
    assert amina.on_hand() == (4 if after == "used_up" else 5)


def _at_last_moment(amina: Workshop, offer_id: int) -> None:
    """Use an offer as if it had been free when it was looked at."""
    order = ordered(amina, phone="+213660000009")
    one = replace(queries.offer(amina.id, offer_id), uses=0)
    deal = replace(nothing([Article(1, order.goods, 1)]), offer=one)
    with transaction():
        service.redeem(amina.id, order.id, deal, phone=order.phone, by=SYSTEM)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"), ({"percent": 0}, "percent"), ({"percent": 91}, "percent"),
        ({"kind": "amount"}, "amount"), ({"code": "a-"}, "code"), ({"product_ids": frozenset()}, "scope"),
        ({"until_day": clock.today() - timedelta(days=1)}, "until_day"),
    ],
)  # fmt: skip
def test_an_offer_that_makes_no_sense_is_refused_at_its_field(given: dict[str, Any], field: str) -> None:
    amina = workshop()
    with pytest.raises(Refused) as said:
        offer(amina, **given)
    assert said.value.field == field


def test_two_offers_of_a_shop_never_share_a_code_and_two_shops_may() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    mine = offer(amina, code="AID")
    offer(ismahane, code="AID")
    with pytest.raises(Refused) as said:
        offer(amina, code="a i d")
    assert said.value.field == "code"
    with transaction():
        service.change_offer(amina.id, mine, terms(code="aid", percent=30), by=SYSTEM)
    assert ordered(amina, code="AID").discount == dinars(180)


def test_an_offer_is_only_its_stores_and_only_of_its_stores_products() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    mine = offer(amina)
    for act in (
        lambda: service.change_offer(ismahane.id, mine, terms(), by=SYSTEM),
        lambda: service.pause(ismahane.id, mine, by=SYSTEM),
        lambda: offer(ismahane, product_ids=frozenset({amina.product.id})),
        lambda: queries.offer(ismahane.id, mine),
    ):
        with pytest.raises(NotFound):
            _within(act)
    assert ordered(ismahane).discount == Money(0)


def _within(act: Any) -> None:
    try:
        with transaction():
            act()
    except RuntimeError:  # it opens its own
        act()


def test_pausing_twice_is_said_and_a_limit_below_what_was_used_is_refused() -> None:
    amina = workshop()
    offer_id = offer(amina)
    ordered(amina)
    ordered(amina, phone="+213660000003")
    with pytest.raises(Refused) as said, transaction():
        service.change_offer(amina.id, offer_id, terms(most_uses=1), by=SYSTEM)
    assert (said.value.field, said.value.values["n"]) == ("most_uses", 2)
    with transaction():
        service.pause(amina.id, offer_id, by=SYSTEM)
    with pytest.raises(InvalidTransition), transaction():
        service.pause(amina.id, offer_id, by=SYSTEM)
    found = queries.figures(amina.id)
    assert [(each.uses, each.gave, each.offer.stage(clock.today())) for each in found] == [(2, dinars(120), "paused")]


def test_prices_that_buyers_saw_are_remembered_and_never_rewritten() -> None:
    amina = workshop()
    for price in (500, 800):
        with transaction():
            catalogue.set_price(amina.id, amina.variant.id, dinars(price), by=SYSTEM)
    assert prices.lowest_lately([amina.variant.id]) == {amina.variant.id: 50_000}
    rows = [(each.before_minor, each.after_minor) for each in session.scalars(select(PriceChange))]
    assert rows == [(60_000, 50_000), (50_000, 80_000)]
    with clock.standing_at(clock.now() + timedelta(days=31)):
        assert prices.lowest_lately([amina.variant.id]) == {}


def test_a_buyer_who_is_forgotten_leaves_the_figures_of_an_offer_as_they_were() -> None:
    amina = workshop()
    offer_id, order = offer(amina, most_per_phone=1), ordered(amina)
    with transaction():
        service.forget_buyer(amina.id, [order.id])
    used = queries.redemption(amina.id, order.id)
    assert used is not None
    assert (used.phone, used.amount, uses(offer_id)) == ("", dinars(60), 1)

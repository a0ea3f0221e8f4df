"""Sold from hand to hand: one order, paid at once, nothing to send; twice the same tap is one sale."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.catalogue.models import Variant
from shop.checkout import hand
from shop.checkout.hand import HandBuyer, Sold
from shop.core.errors import Conflict, NotFound, OutOfStock, PriceChanged, Refused
from shop.fulfilment.queries import story_of
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments.queries import payment_of
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.settlement.queries import money
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, Workshop, workshop


def sell(shop: Workshop, pieces: int = 2, *, key: str = "k", buyer: HandBuyer | None = None) -> Sold:
    wanted = {shop.variant.id: pieces}
    seen = hand.goods_in_hand(shop.id, wanted).hash
    with transaction():
        return hand.sell_in_hand(shop.store, wanted, key=key, seen=seen, buyer=buyer or HandBuyer(), by=AMINA)


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def test_a_sale_is_complete_paid_and_needs_no_parcel(app: Flask) -> None:
    shop = workshop(stock=5)
    sold = sell(shop)
    order, payment = orders.order(shop.id, sold.order_id), payment_of(shop.id, sold.order_id)
    assert payment is not None
    assert (order.kind, order.state, order.total_minor, order.delivery_minor) == ("hand", "completed", 120_000, 0)
    assert (payment.method, payment.state, payment.amount_minor) == ("cash_in_hand", "settled", 120_000)
    assert payment.collected_at == payment.settled_at or payment.settled_at is not None
    assert live_shipment(shop.id, order.id) is None
    assert shop.on_hand() == 3
    told = story_of(order, payment, None)
    assert told.artisan.text() == "Sold from hand to hand, paid in cash."
    assert [step.progress for step in told.artisan_steps] == ["done", "done"]
    assert [each.verb for each in journal.timeline("order", order.id, store_id=shop.id)] == [
        "order.placed", "order.confirmed", "order.completed",
    ]  # fmt: skip
    assert breaches() == []


def test_its_money_is_received_and_told_apart(app: Flask) -> None:
    shop = workshop(stock=5)
    sell(shop)
    seen = money(shop.id)
    assert (seen.in_hand.amount.minor, seen.in_hand.parcels) == (120_000, 1)
    assert (seen.collected.parcels, seen.expected.parcels) == (0, 0)


def test_a_name_and_a_phone_may_be_left(app: Flask) -> None:
    shop = workshop(stock=5)
    sold = sell(shop, buyer=HandBuyer(name="Yacine", phone="+213550123456", language="fr"))
    order = orders.order(shop.id, sold.order_id)
    assert (order.buyer_name, order.phone, order.language) == ("Yacine", "+213550123456", "fr")


def test_the_same_tap_is_one_sale_and_another_one_under_its_key_is_refused(app: Flask) -> None:
    shop = workshop(stock=9)
    wanted = {shop.variant.id: 2}
    seen = hand.goods_in_hand(shop.id, wanted).hash
    for _twice in range(2):
        with transaction():
            sold = hand.sell_in_hand(shop.store, wanted, key="k", seen=seen, buyer=HandBuyer(), by=AMINA)
    assert sold.repeated
    with pytest.raises(Conflict), transaction():
        hand.sell_in_hand(shop.store, {shop.variant.id: 1}, key="k", seen=seen, buyer=HandBuyer(), by=AMINA)
    assert session.scalar(select(func.count()).select_from(Order)) == 1
    assert shop.on_hand() == 7


def test_what_is_not_there_not_hers_or_dearer_meanwhile_is_not_sold(app: Flask) -> None:
    shop, other = workshop(stock=1), workshop("Parfums Ismahane", stock=5)
    with pytest.raises(OutOfStock):
        hand.goods_in_hand(shop.id, {shop.variant.id: 2})
    with pytest.raises(NotFound):
        hand.goods_in_hand(shop.id, {other.variant.id: 1})
    with pytest.raises(Refused):
        hand.goods_in_hand(shop.id, {shop.variant.id: 0})
    seen = hand.goods_in_hand(shop.id, {shop.variant.id: 1}).hash
    with transaction():
        session.execute(update(Variant).where(Variant.id == shop.variant.id).values(price_minor=1))
    with pytest.raises(PriceChanged), transaction():
        hand.sell_in_hand(shop.store, {shop.variant.id: 1}, key="k", seen=seen, buyer=HandBuyer(), by=AMINA)
    assert session.scalar(select(func.count()).select_from(Order)) == 0
    assert shop.on_hand() == 1


def test_the_audit_sees_a_hand_sale_whose_money_is_not_there(app: Flask) -> None:
    shop = workshop(stock=5)
    sold = sell(shop)
    with transaction():
        session.execute(update(Order).where(Order.id == sold.order_id).values(state="confirmed"))
    assert any(each.startswith("states hand") for each in breaches())

"""Sold from hand to hand: one order, paid at once, nothing to send; twice the same tap is one sale."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.catalogue.models import Variant
from shop.checkout import hand
from shop.checkout.hand import Agreed, HandBuyer, Sold
from shop.core import clock
from shop.core.errors import Conflict, NotFound, OutOfStock, PriceChanged, Refused
from shop.core.money import Money
from shop.documents import invoices
from shop.earnings.queries import month
from shop.fulfilment.queries import story_of
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments.queries import payment_of
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.settlement.books import months
from shop.settlement.queries import money
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, Workshop, ordered, workshop
from tests.crowd import at_once


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
    [[came]] = [each.sources for each in months(shop.id)]
    assert (came.title, came.received.minor, came.orders) == ("cash_in_hand", 120_000, 1)
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


def test_a_price_agreed_at_the_fair_is_a_discount_with_its_reason_shared_over_the_lines(app: Flask) -> None:
    shop = workshop(stock=5)
    wanted, agreed = {shop.variant.id: 3}, Agreed(Money.dinars(1500), "  three together ")
    seen = hand.goods_in_hand(shop.id, wanted, agreed).hash
    with transaction():
        sold = hand.sell_in_hand(shop.store, wanted, key="k", seen=seen, buyer=HandBuyer(), agreed=agreed, by=AMINA)
    order, payment = orders.order(shop.id, sold.order_id), payment_of(shop.id, sold.order_id)
    assert payment is not None
    assert (order.goods_minor, order.discount_minor, order.total_minor) == (180_000, 30_000, 150_000)
    assert (order.offer_name, payment.amount_minor, payment.state) == ("three together", 150_000, "settled")
    assert [line.discount_minor for line in orders.lines(shop.id, [order.id])[order.id]] == [30_000]
    with transaction():
        paper = invoices.issue(shop.id, order.id, by=AMINA)
    assert paper.total_minor == 150_000
    assert breaches() == []


@pytest.mark.parametrize(("price", "reason", "field"), [(1201, "why", "agreed"), (1000, " ", "reason")])
def test_an_agreed_price_is_no_higher_one_and_has_a_reason(app: Flask, price: int, reason: str, field: str) -> None:
    shop = workshop(stock=5)
    with pytest.raises(Refused) as refused:
        hand.goods_in_hand(shop.id, {shop.variant.id: 2}, Agreed(Money.dinars(price), reason))
    assert refused.value.field == field


def test_what_was_seen_is_the_agreed_price_and_its_reason(app: Flask) -> None:
    shop = workshop(stock=5)
    wanted = {shop.variant.id: 2}
    seen = hand.goods_in_hand(shop.id, wanted).hash
    with pytest.raises(PriceChanged), transaction():
        hand.sell_in_hand(
            shop.store, wanted, key="k", seen=seen, buyer=HandBuyer(), by=AMINA,
            agreed=Agreed(Money.dinars(1000), "a neighbour"),
        )  # fmt: skip


def test_a_sale_is_undone_within_a_minute_once_and_all_is_as_before(app: Flask) -> None:
    shop = workshop(stock=5)
    sold = sell(shop)
    with transaction():
        hand.undo_sale(shop.id, sold.order_id, by=AMINA)
    order, payment = orders.order(shop.id, sold.order_id), payment_of(shop.id, sold.order_id)
    assert payment is not None
    assert (order.state, order.completed_at, payment.state, shop.on_hand()) == ("cancelled", None, "refunded", 5)
    assert [each.left.minor for each in months(shop.id)] == [0]
    assert month(shop.id, clock.today()).orders == ()
    assert journal.timeline("order", order.id, store_id=shop.id)[-1].verb == "order.sale_undone"
    assert breaches() == []
    with pytest.raises(Refused, match="within a minute"), transaction():
        hand.undo_sale(shop.id, sold.order_id, by=AMINA)
    assert shop.on_hand() == 5


def test_a_sale_stays_after_its_minute_and_what_was_sent_is_never_undone_so(app: Flask) -> None:
    shop = workshop(stock=5)
    sold, sent = sell(shop), ordered(shop)
    later = clock.now() + hand.UNDO_WITHIN + timedelta(seconds=1)
    for order_id, at in ((sold.order_id, later), (sent.id, clock.now())):
        with clock.standing_at(at), pytest.raises(Refused), transaction():
            hand.undo_sale(shop.id, order_id, by=AMINA)
    with pytest.raises(Refused), transaction():
        hand.undo_sale(shop.id + 1, sold.order_id, by=AMINA)
    assert breaches() == []


def test_ten_taps_on_undo_give_the_pieces_back_once(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=5)
        sold, store_id, variant_id = sell(shop), shop.id, shop.variant.id

    def tap() -> None:
        with transaction():
            hand.undo_sale(store_id, sold.order_id, by=AMINA)

    raised = at_once(application, *[tap] * 10)
    assert [type(each) for each in raised] == [Refused] * 9
    with application.app_context():
        assert session.scalars(select(Variant.on_hand).where(Variant.id == variant_id)).one() == 5
        assert breaches() == []


def test_the_audit_sees_a_hand_sale_whose_money_is_not_there(app: Flask) -> None:
    shop = workshop(stock=5)
    sold = sell(shop)
    with transaction():
        session.execute(update(Order).where(Order.id == sold.order_id).values(state="confirmed"))
    assert any(each.startswith("states hand") for each in breaches())

"""Earnings read from orders as they really end: settled, held by the carrier, refused, sold from hand to hand."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select, update

from shop.checkout import exchange, hand
from shop.checkout.hand import HandBuyer
from shop.core import clock
from shop.core.money import Money
from shop.documents import service as documents
from shop.earnings import queries
from shop.fulfilment import service as fulfilment
from shop.orders import exchanges
from shop.orders.models import OrderLine
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.settlement import service as settlement
from shop.shipping import service as shipping
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, Workshop, delivered, ordered, workshop
from tests.customers.test_customers import refused


def settled(shop: Workshop, *, received: int, fee: int) -> None:
    """Have an order of 600 DA and 500 DA of delivery taken, and the carrier bring so much."""
    order, _parcel = delivered(shop)
    payment = payment_of(shop.id, order.id)
    assert payment is not None
    lines = [(payment.id, Money.dinars(received), Money.dinars(fee))]
    with transaction():
        settlement.record_remittance(
            shop.id,
            carrier_title="Barq Express",
            received_on=clock.today(),
            lines=lines,
            by=AMINA,
            reference=f"R{order.id}",
        )


def test_a_month_tells_what_came_in_what_went_off_and_what_is_not_known(app: Flask) -> None:
    shop, other = workshop(stock=30), workshop("Parfums Ismahane", stock=30)
    settled(shop, received=580, fee=520)
    settled(shop, received=400, fee=500)
    delivered(shop)
    with transaction():
        shipping.change_carrier(shop.id, shop.carrier.id, return_minor=15_000, by=AMINA)
    refused(shop)
    with transaction():  # what is asked tomorrow changes nothing that was sent
        shipping.change_carrier(shop.id, shop.carrier.id, return_minor=99_900, by=AMINA)
    ordered(shop)
    delivered(other)
    wanted = {shop.variant.id: 2}
    seen = hand.goods_in_hand(shop.id, wanted).hash
    with transaction():
        hand.sell_in_hand(shop.store, wanted, key="fair", seen=seen, buyer=HandBuyer(), by=AMINA)
    found = queries.month(shop.id, clock.today())
    assert (len(found.taken), found.returned) == (4, 1)
    assert found.goods == Money.dinars(3 * 600 + 1200)
    assert found.sum("fees") == Money.dinars(20)
    assert found.sum("missing") == Money.dinars(200)
    assert found.earned == Money.dinars(3000 - 20 - 200 - 150)
    assert (found.way_back, found.ways_back_unknown) == (Money.dinars(150), 0)
    assert (found.fees_unknown, found.cost_unknown) == (1, 4)
    (oran,) = found.by_wilaya()
    assert (oran.taken, oran.returned) == (3, 1)


def test_twelve_months_stand_in_their_order_and_each_order_in_its_own(app: Flask) -> None:
    shop = workshop(stock=30)
    with clock.standing_at(clock.now() - timedelta(days=62)):
        delivered(shop)
        then = f"{clock.today():%Y-%m}"
    delivered(shop)
    rows = queries.months(shop.id, clock.today())
    assert len(rows) == 12
    assert [row.key for row in rows] == sorted(row.key for row in rows)
    assert {row.key: row.taken for row in rows if row.taken} == {then: 1, f"{clock.today():%Y-%m}": 1}
    assert rows[-1].key == f"{clock.today():%Y-%m}"


def test_a_month_ends_at_midnight_in_algeria(app: Flask) -> None:
    shop = workshop(stock=30)
    last = clock.start_of_day(date(2026, 11, 1)) - timedelta(minutes=1)
    with clock.standing_at(last):
        delivered(shop)
    assert len(queries.month(shop.id, date(2026, 10, 15)).taken) == 1
    assert len(queries.month(shop.id, date(2026, 11, 15)).taken) == 0
    assert queries.month(shop.id, date(2026, 12, 1)).orders == ()


def test_pieces_that_an_exchange_brought_back_whole_cost_nothing(app: Flask) -> None:
    shop = workshop(stock=9)
    first, _parcel = delivered(shop)
    with transaction():
        session.execute(update(OrderLine).where(OrderLine.order_id == first.id).values(cost_minor=120_00))
        (line_id,) = session.scalars(select(OrderLine.id).where(OrderLine.order_id == first.id))
    with transaction():
        made = exchange.start(shop.id, first.id, {line_id: 1}, key="k1", by=AMINA)
        fulfilment.confirm(shop.id, made.order_id, by=AMINA)
    parcel = live_shipment(shop.id, made.order_id)
    assert parcel is not None
    with transaction():
        documents.print_labels(shop.id, [parcel.id], paper="100x150", start=1, by=AMINA)
    with transaction():
        fulfilment.hand_over(shop.id, [parcel.id], by=AMINA)
    with transaction():
        fulfilment.scan(shop.id, parcel.id, "delivered", by=AMINA)
    assert costs(shop) == [Money.dinars(120)] * 2, "the first is with its buyer, or broken, as far as is known"
    with transaction():
        exchanges.goods_came_back(shop.id, made.order_id, by=AMINA)
    assert costs(shop) == [Money(0), Money.dinars(120)]


def costs(shop: Workshop) -> list[Money]:
    session.rollback()
    return [each.cost for each in queries.month(shop.id, clock.today()).orders]

"""Money given back: only what has reached the artisan; the invoice is cancelled along with it, nothing counts twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from shop import audit
from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.core.money import Money
from shop.documents import invoice_queries, invoices
from shop.documents.register import register_csv
from shop.earnings import queries as earnings
from shop.fulfilment import service as fulfilment
from shop.fulfilment.queries import story_of
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.payments.queries import payment_of
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.settlement import service as settlement
from shop.settlement.books import months
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, Workshop, confirmed, delivered, workshop
from tests.checkout.test_hand import sell
from tests.crowd import at_once


def paid(shop: Workshop) -> Order:
    """Have an order delivered and its cash brought."""
    order = delivered(shop)[0]
    payment = payment_now(shop, order)
    line = (payment.id, order.total, Money(0))
    with transaction():
        settlement.record_remittance(
            shop.id, carrier_title="Barq Express", received_on=clock.today(), lines=[line], by=AMINA
        )
    return order


def payment_now(shop: Workshop, order: Order) -> Payment:
    session.rollback()
    found = payment_of(shop.id, order.id)
    assert found is not None
    return found


def refund(shop: Workshop, order: Order) -> None:
    with transaction():
        fulfilment.refund(shop.id, order.id, by=AMINA)


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def test_money_that_reached_her_is_given_back_once(app: Flask) -> None:
    shop = workshop()
    order = paid(shop)
    refund(shop, order)
    payment = payment_now(shop, order)
    assert (payment.state, payment.refunded_at is not None) == ("refunded", True)
    with pytest.raises(InvalidTransition):
        refund(shop, order)
    told = story_of(orders.order(shop.id, order.id), payment, live_shipment(shop.id, order.id))
    assert told.artisan.text() == told.buyer.text() == "Delivered, then refunded."
    assert told.artisan_steps[-1].label == "Money given back"
    verbs = [each.verb for each in journal.timeline("payment", payment.id, store_id=shop.id)]
    assert verbs.count("payment.refunded") == 1
    assert breaches() == []


def test_what_a_carrier_still_holds_or_nobody_paid_cannot_be_given_back(app: Flask) -> None:
    shop = workshop(stock=9)
    for order in (confirmed(shop)[0], delivered(shop)[0]):
        with pytest.raises(InvalidTransition):
            refund(shop, order)


def test_a_sale_from_hand_to_hand_is_given_back_too_and_its_pieces_come_back_once(app: Flask) -> None:
    shop = workshop(stock=5)
    order = session.get_one(Order, sell(shop).order_id)
    with pytest.raises(InvalidTransition), transaction():
        fulfilment.take_back(shop.id, order.id, by=AMINA)
    refund(shop, order)
    assert shop.on_hand() == 3
    for _twice in range(2):
        with transaction():
            fulfilment.take_back(shop.id, order.id, by=AMINA)
        assert shop.on_hand() == 5
    told = story_of(orders.order(shop.id, order.id), payment_now(shop, order), None)
    assert told.artisan.text() == "Sold from hand to hand, then refunded."
    assert breaches() == []


def test_what_was_given_back_is_told_apart_and_earned_nothing(app: Flask) -> None:
    shop = workshop(stock=5)
    kept, given = (session.get_one(Order, sell(shop, key=key).order_id) for key in "ab")
    refund(shop, given)
    [seen] = months(shop.id)
    assert ([each.orders for each in seen.sources], seen.given_back, seen.left) == ([2], given.total, kept.total)
    earned = earnings.earnings(shop.id, clock.today(), clock.today() + timedelta(days=1))
    assert [each.code for each in earned.orders] == [kept.code]


def test_its_invoice_waits_for_a_credit_note_and_no_other_is_issued(app: Flask) -> None:
    shop = workshop()
    order = paid(shop)
    with transaction():
        issued = invoices.issue(shop.id, order.id, by=AMINA)
    refund(shop, order)
    assert [code for _paper, code in invoice_queries.to_cancel(shop.id)] == [order.code]
    with transaction():
        note = invoices.credit_if_issued(shop.id, order.id, reason="Abîmé", by=AMINA)
    assert note is not None
    assert note.cancels_id == issued.id
    assert invoice_queries.to_cancel(shop.id) == []
    with pytest.raises(InvalidTransition), transaction():
        invoices.issue(shop.id, order.id, by=AMINA)
    with transaction():
        assert invoices.credit_if_issued(shop.id, order.id, reason="", by=AMINA) is None
    (line,) = register_csv(shop.id, clock.today()).decode().splitlines()[1:]
    assert note.code in line


def test_an_invoice_issued_while_the_money_is_given_back_is_cancelled_with_it(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=5)
        store_id, order_id = shop.id, sell(shop).order_id

    def issue() -> None:
        with transaction():
            invoices.issue(store_id, order_id, by=AMINA)

    def give_back() -> None:
        with transaction():
            fulfilment.refund(store_id, order_id, by=AMINA)
            invoices.credit_if_issued(store_id, order_id, reason="", by=AMINA)

    raised = at_once(application, issue, give_back)
    assert all(isinstance(each, InvalidTransition) for each in raised)
    with application.app_context():
        assert invoice_queries.live(invoice_queries.of_order(store_id, order_id)) is None

"""The ledger: every movement adds up to nothing, follows its order to the end and stays as it was written."""

from __future__ import annotations

from collections import Counter

import pytest
from alembic import command
from sqlalchemy import select, text

from shop import audit
from shop.checkout import hand
from shop.checkout.hand import HandBuyer
from shop.checkout.service import cancel_by_buyer
from shop.core import clock
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order, Purchase
from shop.payments import attempts, ledger, refunds
from shop.payments.contract import Fact
from shop.payments.models import LedgerEntry
from shop.payments.queries import payment_of
from shop.plumbing import schema
from shop.plumbing.db import db, part, session, transaction
from shop.settlement.service import record_remittance
from tests.checkout.cast import AMINA, Workshop, delivered, handed_over, ordered, workshop

pytestmark = pytest.mark.usefixtures("app")


def books(order_id: int) -> dict[str, int]:
    """What stands in each account of an order, in dinars; accounts with nothing left out."""
    session.rollback()
    sums: Counter[str] = Counter()
    for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.order_id == order_id)):
        sums[entry.account] += entry.minor // 100
    assert sum(sums.values()) == 0
    return {account: minor for account, minor in sums.items() if minor}


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def settled(shop: Workshop, received: int, fee: int) -> Order:
    order, _box = delivered(shop)
    payment = payment_of(shop.id, order.id)
    assert payment is not None
    with transaction():
        record_remittance(
            shop.id, carrier_title="Barq Express", reference=order.code, received_on=clock.today(),
            lines=[(payment.id, Money.dinars(received), Money.dinars(fee))], by=AMINA,
        )  # fmt: skip
    return order


def test_an_order_is_owed_as_soon_as_it_is_placed() -> None:
    order = ordered(workshop())
    assert books(order.id) == {"buyer": 1100, "goods": -600, "delivery": -500}
    assert breaches() == []


def test_what_a_carrier_collected_is_no_longer_owed_and_what_it_brings_is_in_hand() -> None:
    amina = workshop(stock=9)
    order, _box = delivered(amina)
    assert books(order.id) == {"with_carrier": 1100, "goods": -600, "delivery": -500}
    assert books(settled(amina, 1000, 50).id) == {
        "in_hand": 1000, "fees": 50, "difference": 50, "goods": -600, "delivery": -500,
    }  # fmt: skip
    assert books(settled(amina, 1200, 0).id)["difference"] == -100
    assert breaches() == []


def test_a_cancelled_order_is_taken_back_by_rows_and_stands_again_when_that_is_undone() -> None:
    amina = workshop()
    order = ordered(amina)
    with transaction():
        fulfilment.call(amina.id, order.id, "fake", by=AMINA)
    assert books(order.id) == {}
    assert breaches() == []
    with transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)
    assert books(order.id) == {"buyer": 1100, "goods": -600, "delivery": -500}
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
        ledger.cancelled(amina.id, order.id, by=AMINA)  # twice is harmless, also in one transaction
    assert books(order.id) == {}
    assert breaches() == []


def test_whoever_cancels_and_whatever_comes_back_nothing_is_owed() -> None:
    amina = workshop(stock=9)
    by_buyer = ordered(amina)
    code = session.scalars(select(Purchase.code).where(Purchase.id == by_buyer.purchase_id)).one()
    back, box = handed_over(amina)
    with transaction():
        cancel_by_buyer(code, by_buyer.code)
        for word in ("returning", "returned"):
            fulfilment.scan(amina.id, box.id, word, by=AMINA)
    assert (books(by_buyer.id), books(back.id)) == ({}, {})
    assert breaches() == []


def test_what_was_given_back_went_out_of_the_hand_that_had_it() -> None:
    amina = workshop(stock=9)
    order = settled(amina, 1000, 100)
    with transaction():
        fulfilment.refund(amina.id, order.id, by=AMINA)
    assert books(order.id) == {"in_hand": -100, "fees": 100, "refunded": 1100, "goods": -600, "delivery": -500}
    held, _box = delivered(amina)
    payment = payment_of(amina.id, held.id)
    assert payment is not None
    with transaction():
        refunds.ask(amina.id, payment.id, payment.amount, reason="", proof="", by=AMINA, by_hand=True)
    assert books(held.id) == {"refunded": 1100, "goods": -600, "delivery": -500}
    assert breaches() == []


def test_a_sale_from_hand_to_hand_is_in_hand_at_once_and_its_undoing_too() -> None:
    shop = workshop()
    pieces = {shop.variant.id: 1}
    seen = hand.goods_in_hand(shop.id, pieces).hash
    with transaction():
        sold = hand.sell_in_hand(shop.store, pieces, key="k", seen=seen, buyer=HandBuyer(), by=AMINA)
    assert books(sold.order_id) == {"in_hand": 600, "goods": -600}
    with transaction():
        hand.undo_sale(shop.id, sold.order_id, by=AMINA)
    assert books(sold.order_id) == {"buyer": -600, "refunded": 600}
    assert breaches() == []


def test_the_same_fact_twice_is_written_once() -> None:
    amina = workshop()
    payment = payment_of(amina.id, ordered(amina).id)
    assert payment is not None
    fact = Fact(reference=payment.reference, state="collected", amount=payment.amount)
    for _time in range(2):
        with transaction():
            attempts.record_fact(amina.id, payment.id, fact, by=AMINA)
    assert books(payment.order_id)["with_carrier"] == 1100


def test_what_fails_alone_leaves_nothing_in_the_ledger() -> None:
    amina = workshop()
    order = ordered(amina)
    with transaction():
        with pytest.raises(LookupError), part():
            ledger.return_fee(amina.id, order.id, Money.dinars(250), by=AMINA)
            raise LookupError
        ledger.return_fee(amina.id, order.id, Money.dinars(200), by=AMINA)
    assert books(order.id)["return_fees"] == 200


def test_a_movement_that_is_not_balanced_is_never_written() -> None:
    amina = workshop()
    order = ordered(amina)
    with pytest.raises(ValueError, match="not balanced"), transaction():
        ledger._post("sold", amina.id, order.id, {"DZD": {"goods": -5, "buyer": 4}}, by=AMINA)


def test_an_older_deployment_gets_the_same_ledger_from_what_it_has() -> None:
    amina = workshop(stock=20)
    ordered(amina)
    delivered(amina)
    settled(amina, 1000, 50)
    fake = ordered(amina)
    with transaction():
        fulfilment.call(amina.id, fake.id, "fake", by=AMINA)
    refunded = settled(amina, 900, 200)
    with transaction():
        fulfilment.refund(amina.id, refunded.id, by=AMINA)
    pieces = {amina.variant.id: 1}
    seen = hand.goods_in_hand(amina.id, pieces).hash
    with transaction():
        hand.sell_in_hand(amina.store, pieces, key="k", seen=seen, buyer=HandBuyer(), by=AMINA)
    before = written()
    db.engine.dispose()
    command.downgrade(schema.configuration(), "0023")
    command.upgrade(schema.configuration(), "head")
    assert written() == before
    assert breaches() == []


def written() -> Counter[tuple[object, ...]]:
    session.rollback()
    columns = (LedgerEntry.kind, LedgerEntry.order_id, LedgerEntry.payment_id, LedgerEntry.account, LedgerEntry.minor)
    found = Counter(tuple(row) for row in session.execute(select(*columns)))
    session.rollback()
    return found


def test_a_remittance_that_the_ledger_does_not_know_is_found() -> None:
    settled(workshop(), 1000, 50)
    with transaction():
        session.execute(text("UPDATE remittance_lines SET received_minor = received_minor + 1"))
    assert any(each.startswith("I4 came") for each in breaches())

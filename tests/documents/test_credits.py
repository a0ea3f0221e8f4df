"""What is given back in part is taken off the invoice by a credit note: without gaps, each rate its share, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from shop import audit
from shop.core import clock
from shop.core.money import Money
from shop.documents import credits as notes_of
from shop.documents import invoice_queries as queries
from shop.documents import invoices, service
from shop.documents.models import Invoice
from shop.earnings import queries as earnings
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.payments import attempts, refunds
from shop.payments.contract import Fact
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from shop.settlement import payouts
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.crowd import at_once
from tests.documents import sold
from tests.documents.test_companions import texts
from tests.documents.test_invoices import issue, rules
from tests.payments.till import Bank, card_method, of, takes, waiting

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def bank() -> Iterator[Bank]:
    with card_method() as bank:
        yield bank


@pytest.fixture
def amina(bank: Bank) -> Workshop:
    shop = workshop(stock=30)
    takes(shop, "card", {"password": "a word"})
    return shop


def paid(shop: Workshop, came: int | None = None) -> tuple[Order, Payment]:
    """Let an order of 600 DA and 500 DA of delivery be paid by card, and confirm it."""
    order, payment = waiting(shop, "card")
    amount = payment.amount if came is None else Money.dinars(came)
    with transaction():
        attempts.record_fact(shop.id, payment.id, Fact(payment.reference, "collected", amount), by=AMINA)
        fulfilment.confirm(shop.id, order.id, by=AMINA)
    return of(order.id)


def back(shop: Workshop, payment: Payment, dinars: int) -> Invoice | None:
    with transaction():
        refunds.ask(
            shop.id, payment.id, Money.dinars(dinars), reason="", proof="CCP 4471", by=AMINA, by_hand=True
        )  # fmt: skip
    with transaction():
        return invoices.credit_what_went_back(shop.id, payment.order_id, reason="Savon fendu", by=AMINA)


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def test_parts_take_their_share_of_tax_and_the_last_one_cancels_the_rest(amina: Workshop) -> None:
    rules(amina, charges_vat=True)
    order, payment = paid(amina)
    invoice = issue(amina, order)
    one = back(amina, payment, 300)
    assert one is not None
    assert (one.kind, one.number, one.cancels_id, one.total, one.content["lowers"]) == (
        "credit", 1, None, Money.dinars(300), invoice.code,
    )  # fmt: skip
    assert one.content["taxes"] == [{"rate": 19, "net": 252_10, "tax": 47_90}]
    assert queries.live(queries.of_order(amina.id, order.id)) == invoice
    with transaction():  # asked again, it writes nothing
        assert invoices.credit_what_went_back(amina.id, order.id, by=AMINA) is None
    two = back(amina, payment, 200)
    last = back(amina, payment, 600)
    assert two is not None
    assert last is not None
    assert (two.number, last.number, last.cancels_id, last.total) == (2, 3, invoice.id, Money.dinars(600))
    notes = (one, two, last)
    assert sum(each.total_minor for each in notes) == invoice.total_minor
    assert sum(each.net_minor for each in notes) == invoice.net_minor
    assert sum(each.content["taxes"][0]["tax"] for each in notes) == invoice.content["taxes"][0]["tax"]
    assert queries.live(queries.of_order(amina.id, order.id)) is None
    assert breaches() == []
    drawn = " ".join(texts(service.invoice_pdf(last)))
    for said in ("Avoirs précédents", invoice.code, "600,00"):
        assert said in drawn, said
    assert "Partie du prix remboursée" in " ".join(texts(service.invoice_pdf(one)))


def test_an_invoice_that_is_issued_later_has_its_note_at_once(amina: Workshop) -> None:
    order, payment = paid(amina)
    assert back(amina, payment, 300) is None
    invoice = issue(amina, order)
    papers = queries.of_order(amina.id, order.id)
    assert [(each.kind, each.total) for each in papers] == [
        ("invoice", Money.dinars(1100)), ("credit", Money.dinars(300)),
    ]  # fmt: skip
    with transaction():
        invoices.credit(amina.id, order.id, reason="Adresse", by=AMINA)
    again = issue(amina, order)
    assert (again.turn, again.id != invoice.id) == (2, True)
    assert [each.total for each in queries.parts(again)] == [Money.dinars(300)]
    assert breaches() == []


def test_what_was_paid_too_much_takes_nothing_off_the_price(amina: Workshop) -> None:
    order, payment = paid(amina, came=1300)
    issue(amina, order)
    assert back(amina, payment, 150) is None
    part = back(amina, payment, 150)
    assert part is not None
    assert (part.total, breaches()) == (Money.dinars(100), [])


def test_many_taps_write_one_note_and_the_job_finds_what_a_service_gave_back(app: Flask, amina: Workshop) -> None:
    order, payment = paid(amina)
    issue(amina, order)
    store_id, order_id = amina.id, order.id
    with transaction():
        refunds.ask(store_id, payment.id, Money.dinars(300), reason="", proof="x", by=AMINA, by_hand=True)
    assert at_once(app, *[invoices.follow_refunds] * 4) == []
    session.rollback()
    assert [each.number for each in queries.of_order(store_id, order_id) if each.kind == "credit"] == [1]
    assert breaches() == []


def test_earnings_are_less_what_went_back_and_what_the_service_kept(amina: Workshop) -> None:
    _order, payment = paid(amina)
    kept, whole = paid(amina)[1], earnings.month(amina.id, clock.today())
    assert whole.earned == Money(0)
    session.execute(text("UPDATE orders SET state = 'completed', completed_at = confirmed_at"))
    session.commit()
    assert earnings.month(amina.id, clock.today()).fees_unknown == 2
    back(amina, payment, 100)
    with transaction():
        payouts.record_payout(
            amina.id, method="card", key="k", payment_ids=[payment.id, kept.id], received=Money.dinars(2058),
            received_on=clock.today(), by=AMINA,
        )  # fmt: skip
    found = earnings.month(amina.id, clock.today())
    assert (found.fees_unknown, found.sum("fees"), found.sum("given_back"), found.sum("missing")) == (
        0, Money.dinars(42), Money.dinars(100), Money(0),
    )  # fmt: skip
    assert found.earned == Money.dinars(2 * 600 - 42 - 100)


def test_the_audit_names_notes_that_take_off_too_much_or_nothing(amina: Workshop) -> None:
    order, payment = paid(amina)
    other, another = paid(amina)
    invoice, _second = issue(amina, order), issue(amina, other)
    part, _third = back(amina, payment, 900), back(amina, another, 300)
    assert part is not None
    for broken, rule in (
        ("DELETE FROM credit_parts", "I9 part"),
        (f"UPDATE credit_parts SET invoice_id = {part.id}", "I9 part"),
        (f"UPDATE credit_parts SET invoice_id = {invoice.id}", "I9 parts"),
    ):
        session.rollback()
        session.execute(text(broken))
        assert rule in {each.rule for each in audit.findings()}, broken
        session.rollback()


@given(st.integers(1, 584_999), st.integers(0, 30_000), st.data())
def test_shares_of_two_rates_lose_no_centime(first: int, discount: int, data: st.DataObject) -> None:
    bill = sold.invoice(rates=(9, 19), discount=discount)
    first = min(first, bill["total"] - 1)
    notes = [notes_of.lowered(bill, [], first, code="A-2026-0001", reason="")]
    second = data.draw(st.integers(0, bill["total"] - first - 1))
    if second:
        notes.append(notes_of.lowered(bill, notes, second, code="A-2026-0002", reason=""))
    notes.append(notes_of.credited(bill, notes, code="A-2026-0003", reason=""))
    for key in ("total", "net"):
        assert sum(each[key] for each in notes) == bill[key]
    for at, rate in enumerate((9, 19)):
        taxes = [tax for each in notes for tax in each["taxes"] if tax["rate"] == rate]
        assert sum(tax["tax"] for tax in taxes) == bill["taxes"][at]["tax"]
        assert all(tax["net"] >= -1 and tax["tax"] >= -1 for tax in taxes)
    assert all(each["net"] + sum(tax["tax"] for tax in each["taxes"]) == each["total"] for each in notes)

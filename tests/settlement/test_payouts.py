"""What services of cards hold reaches her account: each payment settled once, the fee shared to the centime."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.payments import attempts, ledger, refunds
from shop.payments.contract import Fact
from shop.payments.models import LedgerEntry, Payment
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.settlement import books, payouts, queries
from shop.settlement.models import Remittance, RemittanceLine
from shop.settlement.service import Recorded
from tests.checkout.cast import AMINA, Workshop, delivered, workshop
from tests.crowd import at_once
from tests.payments.till import Bank, card_method, of, takes, waiting
from tests.settlement.test_statements import breaches

pytestmark = pytest.mark.usefixtures("app")
SECRET: dict[str, object] = {"password": "a word"}


@pytest.fixture(autouse=True)
def bank() -> Iterator[Bank]:
    with card_method() as bank:
        yield bank


@pytest.fixture
def amina(bank: Bank) -> Workshop:
    shop = workshop(stock=30)
    takes(shop, "card", SECRET)
    return shop


def paid(shop: Workshop, *, pieces: int = 1) -> Payment:
    """Let an order be paid by card: 600 DA a piece and 500 DA of delivery."""
    order, payment = waiting(shop, "card", pieces=pieces)
    with transaction():
        attempts.record_fact(shop.id, payment.id, Fact(payment.reference, "collected", payment.amount), by=AMINA)
    return of(order.id)[1]


def came(shop: int, *payment_ids: int, dinars: int, key: str = "k1", **more: object) -> Recorded:
    given = {"method": "card", "received": Money.dinars(dinars), "received_on": clock.today(), "by": AMINA, **more}
    with transaction():
        return payouts.record_payout(shop, key=key, payment_ids=payment_ids, **given)  # type: ignore[arg-type]


def standing(account: str, currency: str = "DZD") -> int:
    session.rollback()
    mine = (LedgerEntry.account == account, LedgerEntry.currency == currency)
    return int(session.scalar(select(func.sum(LedgerEntry.minor)).where(*mine)) or 0)


def test_what_came_is_settled_and_the_rest_is_the_fee_to_the_centime(amina: Workshop) -> None:
    one, two, three = paid(amina), paid(amina, pieces=2), paid(amina)
    made = came(amina.id, one.id, two.id, dinars=2750, reference="VIR 12")
    view = queries.remittance(amina.id, made.remittance_id)
    assert (view.received, view.fees, view.expected, view.difference) == (
        Money.dinars(2750), Money.dinars(50), Money.dinars(2800), Money(0),
    )  # fmt: skip
    assert [row.fee.minor for row in view.rows] == [19_64, 30_36]
    assert [each.state for each in (of(one.order_id)[1], of(two.order_id)[1], of(three.order_id)[1])] == [
        "settled", "settled", "collected",
    ]  # fmt: skip
    assert (standing("in_hand"), standing("fees"), standing("with_provider")) == (2750_00, 50_00, 1100_00)
    verbs = session.scalars(select(Entry.verb).where(Entry.verb == "payment.settled")).all()
    assert (len(verbs), breaches()) == (2, [])
    month = books.months(amina.id)[0]
    assert [(each.title, each.received, each.fees) for each in month.sources] == [
        ("card", Money.dinars(2750), Money.dinars(50))
    ]
    assert [(each.title, each.received) for each in books.with_services(amina.id)] == [("card", Money.dinars(1100))]


def test_a_double_tap_writes_once(app: Flask, amina: Workshop) -> None:
    one, shop = paid(amina).id, amina.id
    assert at_once(app, *[lambda: came(shop, one, dinars=1080)] * 4) == []
    session.rollback()
    assert came(shop, one, dinars=1080).repeated
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Remittance, RemittanceLine)]
    assert (counts, standing("in_hand"), breaches()) == ([1, 1], 1080_00, [])
    with pytest.raises(InvalidTransition):
        came(shop, one, dinars=1080, key="another form")


def test_what_cannot_be_is_refused_and_changes_nothing(amina: Workshop) -> None:
    one = paid(amina)
    order, _box = delivered(amina)
    cash = of(order.id)[1]
    other = workshop("Atelier Sami")
    today, ids = clock.today(), (one.id,)
    for field, dinars, ticked, on in (
        ("lines", 10, (), today), ("received", 0, ids, today), ("received", 1101, ids, today),
        ("sure", 900, ids, today), ("received_on", 1080, ids, today + timedelta(days=1)),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            came(amina.id, *ticked, dinars=dinars, received_on=on)
        assert refused.value.field == field
    for shop, method, *chosen in (
        (other.id, "card", one.id), (amina.id, "card", one.id, cash.id), (amina.id, "cash_on_delivery", cash.id),
        (amina.id, "card", one.id, 999_999), (amina.id, "chargily", one.id),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            came(int(shop), *map(int, chosen), dinars=1000, method=method)
    assert (standing("in_hand"), breaches()) == (0, [])
    assert not came(amina.id, one.id, dinars=900, sure=True).repeated
    assert breaches() == []


def test_what_was_given_back_before_is_not_paid_out(amina: Workshop, bank: Bank) -> None:
    one, two = paid(amina), paid(amina)
    with transaction():
        refunds.ask(amina.id, one.id, Money.dinars(300), reason="", proof="by hand", by=AMINA, by_hand=True)
        refunds.ask(amina.id, two.id, Money.dinars(100), reason="", proof="", by=AMINA)
    assert [(each.payment_id, each.amount) for each in payouts.held(amina.id, "card", "DZD")] == [
        (one.id, Money.dinars(800))
    ]
    with pytest.raises(Refused):
        came(amina.id, one.id, two.id, dinars=1700)
    made = came(amina.id, one.id, dinars=780)
    view = queries.remittance(amina.id, made.remittance_id)
    assert (view.expected, view.fees, view.difference) == (Money.dinars(800), Money.dinars(20), Money(0))
    assert (standing("in_hand"), standing("fees"), breaches()) == (780_00, 20_00, [])


def test_currencies_never_meet(amina: Workshop) -> None:
    one, two = paid(amina), paid(amina)
    with transaction():  # as a sale abroad stands: its payment, and what the service holds of it, in euros
        session.execute(update(Payment).where(Payment.id == two.id).values(currency="EUR"))
        ledger.collected(amina.id, two.id, by=AMINA)
    with pytest.raises(NotFound):
        came(amina.id, one.id, two.id, dinars=2000)
    with pytest.raises(NotFound):
        came(amina.id, two.id, dinars=1080)
    came(amina.id, two.id, dinars=0, received=Money(1080_00, "EUR"))
    came(amina.id, one.id, dinars=1090, key="k2", reference="VIR 2")
    assert (standing("in_hand"), standing("in_hand", "EUR"), standing("fees", "EUR")) == (1090_00, 1080_00, 20_00)
    assert [(each.currency, each.left) for each in books.months(amina.id)] == [
        ("DZD", Money.dinars(1090)), ("EUR", Money(1080_00, "EUR")),
    ]  # fmt: skip
    assert [row.amount for row in books.behind(amina.id, "received", currency="EUR")] == [Money(1080_00, "EUR")]


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=30), st.data())
def test_no_share_is_above_its_payment_and_none_is_lost(held: list[int], data: st.DataObject) -> None:
    came_minor = data.draw(st.integers(1, sum(held)))
    lines = payouts._shared({at: Money(minor) for at, minor in enumerate(held)}, Money(came_minor), sure=True)
    assert sum(received.minor for _id, received, _fee in lines) == came_minor
    assert [(received + fee).minor for _id, received, fee in lines] == held
    assert all(received.minor >= 0 and fee.minor >= 0 for _id, received, fee in lines)

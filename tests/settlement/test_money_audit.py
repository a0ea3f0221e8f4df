"""The audit ties the ledger to payments and remittances in both directions: each rule is seen to go red."""

from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy import select, text

from shop import audit
from shop.core import clock
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.payments import refunds
from shop.payments import service as payments
from shop.payments.models import LedgerEntry, Payment
from shop.plumbing.db import session, transaction
from shop.settlement import payouts
from shop.settlement.service import record_rest
from tests.checkout.cast import AMINA, delivered, handed_over, workshop
from tests.payments.till import takes, waiting
from tests.settlement.test_statements import breaches, line, receive

pytestmark = pytest.mark.usefixtures("app")
_movements = count(1)


@pytest.fixture
def month() -> dict[str, int]:
    """A month: one parcel paid short and its rest, one that came back, a card paid out and given back in part."""
    amina = workshop(stock=20)
    (order, box), (_back, back) = delivered(amina), handed_over(amina)
    with transaction():
        for word in ("returning", "returned"):
            fulfilment.scan(amina.id, back.id, word, by=AMINA)
    receive(amina, line(box, 1000, 500), line(back, 0, 250))
    cash = session.scalars(select(Payment).where(Payment.order_id == order.id)).one().id
    with transaction():
        record_rest(
            amina.id, cash, missing=Money.dinars(100), received=Money.dinars(60), received_on=clock.today(), by=AMINA
        )
    takes(amina, "chargily", {"secret_key": "test_sk_ofTheAudit"})
    bought, card = waiting(amina, "chargily")
    with transaction():
        payments.mark_collected(amina.id, card.id, by=AMINA)
        fulfilment.confirm(amina.id, bought.id, by=AMINA)
    with transaction():
        payouts.record_payout(
            amina.id, method="chargily", key="k", payment_ids=[card.id], received=Money.dinars(1080),
            received_on=clock.today(), by=AMINA,
        )  # fmt: skip
    with transaction():
        refunds.ask(amina.id, card.id, Money.dinars(100), reason="", proof="CCP 1", by=AMINA, by_hand=True)
    return {"store": amina.id, "cash": cash, "card": card.id, "order": order.id, "bought": bought.id, "back": _back.id}


def movement(month: dict[str, int], kind: str, order: str, payment: str | None, **parts: int) -> None:
    """Add a movement to the ledger that nobody made; nothing that stands there can be changed."""
    number = next(_movements)
    for account, minor in parts.items():
        session.add(LedgerEntry(
            store_id=month["store"], movement=number, kind=kind, order_id=month[order], account=account, minor=minor,
            payment_id=month[payment] if payment else None, currency="DZD", at=clock.now(), by_kind="system",
        ))  # fmt: skip
    session.flush()


def rules() -> set[str]:
    return {each.rule for each in audit.findings()}


def test_a_month_as_it_should_be_breaks_nothing(month: dict[str, int]) -> None:
    assert month
    assert breaches() == []


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("I3 ledger", "UPDATE payments SET collected_minor = collected_minor + 1 WHERE id = {cash}"),
        ("I3 ledger", "UPDATE orders SET delivery_minor = delivery_minor + 1, total_minor = total_minor + 1"),
        ("I3 payment", "UPDATE payments SET state = 'cancelled' WHERE id = {cash}"),
        ("I4 ledger", "UPDATE payments SET state = 'collected', settled_at = NULL WHERE id = {cash}"),
        ("I4 settled", "UPDATE payments SET state = 'collected', settled_at = NULL WHERE id = {card}"),
        ("I4 settled", "DELETE FROM remittance_lines WHERE payment_id = {card}"),
        ("I4 kept", "DELETE FROM remittance_lines WHERE payment_id = {card}"),
        ("I4 kept", "UPDATE remittance_lines SET expected_minor = expected_minor + 1 WHERE payment_id = {cash}"),
        ("I4 came", "UPDATE remittance_lines SET received_minor = received_minor + 1 WHERE payment_id = {cash}"),
        ("I4 remittance", "UPDATE remittances SET received_minor = received_minor + 1"),
        ("I4 rest", "UPDATE remittance_lines SET rest_minor = rest_minor + 1 WHERE payment_id = {cash}"),
        ("I4 way back", "UPDATE remittance_others SET fee_minor = 1 WHERE kind = 'returned'"),
        ("I4 back", "UPDATE refunds SET amount_minor = amount_minor + 1"),
    ],
)  # fmt: skip
def test_a_row_that_was_changed_is_named(month: dict[str, int], rule: str, broken: str) -> None:
    session.rollback()
    session.execute(text(broken.format(**month)))
    assert rule in rules()
    session.rollback()
    assert breaches() == []


@pytest.mark.parametrize(
    ("rule", "kind", "order", "payment", "parts"),
    [
        ("I3 ledger", "collected", "order", "cash", {"with_carrier": 100, "buyer": -100}),
        ("I3 balance", "settled", "order", "cash", {"in_hand": 100}),
        ("I4 ledger", "collected", "bought", "card", {"with_provider": 100, "buyer": -100}),
        ("I4 came", "settled", "order", "cash", {"in_hand": 100, "fees": -100}),
        ("I4 kept", "settled", "order", "cash", {"fees": 100, "difference": -100}),
        ("I4 order", "settled", "back", "cash", {"fees": 100, "difference": -100}),
        ("I4 way back", "return_fee", "order", None, {"return_fees": 100, "in_hand": -100}),
    ],
)
def test_a_movement_that_nobody_made_is_named(
    month: dict[str, int], rule: str, kind: str, order: str, payment: str | None, parts: dict[str, int]
) -> None:
    session.rollback()
    movement(month, kind, order, payment, **parts)
    assert rule in rules()
    session.rollback()

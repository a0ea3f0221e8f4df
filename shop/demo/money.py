"""The demo's money: parcels that were not paid in time, cards with a payout and a part given back, a rest that came."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from shop.core import clock
from shop.core.money import Money, total
from shop.demo.cast import BUYERS
from shop.demo.days import AMINA, ISMAHANE, Tale, tell_one
from shop.documents import invoices
from shop.orders.models import Order, Purchase
from shop.payments import refunds
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.links import digest
from shop.settlement import payouts

LATE, CARDS, SATIM = 70, 75, 80  # where the numbers of their purchases begin
TALES: dict[int, Tale] = {
    **{LATE + at: Tale((AMINA,), 12, "delivered", ended=8.4 + at) for at in range(3)},
    **{CARDS + at: Tale((AMINA,), days, fate, method="chargily") for at, (days, fate) in enumerate(
        ((11, "delivered"), (10, "delivered"), (9, "delivered"), (3, "in_transit"), (1.2, "labelled"))
    )},
    **{SATIM + at: Tale((ISMAHANE,), days, "delivered", method="satim") for at, days in enumerate((6, 4))},
}  # fmt: skip
PAID_OUT = 3  # of the cards, those that have reached her account


def tell(owners: dict[str, Actor]) -> None:
    """Place these purchases, give a part of one back, and write a payout down; each once."""
    now = clock.now()
    told: dict[int, Order] = {}
    for number, tale in sorted(TALES.items(), key=lambda each: -each[1].days_ago):
        key = f"demo-purchase-{number}"
        if session.scalar(select(Purchase.id).where(Purchase.key_hash == digest(key))) is None:
            buyer = BUYERS[(number * 5) % len(BUYERS)]
            told[number] = tell_one(
                tale, number, buyer=buyer, pieces=[2, 1, 1], key=key, now=now, owners=owners
            )[0]  # fmt: skip
    if len(told) == len(TALES):
        _pay_out([told[CARDS + at] for at in range(PAID_OUT)], owners[AMINA])
        _give_back(told[SATIM], owners[ISMAHANE])


def _pay_out(orders: list[Order], by: Actor) -> None:
    payments = [payment for each in orders if (payment := payment_of(each.store_id, each.id)) is not None]
    came = total(each.kept for each in payments)
    fee = Money(came.minor * 15 // 1000)
    with clock.standing_at(clock.now() - timedelta(days=4)), transaction():
        payouts.record_payout(
            orders[0].store_id, method="chargily", key="demo", payment_ids=[each.id for each in payments],
            received=came - fee, received_on=clock.today(), reference="VIR 2210", by=by,
        )  # fmt: skip


def _give_back(order: Order, by: Actor) -> None:
    """Give 500 DA of a sale with VAT back: its invoice gets a credit note over that part."""
    payment = payment_of(order.store_id, order.id)
    assert payment is not None
    with transaction():
        invoices.issue(order.store_id, order.id, by=by)
        refunds.ask(
            order.store_id, payment.id, Money.dinars(500), reason="Flacon rayé", proof="CCP 4471", by=by, by_hand=True
        )
    with transaction():
        invoices.credit_what_went_back(order.store_id, order.id, reason="Flacon rayé", by=by)

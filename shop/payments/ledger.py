"""The ledger: every movement of money of an order, in parts that add up to nothing. Rows are added, never changed.

An order is written when it is placed: from then on its price is agreed and the buyer owes it. What a buyer owes, what a
carrier or a provider holds, what is in the artisan's hand and what was spent is positive; what she sold is negative.
docs/payments.md has the accounts. Verbs write when their transaction commits, all rows in one statement.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from shop.core import clock
from shop.core.money import Money
from shop.orders.models import Order
from shop.payments.models import LedgerEntry, Payment, worth
from shop.plumbing.db import before_commit, session, table_of, waiting
from shop.plumbing.journal import Actor

SALE = ("buyer", "goods", "delivery", "discount")
AT_ONCE = 500  # payments that are read by one statement


@dataclass(frozen=True, slots=True)
class Settled:
    """What reached the artisan of one payment, and what was kept of it as a fee."""

    payment_id: int
    received: Money | None = None  # None: all that is left
    fee: Money | None = None


def sold(store_id: int, order_id: int, *, goods: Money, delivery: Money, discount: Money, by: Actor) -> None:
    """Write that an order was placed: the buyer owes its goods and its delivery, less its discount."""
    parts = {
        "buyer": (goods + delivery - discount).minor, "goods": -goods.minor, "delivery": -delivery.minor,
        "discount": discount.minor,
    }  # fmt: skip
    _post("sold", store_id, order_id, {goods.currency: parts}, by=by)


def sold_again(store_id: int, order_id: int, *, by: Actor) -> None:
    """Write that an order stands again whose cancellation was undone."""
    order = session.execute(_ORDER.where(Order.store_id == store_id, Order.id == order_id)).one()
    amounts = (Money(minor, order.currency) for minor in (order.goods, order.delivery, order.discount))
    goods, delivery, discount = amounts
    sold(store_id, order_id, goods=goods, delivery=delivery, discount=discount, by=by)


_ORDER = select(
    Order.goods_minor.label("goods"), Order.delivery_minor.label("delivery"), Order.discount_minor.label("discount"),
    Order.currency,
)  # fmt: skip


def cancelled(store_id: int, order_id: int, *, by: Actor) -> None:
    """Write that nothing is sold and owed any more of an order; twice is harmless. What was paid stays written."""
    standing: Counter[tuple[str, str]] = Counter()
    for account, currency, minor in session.execute(_standing(store_id, order_id)):
        standing[account, currency] += int(minor)
    for row in waiting("ledger"):
        if row["order_id"] == order_id and row["kind"] in _SALES:
            standing[row["account"], row["currency"]] += row["minor"]
    for currency in sorted({currency for _account, currency in standing}):
        parts = {account: -minor for (account, its), minor in standing.items() if its == currency}
        _post("cancelled", store_id, order_id, {currency: parts}, by=by)


_SALES = ("sold", "cancelled")


def _standing(store_id: int, order_id: int) -> Any:
    mine = (LedgerEntry.store_id == store_id, LedgerEntry.order_id == order_id, LedgerEntry.kind.in_(_SALES))
    columns = (LedgerEntry.account, LedgerEntry.currency)
    return select(*columns, func.sum(LedgerEntry.minor)).where(*mine).group_by(*columns)


def moved(store_id: int, payment_id: int, state: str, *, by: Actor) -> None:
    """Write what a change of a whole payment's state means in money; other states than these mean nothing."""
    match state:
        case "collected":
            collected(store_id, payment_id, by=by)
        case "settled":
            settled(store_id, [Settled(payment_id)], by=by)


def collected(store_id: int, payment_id: int, amount: Money | None = None, *, by: Actor) -> None:
    """Write that an amount left the buyer, or all that was awaited: a carrier or a provider holds it.

    In another currency it is exchanged: what is held against what the buyer owed in the order's.
    """
    payment = _payments(store_id, [payment_id])[payment_id]
    amount = payment.amount if amount is None else amount
    parts = _exchanged({payment.holder: amount, "buyer": -payment.worth_of(amount)})
    _post("collected", store_id, payment.order_id, parts, by=by, payment_id=payment_id)


def settled(store_id: int, lines: Sequence[Settled], *, by: Actor) -> None:
    """Write that payments reached the artisan, less their fees; what is missing or too much is a difference."""
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        found = _payments(store_id, [line.payment_id for line in some])
        for line in some:
            payment = found[line.payment_id]
            held, fee = payment.left, line.fee.minor if line.fee else 0
            received = held.minor - fee if line.received is None else line.received.minor
            parts = {
                payment.holder: -held.minor, "in_hand": received, "fees": fee,
                "difference": held.minor - received - fee,
            }  # fmt: skip
            _post(
                "settled", store_id, payment.order_id, {held.currency: parts}, by=by, payment_id=line.payment_id
            )  # fmt: skip


def rest_came(store_id: int, payment_id: int, received: Money, fee: Money, *, by: Actor) -> None:
    """Write that something of what was missing of a payment reached the artisan later, less a fee."""
    payment = _payments(store_id, [payment_id])[payment_id]
    parts = {"difference": -(received + fee).minor, "in_hand": received.minor, "fees": fee.minor}
    _post("settled", store_id, payment.order_id, {received.currency: parts}, by=by, payment_id=payment_id)


def lost(store_id: int, payment_id: int, amount: Money, *, by: Actor) -> None:
    """Write that a carrier will never bring an amount; less than nothing: that it may come after all."""
    payment = _payments(store_id, [payment_id])[payment_id]
    parts = {"difference" if payment.settled else payment.holder: -amount.minor, "lost": amount.minor}
    _post("lost", store_id, payment.order_id, {amount.currency: parts}, by=by, payment_id=payment_id)


def refunded(
    store_id: int, payment_id: int, amount: Money | None = None, *, by: Actor, before: Money | None = None
) -> None:
    """Write that an amount, or all of it, went back to the buyer: from the artisan's hand or from who still held it.

    `before` is what had gone back already: the parts of a payment in another currency are worth as much, in the
    order's, as the whole.
    """
    payment = _payments(store_id, [payment_id])[payment_id]
    amount, before = payment.amount if amount is None else amount, before or payment.amount * 0
    worth = payment.worth_of(before + amount) - payment.worth_of(before)
    parts = _exchanged({"refunded": worth, "in_hand" if payment.settled else payment.holder: -amount})
    _post("refunded", store_id, payment.order_id, parts, by=by, payment_id=payment_id)


def return_fee(store_id: int, order_id: int, fee: Money, *, by: Actor) -> None:
    """Write what a carrier kept for bringing an order's parcel back."""
    parts = {"return_fees": fee.minor, "in_hand": -fee.minor}
    _post("return_fee", store_id, order_id, {fee.currency: parts}, by=by)


@dataclass(frozen=True, slots=True)
class _Paid:
    order_id: int
    method: str
    amount: Money  # what came, or is to come
    left: Money  # of it, what did not go back
    settled: bool
    asked_minor: int
    worth_minor: int | None

    @property
    def holder(self) -> str:
        """Who has it between the buyer and the artisan."""
        return "with_carrier" if self.method == "cash_on_delivery" else "with_provider"

    def worth_of(self, part: Money) -> Money:
        """Return a part of it in the order's currency."""
        return worth(part, self.asked_minor, self.worth_minor)


def _payments(store_id: int, payment_ids: Sequence[int]) -> dict[int, _Paid]:
    columns = (
        Payment.id, Payment.order_id, Payment.method, Payment.amount_minor, Payment.collected_minor,
        Payment.currency, Payment.settled_at, Payment.worth_minor, Payment.refunded_minor,
    )  # fmt: skip
    wanted = select(*columns).where(Payment.store_id == store_id, Payment.id.in_(payment_ids))
    return {
        row.id: _Paid(
            row.order_id, row.method, Money(row.collected_minor or row.amount_minor, row.currency),
            Money((row.collected_minor or row.amount_minor) - row.refunded_minor, row.currency),
            row.settled_at is not None, row.amount_minor, row.worth_minor,
        )
        for row in session.execute(wanted)
    }  # fmt: skip


def _exchanged(parts: Mapping[str, Money]) -> Mapping[str, Mapping[str, int]]:
    """Return the parts of a movement by currency; what one lacks to balance is exchanged for the other."""
    found: dict[str, dict[str, int]] = {}
    for account, amount in parts.items():
        found.setdefault(amount.currency, {})[account] = amount.minor
    return {its: {**mine, "exchange": -sum(mine.values())} if len(found) > 1 else mine for its, mine in found.items()}


def _post(
    kind: str, store_id: int, order_id: int, parts: Mapping[str, Mapping[str, int]], *, by: Actor,
    payment_id: int | None = None,
) -> None:  # fmt: skip
    """Let one movement be written when the current transaction commits: its accounts, by currency.

    Raises ValueError unless it is balanced in each.
    """
    same = {
        "store_id": store_id, "movement": secrets.randbits(62), "kind": kind, "order_id": order_id,
        "payment_id": payment_id, "at": clock.now(), "by_kind": by.kind, "by_id": by.account_id,
    }  # fmt: skip
    for currency, mine in parts.items():
        if sum(mine.values()):
            raise ValueError(f"a movement of {sum(mine.values())} {currency} is not balanced")
        _wait({**same, "currency": currency, "account": each, "minor": minor} for each, minor in mine.items() if minor)


def _wait(rows: Iterable[Mapping[str, Any]]) -> None:
    pending = waiting("ledger")
    if not pending:
        before_commit(_write)
    pending.extend(rows)


def _write() -> None:
    if rows := waiting("ledger"):
        session.execute(table_of(LedgerEntry).insert(), rows)
        rows.clear()

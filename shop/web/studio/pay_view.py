"""How the money of one order stands, as the artisan sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.core.money import Money, by_currency
from shop.orders.models import Order
from shop.payments import incidents, proofs, queries, refunds
from shop.payments.contract import PaidByHand
from shop.payments.incidents import Trouble
from shop.payments.models import Payment, PaymentProof, Refund
from shop.payments.tills import method_of, plugin_of
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import _
from shop.web.ui.here import outside


@dataclass(frozen=True)
class Paid:
    """One payment as its line shows it."""

    title: str
    payment: Payment


@dataclass(frozen=True)
class PayView:
    """The payments of an order, what waits for her look, and what only she can settle."""

    every: Sequence[Paid]
    waiting: Payment | None
    by_hand: bool  # she says whether the money came
    missing: Money
    receipts: Sequence[PaymentProof]
    troubles: Sequence[Trouble]
    refunds: Sequence[Refund]
    left: Sequence[Money]  # what could still be given back, by currency
    before: Money | None  # what was, or is to be, paid before the courier brings the rest
    waives: bool  # she may ask none, and let the courier collect all of it
    stays: Money | None  # a deposit that stays though the parcel came back

    @property
    def currencies(self) -> list[tuple[str, str]]:
        """In which currencies something could be given back, and how much."""
        return [(each.currency, money_text(each)) for each in self.left]

    @property
    def to_look_at(self) -> bool:
        """Tell whether a receipt waits."""
        return any(each.state == "waiting" for each in self.receipts)


def pay_view(order: Order, mine: Sequence[Payment]) -> PayView:
    """Return how the money of an order stands."""
    waiting = next((each for each in reversed(mine) if each.waits and order.state == "placed"), None)
    prepaid = any(each.expires_at is not None for each in mine)
    told = prepaid or any(each.refunded_minor for each in mine)  # else cash that comes with the parcel
    ids = [each.id for each in mine]
    return PayView(
        every=[Paid(_(plugin_of(each.method).title), each) for each in mine] if told else [],
        waiting=waiting, by_hand=waiting is not None and _by_hand(waiting),
        missing=incidents.standing(order.store_id, order.id).missing if waiting else Money(0, order.currency),
        before=_before(order, mine), waives=waiting is not None and any(each.awaited_at_door for each in mine),
        stays=queries.stays(order, mine),
        receipts=proofs.proofs(order.store_id, ids) if prepaid else (),
        troubles=incidents.open_incidents(order.store_id, order_id=order.id),
        refunds=refunds.refunds(order.store_id, ids),
        left=by_currency(each.returnable for each in mine),
    )  # fmt: skip


def _before(order: Order, mine: Sequence[Payment]) -> Money | None:
    """Return what of an order the courier does not bring, where he brings the rest; also once he has brought it."""
    brings = [each.amount for each in mine if each.expires_at is None and each.state != "cancelled"]
    return (order.total - brings[-1] or None) if brings and order.kind != "hand" else None


def _by_hand(waiting: Payment) -> bool:
    return isinstance(method_of(waiting.store_id, waiting.method, outside()), PaidByHand)

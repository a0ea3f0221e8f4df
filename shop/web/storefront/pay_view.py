"""How the money of one order stands, as its buyer sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.checkout import paying
from shop.core.money import Money, by_currency
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments import attempts, incidents, proofs, refunds
from shop.payments import queries as payments
from shop.payments.contract import Ask, Mentions, PaidByHand
from shop.payments.models import Payment
from shop.payments.tills import MethodOffer, method_of, plugin_of
from shop.plumbing.i18n import _
from shop.web.ui.here import here, outside


@dataclass(frozen=True)
class PayView:
    """How the money of one order stands, as its buyer sees it."""

    waiting: Payment | None
    title: str
    missing: Money
    instructions: Mentions  # none while the workshop's accounts can't be right
    by_hand: bool  # and a receipt of it can be sent
    receipts: int
    asked_again: bool
    ways: Sequence[MethodOffer]
    given_back: Sequence[Money]  # by currency
    at_door: Money  # what the courier brings: what is paid before is a deposit
    kept: Money | None  # a deposit that stays with the workshop, though the parcel came back

    @property
    def asked(self) -> Money:
        """What is to be paid, in the currency in which it is."""
        waiting = self.waiting
        return waiting.amount if waiting is not None and waiting.worth_minor is not None else self.missing

    @property
    def awaited(self) -> bool:
        """Tell whether its outcome may become known any moment: the page then asks by itself."""
        return self.waiting is not None and self.waiting.is_awaited

    @property
    def until(self) -> datetime | None:
        """Until when the order waits."""
        return self.waiting.expires_at if self.waiting else None


def pay_view(order: Order, mine: Sequence[Payment]) -> PayView | None:
    """Return how the money of an order stands; None when it comes with the parcel and nothing came before."""
    if all(each.expires_at is None and not each.refunded_minor for each in mine):
        return None
    waiting = next((each for each in reversed(mine) if each.waits and order.state == "placed"), None)
    sent = proofs.proofs(order.store_id, [waiting.id] if waiting else [])
    last = sent[-1].state if sent else ""
    given = refunds.refunds(order.store_id, [each.id for each in mine])
    stands = incidents.standing(order.store_id, order.id)
    told = _instructions(waiting)
    return PayView(
        waiting=waiting, title=_(plugin_of(waiting.method).title) if waiting else "",
        missing=stands.missing, at_door=stands.at_door,
        kept=payments.stays(order, mine),
        instructions=told or (), by_hand=told is not None, receipts=sum(each.state == "waiting" for each in sent),
        asked_again=last == "refused", ways=paying.ways(order, language=here().lang) if waiting else (),
        given_back=by_currency(each.amount for each in given if each.state == "done"),
    )  # fmt: skip


def glance_at(purchase_id: int) -> None:
    """Ask, outside of transactions, what became of the awaited payments of a purchase; of each once in a while."""
    mine = [
        each for order in orders.orders_of_purchase(purchase_id) for each in payments.of_order(order.store_id, order.id)
    ]
    for payment_id in [each.id for each in mine if each.is_awaited]:
        attempts.glance(payment_id, outside())


def _instructions(waiting: Payment | None) -> Mentions | None:
    """Return what is told to somebody who pays by hand; None for who does not."""
    if waiting is None:
        return None
    method = method_of(waiting.store_id, waiting.method, outside())
    return method.instructions(Ask("", waiting.amount, here().lang)) if isinstance(method, PaidByHand) else None

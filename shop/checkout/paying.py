"""Paying an order that was placed: trying again, or choosing another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from shop.checkout import abroad
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.orders.models import Order, Purchase
from shop.payments import incidents
from shop.payments import queries as payment_queries
from shop.payments import service as payments
from shop.payments.contract import Ask
from shop.payments.models import Payment
from shop.payments.tills import MethodOffer, till
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import BUYER
from shop.shipping import service as shipping

NOT_OFFERED = N_("Please choose how you will pay.")


@dataclass(frozen=True)
class Again:
    """A payment that is to be begun, and those that nobody is to pay any more."""

    payment_id: int
    given_up: tuple[int, ...]


def ways(order: Order, *, language: str) -> list[MethodOffer]:
    """Return the ways in which an order that waits for its money could still be paid.

    In three statements, two more where one of them takes other currencies.
    """
    return _offers(order, incidents.standing(order.store_id, order.id).missing, language)


def _offers(order: Order, missing: Money, language: str) -> list[MethodOffer]:
    if not missing:
        return []
    paid = till(order.store_id)
    return paid.offers(Ask("", missing, language), abroad.asked_of(order, paid, missing))


def pay_otherwise(purchase_code: str, order_code: str, method: str, *, language: str) -> Again:
    """Open another payment of an order that waits for its money; those before are given up. Twice opens it once.

    In another currency it asks what the price list of this moment says.

    Whoever pays the courier has nothing to wait for. Raises NotFound, InvalidTransition when the order waits for no
    money any more, Refused (field `method`) for a way that is not offered.
    """
    order = order_of(purchase_code, order_code)
    waiting = [each for each in _payments(order) if each.waits]
    if order.state != "placed" or not waiting:
        raise InvalidTransition
    missing = incidents.standing(order.store_id, order.id).missing
    offer = next((each for each in _offers(order, missing, language) if each.value == method), None)
    if offer is None:
        raise Refused(NOT_OFFERED, field="method")
    fresh = [each for each in waiting if each.way == method and each.state == "pending" and each.started_at is None]
    if fresh:  # a second tap: the first one's payment is about to begin
        return Again(fresh[-1].id, ())
    for each in waiting:
        payments.mark_cancelled(order.store_id, each.id, by=BUYER)
    made, _reference = payments.open_payment(
        order.store_id, order.id, offer.key, offer.amount or missing, by=BUYER, wait_h=offer.wait_h,
        worth=missing if offer.amount else None,
    )  # fmt: skip
    shipping.set_collect(order.store_id, order.id, missing if offer.wait_h is None else Money(0, order.currency))
    return Again(made, tuple(each.id for each in waiting))


def order_of(purchase_code: str, order_code: str) -> Order:
    """Return an order of a purchase, as it stands; it is nobody else's turn until the transaction ends.

    Raises NotFound.
    """
    wanted = select(Order).join(Purchase, Purchase.id == Order.purchase_id)
    mine = wanted.where(Purchase.code == purchase_code, Order.code == order_code).with_for_update(of=Order)
    order = session.scalars(mine, execution_options={"populate_existing": True}).one_or_none()
    if order is None:
        raise NotFound(f"no order {order_code}")
    return order


def _payments(order: Order) -> Sequence[Payment]:
    return payment_queries.of_order(order.store_id, order.id)

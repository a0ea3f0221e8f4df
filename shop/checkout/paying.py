"""Paying an order that was placed: trying again, or choosing another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from shop.checkout import abroad
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.orders.models import Order, Purchase
from shop.orders.queries import strangers
from shop.payments import incidents
from shop.payments import queries as payment_queries
from shop.payments import service as payments
from shop.payments.contract import Ask
from shop.payments.incidents import Standing
from shop.payments.models import Payment
from shop.payments.tills import WITH, MethodOffer, till
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import BUYER
from shop.risk.holds import asked_of
from shop.shipping import service as shipping

NOT_OFFERED = N_("Please choose how you will pay.")


@dataclass(frozen=True)
class Again:
    """A payment that is to be begun, and those that nobody is to pay any more."""

    payment_id: int
    given_up: tuple[int, ...]


def ways(order: Order, *, language: str) -> list[MethodOffer]:
    """Return the ways in which an order that waits for its money could still be paid.

    In five statements at most, two more where one of them takes other currencies.
    """
    stands = incidents.standing(order.store_id, order.id)
    return _open(order, stands, language) if stands.missing else []


def _open(order: Order, stands: Standing, language: str) -> list[MethodOffer]:
    """Return what is open for what is missing: of an order with a deposit, the ways to pay that."""
    paid = till(order.store_id)
    new = paid.asks_who and bool(strangers([order.store_id], order.phone))
    asks = session.scalar(select(asked_of(order.store_id, order.phone))) or ""
    ask = Ask(
        "", stands.missing, language, wilaya_code=order.wilaya_code, first_time=new, held=asks, country=order.country
    )
    found = paid.offers(ask, abroad.asked_of(order, paid, stands.missing))
    return [each for each in found if not stands.at_door or (each.wait_h is not None and not each.deposit)]


def pay_otherwise(purchase_code: str, order_code: str, way: str, *, language: str) -> Again:
    """Open another payment of an order that waits for its money; those before are given up. Twice opens it once.

    In another currency it asks what the price list of this moment says.

    Whoever pays the courier has nothing to wait for, but a deposit where one is asked. Raises NotFound,
    InvalidTransition when the order waits for no money any more, Refused (field `method`) for a way not offered.
    """
    order = order_of(purchase_code, order_code)
    waiting = [each for each in _payments(order) if each.waits]
    if order.state != "placed" or not waiting:
        raise InvalidTransition
    stands = incidents.standing(order.store_id, order.id)
    wanted = way.rpartition(WITH)[2] if stands.at_door else way  # the courier's part is agreed already
    offer = next((each for each in _open(order, stands, language) if each.value == wanted), None)
    if offer is None:
        raise Refused(NOT_OFFERED, field="method")
    now = offer.deposit.amount if offer.deposit else stands.missing
    asked = (offer.first, "pending", None, offer.amount or now)
    for each in waiting:
        if (each.method, each.state, each.started_at, each.amount) == asked:
            return Again(each.id, ())  # a second tap: the first one's payment is about to begin
    for each in waiting:
        payments.mark_cancelled(order.store_id, each.id, by=BUYER)
    made, _reference = payments.open_payment(
        order.store_id, order.id, offer.first, offer.amount or now, by=BUYER, wait_h=offer.wait_h,
        worth=now if offer.amount else None,
    )  # fmt: skip
    _tell_courier(order, offer, stands)
    return Again(made, tuple(each.id for each in waiting))


def _tell_courier(order: Order, offer: MethodOffer, stands: Standing) -> None:
    """Let the courier collect what was chosen to be paid to him; what was agreed before stays."""
    if stands.at_door:
        return
    to_collect = Money(0, order.currency)
    if offer.deposit:
        to_collect = stands.missing - offer.deposit.amount
        payments.open_payment(
            order.store_id, order.id, offer.method, to_collect, by=BUYER, deposit_back=offer.deposit.goes_back
        )
    elif offer.wait_h is None:
        to_collect = stands.missing
    shipping.set_collect(order.store_id, order.id, to_collect)


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

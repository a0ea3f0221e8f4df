"""What a partner of parcels abroad asks for one of them: asked by a tap before it is booked, and kept in the journal.

Buyers never wait for it: what they pay is what the workshop's zones say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.core.errors import InvalidTransition
from shop.core.money import Money
from shop.fulfilment.booking import parcel_of
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.countries import HOME
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.outside import Outside
from shop.shipping import partners, queries
from shop.shipping.contract import Quote
from shop.shipping.models import Shipment
from shop.stores.models import Store

ASKED = "shipment.priced"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a partner said, and when: None where it does not take the parcel there."""

    price: Money | None
    days: int
    at: datetime


def can_be_asked(order: Order, shipment: Shipment | None) -> bool:
    """Tell whether a parcel is still here that a partner is to take abroad."""
    here = shipment is not None and shipment.state in {"preparing", "labelled"}
    going = order.country != HOME and order.state in {"placed", "confirmed"}
    return shipment is not None and here and going and shipment.carrier in partners.abroad()


def ask(store_id: int, order_id: int, *, by: Actor, outside: Outside) -> None:
    """Ask what a parcel abroad costs, outside of any transaction, and write the answer down.

    Raises NotFound, InvalidTransition for a parcel that is none of theirs or has left, Unavailable, Misconfigured.
    """
    order = orders.order(store_id, order_id)
    shipment = queries.live_shipment(store_id, order_id)
    if shipment is None or not can_be_asked(order, shipment) or shipment.account_id is None:
        raise InvalidTransition
    lines = orders.lines(store_id, [order_id])[order_id]
    parcel = parcel_of(shipment, order, session.get_one(Store, store_id), lines)
    account_id, shipment_id = shipment.account_id, shipment.id
    carrier = partners.built(queries.carrier_account(store_id, account_id), outside)
    session.rollback()  # the read snapshot does not wait for the outside
    found = carrier.quotes(parcel)
    with transaction():
        _write(store_id, shipment_id, found, by=by)


def _write(store_id: int, shipment_id: int, found: Sequence[Quote], *, by: Actor) -> None:
    told = [{"price": q.price.minor, "currency": q.price.currency, "days": q.max_days} for q in found[:1]]
    journal.record(
        ASKED, subject="shipment", subject_id=shipment_id, store_id=store_id, by=by, **(told[0] if told else {})
    )  # fmt: skip


def last_asked(store_id: int, shipment_id: int) -> Asked | None:
    """Return what was said last of a parcel; None where nobody asked."""
    said = [each for each in journal.timeline("shipment", shipment_id, store_id=store_id) if each.verb == ASKED]
    if not said:
        return None
    told = said[-1].data
    price = Money(told["price"], told["currency"]) if "price" in told else None
    return Asked(price, told.get("days", 0), said[-1].at)

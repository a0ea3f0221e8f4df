"""Tracking numbers that come from a counter or a courier's receipt, and are written down by hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, Misconfigured, Refused, Rejected
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.shipping import queries
from shop.shipping.carriers import CARRIERS
from shop.shipping.contract import NumbersByHand
from shop.shipping.models import Shipment

# From the label to the end of the way; what was delivered may still be looked for in a carrier's list of money.
STATES = ("labelled", "handed_over", "in_transit", "at_point", "attempt_failed", "returning", "delivered")


def by_hand(parcel: Shipment | None) -> NumbersByHand | None:
    """Return the carrier that lets the number of a parcel be written down now; None if none does."""
    if parcel is None or parcel.account_id is None or parcel.state not in STATES:
        return None
    try:
        carrier = queries.carrier_of(queries.carrier_account(parcel.store_id, parcel.account_id))
    except Misconfigured:
        return None
    return carrier if isinstance(carrier, NumbersByHand) else None


def number_of(parcel: Shipment) -> str:
    """Return the number that a carrier gave to a parcel; empty while it is known by our own reference only."""
    return parcel.tracking if parcel.tracking != parcel.reference else ""


def follow_url(parcel: Shipment) -> str:
    """Return where anybody can follow a parcel at its carrier's; empty where there is no such page, or no number."""
    plugin, number = CARRIERS.usable.get(parcel.carrier), number_of(parcel)
    return plugin.follow.format(tracking=number) if plugin and number else ""


def write_number(store_id: int, shipment_id: int, typed: str, *, by: Actor) -> str:
    """Write the number that the carrier gave, in its own spelling; nothing typed takes a wrong one away.

    Raises NotFound, InvalidTransition when the parcel takes no number now, Refused (field: number) for one that
    cannot be, or that another parcel of the shop bears.
    """
    parcel = queries.shipment(store_id, shipment_id)
    carrier = by_hand(parcel)
    if carrier is None:
        raise InvalidTransition
    number = _read(carrier, typed) if typed.strip() else ""
    if number and (other := _bearer(store_id, shipment_id, number)):
        raise Refused(N_("Order {code} has this number already."), field="number", code=other)
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id)
    booked = func.coalesce(Shipment.booked_at, clock.now())
    if not changed(
        mine.where(Shipment.state.in_(STATES)).values(tracking=number or parcel.reference, booked_at=booked)
    ):
        raise InvalidTransition
    verb = "shipment.numbered" if number else "shipment.unnumbered"
    journal.record(verb, subject="shipment", subject_id=shipment_id, store_id=store_id, by=by, number=number)
    return number


def _read(carrier: NumbersByHand, typed: str) -> str:
    try:
        return carrier.number(typed[:80])[:40]
    except Rejected as error:
        raise Refused(str(error), field="number") from error


def _bearer(store_id: int, shipment_id: int, number: str) -> str:
    wanted = (
        select(Order.code)
        .join(Shipment, (Shipment.order_id == Order.id) & (Shipment.store_id == Order.store_id))
        .where(Shipment.store_id == store_id, Shipment.tracking == number, Shipment.id != shipment_id)
        .where(Shipment.state != "cancelled")
        .limit(1)
    )
    found: Sequence[str] = session.scalars(wanted).all()
    return found[0] if found else ""

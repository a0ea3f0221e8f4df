"""Insuring parcels at carriers that do: for what the goods are worth, by a rule of hers or one by one.

What it costs is hers to pay: it is shown before she confirms, kept on the parcel, and expected in the carrier's list.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update

from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.shipping.carriers import CARRIERS
from shop.shipping.models import DeliveryRate, Shipment

HUNDREDTHS = 10_000  # of a per cent
INSURES_NOTHING = N_("This carrier insures no parcels.")


def most_of(carrier: str) -> Money | None:
    """Return for how much a carrier insures a parcel at most; None where it insures nothing."""
    plugin = CARRIERS.usable.get(carrier)
    return plugin.insures if plugin is not None else None


def cost_of(carrier: str, worth: Money, hundredths: int | None) -> Money:
    """Return what insuring goods costs, by so many hundredths of a per cent, to the nearest centime.

    Nothing where the carrier insures nothing or has not told its percentage.
    """
    most = most_of(carrier)
    if most is None or not hundredths:
        return Money(0, worth.currency)
    return Money((min(worth, most).minor * hundredths + HUNDREDTHS // 2) // HUNDREDTHS, worth.currency)


def hundredths_of(store_id: int, account_id: int, wilayas: Collection[str] = ()) -> list[int]:
    """Return the percentages that a carrier tells, in hundredths, least first; of some wilayas, or of all."""
    mine = select(DeliveryRate.insurance_hundredths).where(
        DeliveryRate.store_id == store_id, DeliveryRate.account_id == account_id,
        DeliveryRate.insurance_hundredths.is_not(None),
    )  # fmt: skip
    if wilayas:
        mine = mine.where(DeliveryRate.wilaya_code.in_(wilayas))
    return [each for each in session.scalars(mine.distinct().order_by(DeliveryRate.insurance_hundredths)) if each]


def can_change(parcel: Shipment) -> bool:
    """Tell whether a parcel can still be insured or not: nobody was asked to book it."""
    untouched = parcel.booked_at is None and parcel.asked_at is None and not parcel.draft
    return untouched and parcel.state in {"preparing", "labelled"}


def insure(store_id: int, order_id: int, wanted: bool, *, by: Actor) -> bool:
    """Have the parcel of an order insured for its goods, or not; return whether anything changed.

    Raises NotFound without a parcel, Refused where its carrier insures nothing, InvalidTransition once it was asked.
    """
    found = session.execute(
        select(Shipment, Order).join(Order, Order.id == Shipment.order_id)
        .where(Shipment.store_id == store_id, Shipment.order_id == order_id, Shipment.state != "cancelled"),
        execution_options={"populate_existing": True},
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound(f"no parcel of order {order_id}")
    parcel, order = found
    if most_of(parcel.carrier) is None:
        raise Refused(INSURES_NOTHING)
    if parcel.insured == wanted:
        return False
    told = hundredths_of(store_id, parcel.account_id, [order.wilaya_code]) if parcel.account_id else []
    cost = cost_of(parcel.carrier, order.goods, max(told, default=None)) if wanted else Money(0, order.currency)
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == parcel.id)
    untouched = mine.where(
        Shipment.booked_at.is_(None), Shipment.asked_at.is_(None), Shipment.draft == "", Shipment.insured != wanted,
        Shipment.state.in_(("preparing", "labelled")),
    )  # fmt: skip
    if changed(untouched.values(insured=wanted, insurance_minor=cost.minor)) != 1:
        raise InvalidTransition
    verb = "shipment.insured" if wanted else "shipment.uninsured"
    journal.record(verb, subject="shipment", subject_id=parcel.id, store_id=store_id, by=by, cost=cost.minor)
    return True

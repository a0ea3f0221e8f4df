"""Reading carriers, rates, desks, parcels, scans and hand-over sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, or_, select

from shop.core.errors import Misconfigured, NotFound, Refused
from shop.core.text import western_digits
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.outside import Outside
from shop.shipping import partners
from shop.shipping.contract import Carrier, ParcelScan
from shop.shipping.models import CarrierAccount, DeliveryRate, Desk, Handover, Scan, Shipment
from shop.shipping.quotes import (
    DeskPoint,
    Load,
    StoreQuote,
    adapter,
    place_of,
    place_of_wilaya,
    quotes,
    quotes_for,
    wilaya_quotes,
)
from shop.shipping.scans import key_of

__all__ = [
    "DeskPoint", "Load", "StoreQuote", "by_ending", "carrier_account", "carrier_accounts", "carrier_of",
    "desks", "handover", "handover_by_number", "handovers", "live_shipment", "place_of", "place_of_wilaya",
    "quotes", "quotes_for", "rates", "scans", "shipment", "shipments", "shipments_of_orders", "unbooked",
    "wilaya_quotes", "wilayas_served", "with_news",
]  # fmt: skip

# Verbs change rows by statements: a row that this session has read before is read again.
FRESH = {"populate_existing": True}


def carrier_accounts(store_id: int) -> list[CarrierAccount]:
    """Return a store's carriers in the order in which they are asked, the inactive ones too."""
    wanted = select(CarrierAccount).where(CarrierAccount.store_id == store_id)
    return list(session.scalars(wanted.order_by(CarrierAccount.position, CarrierAccount.id)))


def carrier_account(store_id: int, account_id: int) -> CarrierAccount:
    """Return one carrier of a store. Raises NotFound."""
    wanted = select(CarrierAccount).where(CarrierAccount.store_id == store_id, CarrierAccount.id == account_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(f"no carrier {account_id}")
    return found


def carrier_of(account: CarrierAccount, outside: Outside | None = None, *, turns: int = 0) -> Carrier:
    """Build the carrier of an account: what books its parcels, all of its rates and desks known to it.

    One that is asked over the network needs an outside, and the turns that were counted. Raises Misconfigured.
    """
    if partners.partner_of(account) is not None:
        if outside is None:
            raise Misconfigured("this carrier is asked over the network")
        return partners.built(account, outside, turns=turns)
    mine = rates(account.store_id, account.id), desks(account.store_id, account.id)
    return adapter(account.carrier, account.settings, *mine)


def rates(store_id: int, account_id: int) -> list[DeliveryRate]:
    """Return a carrier's rates in the order of the wilayas."""
    wanted = select(DeliveryRate).where(DeliveryRate.store_id == store_id, DeliveryRate.account_id == account_id)
    return list(session.scalars(wanted.order_by(DeliveryRate.wilaya_code)))


def desks(store_id: int, account_id: int) -> list[Desk]:
    """Return a carrier's desks by wilaya and name."""
    wanted = select(Desk).where(Desk.store_id == store_id, Desk.account_id == account_id)
    return list(session.scalars(wanted.order_by(Desk.wilaya_code, Desk.name, Desk.id)))


def unbooked(store_id: int, shipment_ids: Collection[int], *, carriers: Collection[str]) -> dict[int, Shipment]:
    """Return those of these parcels of carriers that are here and have no number of theirs yet."""
    wanted = (
        select(Shipment)
        .where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids), Shipment.carrier.in_(carriers))
        .where(Shipment.booked_at.is_(None), Shipment.state.in_(("preparing", "labelled")))
    )
    return {each.id: each for each in session.scalars(wanted, execution_options=FRESH)}


def wilayas_served(store_id: int) -> list[str]:
    """Return the codes of the wilayas to which a store's active carriers have a price, in their order."""
    priced = or_(DeliveryRate.home_minor.is_not(None), DeliveryRate.desk_minor.is_not(None))
    wanted = (
        select(DeliveryRate.wilaya_code)
        .join(CarrierAccount, CarrierAccount.id == DeliveryRate.account_id)
        .where(DeliveryRate.store_id == store_id, CarrierAccount.active, priced)
    )
    return list(session.scalars(wanted.distinct().order_by(DeliveryRate.wilaya_code)))


def shipment(store_id: int, shipment_id: int) -> Shipment:
    """Return a parcel of a store. Raises NotFound."""
    found = session.scalars(
        select(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id), execution_options=FRESH
    ).one_or_none()
    if found is None:
        raise NotFound(f"no parcel {shipment_id}")
    return found


def by_ending(store_id: int, typed: str, *, states: Collection[str] = ("labelled",)) -> Shipment:
    """Return the parcel in one of the states whose reference or tracking number ends in what was typed or scanned.

    At least four characters, dashes among them. Raises Refused (field: code) when none or several do.
    """
    ending = "".join(western_digits(typed).upper().split())[-40:]
    if len(ending) < 4 or not ending.replace("-", "").isalnum():
        raise Refused(N_("Please type at least the last 4 characters of the parcel."), field="code")
    ends = or_(Shipment.reference.endswith(ending), func.upper(Shipment.tracking).endswith(ending))
    wanted = select(Shipment).where(Shipment.store_id == store_id, Shipment.state.in_(states), ends)
    found = list(session.scalars(wanted.order_by(Shipment.id).limit(2)))
    if len(found) != 1:
        message = N_("Several parcels end like this: type more.") if found else N_("No parcel here ends like this.")
        raise Refused(message, field="code")
    return found[0]


def by_codes(store_id: int, codes: Collection[str], *, state: str = "labelled") -> list[Shipment]:
    """Return the parcels in a state whose reference or tracking number is one of these, in capitals or not."""
    asked = {each.upper() for each in codes}
    is_one = or_(Shipment.reference.in_(asked), func.upper(Shipment.tracking).in_(asked))
    wanted = select(Shipment).where(Shipment.store_id == store_id, Shipment.state == state, is_one)
    return list(session.scalars(wanted.order_by(Shipment.id)))


def shipments(store_id: int, shipment_ids: Collection[int]) -> dict[int, Shipment]:
    """Return parcels of a store by id; those that aren't its own are left out."""
    wanted = select(Shipment).where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
    return {each.id: each for each in session.scalars(wanted, execution_options=FRESH)}


def shipments_of_orders(store_id: int, order_ids: Collection[int]) -> dict[int, Shipment]:
    """Return the parcel that counts for each order: the live one, else the newest."""
    wanted = select(Shipment).where(Shipment.store_id == store_id, Shipment.order_id.in_(order_ids))
    found: dict[int, Shipment] = {}
    for each in session.scalars(wanted.order_by(Shipment.id), execution_options=FRESH):
        if each.order_id not in found or each.state != "cancelled":
            found[each.order_id] = each
    return found


def live_shipment(store_id: int, order_id: int) -> Shipment | None:
    """Return the parcel that counts for an order, or None."""
    return shipments_of_orders(store_id, [order_id]).get(order_id)


def scans(store_id: int, shipment_id: int) -> list[Scan]:
    """Return what was said of a parcel, oldest first."""
    wanted = select(Scan).where(Scan.store_id == store_id, Scan.shipment_id == shipment_id)
    return list(session.scalars(wanted.order_by(Scan.at, Scan.id)))


def handover(store_id: int, handover_id: int) -> Handover:
    """Return a hand-over sheet of a store. Raises NotFound."""
    found = session.scalars(
        select(Handover).where(Handover.store_id == store_id, Handover.id == handover_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"no sheet {handover_id}")
    return found


def handover_by_number(store_id: int, number: int) -> Handover:
    """Return a hand-over sheet by the number that stands on it. Raises NotFound."""
    found = session.scalars(
        select(Handover).where(Handover.store_id == store_id, Handover.number == number)
    ).one_or_none()
    if found is None:
        raise NotFound(f"no sheet number {number}")
    return found


def handovers(store_id: int, *, limit: int = 30) -> list[Handover]:
    """Return the newest hand-over sheets of a store."""
    wanted = select(Handover).where(Handover.store_id == store_id).order_by(Handover.number.desc()).limit(limit)
    return list(session.scalars(wanted))


def with_news(store_id: int, said: Mapping[int, Sequence[ParcelScan]]) -> list[int]:
    """Return those parcels of which something is said that is not kept yet."""
    known: dict[int, set[str]] = defaultdict(set)
    here = select(Scan.shipment_id, Scan.key).where(Scan.store_id == store_id, Scan.shipment_id.in_(said))
    for row in session.execute(here):
        known[row.shipment_id].add(row.key)
    return [each for each, told in said.items() if not known[each].issuperset(map(key_of, told))]

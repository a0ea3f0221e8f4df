"""The prices of a zone abroad, taken from the partner that carries there: a job asks for each weight of the zone.

It is asked for the town where the workshop's newest order to one of these countries goes, which the partner is sure to
know. Prices are rounded up to a hundred dinars; she may change each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.orders.models import Order
from shop.plumbing import jobs, journal
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside
from shop.shipping import abroad, partners, queries
from shop.shipping.abroad import NewZone, Zone
from shop.shipping.contract import Abroad, Carrier, Parcel
from shop.shipping.models import CarrierAccount

JOB = "fulfilment.zone_prices"
ROUND = 100_00
WORTH = Money.dinars(5_000)  # told with each weight; it decides nothing
NOBODY_YET = N_("Its prices can be taken once an order has gone to one of these countries.")


@dataclass(frozen=True, slots=True)
class Town:
    """Where an order went."""

    country: str
    city: str
    postcode: str


def can_be_taken(zone: Zone) -> bool:
    """Tell whether a partner carries to a zone, and there is a town to ask about."""
    account = session.get(CarrierAccount, zone.row.account_id)
    return account is not None and account.carrier in partners.abroad() and _town(zone) is not None


def ask(store_id: int, zone_id: int, *, by: Actor) -> None:
    """Have the prices of a zone taken by a job. Raises NotFound, Refused."""
    if not can_be_taken(abroad.zone(store_id, zone_id)):
        raise Refused(NOBODY_YET, field="account")
    jobs.enqueue(JOB, {"store_id": store_id, "zone_id": zone_id})
    journal.record("zone.pricing", subject="zone", subject_id=zone_id, store_id=store_id, by=by)


def take(outside: Outside, payload: dict[str, Any]) -> None:
    """Ask what each weight costs, and write it into the zone: a job. Raises Unavailable, so that it comes again."""
    try:
        zone = abroad.zone(payload["store_id"], payload["zone_id"])
    except NotFound:
        return
    town = _town(zone)
    if town is None or not can_be_taken(zone):
        return
    account = queries.carrier_account(zone.row.store_id, zone.row.account_id)
    carrier, account_id = partners.built(account, outside), account.id
    session.rollback()  # the read snapshot does not wait for the outside
    found = {grams: price for grams, _old in zone.steps if (price := _price(carrier, town, grams))}
    with transaction():
        _keep(payload["store_id"], payload["zone_id"], account_id, found)


def _price(carrier: Carrier, town: Town, grams: int) -> Money | None:
    """Return what a weight costs, rounded up; None where the partner has no price of it in dinars."""
    there = Abroad(town.country, town.city, town.postcode)
    parcel = Parcel("", queries.place_of(town.country), "home", grams, Money(0), WORTH, abroad=there)
    session.rollback()
    prices = [each.price for each in carrier.quotes(parcel) if each.price.currency == WORTH.currency]
    return Money(-(-prices[0].minor // ROUND) * ROUND) if prices else None


def _keep(store_id: int, zone_id: int, account_id: int, found: dict[int, Money]) -> None:
    """Write the prices of the weights that the zone has by now; one that was dropped or goes another way stays so."""
    zone = next((each for each in abroad.zones(store_id) if each.row.id == zone_id), None)
    if zone is None or zone.row.account_id != account_id or not found:
        return
    steps = [(grams, found.get(grams, price)) for grams, price in zone.steps]
    row = zone.row
    new = NewZone(
        name=row.name, account_id=row.account_id, service=row.service, countries=zone.countries, steps=steps,
        min_days=row.min_days, max_days=row.max_days,
    )  # fmt: skip
    abroad.change_zone(store_id, zone_id, new, by=SYSTEM)


def _town(zone: Zone) -> Town | None:
    wanted = select(Order.wilaya_code, Order.city, Order.postcode).where(
        Order.store_id == zone.row.store_id, Order.wilaya_code.in_(zone.countries), Order.city != ""
    )
    row = session.execute(wanted.order_by(Order.id.desc()).limit(1)).first()
    return Town(*row) if row is not None else None

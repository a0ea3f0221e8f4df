"""Parcels that leave the country: zones of countries, their prices by weight, and what one of them costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, insert, select, update

from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.core.text import clean
from shop.plumbing import countries, journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.shipping import partners
from shop.shipping.abroad_models import SERVICES, ZoneAbroad, ZoneCountry, ZoneStep
from shop.shipping.models import CarrierAccount
from shop.stores.models import Store

MOST_STEPS = 8
MOST_DAYS = 90
PACKET_G, PARCEL_G = 2_000, 30_000
EMS_G = 20_000
MOST_G: Mapping[str, int] = {"packet": PACKET_G, "parcel": PARCEL_G, "ems": EMS_G}
SERVICE_WORDS: Mapping[str, str] = {
    "packet": N_("Small packet, up to 2 kg"), "parcel": N_("Parcel, up to 30 kg"), "ems": N_("EMS, up to 20 kg"),
}  # fmt: skip

NAMELESS = N_("Give the zone a name, for example Europe.")
NO_COUNTRY = N_("Choose at least one country.")
TAKEN = N_("{country} is in your zone “{zone}” already.")
NO_STEP = N_("Write at least one weight with its price.")
TWICE = N_("The same weight is written twice.")
TOO_HEAVY = N_("This service takes {most} g at most.")
NO_CARRIER = N_("Choose who takes the parcels there.")
NO_SERVICE = N_("Choose by which service they go.")
NOT_THERE = N_("This partner delivers in Algeria only.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewZone:
    """A zone as it is typed: countries by their two letters, grams and what a parcel up to them costs."""

    name: str
    account_id: int
    service: str
    countries: Sequence[str]
    steps: Sequence[tuple[int, Money]]
    min_days: int
    max_days: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as it is kept."""

    row: ZoneAbroad
    countries: tuple[str, ...]
    steps: tuple[tuple[int, Money], ...]


@dataclass(frozen=True, slots=True)
class AbroadQuote:
    """What a parcel to a country costs, and who takes it."""

    account_id: int
    carrier: str
    title: str
    title_ar: str
    price: Money
    min_days: int
    max_days: int


def zones(store_id: int) -> list[Zone]:
    """Return a workshop's zones in the order in which they were made, in three statements."""
    rows = session.scalars(select(ZoneAbroad).where(ZoneAbroad.store_id == store_id).order_by(ZoneAbroad.id)).all()
    there: dict[int, list[str]] = {row.id: [] for row in rows}
    for each in session.scalars(select(ZoneCountry).where(ZoneCountry.store_id == store_id)):
        there[each.zone_id].append(each.country)
    prices: dict[int, list[tuple[int, Money]]] = {row.id: [] for row in rows}
    for step in session.scalars(select(ZoneStep).where(ZoneStep.store_id == store_id).order_by(ZoneStep.up_to_g)):
        prices[step.zone_id].append((step.up_to_g, Money(step.price_minor)))
    return [Zone(row, tuple(countries.known(there[row.id])), tuple(prices[row.id])) for row in rows]


def zone(store_id: int, zone_id: int) -> Zone:
    """Return one zone of a workshop. Raises NotFound."""
    found = next((each for each in zones(store_id) if each.row.id == zone_id), None)
    if found is None:
        raise NotFound(f"no zone {zone_id}")
    return found


def countries_of(store_id: int) -> Counter[int]:
    """Return to how many countries each of a workshop's carriers takes parcels, by account."""
    wanted = select(ZoneAbroad.account_id).join(ZoneCountry, ZoneCountry.zone_id == ZoneAbroad.id)
    return Counter(session.scalars(wanted.where(ZoneCountry.store_id == store_id)))


def service_to(store_id: int, country: str) -> str:
    """Return by which service parcels go to a country; by parcel post where nobody said."""
    wanted = select(ZoneAbroad.service).join(ZoneCountry, ZoneCountry.zone_id == ZoneAbroad.id)
    found = session.scalar(wanted.where(ZoneCountry.store_id == store_id, ZoneCountry.country == country))
    return found or "parcel"


def quotes(weights: Mapping[int, int], country: str) -> dict[int, AbroadQuote]:
    """Return what parcels (store → grams) to a country cost, in one statement; a store that sends none is left out."""
    rows = session.execute(
        select(
            ZoneStep.store_id, ZoneStep.up_to_g, ZoneStep.price_minor, ZoneAbroad.min_days, ZoneAbroad.max_days,
            CarrierAccount.id, CarrierAccount.carrier, CarrierAccount.title, CarrierAccount.title_ar,
        )
        .join(ZoneCountry, and_(ZoneCountry.zone_id == ZoneStep.zone_id, ZoneCountry.country == country))
        .join(ZoneAbroad, ZoneAbroad.id == ZoneStep.zone_id)
        .join(CarrierAccount, CarrierAccount.id == ZoneAbroad.account_id)
        .where(ZoneStep.store_id.in_(sorted(weights)), CarrierAccount.active)
        .order_by(ZoneStep.store_id, ZoneStep.up_to_g)
    ).all()  # fmt: skip
    found: dict[int, AbroadQuote] = {}
    for row in rows:
        if row.store_id not in found and row.up_to_g >= weights[row.store_id]:
            found[row.store_id] = AbroadQuote(
                row.id, row.carrier, row.title, row.title_ar, Money(row.price_minor), row.min_days, row.max_days
            )
    return found


def add_zone(store_id: int, new: NewZone, *, by: Actor) -> int:
    """Make a zone; return its id. Raises Refused with its field."""
    _hold_store(store_id)
    _check(store_id, new, except_zone=None)
    row = ZoneAbroad(
        store_id=store_id, account_id=new.account_id, name=clean(new.name, limit=60), service=new.service,
        min_days=new.min_days, max_days=new.max_days,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _fill(store_id, row.id, new)
    _tell("zone.added", store_id, row.id, by=by, countries=sorted(new.countries))
    return row.id


def change_zone(store_id: int, zone_id: int, new: NewZone, *, by: Actor) -> None:
    """Write a zone anew; orders of before keep their price. Raises NotFound, Refused with its field."""
    _hold_store(store_id)
    _check(store_id, new, except_zone=zone_id)
    mine = update(ZoneAbroad).where(ZoneAbroad.store_id == store_id, ZoneAbroad.id == zone_id)
    values = {"account_id": new.account_id, "name": clean(new.name, limit=60), "service": new.service,
              "min_days": new.min_days, "max_days": new.max_days}  # fmt: skip
    if not changed(mine.values(values)):
        raise NotFound(f"no zone {zone_id}")
    for table in (ZoneCountry, ZoneStep):
        session.execute(delete(table).where(table.store_id == store_id, table.zone_id == zone_id))
    _fill(store_id, zone_id, new)
    _tell("zone.changed", store_id, zone_id, by=by, countries=sorted(new.countries))


def drop_zone(store_id: int, zone_id: int, *, by: Actor) -> None:
    """Send nothing to the countries of a zone any more; orders that are placed go on. Raises NotFound."""
    _hold_store(store_id)
    for table in (ZoneCountry, ZoneStep):
        session.execute(delete(table).where(table.store_id == store_id, table.zone_id == zone_id))
    if not changed(delete(ZoneAbroad).where(ZoneAbroad.store_id == store_id, ZoneAbroad.id == zone_id)):
        raise NotFound(f"no zone {zone_id}")
    _follow(store_id)
    _tell("zone.dropped", store_id, zone_id, by=by)


def _check(store_id: int, new: NewZone, *, except_zone: int | None) -> None:
    if not clean(new.name, limit=60):
        raise Refused(NAMELESS, field="name")
    _check_carrier(store_id, new.account_id)
    if new.service not in SERVICES:
        raise Refused(NO_SERVICE, field="service")
    if not new.countries or len(countries.known(new.countries)) != len(set(new.countries)):
        raise Refused(NO_COUNTRY, field="countries")
    if not new.steps:
        raise Refused(NO_STEP, field="weight-0")
    if len({grams for grams, _price in new.steps}) != len(new.steps):
        raise Refused(TWICE, field="weight-0")
    if max(grams for grams, _price in new.steps) > MOST_G[new.service]:
        raise Refused(TOO_HEAVY, field="weight-0", most=MOST_G[new.service])
    taken = select(ZoneCountry.country, ZoneAbroad.name).join(ZoneAbroad, ZoneAbroad.id == ZoneCountry.zone_id)
    others = taken.where(ZoneCountry.store_id == store_id, ZoneCountry.country.in_(new.countries))
    for row in session.execute(others.where(ZoneCountry.zone_id != (except_zone or 0))):
        raise Refused(TAKEN, field="countries", country=countries.name(row.country), zone=row.name)


def _check_carrier(store_id: int, account_id: int) -> None:
    mine = select(CarrierAccount).where(CarrierAccount.store_id == store_id, CarrierAccount.id == account_id)
    account = session.scalars(mine).one_or_none()
    if account is None:
        raise Refused(NO_CARRIER, field="account")
    if account.carrier in partners.far() - partners.abroad():
        raise Refused(NOT_THERE, field="account")


def _fill(store_id: int, zone_id: int, new: NewZone) -> None:
    of_zone = {"store_id": store_id, "zone_id": zone_id}
    session.execute(insert(ZoneCountry), [{**of_zone, "country": code} for code in sorted(set(new.countries))])
    session.execute(
        insert(ZoneStep), [{**of_zone, "up_to_g": grams, "price_minor": price.minor} for grams, price in new.steps]
    )
    _follow(store_id)


def _follow(store_id: int) -> None:
    """Write down with the store where it sends parcels: so a checkout at home asks nothing more."""
    there = session.scalars(select(ZoneCountry.country).where(ZoneCountry.store_id == store_id))
    sends_to = " ".join(countries.known(set(there)))
    changed(update(Store).where(Store.id == store_id).values(sends_to=sends_to, version=Store.version + 1))


def _hold_store(store_id: int) -> None:
    """Let one change of a workshop's zones wait for the other."""
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))


def _tell(verb: str, store_id: int, zone_id: int, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="zone", subject_id=zone_id, store_id=store_id, by=by, **values)

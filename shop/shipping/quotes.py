"""What delivery costs: every carrier of every store asked in two statements, the first one that serves wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import structlog
from sqlalchemy import Row, Select, String, and_, bindparam, select

from shop.core.boxes import Box, Weighing, billable_g, overweight_fee
from shop.core.errors import AdapterError, Misconfigured
from shop.core.money import Money
from shop.plumbing import geography
from shop.plumbing.countries import is_abroad
from shop.plumbing.db import session
from shop.shipping import abroad, insurance
from shop.shipping.carriers import CARRIERS, algerie_poste, own_delivery, rate_sheet
from shop.shipping.contract import NOTHING_TOLD, Carrier, Parcel, Place, Point
from shop.shipping.models import KINDS, CarrierAccount, CommuneRate, DeliveryRate, Desk

NOTHING = Money(0)
log = structlog.get_logger("hirfa.shipping")

_ACCOUNT = (
    CarrierAccount.id, CarrierAccount.store_id, CarrierAccount.carrier, CarrierAccount.title, CarrierAccount.title_ar,
    CarrierAccount.settings, CarrierAccount.position, CarrierAccount.included_g, CarrierAccount.cm3_per_kg,
    CarrierAccount.per_kg_minor, CarrierAccount.insured_from_minor,
)  # fmt: skip
_RATE = (
    DeliveryRate.wilaya_code, DeliveryRate.home_minor, DeliveryRate.desk_minor, DeliveryRate.currency,
    DeliveryRate.min_days, DeliveryRate.max_days, CommuneRate.id.label("exception"),
    CommuneRate.home_minor.label("exception_minor"), DeliveryRate.per_kg_minor.label("told_minor"),
    DeliveryRate.insurance_hundredths,
)  # fmt: skip
_DESK = (
    Desk.id, Desk.account_id, Desk.wilaya_code, Desk.commune_code, Desk.name, Desk.address, Desk.hours,
    Desk.external,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeskPoint:
    """A desk that the buyer can choose."""

    desk_id: int
    name: str
    commune_code: str
    address: str
    hours: str
    external: str = ""  # the carrier's own number of it

    @property
    def key(self) -> str:
        """Its number as a form carries it."""
        return str(self.desk_id)


@dataclass(frozen=True, slots=True)
class StoreQuote:
    """What one store's delivery of a kind costs, by which of its carriers, and in how many delivery days."""

    account_id: int
    carrier: str
    title: str
    title_ar: str
    kind: str
    price: Money
    min_days: int
    max_days: int
    points: tuple[DeskPoint, ...] = ()
    billable_g: int = 0  # what the parcel counts for
    over: Money = NOTHING  # of the price, for what it weighs above the included
    insured: bool = False  # by the workshop's rule, at its own cost
    insurance: Money = NOTHING


@dataclass(frozen=True, slots=True)
class Load:
    """What a store would send: weight in grams, what it is worth, and its box as far as it is known."""

    weight_g: int
    declared: Money
    box: Box | None = None


def place_of(commune_code: str) -> Place:
    """Return where a commune is, in the carriers' words. Raises NotFound."""
    commune = geography.commune(commune_code)
    return _place(geography.wilaya(commune.wilaya_code), commune)


def place_of_wilaya(wilaya_code: str) -> Place:
    """Return a wilaya as a place without its commune: enough for a price. Raises NotFound."""
    return _place(geography.wilaya(wilaya_code), None)


def _place(wilaya: geography.Wilaya, commune: geography.Commune | None) -> Place:
    return Place(
        wilaya_code=wilaya.code,
        wilaya_code_58=commune.wilaya_code_58 if commune else wilaya.code_58,
        wilaya_name=wilaya.name_fr,
        commune_code=commune.code if commune else "",
        commune_name=commune.name_fr if commune else "",
    )


def wilaya_quotes(store_id: int, wilaya_code: str, weight_g: int) -> list[StoreQuote]:
    """Return what delivery to a wilaya costs, with the desks there. Raises NotFound."""
    return quotes(store_id, place_of_wilaya(wilaya_code), weight_g=weight_g, declared=Money(0))


def wilaya_prices(store_id: int, wilaya_code: str, weight_g: int, box: Box | None = None) -> list[StoreQuote]:
    """Return what delivery to a wilaya costs, for a product's page: in one statement, no desks. Raises NotFound."""
    place, loads = place_of_wilaya(wilaya_code), {store_id: Load(weight_g, Money(0), box)}
    return _first_of_each_kind(_accounts(loads, place), {}, place, loads)[store_id]


def quotes(store_id: int, place: Place, *, weight_g: int, declared: Money) -> list[StoreQuote]:
    """Return one store's quotes to a place: at most one home and one desk."""
    return quotes_for({store_id: Load(weight_g, declared)}, place)[store_id]


def quotes_for(loads: Mapping[int, Load], place: Place, *, with_desks: bool = True) -> dict[int, list[StoreQuote]]:
    """Return the quotes of many stores to one place, in two statements; in one without the desks.

    The desks of each come nearest first. A partner that has none in a wilaya is asked for those of the wilaya that it
    was part of before 2026, which it still goes by.
    A carrier that is misconfigured or does not answer is passed over and logged.
    """
    if is_abroad(place.wilaya_code):
        return _to_country(loads, place.wilaya_code)
    accounts = _accounts(loads, place)
    served = [row.id for row in accounts if row.desk_minor is not None or _from_rows(row.carrier) is None]
    desks = _desks(served, place) if served and with_desks else {}
    return _first_of_each_kind(accounts, desks, place, loads)


def _to_country(loads: Mapping[int, Load], country: str) -> dict[int, list[StoreQuote]]:
    found = abroad.quotes({store_id: load.weight_g for store_id, load in loads.items()}, country)
    return {
        store_id: [
            StoreQuote(q.account_id, q.carrier, q.title, q.title_ar, "home", q.price, q.min_days, q.max_days)
            for q in [found[store_id]]
        ] if store_id in found else []
        for store_id in loads
    }  # fmt: skip


def _accounts(store_ids: Collection[int], place: Place) -> Sequence[Row[Any]]:
    told = {"store_ids": list(store_ids), "wilaya_code": place.wilaya_code, "commune_code": place.commune_code}
    return session.execute(_rated(), told).all()


@cache
def _rated() -> Select[*tuple[Any, ...]]:
    here = DeliveryRate.wilaya_code == bindparam("wilaya_code", type_=String)
    in_commune = CommuneRate.commune_code == bindparam("commune_code", type_=String)
    return (
        select(*_ACCOUNT, *_RATE)
        .outerjoin(DeliveryRate, and_(DeliveryRate.account_id == CarrierAccount.id, here))
        .outerjoin(CommuneRate, and_(CommuneRate.account_id == CarrierAccount.id, in_commune))
        .where(CarrierAccount.store_id.in_(bindparam("store_ids", expanding=True)), CarrierAccount.active)
        .order_by(CarrierAccount.store_id, CarrierAccount.position, CarrierAccount.id)
    )


def _first_of_each_kind(
    accounts: Sequence[Row[Any]], desks: Mapping[int, list[Any]], place: Place, loads: Mapping[int, Load]
) -> dict[int, list[StoreQuote]]:
    found: dict[int, list[StoreQuote]] = {store_id: [] for store_id in loads}
    for row in accounts:
        load = loads[row.store_id]
        taken = {quote.kind for quote in found[row.store_id]}
        for quote in _asked(row, _nearest(row.carrier, desks.get(row.id, []), place), place, load):
            if quote.kind not in taken:
                found[row.store_id].append(quote)
    return {store_id: sorted(each, key=lambda q: KINDS.index(q.kind)) for store_id, each in found.items()}


def _desks(account_ids: Collection[int], place: Place) -> dict[int, list[Any]]:
    around = geography.wilayas_of_58(place.wilaya_code_58)
    wanted = select(*_DESK).where(Desk.account_id.in_(account_ids), Desk.wilaya_code.in_(around), Desk.active)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(wanted.order_by(Desk.account_id, Desk.name, Desk.id)):
        found[row.account_id].append(row)
    return found


def _nearest(carrier: str, desks: Sequence[Any], place: Place) -> list[Any]:
    """Return the desks where a parcel to a place can be fetched, nearest first."""
    here = [each for each in desks if each.wilaya_code == place.wilaya_code]
    plugin = CARRIERS.usable.get(carrier)
    found = here or (desks if plugin is not None and plugin.outside else [])
    return sorted(found, key=lambda each: geography.distance(place.commune_code, each.commune_code))


def _asked(account: Any, desks: Sequence[Any], place: Place, load: Load) -> list[StoreQuote]:
    parcel = Parcel("", place, "home", load.weight_g, Money(0, load.declared.currency), load.declared)
    try:
        offered = adapter(account.carrier, account.settings, [account], desks).quotes(parcel)
    except AdapterError as error:
        log.warning("carrier passed over", account=account.id, carrier=account.carrier, error=repr(error))
        return []
    counted, over = _weighed(account, load) if _from_rows(account.carrier) else (0, NOTHING)
    is_insured, insurance_cost = _insured(account, load)
    points = tuple(DeskPoint(d.id, d.name, d.commune_code, d.address, d.hours, d.external) for d in desks)
    return [
        StoreQuote(
            account.id, account.carrier, account.title, account.title_ar, each.kind, each.price + over, each.min_days,
            each.max_days, points if each.kind == "desk" else (), counted, over,
            is_insured, insurance_cost,
        )
        for each in offered
    ]  # fmt: skip


def _weighed(account: Any, load: Load) -> tuple[int, Money]:
    """Return what a parcel counts for and what is asked above the price: by her own tariff, else by what is told."""
    known = weighing_of(account)
    counted = billable_g(load.weight_g, load.box, known.cm3_per_kg)
    minor = account.told_minor if account.per_kg_minor is None else account.per_kg_minor
    return counted, overweight_fee(counted, known.included_g, Money(minor or 0, account.currency or "DZD"))


def _insured(account: Any, load: Load) -> tuple[bool, Money]:
    """Tell whether the workshop's rule insures a parcel, and what that costs."""
    least = account.insured_from_minor
    if least is None or load.declared.minor < least or insurance.most_of(account.carrier) is None:
        return False, NOTHING
    return True, insurance.cost_of(account.carrier, load.declared, account.insurance_hundredths)


def told_weighing(carrier: str) -> Weighing:
    """Return how a carrier reckons, as everybody is told; nothing included and no volume where nobody tells."""
    plugin = CARRIERS.usable.get(carrier)
    return plugin.weighing if plugin is not None else NOTHING_TOLD


def weighing_of(account: Any) -> Weighing:
    """Return how an account (or a row with its columns) reckons: as she typed it, else as its carrier tells."""
    told = told_weighing(account.carrier)
    return Weighing(
        told.included_g if account.included_g is None else account.included_g,
        told.cm3_per_kg if account.cm3_per_kg is None else account.cm3_per_kg,
    )


def adapter(carrier: str, settings: Mapping[str, Any], rates: Sequence[Any], desks: Sequence[Any]) -> Carrier:
    """Build what quotes for an account from its settings and rows (of DeliveryRate and Desk). Raises Misconfigured.

    For a carrier that is asked over the network, its kept prices speak: a buyer never waits for it.
    """
    plugin = CARRIERS.usable.get(carrier)
    if plugin is None:
        raise Misconfigured(f"the carrier {carrier} is not installed")
    from_rows = _from_rows(carrier)
    kept = {} if from_rows is None else from_rows([row for row in rates if row.wilaya_code is not None], desks)
    if plugin.outside:
        return rate_sheet.RateSheet(rate_sheet.Settings(**kept))
    known = {each.name for each in fields(plugin.settings)}
    typed = {key: value for key, value in settings.items() if key in known} | kept
    try:
        return plugin.build(plugin.settings(**typed), None)
    except (TypeError, ValueError) as error:
        raise Misconfigured(f"the settings of {carrier} do not fit: {error}") from error


def _sheet(rates: Sequence[Any], desks: Sequence[Any]) -> dict[str, Any]:
    return {
        "rates": {
            row.wilaya_code: rate_sheet.Rate(_price(row, _home(row)), _price(row, row.desk_minor), row.min_days,
                                             row.max_days)
            for row in rates
        },
        "points": tuple(
            Point(str(d.id), d.name, d.wilaya_code, d.commune_code, d.address, d.hours) for d in desks
        ),
    }  # fmt: skip


def _own(rates: Sequence[Any], _desks: Sequence[Any]) -> dict[str, Any]:
    served = [row for row in rates if row.home_minor is not None]
    days = {"min_days": served[0].min_days, "max_days": served[0].max_days} if len(served) == 1 else {}
    return {"prices": {row.wilaya_code: Money(row.home_minor, row.currency) for row in served}, **days}


def _home(row: Any) -> int | None:
    """Return what the door costs: in this commune, where it is not as in the rest of the wilaya."""
    minor: int | None = row.exception_minor if getattr(row, "exception", None) is not None else row.home_minor
    return minor


def _price(row: Any, minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, row.currency)


# The carriers whose settings are our own rows; the others keep theirs in the account.
_FROM_ROWS: Mapping[str, Callable[[Sequence[Any], Sequence[Any]], dict[str, Any]]] = {
    rate_sheet.PLUGIN.key: _sheet,
    algerie_poste.PLUGIN.key: _sheet,
    own_delivery.PLUGIN.key: _own,
}


def _from_rows(carrier: str) -> Callable[[Sequence[Any], Sequence[Any]], dict[str, Any]] | None:
    plugin = CARRIERS.usable.get(carrier)
    return _FROM_ROWS.get(carrier) or (_sheet if plugin is not None and plugin.outside else None)

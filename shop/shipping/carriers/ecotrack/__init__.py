"""The companies whose system is Ecotrack, some eighty of them: a parcel is made as a draft, then confirmed.

A draft never moves, and the same reference twice is two drafts there: parcels are sought in the list by our reference
before they are made, and one that lies there unconfirmed is confirmed. It sends no notices.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shop.core.errors import AdapterError, Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.core.text import fold
from shop.shipping.carriers import cells
from shop.shipping.carriers.batches import alone
from shop.shipping.carriers.cells import is_tracking
from shop.shipping.carriers.ecotrack import mapping
from shop.shipping.carriers.ecotrack.brands import BRANDS
from shop.shipping.carriers.ecotrack.client import LOCKED, Client, by_tracking, rows_of
from shop.shipping.carriers.ecotrack.statuses import word_of
from shop.shipping.contract import (
    Booking,
    Fee,
    Http,
    Parcel,
    ParcelScan,
    Plugin,
    Point,
    Quote,
    TheirPlace,
    setting,
    unfit,
)

DAYS = (1, 5)
AT_ONCE = 100  # numbers in one request
DRAFT = "it lies there as a draft and was not accepted"
_TOKEN = re.compile(r"[A-Za-z0-9|_.-]{16,200}")


@dataclass(frozen=True)
class Settings:
    """The account at one of the companies."""

    brand: str = setting(
        "Company",
        choices=(("", "Please choose the company."), *((key, name) for key, (name, _url) in BRANDS.items())),
    )
    api_token: str = setting(
        "API token", hint="It is in your account there. Each company gives its own.", secret=True, most=200
    )
    collection: str = setting(
        "How do your parcels reach the company?", default="0",
        choices=(("0", "I bring them"), ("1", "A courier collects each of them")),
    )  # fmt: skip

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        found = unfit(self, api_token=(_TOKEN, "The token is one long word without spaces. Please copy all of it."))
        return found if self.brand in BRANDS else {"brand": "Please choose the company.", **found}


@dataclass(frozen=True)
class Ecotrack:
    """One account; nothing is remembered between two calls."""

    settings: Settings
    client: Client

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "ecotrack"

    def check(self) -> None:
        """Ask whether the token may be used."""
        told = self.client.get("validate/token")
        if not (isinstance(told, Mapping) and told.get("message") == "VALID_TOKEN"):
            raise Misconfigured("The partner refused these keys. Please compare them with those of your account there.")

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Ask what delivery to the wilaya costs, if the commune is served."""
        name = parcel.to.theirs or parcel.to.commune_name
        communes = [row for row in self._communes(parcel.to.wilaya_code_58) if not name or _is_named(row, name)]
        home, desk = self._prices().get(parcel.to.wilaya_code_58, (None, None)) if communes else (None, None)
        if not any(mapping.is_yes(row.get("has_stop_desk")) for row in communes):
            desk = None
        return [Quote(kind, price, *DAYS) for kind, price in (("home", home), ("desk", desk)) if price is not None]

    def book(self, parcel: Parcel) -> Booking:
        """Book the parcel, unless it is booked already."""
        return alone(self.book_many([parcel]))

    def book_many(self, parcels: Sequence[Parcel]) -> Sequence[Booking | AdapterError]:
        """Seek them all in the list, then make and confirm one after the other; who falls silent is left alone."""
        begun = [each.since for each in parcels if each.since is not None]
        there = self._sought({each.reference for each in parcels}, since=min(begun, default=None))
        made: list[Booking | AdapterError] = []
        for each in parcels:
            silent = made and isinstance(made[-1], Unavailable | Misconfigured)
            made.append(made[-1] if silent else self._booked(each, there.get(each.reference)))
        return made

    def _booked(self, parcel: Parcel, row: Mapping[str, Any] | None) -> Booking | AdapterError:
        try:
            tracking = self._drafted(parcel) if row is None else str(row["tracking"])
            if row is None or not word_of(str(row.get("status") or "")):
                self._confirm(tracking)
        except AdapterError as error:
            return error
        return Booking(parcel.reference, tracking)

    def _drafted(self, parcel: Parcel) -> str:
        tracking = str(self.client.post("create/order", mapping.wanted(parcel)).get("tracking") or "")
        if not is_tracking(tracking):
            raise Unavailable("it made a parcel, and did not say its number")
        return tracking

    def _confirm(self, tracking: str) -> None:
        """Confirm a draft; one that is confirmed already is as good."""
        try:
            self.client.post("valid/order", {"tracking": tracking, "ask_collection": self.settings.collection})
        except Rejected as error:
            if error.fields.get("error") != LOCKED:
                raise Rejected(f"{DRAFT} — {error}", fields=error.fields) from None

    def find(self, reference: str) -> str:
        """Return the number that it gave under our reference, to a draft or to a confirmed parcel."""
        row = self._sought({reference}).get(reference)
        return "" if row is None else str(row["tracking"])

    def _sought(self, references: Collection[str], since: datetime | None = None) -> dict[str, Mapping[str, Any]]:
        """Return what lies there under references: of two, the one that is confirmed, then the older one.

        `since`: when the first of them can have been asked for; the list begins the day before.
        """
        begin = {} if since is None else {"start_date": (since - timedelta(days=1)).date().isoformat()}
        found: dict[str, Mapping[str, Any]] = {}
        for row in self.client.orders(**begin):
            reference = str(row.get("reference") or "")
            if reference not in references or not is_tracking(str(row.get("tracking") or "")):
                continue
            if word_of(str(row.get("status") or "")) == "cancelled":
                continue
            found[reference] = min(found.get(reference, row), row, key=_rank)
        return found

    def cancel(self, tracking: str) -> None:
        """Take a draft back; of one that is confirmed and not yet fetched, ask for the return. Gone is as good."""
        word = self._word(tracking)
        if word in {"cancelled", "returning", "returned"}:
            return
        if word:
            raise Rejected("it is on its way already", fields={"tracking": "on its way"})
        try:
            self.client.delete("delete/order", {"tracking": tracking})
        except Rejected:
            self.client.post("ask/for/order/return", {"tracking": tracking})

    def label(self, tracking: str) -> bytes:
        """Return the label of a parcel."""
        return self.client.file("get/order/label", tracking=_number(tracking))

    def send_back(self, tracking: str) -> None:
        """Ask that the parcel comes back; one that does already is as good."""
        if self._word(tracking) not in {"returning", "returned"}:
            self.client.post("ask/for/order/return", {"tracking": tracking})

    def _word(self, tracking: str) -> str:
        """Return how a parcel stands, in our words; 'cancelled' when nothing lies there."""
        rows = self.client.orders(tracking=_number(tracking))
        row = next((row for row in rows if row.get("tracking") == tracking), None)
        return "cancelled" if row is None else word_of(str(row.get("status") or ""))

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return the way of a parcel."""
        return self.scans_of([tracking])

    def scans_of(self, trackings: Sequence[str]) -> list[ParcelScan]:
        """Return the ways of parcels."""
        known = [each for each in trackings if is_tracking(each)]
        found: list[ParcelScan] = []
        for start in range(0, len(known), AT_ONCE):
            asked = known[start : start + AT_ONCE]
            told = by_tracking(self.client.get("get/trackings/info", **{"trackings[]": asked}))
            found += [scan for each in asked if each in told for scan in mapping.scans(each, told[each])]
        return sorted(found, key=lambda each: (each.at, each.key))

    def points(self, wilaya_code: str) -> list[Point]:
        """Return the communes that have a desk; it has no list of desks, and tells neither address nor hours."""
        if wilaya_code and not cells.two(wilaya_code):
            return []
        found: dict[str, Point] = {}
        for row in self._communes(wilaya_code):
            key, name, wilaya = str(row.get("code_postal") or ""), str(row["nom"]), cells.two(row.get("wilaya_id"))
            if mapping.is_yes(row.get("has_stop_desk")) and mapping.is_desk(key):
                found.setdefault(key, Point(key=key, name=name, wilaya_code=wilaya, commune=name))
        return list(found.values())

    def places(self) -> list[TheirPlace]:
        """Return its communes; wilayas it knows by their numbers."""
        return [TheirPlace(cells.two(row.get("wilaya_id")), "", str(row["nom"])) for row in self._communes("")]

    def fees(self, sender: str, to: str) -> list[Fee]:  # noqa: ARG002 - the prices of an account begin where it is
        """Return what it charges to a wilaya, commune by commune."""
        home, desk = self._prices().get(to, (None, None))
        return [
            Fee(str(row["nom"]), home, desk if mapping.is_yes(row.get("has_stop_desk")) else None)
            for row in self._communes(to)
        ]

    def _communes(self, wilaya_58: str) -> list[Mapping[str, Any]]:
        if wilaya_58 and not cells.two(wilaya_58):
            return []
        only = {"wilaya_id": int(wilaya_58)} if wilaya_58 else {}
        rows = rows_of(self.client.get("get/communes", **only))
        named = [row for row in rows if row.get("nom") and cells.two(row.get("wilaya_id"))]
        return [row for row in named if not wilaya_58 or cells.two(row["wilaya_id"]) == wilaya_58]

    def _prices(self) -> dict[str, tuple[Money | None, Money | None]]:
        told = self.client.get("get/fees")
        rows = rows_of(told.get("livraison")) if isinstance(told, Mapping) else []
        prices = ((cells.typed_price(row.get("tarif")), cells.typed_price(row.get("tarif_stopdesk"))) for row in rows)
        return {cells.two(row.get("wilaya_id")): pair for row, pair in zip(rows, prices, strict=True)}


def _is_named(row: Mapping[str, Any], name: str) -> bool:
    return fold(str(row["nom"])) == fold(name)


def _rank(row: Mapping[str, Any]) -> tuple[bool, str, str]:
    is_draft = not word_of(str(row.get("status") or ""))
    return is_draft, str(row.get("created_at") or ""), str(row.get("tracking"))


def _number(tracking: str) -> str:
    if not is_tracking(tracking):
        raise Rejected("this is no number of theirs", fields={"tracking": "unknown"})
    return tracking


def _build(settings: Settings, http: Http | None) -> Ecotrack:
    way = http.for_account(secrets=[settings.api_token]) if http is not None else None
    return Ecotrack(settings, Client(settings.brand, settings.api_token, way))


PLUGIN = Plugin(
    key="ecotrack", title="DHD, Anderson, Packers… (Ecotrack)", settings=Settings, build=_build, outside=True,
    per_parcel=2, exchanges=True, follow="https://suivi.ecotrack.dz/suivi/{tracking}",
    named_by=("brand", "api_token"),
)  # fmt: skip

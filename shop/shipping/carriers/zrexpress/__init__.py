"""ZR Express: places by its own marks, one parcel per reference, states by poll and by signed notice.

It refuses a reference that was used (409), and finds a new parcel only after a moment: it is sought before it is asked
for, and sought again when it says that it has it. Its labels are files behind links that soon end: one is
fetched at once, and its link kept nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shop.core.errors import Forged, Rejected, Unavailable
from shop.shipping.carriers import cells, files
from shop.shipping.carriers.cells import is_mark, is_tracking
from shop.shipping.carriers.zrexpress import mapping, svix
from shop.shipping.carriers.zrexpress.client import Client, Missing, Taken, part, rows
from shop.shipping.carriers.zrexpress.mapping import District
from shop.shipping.carriers.zrexpress.statuses import READY, is_cancelled, plain, word_of
from shop.shipping.contract import (
    Booking,
    Fee,
    Http,
    Notice,
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
_KEY = re.compile(r"[!-~]{16,200}")


@dataclass(frozen=True)
class Settings:
    """The account there."""

    tenant: str = setting("Tenant", hint="It is in your account there, beside the API key.", most=36)
    api_key: str = setting("API key", secret=True)
    hook_secret: str = setting(
        "Secret key of the webhook", hint="Only if you register the address for notices there.", secret=True, most=128
    )

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        found = unfit(
            self,
            tenant=(cells.MARK, "The tenant is five groups of letters and digits with lines between."),
            api_key=(_KEY, "The API key has no spaces. Please copy all of it."),
        )
        if self.hook_secret and not svix.key_of(self.hook_secret):
            found["hook_secret"] = "The secret key of the webhook begins with whsec_. Please copy all of it."  # noqa: S105
        return found


@dataclass(frozen=True)
class ZrExpress:
    """One account."""

    settings: Settings
    client: Client

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "zrexpress"

    def check(self) -> None:
        """Ask for one territory."""
        self.client.post("territories/search", {"pageNumber": 1, "pageSize": 1})

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Ask what delivery costs, in the commune if it is told."""
        known = [each for each in self._districts() if each.code_58 == parcel.to.wilaya_code_58 and each.served]
        try:
            found = known[:1] if not parcel.to.commune_name else [mapping.called(known, parcel.to)]
        except Rejected:
            return []
        return [Quote(kind, price, *DAYS) for each in found for kind, price in self._prices(each).items()]

    def book(self, parcel: Parcel) -> Booking:
        """Book the parcel, unless it is booked already."""
        found = self._sought(parcel.reference)
        if found is not None:
            return _booked(parcel.reference, found)
        mapping.require_takeable(parcel)
        city, district = self._marks(parcel)
        receiver = self._made("customers/individual", mapping.customer(parcel))
        try:
            made = self._made("parcels", mapping.wanted(parcel, receiver, city, district, self._ready()))
        except Taken:
            return self._taken(parcel.reference)
        return _booked(parcel.reference, self.client.get(f"parcels/{made}"))

    def find(self, reference: str) -> str:
        """Return the number that it gave under our reference; nothing for a parcel that was taken back."""
        found = self._sought(reference)
        return "" if found is None or is_cancelled(_state(found)) else _booked(reference, found).tracking

    def cancel(self, tracking: str) -> None:
        """Take a parcel back before it is fetched; one that is gone already is as good."""
        if not is_tracking(tracking):
            raise Rejected("this is no number of theirs", fields={"tracking": "unknown"})
        try:
            row = self.client.get(f"parcels/{tracking}")
            mark = str(row.get("id") or "") if isinstance(row, Mapping) else ""
            if not is_mark(mark):
                raise Unavailable("a parcel of theirs without its mark")
            if not is_cancelled(_state(row)):
                self.client.delete(f"parcels/{mark}")
        except Missing:
            return

    def label(self, tracking: str) -> bytes:
        """Return the label of a parcel on A6."""
        if not is_tracking(tracking):
            raise Rejected("this is no number of theirs", fields={"tracking": "unknown"})
        told = self.client.post("parcels/labels/individual/pdf", {"trackingNumbers": [tracking], "format": "a6"})
        made = rows(told.get("parcelLabelFiles") if isinstance(told, Mapping) else None)
        if not made:
            raise Rejected("it makes no label for this parcel", fields={"label": "none"})
        return files.fetched(self.client.http, made[0].get("fileUrl"))

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return the states of a parcel, oldest first; none of a number that it does not know."""
        if not is_tracking(tracking):
            return []
        try:
            told = self.client.get(f"parcels/{tracking}/state-history")
        except Missing:
            return []
        history = rows(told.get("items") if isinstance(told, Mapping) else told)
        found = [each for each in (mapping.scan(tracking, row) for row in history) if each is not None]
        return sorted(found, key=lambda each: (each.at, each.key))

    def points(self, wilaya_code: str) -> list[Point]:
        """Return the desks of a wilaya, or of the whole country."""
        where = {each.mark: each for each in self._districts()}
        found = ((row, where.get(str(part(row, "address").get("districtTerritoryId")))) for row in self._hubs())
        return [
            Point(
                key=str(row["id"]), name=str(row.get("name") or at.name), wilaya_code=at.code_58,
                address=str(part(row, "address").get("street") or ""), hours=str(row.get("openingHours") or "")[:120],
                commune=at.name,
            )
            for row, at in found if at is not None and wilaya_code in {"", at.code_58}
        ]  # fmt: skip

    def places(self) -> list[TheirPlace]:
        """Return its communes, each with the marks by which it is booked."""
        return [
            TheirPlace(each.code_58, each.wilaya, each.name, each.served, key=each.mark, wilaya_key=each.city)
            for each in self._districts()
        ]

    def fees(self, _sender: str, to: str) -> list[Fee]:
        """Return what the account pays to a wilaya of 58, commune by commune; it is fetched at one place."""
        there = [each for each in self._districts() if each.code_58 == to and each.served]
        found = ((each.name, self._prices(each)) for each in there)
        return [Fee(name, prices.get("home"), prices.get("desk")) for name, prices in found]

    def read(self, notice: Notice) -> list[ParcelScan]:
        """Read a notice, signed as Svix does. Raises Forged."""
        svix.verify(notice, self.settings.hook_secret)
        try:
            told = json.loads(notice.body)
        except (ValueError, RecursionError):
            raise Forged("a signed notice that can't be read") from None
        data = part(told, "data") if isinstance(told, Mapping) else {}
        tracking = str(data.get("trackingNumber") or "")
        if not is_tracking(tracking):
            return []
        raw = _state(data) or str(told.get("eventType") or "unknown")
        at = cells.moment(told.get("occurredAt"), UTC) or datetime.fromtimestamp(0, UTC)
        key = notice.headers["svix-id"][:80]
        return [ParcelScan(key=key, tracking=tracking, word=word_of(raw) or "unknown", at=at, raw=raw[:200])]

    def _sought(self, reference: str) -> Mapping[str, Any] | None:
        """Return the parcel under our reference. The search looks everywhere: each one found is looked at."""
        told = self.client.post("parcels/search", {"pageNumber": 1, "pageSize": 50, "keyword": reference})
        found = rows(told.get("items") if isinstance(told, Mapping) else None)
        return next((row for row in found if row.get("externalId") == reference), None)

    def _taken(self, reference: str) -> Booking:
        found = self._sought(reference)
        if found is None:
            raise Unavailable("the partner has this parcel and does not find it yet")
        return _booked(reference, found)

    def _made(self, path: str, body: Mapping[str, Any]) -> str:
        told = self.client.post(path, body)
        mark = str(told.get("id") or "") if isinstance(told, Mapping) else ""
        if not is_mark(mark):
            raise Unavailable("the partner did not say what it made")
        return mark

    def _marks(self, parcel: Parcel) -> tuple[str, str]:
        """Return the marks of a wilaya and a commune: those that are kept, else by the names, whole."""
        to = parcel.to
        if is_mark(to.their_key) and is_mark(to.their_wilaya_key):
            return to.their_wilaya_key, to.their_key
        found = mapping.called(self._districts(), to)
        return found.city, found.mark

    def _ready(self) -> str:
        """Return the mark of the state in which parcels are fetched; nothing where the account has none."""
        flows = self.client.listed("workflows")
        states = [state for flow in flows for state in [flow, *rows(flow.get("states"))]]
        return next((str(each["id"]) for each in states if plain(str(each.get("name") or "")) == plain(READY)), "")

    def _districts(self) -> list[District]:
        return mapping.districts(self.client.listed("territories"))

    def _hubs(self) -> list[Mapping[str, Any]]:
        return [each for each in self.client.listed("hubs") if each.get("isPickupPoint") is not False]

    def _prices(self, district: District) -> dict[str, Any]:
        """Return the prices of a commune, else those of its wilaya."""
        found = {str(each.get("toTerritoryId")): each for each in self.client.rates()}
        return mapping.prices(found.get(district.mark) or found.get(district.city) or {})


def _state(row: Mapping[str, Any]) -> str:
    return str(part(row, "state").get("name") or "")


def _booked(reference: str, row: object) -> Booking:
    if not isinstance(row, Mapping):
        raise Unavailable("the partner did not show the parcel")
    if is_cancelled(_state(row)):
        raise Rejected("it was cancelled there", fields={"reference": "cancelled"})
    tracking = str(row.get("trackingNumber") or "")
    if not is_tracking(tracking):
        raise Unavailable("the partner has given no number yet")
    return Booking(reference, tracking)


def _build(settings: Settings, http: Http | None) -> ZrExpress:
    way = http.for_account(secrets=[settings.api_key, settings.hook_secret]) if http is not None else None
    return ZrExpress(settings, Client(settings.tenant, settings.api_key, way))


PLUGIN = Plugin(
    key="zrexpress",
    title="ZR Express",
    settings=Settings,
    build=_build,
    outside=True,
    named_by=("tenant", "api_key"),
    per_parcel=4,
)

"""Maystro: communes by its own numbers, prices by commune, parcels followed by poll and by unsigned notice.

Nobody knows that it books a reference once: a parcel is sought before it is asked for. Client libraries disagree on the
address of a parcel's history: where there is none, the parcel itself tells where it is now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.core.errors import Rejected, Unavailable
from shop.shipping.carriers.cells import is_mark
from shop.shipping.carriers.maystro import mapping, notices
from shop.shipping.carriers.maystro.client import Client, Missing, number, rows
from shop.shipping.carriers.maystro.statuses import BEFORE, CANCELLED, number_of
from shop.shipping.contract import (
    Booking,
    Fee,
    Http,
    Notice,
    Parcel,
    ParcelScan,
    Plugin,
    Quote,
    TheirPlace,
    setting,
    unfit,
)

DAYS = (1, 5)
TAKE_BACK = {"status": CANCELLED, "abort_reason": 21}
_TOKEN = re.compile(r"[!-~]{16,200}")


@dataclass(frozen=True)
class Settings:
    """The account there."""

    api_token: str = setting("API token", secret=True)
    hook_secret: str = setting(
        "Secret key of the webhook", hint="Only if you register the address for notices there.", secret=True, most=128
    )

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        return unfit(self, api_token=(_TOKEN, "The token is one long word without spaces. Please copy all of it."))


@dataclass(frozen=True)
class Maystro:
    """One account."""

    settings: Settings
    client: Client

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "maystro"

    def check(self) -> None:
        """Ask for its parcels, which nobody sees without a token."""
        self.client.get("stores/orders/", page=1)

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Ask what delivery costs, in the commune if it is told."""
        to = parcel.to
        known = [number(each["id"]) for each in self.client.communes() if mapping.wilaya(each) == to.wilaya_code_58]
        try:
            commune = mapping.called(self.client.communes(), to) if to.commune_name else next(iter(known), 0)
        except Rejected:
            return []
        found = ((kind, self._price(commune, kind)) for kind in mapping.KINDS) if commune else ()
        return [Quote(kind, price, *DAYS) for kind, price in found if price is not None]

    def book(self, parcel: Parcel) -> Booking:
        """Book the parcel, unless it is booked already."""
        there = self._sought(parcel.reference)
        if there:
            return _booked(parcel.reference, _standing(there))
        mapping.require_takeable(parcel)
        key = parcel.to.their_key
        commune = int(key) if key.isdigit() else mapping.called(self.client.communes(), parcel.to)
        return _booked(parcel.reference, self.client.post("stores/orders/", mapping.wanted(parcel, commune)))

    def find(self, reference: str) -> str:
        """Return the number that it gave under our reference; nothing for a parcel that was taken back."""
        row = _standing(self._sought(reference))
        return "" if row is None else _booked(reference, row).tracking

    def cancel(self, tracking: str) -> None:
        """Take a parcel back before it is fetched; one that is gone already is as good."""
        if not is_mark(tracking):
            raise Rejected("this is no number of theirs", fields={"tracking": "unknown"})
        try:
            row = self.client.get(f"stores/orders/{tracking}/")
        except Missing:
            return
        status = number_of(row.get("status")) if isinstance(row, Mapping) else None
        if status == CANCELLED:
            return
        if status not in BEFORE:
            raise Rejected("it is on its way already", fields={"tracking": "on its way"})
        self.client.patch(f"shared/status/{tracking}/", TAKE_BACK)

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return the history of a parcel, oldest first; where it is now, when it has no history."""
        if not is_mark(tracking):
            return []
        try:
            found = [mapping.scan(tracking, row) for row in rows(self.client.get(f"stores/history_order/{tracking}"))]
        except Missing:
            found = [self._now(tracking)]
        return sorted((each for each in found if each is not None), key=lambda each: (each.at, each.key))

    def places(self) -> list[TheirPlace]:
        """Return its communes, each with the number by which it is booked. It names their wilayas by numbers."""
        return [
            TheirPlace(mapping.wilaya(each), "", str(each["name"]), key=str(each["id"]))
            for each in self.client.communes() if each.get("name") and mapping.wilaya(each)
        ]  # fmt: skip

    def fees(self, _sender: str, to: str) -> list[Fee]:
        """Return what the account pays to a wilaya of 58: it is told by commune, and was seen to be the same in all."""
        there = [each for each in self.client.communes() if mapping.wilaya(each) == to]
        if not there:
            return []
        home, desk = (self._price(number(there[0]["id"]), kind) for kind in ("home", "desk"))
        return [Fee(str(each.get("name") or ""), home, desk) for each in there if each.get("name")]

    def read(self, notice: Notice) -> list[ParcelScan]:
        """Read a notice, which has our secret and no signature. Raises Forged."""
        return notices.read(notice, self.settings.hook_secret)

    def _price(self, commune: int, kind: str) -> Any:
        try:
            way = mapping.KINDS[kind]
            told = self.client.get("stores/delivery_price/", commune=commune, delivery_type=way, express="false")
        except Missing:  # so it says that there is no price
            return None
        return mapping.price(told)

    def _now(self, tracking: str) -> ParcelScan | None:
        try:
            row = self.client.get(f"stores/orders/{tracking}/")
        except Missing:
            return None
        return mapping.scan(tracking, row, moment_in="updated_at") if isinstance(row, Mapping) else None

    def _sought(self, reference: str) -> list[Mapping[str, Any]]:
        """Return the parcels under our reference: each one in its list is looked at, whatever it was asked for."""
        return [row for row in self.client.orders(reference) if row.get("external_order_id") == reference]


def _standing(found: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the oldest of them that was not taken back."""
    left = [row for row in found if number_of(row.get("status")) != CANCELLED]
    return min(left, key=lambda row: str(row.get("created_at") or ""), default=None)


def _booked(reference: str, row: object) -> Booking:
    if row is None:
        raise Rejected("it was cancelled there", fields={"reference": "cancelled"})
    mark = str(row.get("id") or "") if isinstance(row, Mapping) else ""
    if not is_mark(mark):
        raise Unavailable("the partner did not say what it made")
    return Booking(reference, mark)


def _build(settings: Settings, http: Http | None) -> Maystro:
    way = http.for_account(secrets=[settings.api_token, settings.hook_secret]) if http is not None else None
    return Maystro(settings, Client(settings.api_token, way))


PLUGIN = Plugin(
    key="maystro", title="Maystro", settings=Settings, build=_build, outside=True, named_by=("api_token",), per_parcel=2
)

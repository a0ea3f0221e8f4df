"""Procolis and the companies on its system: parcels under our own reference, followed by poll, labelled by us.

It has no label, no notices and no way to take a parcel back. What it refuses, it says inside an answer of 200. It tells
the last situation of a parcel only: what happened between two polls is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.core.errors import AdapterError, Rejected
from shop.core.text import fold
from shop.shipping.carriers import cells
from shop.shipping.carriers.batches import alone, booked
from shop.shipping.carriers.procolis import mapping
from shop.shipping.carriers.procolis.client import Client
from shop.shipping.contract import Booking, Fee, Http, Parcel, ParcelScan, Plugin, Quote, setting, unfit

DAYS = (1, 5)
GOOD, THERE = fold("Good"), fold("Double Tracking")
_KEY = re.compile(r"[!-~]{8,200}")


@dataclass(frozen=True)
class Settings:
    """The account at one of the companies."""

    token: str = setting("Token", secret=True)
    key: str = setting("Key", hint="Both are in your account there, or the company gives them to you.", secret=True)

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        word = _KEY, "It has no spaces and at least 8 characters. Please copy all of it."
        return unfit(self, token=word, key=word)


@dataclass(frozen=True)
class Procolis:
    """One account."""

    settings: Settings
    client: Client

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "procolis"

    def check(self) -> None:
        """Ask whether the account is open."""
        self.client.check()

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Ask what delivery to a wilaya costs."""
        row = next((each for each in self.client.prices() if mapping.wilaya(each) == parcel.to.wilaya_code_58), {})
        found = (("home", mapping.price(row.get("Domicile"))), ("desk", mapping.price(row.get("Stopdesk"))))
        return [Quote(kind, price, *DAYS) for kind, price in found if price is not None]

    def book(self, parcel: Parcel) -> Booking:
        """Book the parcel, unless it is booked already."""
        return alone(self.book_many([parcel]))

    def book_many(self, parcels: Sequence[Parcel]) -> Sequence[Booking | AdapterError]:
        """Seek them all under our references, then ask for those that are not there, in one request each."""
        there = {each: each for each in self._there([parcel.reference for parcel in parcels])}
        return booked(parcels, there, mapping.wanted, self._asked)

    def find(self, reference: str) -> str:
        """Return the number of a parcel that is there, which is our reference."""
        return reference if self._there([reference]) else ""

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return where a parcel is now."""
        return self.scans_of([tracking])

    def scans_of(self, trackings: Sequence[str]) -> list[ParcelScan]:
        """Return where parcels are now."""
        known = [each for each in trackings if cells.is_tracking(each)]
        found = [mapping.scan(row) for row in self.client.known(known)]
        mine = [each for each in found if each is not None and each.tracking in known]
        return sorted(mine, key=lambda each: (each.at, each.key))

    def fees(self, _sender: str, to: str) -> list[Fee]:
        """Return what the account pays to a wilaya of 58: the same in all of its communes."""
        rows = (each for each in self.client.prices() if mapping.wilaya(each) == to)
        return [Fee("", mapping.price(row.get("Domicile")), mapping.price(row.get("Stopdesk"))) for row in rows]

    def _there(self, references: Sequence[str]) -> set[str]:
        return {str(row.get("Tracking")) for row in self.client.known(references)} & set(references)

    def _asked(self, asked: Sequence[Mapping[str, str]]) -> dict[str, Booking | AdapterError]:
        try:
            told = self.client.add(asked)
        except AdapterError as error:
            return {each["Tracking"]: error for each in asked}
        said = {str(row.get("Tracking")): str(row.get("MessageRetour") or "") for row in told}
        return {each["Tracking"]: _booked(each["Tracking"], said.get(each["Tracking"])) for each in asked}


def _booked(reference: str, said: str | None) -> Booking | Rejected:
    """Return what came of a parcel that was not there before.

    A number that is taken all the same is that of a parcel which it does not show us: whose it is, nobody knows.
    """
    if said is not None and fold(said) == GOOD:
        return Booking(reference, reference)
    if said is not None and fold(said) == THERE:
        return Rejected("it says that this number is taken and does not show the parcel", fields={"reference": "taken"})
    return Rejected((said or "it did not say what became of this parcel")[:150], fields={"parcel": "refused"})


def _build(settings: Settings, http: Http | None) -> Procolis:
    way = http.for_account(secrets=[settings.token, settings.key]) if http is not None else None
    return Procolis(settings, Client(settings.token, settings.key, way))


PLUGIN = Plugin(
    key="procolis",
    title="Procolis (ABEX, Colilog, Flash, Leopard)",
    settings=Settings,
    build=_build,
    outside=True,
    named_by=("token", "key"),
    exchanges=True,
)

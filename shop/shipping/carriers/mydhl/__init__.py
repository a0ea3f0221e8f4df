"""MyDHL Express: parcels to other countries, quoted, booked with their label and followed by poll.

Written by hand from what is public of the MyDHL API (version 2 and 3 of its OpenAPI description, and what client
libraries report of their own accounts). It books twice if it is asked twice, takes no shipment back (one that is never
given to it is never moved), and finds a shipment by our reference within a range of days. Its own label comes with the
booking, and with nothing else: one that was found again has none here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shop.core import clock
from shop.core.errors import Misconfigured, Rejected, Unavailable
from shop.core.money import Money
from shop.shipping.carriers.mydhl import mapping
from shop.shipping.carriers.mydhl.client import Client, Missing, is_tracking
from shop.shipping.carriers.mydhl.mapping import Sender
from shop.shipping.contract import Abroad, Booking, Http, Parcel, ParcelScan, Place, Plugin, Quote, setting, unfit

SOUGHT_DAYS = 30
_WORD = re.compile(r"[!-~]{6,100}")
_ACCOUNT = re.compile(r"\d{8,10}")
_POSTCODE = re.compile(r"\d{5}")
# A parcel that nobody sends: whether the keys and the account are known is asked by what it would cost.
_TRIAL = Parcel(
    "", Place("FR", "", "", "FR", ""), "home", 1000, Money(0), Money.dinars(5000), abroad=Abroad("FR", "Paris", "75001")
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The account there, and what it must know of who sends."""

    account: str = setting("Account number", hint="Nine figures, on each bill of DHL Express.", most=10)
    user: str = setting("API key", hint="From developer.dhl.com, for MyDHL API: not your password.", most=100)
    password: str = setting("API secret", secret=True)
    stage: str = setting(
        "Which service?", default="live",
        choices=(("live", "The real one"), ("test", "The one for trying: nothing is sent")),
    )  # fmt: skip
    product: str = setting(
        "How do parcels travel?", default="P", choices=(("P", "Express Worldwide"), ("8", "Express Easy"))
    )
    postcode: str = setting("Postcode of your workshop", most=5)
    box: str = setting(
        "Your usual box, in centimetres", default="30 × 20 × 10", hint="Length × width × height.", most=20
    )

    def problems(self) -> Mapping[str, str]:
        """Return what can't be right."""
        word = _WORD, "It is one word without spaces. Please copy all of it."
        found = unfit(
            self,
            account=(_ACCOUNT, "The account number has nine figures."),
            user=word,
            password=word,
            postcode=(_POSTCODE, "A postcode has five figures."),
        )
        return found if mapping.box_of(self.box) else {**found, "box": "Write three numbers: 30 × 20 × 10."}


@dataclass(frozen=True)
class MyDhl:
    """One account."""

    settings: Settings
    client: Client

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "mydhl"

    def check(self) -> None:
        """Ask what a small parcel would cost: the keys, the account and its postcode are known then."""
        try:
            self.client.post("rates", mapping.rate_request(_TRIAL, mapping.require_takeable(_TRIAL), self._mine()))
        except Rejected as refused:
            raise Misconfigured(str(refused)) from None

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Ask what a parcel abroad costs, and in how many days it arrives; nothing where it does not go."""
        try:
            there = mapping.require_takeable(parcel)
            mine = self._mine()
            found = mapping.quote(
                self.client.post("rates", mapping.rate_request(parcel, there, mine)), mine.product, mine.now
            )
        except Rejected:
            return []
        return [found] if found is not None else []

    def book(self, parcel: Parcel) -> Booking:
        """Book the parcel, unless it is booked already; its label comes with the answer."""
        wanted = mapping.shipment(parcel, mapping.require_bookable(parcel), self._mine())
        found = self.find(parcel.reference)
        if found:
            return Booking(parcel.reference, found)
        told = self.client.post("shipments", wanted, reference=parcel.reference)
        tracking = str(told.get("shipmentTrackingNumber") or "") if isinstance(told, Mapping) else ""
        if not is_tracking(tracking):
            raise Unavailable("the partner did not say what it made")
        return Booking(parcel.reference, tracking, mapping.label_of(told))

    def find(self, reference: str) -> str:
        """Return the number that it gave under our reference in the last thirty days."""
        first, last = mapping.span(clock.now(), SOUGHT_DAYS)
        asked: dict[str, str | int] = {
            "shipmentReference": reference, "shipmentReferenceType": "CU", "dateRangeFrom": first, "dateRangeTo": last,
            "shipperAccountNumber": self.settings.account, "trackingView": "shipment-details-only",
            "levelOfDetail": "shipment",
        }  # fmt: skip
        try:
            found = mapping.number_under(self.client.get("tracking", asked), reference)
        except Missing:
            return ""
        return found if is_tracking(found) else ""

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return the events of a parcel, oldest first; none of a number that it does not know."""
        if not is_tracking(tracking):
            return []
        asked: dict[str, str | int] = {"trackingView": "all-checkpoints", "levelOfDetail": "shipment"}
        try:
            told = self.client.get(f"shipments/{tracking}/tracking", asked)
        except Missing:
            return []
        return sorted(mapping.scans(tracking, told), key=lambda each: (each.at, each.key))

    def _mine(self) -> Sender:
        """Return what every question says of the account."""
        box = mapping.box_of(self.settings.box)
        if box is None:
            raise Misconfigured("The size of your usual box is missing. Please type it in the settings of delivery.")
        return Sender(self.settings.account, self.settings.product, self.settings.postcode, box, clock.now())


def _build(settings: Settings, http: Http | None) -> MyDhl:
    way = http.for_account(secrets=[settings.password]) if http is not None else None
    return MyDhl(settings, Client(settings.stage, settings.user, settings.password, way))


PLUGIN = Plugin(
    key="mydhl", title="MyDHL Express", settings=Settings, build=_build, outside=True, per_parcel=2, abroad=True,
    insures=mapping.MOST,
    own_label=True, follow="https://www.dhl.com/dz-en/home/tracking.html?tracking-id={tracking}",
)  # fmt: skip

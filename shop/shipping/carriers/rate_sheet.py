"""A carrier without an API: prices typed per wilaya, parcels moved by hand, our own label and number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.core.text import western_digits
from shop.shipping.contract import Booking, Parcel, Plugin, Point, Quote

NOT_A_NUMBER = "A parcel’s number has 4 to 40 letters and digits."
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/-]{3,39}")


@dataclass(frozen=True)
class Rate:
    """Prices to one wilaya (of 69). None: not served that way."""

    home: Money | None
    desk: Money | None
    min_days: int = 1
    max_days: int = 3


@dataclass(frozen=True)
class Settings:
    """The rate sheet itself, by two-digit wilaya code, and the desks."""

    rates: Mapping[str, Rate] = field(default_factory=dict)
    points: tuple[Point, ...] = ()
    most_g: int = 30_000


@dataclass(frozen=True)
class RateSheet:
    """Quotes from the sheet; books with our own reference as the tracking number."""

    settings: Settings

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "rate_sheet"

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Return the typed prices of the parcel's wilaya, within the weight that the carrier takes."""
        rate = self.settings.rates.get(parcel.to.wilaya_code)
        if rate is None or parcel.weight_g > self.settings.most_g:
            return []
        prices = (("home", rate.home), ("desk", rate.desk))
        return [Quote(kind, price, rate.min_days, rate.max_days) for kind, price in prices if price is not None]

    def book(self, parcel: Parcel) -> Booking:
        """Take our reference as the number. Raises Rejected where the sheet has no price.

        What leaves the country was priced by its zone, and has a service of its own there.
        """
        if parcel.abroad is None and parcel.kind not in {quote.kind for quote in self.quotes(parcel)}:
            raise Rejected("this place is not served", fields={"wilaya": "not served"})
        return Booking(reference=parcel.reference, tracking=parcel.reference)

    def number(self, typed: str) -> str:
        """Return the number that the carrier gave by hand, in capitals, without spaces. Raises Rejected."""
        bare = "".join(western_digits(typed).upper().split())
        if not _NUMBER.fullmatch(bare):
            raise Rejected(NOT_A_NUMBER, fields={"number": NOT_A_NUMBER})
        return bare

    def cancel(self, tracking: str) -> None:
        """Nothing was booked outside, so nothing is to be taken back."""

    def points(self, wilaya_code: str) -> list[Point]:
        """Return the desks typed for a wilaya."""
        return [point for point in self.settings.points if point.wilaya_code == wilaya_code]


PLUGIN = Plugin(
    key="rate_sheet",
    title="Carrier with a rate sheet",
    settings=Settings,
    build=lambda settings, _http: RateSheet(settings),
    exchanges=True,
)

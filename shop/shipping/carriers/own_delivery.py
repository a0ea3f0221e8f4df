"""Own delivery: the workshop brings the parcel itself, in the wilayas that it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.shipping.contract import Booking, Parcel, Plugin, Quote


@dataclass(frozen=True)
class Settings:
    """What bringing a parcel home costs, by two-digit wilaya code; days from packed to delivered."""

    prices: Mapping[str, Money] = field(default_factory=dict)
    min_days: int = 0
    max_days: int = 2


@dataclass(frozen=True)
class OwnDelivery:
    """Home only; our own reference is the tracking number."""

    settings: Settings

    @property
    def key(self) -> str:
        """The plug-in's key."""
        return "own_delivery"

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Return the price to the door, where the workshop goes."""
        price = self.settings.prices.get(parcel.to.wilaya_code)
        return [] if price is None else [Quote("home", price, self.settings.min_days, self.settings.max_days)]

    def book(self, parcel: Parcel) -> Booking:
        """Take our reference as the number. Raises Rejected where the workshop does not go."""
        if parcel.kind != "home" or not self.quotes(parcel):
            raise Rejected("this place is not served", fields={"wilaya": "not served"})
        return Booking(reference=parcel.reference, tracking=parcel.reference)

    def cancel(self, tracking: str) -> None:
        """Nothing was booked outside, so nothing is to be taken back."""


PLUGIN = Plugin(
    key="own_delivery",
    title="I deliver myself",
    settings=Settings,
    build=lambda settings, _http: OwnDelivery(settings),
    exchanges=True,
)

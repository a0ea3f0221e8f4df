"""Cash on delivery: the courier takes it at the door."""

from __future__ import annotations

from dataclasses import dataclass

from shop.core.money import Money
from shop.payments.contract import Ask, Fact, Offer, Plugin

TITLE = "In cash, on delivery"
DETAIL = "You pay the courier when the parcel is in your hands."


@dataclass(frozen=True)
class Settings:
    """Nothing to set; `most_minor` caps the amount in minor units, 0 for no cap."""

    most_minor: int = 0


@dataclass(frozen=True)
class CashOnDelivery:
    """Always pending until a parcel is delivered: nothing happens outside."""

    settings: Settings

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        return "cash_on_delivery"

    def offer(self, ask: Ask) -> Offer | None:
        """Serve Algeria, in dinars, up to the cap."""
        cap = self.settings.most_minor
        if ask.country != "DZ" or ask.amount.currency != "DZD" or (cap and ask.amount > Money(cap)):
            return None
        return Offer(title=TITLE, detail=DETAIL)

    def start(self, ask: Ask) -> Fact:
        """Answer at once: the cash is awaited."""
        return Fact(reference=ask.reference, state="pending", amount=ask.amount)


PLUGIN = Plugin(
    key="cash_on_delivery",
    title=TITLE,
    settings=Settings,
    build=lambda settings, _http: CashOnDelivery(settings),
    on=True,
)

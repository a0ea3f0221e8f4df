"""Cash in hand: the artisan takes it herself when she gives the thing, at a fair or in the street."""

from __future__ import annotations

from dataclasses import dataclass

from shop.payments.contract import Ask, Fact, Offer, Plugin

TITLE = "In cash, from hand to hand"
DETAIL = "The artisan takes the money and gives the article."


@dataclass(frozen=True)
class Settings:
    """Nothing to set."""


@dataclass(frozen=True)
class CashInHand:
    """Collected when it is written down: nothing happens outside, and nothing is awaited."""

    settings: Settings

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        return "cash_in_hand"

    def offer(self, ask: Ask) -> Offer | None:
        """Serve sales face to face in Algeria, in dinars; a buyer who orders from afar is offered nothing."""
        if not ask.face_to_face or ask.country != "DZ" or ask.amount.currency != "DZD":
            return None
        return Offer(title=TITLE, detail=DETAIL)

    def start(self, ask: Ask) -> Fact:
        """Answer at once: the money is in her hand."""
        return self.take(ask)

    def take(self, ask: Ask) -> Fact:
        """Say that it was collected."""
        return Fact(reference=ask.reference, state="collected", amount=ask.amount)


PLUGIN = Plugin(
    key="cash_in_hand",
    title=TITLE,
    settings=Settings,
    build=lambda settings, _http: CashInHand(settings),
    on=True,
)

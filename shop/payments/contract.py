"""What a payment method says and hears. Words are frozen; having an optional verb is declaring it.

A method imports this module and shop.core only. `PLUGIN`, or a third party's entry point in the group
`hirfa.payment_methods`, is a `Plugin` that builds it from its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from shop.core.money import Money

CONTRACT = 1


@dataclass(frozen=True)
class Ask:
    """What is to be paid: one order of one store, under our reference."""

    reference: str
    amount: Money
    language: str
    country: str = "DZ"
    stores_in_purchase: int = 1
    return_url: str = ""
    description: str = ""
    face_to_face: bool = False  # buyer and artisan stand before each other: the thing and the money change hands


@dataclass(frozen=True)
class Offer:
    """How a method presents itself to the buyer: English msgids, translated by the page."""

    title: str
    detail: str = ""
    fee: Money | None = None


@dataclass(frozen=True)
class Fact:
    """What became of a payment, as the method knows it.

    state is one of pending, collected, failed, cancelled, refunded, unknown. `redirect` sends the buyer elsewhere.
    """

    reference: str
    state: str
    amount: Money
    external: str = ""
    redirect: str = ""
    at: datetime | None = None
    raw: str = ""


@dataclass(frozen=True)
class Notice:
    """What an outside system sent: raw bytes, headers with lower-case names, when it came."""

    body: bytes
    headers: Mapping[str, str]
    at: datetime


class PaymentMethod(Protocol):
    """The two verbs that every method has."""

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        ...

    def offer(self, ask: Ask) -> Offer | None:
        """Present yourself for this payment, or decline with None. Pure: no network, no clock."""
        ...

    def start(self, ask: Ask) -> Fact:
        """Begin the payment. The same reference gives the same fact and acts once.

        Raises Declined, Rejected, Unavailable or Misconfigured.
        """
        ...


@runtime_checkable
class ReadsNotices(Protocol):
    """The method sends notices."""

    def read(self, notice: Notice) -> list[Fact]:
        """Return the facts of a notice. Raises Forged."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """The method can be asked what became of a payment."""

    def look_up(self, external: str) -> Fact:
        """Return the present fact. Raises Unavailable."""
        ...


@runtime_checkable
class Refunds(Protocol):
    """The method can give money back."""

    def refund(self, external: str, amount: Money, reference: str) -> Fact:
        """Give back an amount; the same reference acts once. Raises Declined when it is more than was collected."""
        ...


@runtime_checkable
class TakenAtOnce(Protocol):
    """The money reaches the artisan in the moment it leaves the buyer: collected is settled, without any network."""

    def take(self, ask: Ask) -> Fact:
        """Return the fact that it was collected. Pure, like `offer`: it is asked inside a transaction."""
        ...


@dataclass(frozen=True)
class Plugin:
    """How a method is found, titled, set and built. `settings` is a frozen dataclass; secret fields say so."""

    key: str
    title: str
    settings: type[Any]
    build: Callable[[Any, Any], PaymentMethod]
    contract: int = CONTRACT
    extra: Mapping[str, str] = field(default_factory=dict)

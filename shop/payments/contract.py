"""What a payment method says and hears. Words are frozen; having an optional verb is declaring it.

A method imports this module and shop.core only. `PLUGIN`, or a third party's entry point in the group
`hirfa.payment_methods`, is a `Plugin` that builds it from its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from shop.core.adapters import Answer, Checks, Http, Notice, setting
from shop.core.money import Money

__all__ = [
    "CONTRACT", "Answer", "Ask", "Begun", "Checks", "Deposit", "Expires", "Explains", "Fact", "Http", "LooksUp",
    "Mentions", "Notice", "Offer", "PaidByHand", "PaymentMethod", "Plugin", "ReadsNotices", "Refunds",
    "ServesAbroad", "TakenAtOnce", "setting",
]  # fmt: skip

CONTRACT = 1


@dataclass(frozen=True)
class Ask:
    """What is to be paid: one order of one store, under our reference (P and nine letters or digits, 10 in all).

    `return_url` is where the buyer comes back to, whatever happened; `notice_url` is where notices are read.
    `first_time` is said of a buyer whom the workshop has delivered nothing yet, where a method asks (`Explains`).
    """

    reference: str
    amount: Money
    language: str
    country: str = "DZ"
    stores_in_purchase: int = 1
    return_url: str = ""
    notice_url: str = ""
    description: str = ""
    wilaya_code: str = ""
    first_time: bool = False
    held: str = ""  # what the workshop asks of this phone for a while: a 'deposit', or all of it 'before'
    face_to_face: bool = False  # buyer and artisan stand before each other: the thing and the money change hands


@dataclass(frozen=True)
class Deposit:
    """A part that is paid before, by another way of the same workshop; the rest is paid by the one that asks for it.

    `rule` says what becomes of it when the parcel is not taken, as an English msgid; `goes_back` says it to us.
    """

    amount: Money
    rule: str
    goes_back: bool = False


@dataclass(frozen=True)
class Offer:
    """How a method presents itself to the buyer: English msgids, translated by the page.

    `fee` is what the buyer pays on top. `wait_h` is how many hours an order waits to be paid this way before it is
    given up and its pieces are free again; None when the money comes with the parcel or is in the hand already. Only
    such a method may ask for a `deposit`, of less than the amount.
    """

    title: str
    detail: str = ""
    fee: Money | None = None
    wait_h: int | None = None
    deposit: Deposit | None = None


Mentions = tuple[tuple[str, str], ...]  # what is shown beside each other: an English msgid, and its value as it is


@dataclass(frozen=True)
class Fact:
    """What became of a payment, as the method knows it.

    state is one of pending, collected, failed, cancelled, refunded, unknown. `amount` is what really came when it was
    collected (less or more than was asked, too) and what was given back when it was refunded. `external` is the
    outside's name of it, `redirect` sends the buyer elsewhere, `event` tells one notice from another. `problem` is an
    English msgid that says to the buyer why it failed; `mentions` is what the receipt must show; `raw` is the
    outside's own word, kept for those who look into it: it begins with `dispute` when the buyer's bank calls it back.
    A fact of a notice may bear no reference: looking up its `external` tells it.
    """

    reference: str
    state: str
    amount: Money
    external: str = ""
    redirect: str = ""
    event: str = ""
    problem: str = ""
    mentions: Mentions = ()
    at: datetime | None = None
    raw: str = ""


@dataclass(frozen=True)
class Begun:
    """A payment that was begun: our reference, what was asked, and its outside name ('' when no answer came).

    `refunded` is what other refunds have given back already: an outside without references of its own for refunds is
    told by it from one that has seen this refund before. `language` is what its words to the buyer are asked in.
    """

    reference: str
    amount: Money
    external: str = ""
    started_at: datetime | None = None
    refunded: Money | None = None
    language: str = "fr"


class PaymentMethod(Protocol):
    """The two verbs that every method has."""

    @property
    def key(self) -> str:
        """The name under which payments are stored."""
        ...

    def offer(self, ask: Ask) -> Offer | None:
        """Present yourself for this payment, or decline with None. Pure: no network, no clock.

        It is asked of a method whose secrets are left out: who offers has no need to open them.
        """
        ...

    def start(self, ask: Ask) -> Fact:
        """Begin the payment. The same reference gives the same fact and acts once; only where to pay may be lost.

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

    def look_up(self, begun: Begun) -> Fact:
        """Return the present fact. Without an outside name it is sought by our reference.

        What the outside has never heard of is `cancelled` when nothing can come of it any more, else `unknown`.
        Raises Unavailable or Misconfigured.
        """
        ...


@runtime_checkable
class Expires(Protocol):
    """The method can close a payment that nobody is to pay any more."""

    def expire(self, begun: Begun) -> Fact:
        """Close it and return the present fact: `collected` when it was paid meanwhile. Twice is harmless."""
        ...


@runtime_checkable
class Refunds(Protocol):
    """The method can give money back."""

    def refund(self, begun: Begun, amount: Money, reference: str) -> Fact:
        """Give back an amount; the same reference acts once. The fact bears that reference and that amount.

        Raises Declined when it is more than was collected, Unavailable when the outcome is not known.
        """
        ...


@runtime_checkable
class PaidByHand(Protocol):
    """The buyer pays elsewhere by herself and sends a proof; the artisan says whether the money came."""

    def instructions(self, ask: Ask) -> Mentions:
        """Return what the buyer needs to know to pay. Pure."""
        ...


@runtime_checkable
class Explains(Protocol):
    """The method tells the buyer why it is not offered; `asks_who` when it matters that this is a first order."""

    @property
    def asks_who(self) -> bool:
        """Tell whether `Ask.first_time` must be known."""
        ...

    def why_not(self, ask: Ask) -> str:
        """Return an English msgid, or nothing when it is offered or has nothing to say. Pure, as `offer`."""
        ...


@runtime_checkable
class ServesAbroad(Protocol):
    """The method takes payments in other currencies than the dinar; `offer` is asked once for each amount."""

    @property
    def currencies(self) -> frozenset[str]:
        """The other currencies that it takes, by their codes."""
        ...


@runtime_checkable
class TakenAtOnce(Protocol):
    """The money reaches the artisan in the moment it leaves the buyer: collected is settled, without any network."""

    def take(self, ask: Ask) -> Fact:
        """Return the fact that it was collected. Pure, like `offer`: it is asked inside a transaction."""
        ...


@dataclass(frozen=True)
class Plugin:
    """How a method is found, titled, set and built. `settings` is a frozen dataclass of `setting` fields.

    `build(settings, http)` gets the one way out to the network. A method that is `on` serves every workshop until it
    says otherwise; others wait until their settings are complete. `hosts` are the origins of its payment pages, to
    which a form may lead a browser.
    """

    key: str
    title: str
    settings: type[Any]
    build: Callable[[Any, Any], PaymentMethod]
    contract: int = CONTRACT
    on: bool = False
    hosts: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

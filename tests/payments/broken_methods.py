"""One sound payment method with every verb, and others that each break one promise. The kit is run on all of them.

Not collected by itself: `test_kit.py` runs it elsewhere and reads what failed.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shop.core.errors import Declined, Forged, Unavailable
from shop.core.money import Money
from shop.payments.contract import Ask, Begun, Fact, Mentions, Notice, Offer, Plugin, setting
from shop.testing.payment_kit import PaymentMethodKit

SECRET = "sk_canary_of_the_kit"
NUMBERS = itertools.count()


@dataclass
class Bank:
    """The outside of them all, in memory."""

    answers: bool = True
    states: dict[str, str] = field(default_factory=dict)
    given: dict[str, dict[str, int]] = field(default_factory=dict)

    def asked(self) -> None:
        if not self.answers:
            raise Unavailable("no answer")


@dataclass(frozen=True)
class Settings:
    """One secret."""

    api_key: str = setting("Key", secret=True)

    def problems(self) -> Mapping[str, str]:
        return {} if self.api_key else {"api_key": "Write the key."}


@dataclass
class Sound:
    """Keeps every promise."""

    settings: Settings
    bank: Bank = field(repr=False)
    key: str = "sound"

    def offer(self, ask: Ask) -> Offer | None:
        return Offer("By voucher", wait_h=24) if (ask.country, ask.amount.currency) == ("DZ", "DZD") else None

    def start(self, ask: Ask) -> Fact:
        self.bank.asked()
        external = f"v-{ask.reference}"
        state = self.bank.states.setdefault(external, "pending")
        return Fact(ask.reference, state, ask.amount, external=external, redirect="https://pay.example/" + external)

    def take(self, ask: Ask) -> Fact:
        return Fact(ask.reference, "collected", ask.amount)

    def instructions(self, ask: Ask) -> Mentions:
        return (("Voucher", ask.reference),)

    def check(self) -> None:
        self.bank.asked()

    def look_up(self, begun: Begun) -> Fact:
        self.bank.asked()
        external = begun.external or f"v-{begun.reference}"
        state = self.bank.states.get(external)
        if state is None:
            return Fact(begun.reference, "unknown" if begun.external else "cancelled", begun.amount)
        return Fact(begun.reference, state, begun.amount, external=external)

    def expire(self, begun: Begun) -> Fact:
        self.bank.asked()
        if self.bank.states.get(begun.external) == "pending":
            self.bank.states[begun.external] = "cancelled"
        return self.look_up(begun)

    def refund(self, begun: Begun, amount: Money, reference: str) -> Fact:
        self.bank.asked()
        if self.bank.states.get(begun.external) != "collected":
            raise Declined("nothing was collected")
        given = self.bank.given.setdefault(begun.external, {})
        if reference not in given and sum(given.values()) + amount.minor > begun.amount.minor:
            raise Declined("more than was collected")
        given[reference] = amount.minor
        return Fact(reference, "refunded", amount, external=begun.external)

    def read(self, notice: Notice) -> list[Fact]:
        if not hmac.compare_digest(notice.headers.get("x-sign", ""), signed(notice.body)):
            raise Forged("another signature")
        told = json.loads(notice.body)
        state = {"paid": "collected", "left": "cancelled"}.get(told["is"], "unknown")
        return [Fact(told["reference"], state, Money(told["amount"]), raw=told["is"])]


def signed(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


class Kit(PaymentMethodKit):
    """The kit, given all that it wants, for one of the classes here."""

    broken: type[Sound] = Sound
    settings: type[Any] = Settings

    @pytest.fixture(autouse=True, scope="class")
    def plugged(self) -> None:
        key = self.broken(Settings(), Bank()).key
        build = lambda settings, _http: self.broken(settings, Bank())  # noqa: E731 - one line is enough
        type(self).plugin = Plugin(key=key, title="By voucher", settings=self.settings, build=build)

    @pytest.fixture
    def method(self) -> Sound:
        return self.broken(Settings(SECRET), Bank())

    @pytest.fixture
    def unanswered(self) -> Sound:
        return self.broken(Settings(SECRET), Bank(answers=False))

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [SECRET]

    @pytest.fixture
    def collected(self, method: Sound, ask: Ask) -> Begun:
        method.bank.states["v-PAID234567"] = "collected"
        return Begun("PAID234567", ask.amount, "v-PAID234567")

    @pytest.fixture
    def notices(self) -> list[Notice]:
        bodies = [json.dumps({"reference": "P1", "amount": 5, "is": each}).encode() for each in ("paid", "odd")]
        return [Notice(body, {"x-sign": signed(body)}, datetime.now(UTC)) for body in bodies]


class TestSound(Kit):
    """All green, and nothing skipped."""


class BeginsTwice(Sound):
    """Makes another payment outside whenever it is asked."""

    def start(self, ask: Ask) -> Fact:
        another = super().start(replace(ask, reference=f"{ask.reference}-{next(NUMBERS)}"))
        return replace(another, reference=ask.reference)


class OffersByTheHour(Sound):
    """Offers something else each time."""

    def offer(self, ask: Ask) -> Offer | None:
        return Offer(f"By voucher {next(NUMBERS)}")


class FailsAbroad(Sound):
    """Thinks that every amount is in dinars."""

    def offer(self, ask: Ask) -> Offer | None:
        return Offer("By voucher") if ask.amount >= Money(0, "DZD") else None


class NamesItItsOwnWay(Sound):
    """Tells the outside's name where ours belongs."""

    def start(self, ask: Ask) -> Fact:
        fact = super().start(ask)
        return replace(fact, reference=fact.external)


class LeadsInTheClear(Sound):
    """Sends buyers to a page without https."""

    def start(self, ask: Ask) -> Fact:
        return replace(super().start(ask), redirect="http://pay.example/")


class BelievesEverybody(Sound):
    """Looks whether there is a signature, not whose."""

    def read(self, notice: Notice) -> list[Fact]:
        if not notice.headers.get("x-sign"):
            raise Forged("no signature")
        return super().read(replace(notice, headers={"x-sign": signed(notice.body)}))


class RepeatsTheirWords(Sound):
    """Hands on the outside's words for states."""

    def read(self, notice: Notice) -> list[Fact]:
        return [replace(fact, state=fact.raw.upper()) for fact in super().read(notice)]


class LosesWhatItBegan(Sound):
    """Can't seek by our reference, and takes what it can't find for an error."""

    def look_up(self, begun: Begun) -> Fact:
        self.bank.asked()
        if begun.external not in self.bank.states:
            raise Declined("404")
        return super().look_up(begun)


class ClosesOnlyOnce(Sound):
    """Complains of what is closed already."""

    def expire(self, begun: Begun) -> Fact:
        self.bank.asked()
        if self.bank.states.get(begun.external) == "cancelled":
            raise Declined("it is closed")
        return super().expire(begun)


class HidesWhatCame(Sound):
    """Says closed, whatever it finds."""

    def expire(self, begun: Begun) -> Fact:
        return replace(super().expire(begun), state="cancelled")


class GivesBackTwice(Sound):
    """Knows no references of refunds."""

    def refund(self, begun: Begun, amount: Money, reference: str) -> Fact:
        return replace(super().refund(begun, amount, f"{reference}-{next(NUMBERS)}"), reference=reference)


class MakesMoney(Sound):
    """Gives back whatever it is told to."""

    def refund(self, begun: Begun, amount: Money, reference: str) -> Fact:
        self.bank.asked()
        return Fact(reference, "refunded", amount, external=begun.external)


class TakesSilenceForANo(Sound):
    """Says that the buyer was refused when nobody answered."""

    def start(self, ask: Ask) -> Fact:
        try:
            return super().start(ask)
        except Unavailable:
            raise Declined("refused") from None


class TellsItsSecret(Sound):
    """Shows its key when it is printed."""

    def __repr__(self) -> str:
        return f"TellsItsSecret({self.settings.api_key})"


class ForgetsItsInstructions(Sound):
    """Tells a buyer another thing each time."""

    def instructions(self, ask: Ask) -> Mentions:
        return (("Voucher", str(next(NUMBERS))),)


@dataclass(frozen=True)
class OpenSettings:
    """A secret that is not marked as one, and a problem of a field that isn't there."""

    api_key: str = ""

    def problems(self) -> Mapping[str, str]:
        return {"apikey": "Write the key."}


class HasOpenSettings(Sound):
    """Is sound, with settings that aren't."""


BROKEN = (
    BeginsTwice, OffersByTheHour, FailsAbroad, NamesItItsOwnWay, LeadsInTheClear, BelievesEverybody, RepeatsTheirWords,
    LosesWhatItBegan, ClosesOnlyOnce, HidesWhatCame, GivesBackTwice, MakesMoney, TakesSilenceForANo, TellsItsSecret,
    ForgetsItsInstructions,
)  # fmt: skip
for each in BROKEN:
    globals()[f"Test{each.__name__}"] = type(f"Test{each.__name__}", (Kit,), {"broken": each})


class TestHasOpenSettings(Kit):
    """A sound method whose plug-in is not."""

    broken = HasOpenSettings
    settings = OpenSettings

"""One sound carrier with every verb, and others that each break one promise. The kit is run on all of them.

Not collected by itself: `test_kit.py` runs it elsewhere and reads what failed.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shop.core.errors import AdapterError, Forged, Rejected, Unavailable
from shop.core.money import Money
from shop.shipping.contract import (
    Booking,
    CarrierStatement,
    Fee,
    Notice,
    Parcel,
    ParcelScan,
    Plugin,
    Point,
    Quote,
    StatementLine,
    setting,
)
from shop.testing.carrier_kit import CarrierKit
from shop.testing.carrier_labels import label_pdf

SECRET = "canary_of_the_kit"
NUMBERS = itertools.count(1)
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)


@dataclass
class Depot:
    """The outside of them all, in memory."""

    answers: bool = True
    insured: set[str] = field(default_factory=set)
    taken: dict[str, str] = field(default_factory=dict)
    parcels: dict[str, str] = field(default_factory=dict)

    def asked(self) -> None:
        if not self.answers:
            raise Unavailable("no answer")


@dataclass(frozen=True)
class Settings:
    """One secret."""

    api_key: str = setting("Key", secret=True)


@dataclass
class Sound:
    """Keeps every promise."""

    settings: Settings
    depot: Depot = field(repr=False)
    key: str = "sound"

    def quotes(self, parcel: Parcel) -> list[Quote]:
        return [Quote("home", Money.dinars(500), 1, 3)] if parcel.to.wilaya_code == "31" else []

    def book(self, parcel: Parcel) -> Booking:
        self.depot.asked()
        if not self.quotes(parcel):
            raise Rejected("not served", fields={"wilaya": "not served"})
        return self._laid(parcel)

    def _laid(self, parcel: Parcel) -> Booking:
        number = self.depot.parcels.setdefault(parcel.reference, f"N{next(NUMBERS):04}")
        if parcel.insured:
            self.depot.insured.add(number)
        if parcel.takes_back:
            self.depot.taken[number] = parcel.takes_back
        return Booking(parcel.reference, number)

    def fees(self, sender: str, to: str) -> list[Fee]:
        return [Fee("", Money.dinars(500), None, insurance_hundredths=75)] if to == "31" else []

    def book_many(self, parcels: Sequence[Parcel]) -> Sequence[Booking | AdapterError]:
        found: list[Booking | AdapterError] = []
        for each in parcels:
            try:
                found.append(self.book(each))
            except AdapterError as error:
                found.append(error)
        return found

    def find(self, reference: str) -> str:
        return self.depot.parcels.get(reference, "")

    def cancel(self, tracking: str) -> None:
        for reference, number in list(self.depot.parcels.items()):
            if number == tracking:
                del self.depot.parcels[reference]

    def label(self, tracking: str) -> bytes:
        if tracking not in self.depot.parcels.values():
            raise Rejected("not ours", fields={"tracking": "unknown"})
        return label_pdf("BY MULE", tracking, ("Yacine",))

    def points(self, wilaya_code: str) -> list[Point]:
        return [Point("1", "Oran centre", "31")] if wilaya_code in {"", "31"} else []

    def scans(self, tracking: str) -> list[ParcelScan]:
        return [
            ParcelScan(key=f"{tracking}-{n}", tracking=tracking, word=word, at=NOON.replace(minute=n), raw=raw)
            for n, (word, raw) in enumerate((("in_transit", "parti"), ("unknown", "égaré ?"), ("delivered", "remis")))
        ]

    def read(self, notice: Notice) -> list[ParcelScan]:
        if not hmac.compare_digest(notice.headers.get("x-sign", ""), signed(notice.body)):
            raise Forged("another signature")
        return self.scans(json.loads(notice.body)["tracking"])

    def statements(self, since: date) -> list[CarrierStatement]:
        line = StatementLine("N1", Money.dinars(1700), Money.dinars(500))
        return [CarrierStatement("V1", (line,)), CarrierStatement("V2", (replace(line, tracking="N2"),))]


def signed(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


class Kit(CarrierKit):
    """The kit, given all that it wants, for one of the classes here."""

    broken: type[Sound] = Sound

    @pytest.fixture(autouse=True, scope="class")
    def plugged(self) -> None:
        cls = self.broken
        build = lambda settings, _http: cls(settings, Depot())  # noqa: E731 - one line is enough
        type(self).plugin = Plugin(
            key="sound", title="By mule", settings=Settings, build=build, outside=True,
            insures=Money.dinars(100_000), exchanges=True,
        )  # fmt: skip

    @pytest.fixture
    def carrier(self) -> Sound:
        return self.broken(Settings(SECRET), Depot())

    @pytest.fixture
    def unanswered(self) -> Sound:
        return self.broken(Settings(SECRET), Depot(answers=False))

    @pytest.fixture
    def notices(self) -> list[Notice]:
        body = json.dumps({"tracking": "N0001"}).encode()
        return [Notice(body, {"x-sign": signed(body)}, NOON)]

    @pytest.fixture
    def lies_insured(self, carrier: Sound) -> Callable[[str], bool]:
        return lambda tracking: tracking.lstrip("0") in carrier.depot.insured

    @pytest.fixture
    def is_taken_back(self, carrier: Sound) -> Callable[[str], str]:
        return lambda tracking: carrier.depot.taken.get(tracking.lstrip("0"), "")

    @pytest.fixture
    def secrets(self) -> list[str]:
        return [SECRET]


class BooksTwice(Sound):
    def book(self, parcel: Parcel) -> Booking:
        self.depot.parcels.pop(parcel.reference, None)
        return super().book(parcel)


class QuotesByTheHour(Sound):
    def quotes(self, parcel: Parcel) -> list[Quote]:
        return [replace(each, price=Money.dinars(500 + next(NUMBERS))) for each in super().quotes(parcel)]


class GoesEverywhere(Sound):
    def book(self, parcel: Parcel) -> Booking:
        self.depot.asked()
        return self._laid(parcel)


class LeavesTheCountry(Sound):
    def quotes(self, parcel: Parcel) -> list[Quote]:
        return [Quote("home", Money.dinars(500), 1, 3)] if parcel.abroad else super().quotes(parcel)


class SaysNoWithoutAField(Sound):
    def book(self, parcel: Parcel) -> Booking:
        try:
            return super().book(parcel)
        except Rejected:
            raise Rejected("no") from None


class NamesItItsOwnWay(Sound):
    def book(self, parcel: Parcel) -> Booking:
        return replace(super().book(parcel), reference="theirs")


class GivesALongNumber(Sound):
    def book(self, parcel: Parcel) -> Booking:
        made = super().book(parcel)
        return replace(made, tracking=made.tracking.rjust(41, "0"))

    def find(self, reference: str) -> str:
        return super().find(reference).rjust(41, "0") if super().find(reference) else ""


class ForgetsWhatItBooked(Sound):
    def find(self, reference: str) -> str:
        return ""


class StopsAtTheFirst(Sound):
    def book_many(self, parcels: Sequence[Parcel]) -> Sequence[Booking | AdapterError]:
        try:
            return [self.book(each) for each in parcels]
        except Rejected as error:
            return [error for _ in parcels]


class TakesSilenceForANo(Sound):
    def book(self, parcel: Parcel) -> Booking:
        try:
            return super().book(parcel)
        except Unavailable:
            raise Rejected("no", fields={"parcel": "no"}) from None


class CancelsOnlyOnce(Sound):
    def cancel(self, tracking: str) -> None:
        if tracking not in self.depot.parcels.values():
            raise Rejected("gone already", fields={"tracking": "gone"})
        super().cancel(tracking)


class ShowsAPage(Sound):
    def label(self, tracking: str) -> bytes:
        return b"<!doctype html><title>Bordereau</title>"


class KnowsNoWilaya(Sound):
    def points(self, wilaya_code: str) -> list[Point]:
        return [Point("1", "Oran centre", "31")]


class RepeatsTheirWords(Sound):
    def scans(self, tracking: str) -> list[ParcelScan]:
        return [replace(each, word="REMIS") for each in super().scans(tracking)]


class NumbersScansAnew(Sound):
    def scans(self, tracking: str) -> list[ParcelScan]:
        return [replace(each, key=f"{next(NUMBERS)}") for each in super().scans(tracking)]


class BelievesEverybody(Sound):
    def read(self, notice: Notice) -> list[ParcelScan]:
        return self.scans(json.loads(notice.body)["tracking"])


class KeepsMoreThanItTook(Sound):
    def statements(self, since: date) -> list[CarrierStatement]:
        first, second = super().statements(since)
        line = replace(second.lines[0], fee=Money.dinars(2000))
        return [first, replace(second, lines=(line,))]


class InsuresNothing(Sound):
    def book(self, parcel: Parcel) -> Booking:
        return super().book(replace(parcel, insured=False))


class InsuresEverything(Sound):
    def book(self, parcel: Parcel) -> Booking:
        return super().book(replace(parcel, insured=True))


class KeepsItsPercentageToItself(Sound):
    def fees(self, sender: str, to: str) -> list[Fee]:
        return [replace(each, insurance_hundredths=None) for each in super().fees(sender, to)]


class TakesNothingBack(Sound):
    def book(self, parcel: Parcel) -> Booking:
        return super().book(replace(parcel, takes_back=""))


class TakesFromEverybody(Sound):
    def book(self, parcel: Parcel) -> Booking:
        return super().book(replace(parcel, takes_back=parcel.takes_back or parcel.contents))


class ForgetsTheExchangeAmongMany(Sound):
    def book_many(self, parcels: Sequence[Parcel]) -> Sequence[Booking | AdapterError]:
        return super().book_many([replace(each, takes_back="") for each in parcels])


@dataclass
class TellsItsSecret(Sound):
    depot: Depot

    def __repr__(self) -> str:
        return f"TellsItsSecret({self.settings.api_key})"


BROKEN: tuple[type[Any], ...] = (
    BooksTwice, QuotesByTheHour, GoesEverywhere, LeavesTheCountry, SaysNoWithoutAField, NamesItItsOwnWay,
    GivesALongNumber, ForgetsWhatItBooked, StopsAtTheFirst, TakesSilenceForANo, CancelsOnlyOnce, ShowsAPage,
    KnowsNoWilaya,
    RepeatsTheirWords, NumbersScansAnew, BelievesEverybody, KeepsMoreThanItTook, InsuresNothing,
    InsuresEverything, KeepsItsPercentageToItself, TakesNothingBack, TakesFromEverybody, ForgetsTheExchangeAmongMany,
    TellsItsSecret,
)  # fmt: skip


class TestSound(Kit):
    """Everything is green."""


for _each in BROKEN:
    globals()[f"Test{_each.__name__}"] = type(f"Test{_each.__name__}", (Kit,), {"broken": _each})

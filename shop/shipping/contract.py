"""What a carrier says and hears. Words are frozen; having an optional verb is declaring it.

A carrier imports this module and shop.core only. `PLUGIN`, or a third party's entry point in the group
`hirfa.carriers`, is a `Plugin` that builds it from its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from shop.core.money import Money

CONTRACT = 1


@dataclass(frozen=True)
class Place:
    """Where a parcel goes. Carriers speak the 58 wilayas of before 2026; both codes are given, as two digits."""

    wilaya_code: str
    wilaya_code_58: str
    wilaya_name: str
    commune_code: str
    commune_name: str


@dataclass(frozen=True)
class Parcel:
    """One parcel, in our words. `reference` is ours and the same on every try."""

    reference: str
    to: Place
    kind: str  # home or desk
    weight_g: int
    collect: Money
    declared: Money
    name: str = ""
    phone: str = ""
    address: str = ""
    contents: str = ""
    note: str = ""
    desk: str = ""
    fragile: bool = False
    sender_wilaya_code: str = ""


@dataclass(frozen=True)
class Quote:
    """What delivery of a kind costs, and in how many delivery days it arrives once handed over."""

    kind: str
    price: Money
    min_days: int
    max_days: int


@dataclass(frozen=True)
class Booking:
    """The carrier's answer: its tracking number, and its own label if it makes one."""

    reference: str
    tracking: str
    label_pdf: bytes | None = None


@dataclass(frozen=True)
class Point:
    """A desk where parcels are fetched."""

    key: str
    name: str
    wilaya_code: str
    commune_code: str = ""
    address: str = ""
    hours: str = ""


@dataclass(frozen=True)
class ParcelScan:
    """What was said of a parcel: `word` is one of core.states.SCANS; what is not understood is 'unknown'."""

    key: str
    tracking: str
    word: str
    at: datetime
    raw: str = ""
    text: str = ""


@dataclass(frozen=True)
class Notice:
    """What an outside system sent: raw bytes, headers with lower-case names, when it came."""

    body: bytes
    headers: Mapping[str, str]
    at: datetime


class Carrier(Protocol):
    """The two verbs that every carrier has."""

    @property
    def key(self) -> str:
        """The plug-in's key."""
        ...

    def quotes(self, parcel: Parcel) -> list[Quote]:
        """Return what delivery costs, home and desk; empty where nothing is served."""
        ...

    def book(self, parcel: Parcel) -> Booking:
        """Book the parcel; the same reference books once.

        Raises Rejected for a place or a value that isn't served, Unavailable when no answer came.
        """
        ...


@runtime_checkable
class Tracks(Protocol):
    """The carrier can be asked where parcels are."""

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return all that is known of one parcel, oldest first."""
        ...


@runtime_checkable
class ReadsNotices(Protocol):
    """The carrier sends notices."""

    def read(self, notice: Notice) -> list[ParcelScan]:
        """Return the scans of a notice. Raises Forged."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """A booking can be taken back."""

    def cancel(self, tracking: str) -> None:
        """Take a booking back; twice is harmless. Raises Rejected when the parcel is already on its way."""
        ...


@runtime_checkable
class ListsPoints(Protocol):
    """The carrier has desks."""

    def points(self, wilaya_code: str) -> list[Point]:
        """Return the desks of a wilaya (of 69)."""
        ...


@runtime_checkable
class NumbersByHand(Protocol):
    """The tracking number is given at a counter or by a courier, and written down by hand."""

    def number(self, typed: str) -> str:
        """Return the number as it is to be kept, 40 characters at most. Raises Rejected for what cannot be one."""
        ...


@dataclass(frozen=True)
class StatementLine:
    """One parcel's cash as the carrier accounts for it."""

    tracking: str
    collected: Money
    fee: Money


@runtime_checkable
class Remits(Protocol):
    """The carrier accounts for the cash it collected."""

    def statement(self, reference: str) -> list[StatementLine]:
        """Return the lines of one remittance."""
        ...


@dataclass(frozen=True)
class Plugin:
    """How a carrier is found, titled, set and built. `settings` is a frozen dataclass; secret fields say so.

    `follow`: where anybody can follow a parcel at the carrier's, {tracking} in it if the number goes into the address.
    """

    key: str
    title: str
    settings: type[Any]
    build: Callable[[Any, Any], Carrier]
    contract: int = CONTRACT
    follow: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

"""What a carrier says and hears. Words are frozen; having an optional verb is declaring it.

A carrier imports this module and shop.core only. `PLUGIN`, or a third party's entry point in the group
`hirfa.carriers`, is a `Plugin` that builds it from its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from shop.core.adapters import Answer, Checks, Http, Notice, setting, unfit
from shop.core.boxes import Box, Weighing
from shop.core.errors import AdapterError
from shop.core.money import Money

__all__ = [
    "CONTRACT", "Abroad", "Answer", "AnswersChallenges", "Booking", "BooksMany", "Cancels", "Carrier",
    "CarrierStatement", "Checks", "Drafts", "Fee", "FindsBookings", "Goods", "Http", "Labels", "ListsPlaces",
    "ListsPlacesOf", "ListsPoints", "Notice", "Parcel", "ParcelScan", "Place", "Plugin", "Point", "Quote",
    "ReadsNotices", "Remits", "SendsBack", "StatementLine", "TellsFees", "TheirPlace", "Tracks", "TracksMany",
    "TriesAgain", "setting", "unfit",
]  # fmt: skip

CONTRACT = 1
NOTHING_TOLD = Weighing()
ALLOWED = ((5, 1), (50, 60), (1_000, 3_600), (10_000, 86_400))  # the strictest that any carrier is known to say


@dataclass(frozen=True)
class Place:
    """Where a parcel goes. Carriers speak the 58 wilayas of before 2026; both codes are given, as two digits.

    `theirs` and `their_wilaya` are the names in the carrier's own spelling, `their_key` and `their_wilaya_key` its own
    marks of them, where its list of places is known.
    """

    wilaya_code: str
    wilaya_code_58: str
    wilaya_name: str
    commune_code: str
    commune_name: str
    theirs: str = ""
    their_wilaya: str = ""
    their_key: str = ""
    their_wilaya_key: str = ""


@dataclass(frozen=True)
class Goods:
    """One line for customs: what it is, its pieces, their net weight and value together, HS code, where it is from."""

    description: str
    pieces: int
    net_g: int
    value: Money
    hs: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Abroad:
    """Where a parcel goes that leaves the country (by two letters), what is in it, and who sends it."""

    country: str
    city: str
    postcode: str = ""
    goods: tuple[Goods, ...] = ()
    invoice: str = ""  # the number under which the goods are invoiced
    sender: str = ""
    sender_address: str = ""
    sender_city: str = ""
    sender_phone: str = ""
    sender_email: str = ""
    email: str = ""  # of who receives it, if it was told


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
    sender_wilaya: str = ""  # its name, as the carrier spells it where that is known
    since: datetime | None = None  # before this moment nobody can have asked for it
    draft: str = ""  # the number of the draft that lies there for it, from a carrier with drafts
    abroad: Abroad | None = None  # of a parcel that leaves the country
    box: Box | None = None  # its outer sizes, where they are known
    takes_back: str = ""  # of an exchange: what the courier takes along from the buyer, in French
    insured: bool = False  # for what is declared; asked only of carriers whose plug-in says that they insure


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
    commune: str = ""  # where it is, as the carrier spells it


@dataclass(frozen=True)
class TheirPlace:
    """A commune as the carrier spells it, in its wilaya of 58; and its own marks of both, if it books by them."""

    wilaya_code_58: str
    wilaya: str
    name: str
    served: bool = True
    key: str = ""
    wilaya_key: str = ""


@dataclass(frozen=True)
class Fee:
    """What the carrier charges to one of its communes, named as it spells it; None: not served that way.

    Without a name: to all communes of the wilaya that are not named.
    """

    commune: str
    home: Money | None
    desk: Money | None
    per_kg: Money | None = None  # what each kilogram above those included costs there; None: not told
    insurance_hundredths: int | None = None  # of a per cent of what is declared; None: not told


@dataclass(frozen=True)
class ParcelScan:
    """What was said of a parcel: `word` is one of core.states.SCANS; what is not understood is 'unknown'."""

    key: str
    tracking: str
    word: str
    at: datetime
    raw: str = ""
    text: str = ""


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
class BooksMany(Protocol):
    """The carrier takes several parcels in one request."""

    def book_many(self, parcels: Sequence[Parcel]) -> Sequence[Booking | AdapterError]:
        """Book parcels, each as `book` would; return what came of each one, in their order."""
        ...


@runtime_checkable
class FindsBookings(Protocol):
    """The carrier can be asked whether it has booked a parcel whose answer never came."""

    def find(self, reference: str) -> str:
        """Return the tracking number that it gave under our reference; nothing when it has none."""
        ...


@runtime_checkable
class Drafts(Protocol):
    """The carrier makes a draft, which never moves, and knows no parcel by our reference.

    Its number is kept before it is confirmed, so that what was asked for twice is confirmed once.
    `book` does both, and makes no other draft for a parcel that has one.
    """

    def draft(self, parcel: Parcel) -> str:
        """Make a draft and return its number. Raises Rejected, Unavailable: one that was made unheard moves nothing."""
        ...

    def confirm(self, tracking: str) -> None:
        """Have a draft sent; one that is confirmed already is as good.

        Raises Rejected with why it is not accepted, its field `draft` being 'gone' where nothing lies there any more.
        """
        ...


@runtime_checkable
class Tracks(Protocol):
    """The carrier can be asked where parcels are."""

    def scans(self, tracking: str) -> list[ParcelScan]:
        """Return all that is known of one parcel, oldest first."""
        ...


@runtime_checkable
class TracksMany(Protocol):
    """The carrier can be asked about several parcels in one request."""

    def scans_of(self, trackings: Sequence[str]) -> list[ParcelScan]:
        """Return all that is known of parcels, oldest first."""
        ...


@runtime_checkable
class ReadsNotices(Protocol):
    """The carrier sends notices."""

    def read(self, notice: Notice) -> list[ParcelScan]:
        """Return the scans of a notice. Raises Forged."""
        ...


@runtime_checkable
class AnswersChallenges(Protocol):
    """The carrier asks whether the address for notices is ours before it sends any."""

    def challenge(self, asked: Mapping[str, str]) -> str:
        """Return what it wants to read, as plain text; nothing when it asked for nothing."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """A booking can be taken back."""

    def cancel(self, tracking: str) -> None:
        """Take a booking back; twice is harmless. Raises Rejected when the parcel is already on its way."""
        ...


@runtime_checkable
class TriesAgain(Protocol):
    """Whoever was not found can be called on once more."""

    def try_again(self, tracking: str) -> None:
        """Ask for another attempt; twice is harmless. Raises Rejected when there will be none."""
        ...


@runtime_checkable
class SendsBack(Protocol):
    """A parcel on its way can be called back."""

    def send_back(self, tracking: str) -> None:
        """Ask that it comes back; twice is harmless. Raises Rejected when it can't."""
        ...


@runtime_checkable
class ListsPoints(Protocol):
    """The carrier has desks."""

    def points(self, wilaya_code: str) -> list[Point]:
        """Return the desks of a wilaya (of 69); of the whole country when none is named."""
        ...


@runtime_checkable
class ListsPlaces(Protocol):
    """The carrier tells which communes it knows, and how it spells them."""

    def places(self) -> list[TheirPlace]:
        """Return all of them."""
        ...


@runtime_checkable
class ListsPlacesOf(Protocol):
    """The carrier tells its communes by wilaya only."""

    def places_of(self, wilaya_58: str) -> list[TheirPlace]:
        """Return those of a wilaya of 58."""
        ...


@runtime_checkable
class TellsFees(Protocol):
    """The carrier tells what it charges between two wilayas of 58."""

    def fees(self, sender: str, to: str) -> list[Fee]:
        """Return the fees of every commune there."""
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


@dataclass(frozen=True)
class CarrierStatement:
    """One remittance as the carrier accounts for it: its name there, and every parcel in it."""

    reference: str
    lines: tuple[StatementLine, ...]


@runtime_checkable
class Remits(Protocol):
    """The carrier accounts for the cash it collected."""

    def statements(self, since: date) -> Sequence[CarrierStatement]:
        """Return the remittances that were paid out, of parcels that were delivered on that day or later."""
        ...


@runtime_checkable
class Labels(Protocol):
    """The carrier makes a label of its own."""

    def label(self, tracking: str) -> bytes:
        """Return the label of a booked parcel as a PDF; what links to it stays within the adapter.

        Raises Rejected when there is none, or no PDF, Unavailable while there is none yet.
        """
        ...


@dataclass(frozen=True)
class Plugin:
    """How a carrier is found, titled, set and built. `settings` is a frozen dataclass of `setting` fields.

    One that is `outside` is asked over the network: by jobs and outside of transactions, never while a buyer waits.
    What buyers are quoted is then the prices that the workshop keeps for it, as for a rate sheet, and `build` gets
    the one way out as its second argument.
    `per_parcel`: how many requests each parcel of a `book_many` takes; 0 where one request books them all.
    `weighing`: what its prices include and how it reckons volume, as everybody is told; a workshop may have its own.
    `own_label`: it takes a parcel under the label that it makes only, which `Booking.label_pdf` or `Labels` gives.
    `exchanges`: its courier takes goods back from whoever gets the parcel (`Parcel.takes_back`).
    `insures`: for how much it insures a parcel at most, None where it insures nothing; its fees tell the percentage.
    `allows`: how many requests of one account in how many seconds; all processes together keep to it.
    `named_by`: the settings that name the account there: two workshops that type the same ones share what it allows.
    `follow`: where anybody can follow a parcel at the carrier's, {tracking} in it if the number goes into the address.
    `abroad`: it takes parcels that leave the country, and no others. Other partners are asked for none of those.
    """

    key: str
    title: str
    settings: type[Any]
    build: Callable[[Any, Any], Carrier]
    contract: int = CONTRACT
    follow: str = ""
    outside: bool = False
    per_parcel: int = 0
    own_label: bool = False
    allows: Sequence[tuple[int, int]] = ALLOWED
    named_by: Sequence[str] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    abroad: bool = False
    weighing: Weighing = NOTHING_TOLD
    insures: Money | None = None
    exchanges: bool = False

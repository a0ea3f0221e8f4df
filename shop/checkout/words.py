"""What is said at checkout: what the buyer typed and chose, and what she is shown before she confirms."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from shop.catalogue.leaving import goes_to
from shop.core.boxes import Box, packed
from shop.core.calendar import add_delivery_days
from shop.core.making import ready_on
from shop.core.money import Money, total
from shop.offers.words import Article, Deal
from shop.payments.tills import MethodOffer
from shop.plumbing.countries import HOME, is_abroad
from shop.plumbing.i18n import pick
from shop.shipping.queries import DeskPoint, StoreQuote


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Who buys and where she lives: phone in E.164, codes of the wilaya (of 69) and the commune.

    Abroad, both codes are the two letters of the country, and a city and perhaps a postcode say where.
    """

    phone: str
    name: str
    wilaya_code: str
    commune_code: str
    address: str = ""
    note: str = ""
    language: str = "ar"
    city: str = ""
    postcode: str = ""
    email: str = ""  # of who receives it abroad, for the carrier
    gift: bool = False  # name and phone are those of who receives it, and is told no price
    gift_words: str = ""
    payer_phone: str = ""

    @property
    def country(self) -> str:
        """The country where it goes, by two letters."""
        return self.wilaya_code if is_abroad(self.wilaya_code) else HOME


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How one workshop's parcel travels and is paid: what was offered, the price that was seen, an offer's code."""

    store_id: int
    kind: str
    account_id: int
    price: Money
    method: str
    desk_id: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the basket as it stands now: names and labels in three languages, weight of one piece in grams."""

    line_id: int
    store_id: int
    variant_id: int
    product_id: int
    names: dict[str, str]
    labels: dict[str, str]
    cover: str
    unit: Money
    pieces: int
    weight_g: int
    fragile: bool
    on_hand: int
    made_to_order_days: int | None
    offered: bool
    personal: str = ""
    capacity_week: int | None = None
    queued: int = 0
    queue_most: int | None = None
    caution: str = ""
    cost_minor: int | None = None  # what a piece costs its maker, if she said so
    leaves: bool = False  # it may leave the country
    hs_code: str = ""
    eu_file: str = ""
    box: Box | None = None  # of one piece, where it is known

    def goes_to(self, country: str) -> bool:
        """Tell whether it may be sent to a country."""
        return country == HOME or (self.leaves and goes_to(country, hs_code=self.hs_code, eu_file=self.eu_file))

    @property
    def total(self) -> Money:
        """What the line costs."""
        return self.unit * self.pieces

    @property
    def name(self) -> str:
        """The product's name in the language being spoken, else in the next best one."""
        return pick(self.names)[0]

    @property
    def label(self) -> str:
        """The variant's label likewise; empty when there is no choice."""
        return pick(self.labels)[0]


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What one workshop would send, chosen or not yet: its lines, and everything that delivery could be."""

    store_id: int
    store_slug: str
    store_name: str
    preparation_days: int
    lines: tuple[Line, ...]
    held: str = ""  # what the workshop asks of the buyer's phone for a while
    sends_to: tuple[str, ...] = ()  # the countries of its zones

    @cached_property
    def goods(self) -> Money:
        """The lines' sum."""
        return total((line.total for line in self.lines), self.lines[0].unit.currency)

    @property
    def articles(self) -> list[Article]:
        """The lines as offers look at them."""
        return [Article(line.product_id, line.unit, line.pieces) for line in self.lines]

    @property
    def weight_g(self) -> int:
        """What the parcel weighs."""
        return sum(line.weight_g * line.pieces for line in self.lines)

    @property
    def box(self) -> Box | None:
        """Its size with all pieces in it, as far as their boxes are known."""
        return packed((line.box, line.pieces) for line in self.lines)

    def staying(self, country: str) -> list[Line]:
        """Return the lines that may not be sent to a country."""
        return [line for line in self.lines if not line.goes_to(country)]

    def leaves_on(self, today: date) -> date:
        """Return the day on which it can leave: after the workshop's own days, when the last piece is made."""
        pieces: dict[int, int] = defaultdict(int)
        for line in self.lines:
            pieces[line.product_id] += line.pieces
        ready = [
            ready_on(
                today, lead_days=line.made_to_order_days, capacity=line.capacity_week, ahead=line.queued,
                pieces=pieces[line.product_id],
            )
            for line in self.lines if line.made_to_order_days is not None
        ]  # fmt: skip
        return max([add_delivery_days(today, self.preparation_days), *ready])


@dataclass(frozen=True, kw_only=True)
class ReviewParcel(Parcel):
    """One parcel as it will be ordered: the last look before she confirms."""

    quote: StoreQuote
    deal: Deal
    desk: DeskPoint | None
    way: MethodOffer
    promised: tuple[date, date]
    terms: str
    terms_hash: str
    legal: tuple[tuple[str, str], ...]  # (English msgid, value)
    register_type: str
    verification: str

    @property
    def method(self) -> str:
        """The method that brings all of it, or the rest after a deposit."""
        return self.way.method

    @property
    def abroad(self) -> Money | None:
        """What is paid, when it is paid in another currency."""
        return self.way.amount

    @property
    def deposit(self) -> Money | None:
        """What is paid before, by the method `way.first`."""
        return self.way.deposit.amount if self.way.deposit else None

    @property
    def rest(self) -> Money:
        """What is paid by `method`: all of it, or what a deposit leaves."""
        return self.total - self.deposit if self.deposit else self.total

    @property
    def at_door(self) -> Money:
        """What the courier collects: money that is waited for comes before."""
        before = self.way.wait_h is not None and not self.deposit
        return Money(0, self.total.currency) if before else self.rest

    @property
    def delivery(self) -> Money:
        """What delivery costs the buyer: less than the carrier asks when the workshop offers it."""
        return self.quote.price - self.deal.delivery_off

    @property
    def total(self) -> Money:
        """What is to be paid for this parcel."""
        return self.goods - self.deal.discount + self.delivery

    def fingerprint(self) -> list[Any]:
        """Return all that must not change between the look and the tap; dates and names may."""
        lines = [
            [line.variant_id, line.pieces, line.unit.minor, line.unit.currency, line.personal] for line in self.lines
        ]
        desk = self.desk.desk_id if self.desk else None
        carried = [self.quote.kind, self.quote.account_id, desk, self.delivery.minor, self.delivery.currency]
        offer = self.deal.offer.offer_id if self.deal.offer else None
        given = [offer, self.deal.discount.minor, self.deal.delivery_off.minor]
        paid = [self.way.key, self.deposit.minor] if self.deposit else [self.method]
        other = [self.abroad.minor, self.abroad.currency] if self.abroad else None
        return [self.store_id, lines, carried, given, *paid, self.total.minor, self.terms_hash, other]


@dataclass(frozen=True, kw_only=True)
class Review:
    """The whole purchase before it is one."""

    details: Details
    parcels: tuple[ReviewParcel, ...]

    @property
    def total(self) -> Money:
        """What all parcels cost together."""
        return total((parcel.total for parcel in self.parcels), self.parcels[0].total.currency)

    @property
    def abroad(self) -> Money | None:
        """What is paid, when it is paid in another currency: such a purchase has one parcel."""
        return self.parcels[0].abroad

    @property
    def before(self) -> Money:
        """What is paid before the parcels leave: what the couriers do not bring."""
        return self.total - total((parcel.at_door for parcel in self.parcels), self.total.currency)

    @cached_property
    def hash(self) -> str:
        """What she saw, in 64 characters: the form of the confirmation carries it back."""
        return fingerprint([parcel.fingerprint() for parcel in self.parcels])


@dataclass(frozen=True, slots=True)
class Placed:
    """A purchase that stands; `repeated` when this key had already made it."""

    purchase_code: str
    order_ids: tuple[int, ...]
    payment_ids: tuple[int, ...]
    repeated: bool


def request_hash(cart_id: int, details: Details, choices: list[Choice], review_hash: str) -> str:
    """Return what tells a second tap from another request under the same key."""
    chosen = sorted((asdict(choice) for choice in choices), key=lambda each: int(each["store_id"]))
    return fingerprint([cart_id, asdict(details), chosen, review_hash])


def fingerprint(content: Any) -> str:
    """Return the SHA-256 of plain content, in hexadecimal."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()

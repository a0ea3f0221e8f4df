"""What stands on each paper: plain values that know no order, no database and no page.

Texts are taken as people typed them; the engine makes them printable. Phones are E.164. Dates are
text, already written the way they shall stand on the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shop.core.money import Money, total

DeliveryKind = Literal["home", "desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelContent:
    """One parcel's label. `code` is our tracking code (the bars), `reference` the order's code."""

    code: str
    reference: str
    carrier_name: str
    carrier_name_ar: str
    recipient: str
    phone: str
    address: str
    commune_fr: str
    commune_ar: str
    wilaya_code: str  # of the 58 that carriers know, as printed: "09", "16"
    wilaya_fr: str
    wilaya_ar: str
    collect: Money  # zero prints as "nothing to collect", never as an empty box
    sender_name: str
    sender_phone: str
    sender_wilaya: str
    date: str
    kind: DeliveryKind = "home"
    desk_name: str | None = None
    phone_2: str | None = None
    piece: int = 1
    pieces: int = 1
    weight_g: int = 0  # 0: not weighed, left out
    contents: str = ""
    note: str = ""
    caution: str = ""  # an English msgid, printed in French and Arabic
    fragile: bool = False
    may_open: bool = False
    exchange: bool = False
    sender_address: str = ""
    reprint: int = 0  # 0 is the first print; n marks the n-th copy


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """One line of a packing slip; `total` is `pieces` times `unit_price`."""

    name: str
    pieces: int
    unit_price: Money
    total: Money
    variant: str = ""
    personal: str = ""  # what the buyer typed for the maker: a row of its own
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipContent:
    """The sheet that lies in the parcel. Without prices it is fit for a gift."""

    shop: str
    buyer: str
    code: str
    date: str
    lines: tuple[SlipLine, ...]
    language: str
    with_prices: bool = True
    delivery: Money | None = None  # shown apart and added to the sum when given
    seller: tuple[tuple[str, str], ...] = ()  # the mentions of the law: (English msgid, value)
    discount: Money | None = None  # taken off the goods by an offer of this name
    offer: str = ""
    card: str = ""  # of a gift: the words of who gives it
    thanks: str = ""  # the workshop's own words; empty prints the house sentence

    @property
    def goods(self) -> Money:
        """Add up the lines."""
        return total(line.total for line in self.lines)

    @property
    def pieces(self) -> int:
        """Count the pieces in the parcel."""
        return sum(line.pieces for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One parcel given to the carrier."""

    tracking: str
    reference: str
    recipient: str
    wilaya: str
    collect: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverContent:
    """The sheet that the workshop and the carrier both sign."""

    number: str
    date: str
    carrier: str
    shop: str
    lines: tuple[HandoverLine, ...]
    language: str
    shop_phone: str = ""
    handed_by: str = ""
    signed_by: str = ""
    signed_at: str = ""  # empty: it is to be signed with a pen
    signature: bytes = b""  # a PNG, where it was signed on a screen

    @property
    def count(self) -> int:
        """Count the parcels."""
        return len(self.lines)

    @property
    def cash(self) -> Money:
        """Add up what the carrier must bring back."""
        return total(line.collect for line in self.lines)

"""What stands on an invoice, as it is frozen: plain JSON with a hash, written once and read for ever.

Amounts are minor units of `currency`; days are ISO dates; texts by language are as they were that day. A field may be
added with a default when it is missing; none may change its meaning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, cast

Texts = dict[str, str]  # by language


class Seller(TypedDict):
    """Who sells, with every number that the law wants."""

    name: str
    legal_name: str
    legal_form: str
    register_type: str
    register_number: str
    nif: str
    nis: str
    address: str
    place: Texts
    phone: str
    email: str


class Buyer(TypedDict):
    """Who buys. No phone: an invoice does not need it. A company has its numbers, and who ordered for it."""

    name: str
    street: str  # left out of the copy behind a tracking link
    place: Texts
    contact: NotRequired[str]
    register_number: NotRequired[str]
    nif: NotRequired[str]
    nis: NotRequired[str]


class Line(TypedDict):
    """So many pieces at a price; `net` is the line's total without tax."""

    name: Texts
    label: Texts
    pieces: int
    unit: int
    total: int
    rate: int
    net: int


class Extra(TypedDict):
    """The delivery, or a discount (negative): with tax, without, and at which rate."""

    total: int
    net: int
    rate: int


class Tax(TypedDict):
    """The sums of one rate."""

    rate: int
    net: int
    tax: int


class Abroad(TypedDict):
    """An amount in another currency than the paper's."""

    minor: int
    currency: str
    of: NotRequired[int]  # the part of the total that it paid, where that is not all of it


class Content(TypedDict):
    """All of one paper."""

    form: int
    kind: str
    code: str
    issued_on: str
    order_code: str
    ordered_on: str
    languages: list[str]  # one, or two on a bilingual paper; the first one says which way it runs
    seller: Seller
    buyer: Buyer
    lines: list[Line]
    delivery: Extra
    discounts: list[Extra]  # by rate
    taxes: list[Tax]  # none when the seller charges no VAT
    goods: int
    net: int
    total: int
    stamp: int
    currency: str
    words: Texts  # the total
    method: str
    before: NotRequired[int]  # of the total, a deposit that was paid before by another way
    paid_on: str
    paid_abroad: NotRequired[Abroad]  # what came, when it came in another currency
    cancels: str  # on a credit note: the code of the invoice
    lowers: NotRequired[str]  # on a credit note over a part: the code of the invoice
    credited: NotRequired[list[Extra]]  # on one that cancels the rest: what was credited before, by rate (negative)
    reason: str


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a content, the same however its keys were ordered."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()


def thawed(content: Mapping[str, Any], content_hash: str) -> Content:
    """Return a frozen content. Raises ValueError when it is not the one that was frozen."""
    if hash_of(content) != content_hash:
        raise ValueError("this paper is not as it was issued")
    return cast(Content, content)

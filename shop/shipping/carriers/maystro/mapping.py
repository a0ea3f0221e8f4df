"""Our parcels in Maystro's words, and its answers in ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.core.text import fold
from shop.shipping.carriers import cells
from shop.shipping.carriers.maystro.client import number
from shop.shipping.carriers.maystro.statuses import SAID, number_of, word_of
from shop.shipping.contract import Parcel, ParcelScan, Place

MOST = Money.dinars(150_000)
SOURCE = 4  # the same for everybody
KINDS = {"home": 1, "desk": 2}  # older documents say 0 and 1


def require_takeable(parcel: Parcel) -> None:
    """Raise Rejected, with its field, for what is not even asked for."""
    if parcel.collect.currency != "DZD" or parcel.collect.minor % 100:
        raise Rejected("it collects whole dinars only", fields={"collect": "whole dinars"})
    if parcel.collect > MOST:
        raise Rejected("it collects 150 000 DA at most", fields={"collect": "too much"})


def wanted(parcel: Parcel, commune: int) -> dict[str, Any]:
    """Return a parcel as it is asked for."""
    return {
        "source": SOURCE, "wilaya": int(parcel.to.wilaya_code_58), "commune": commune,
        "destination_text": (parcel.address or parcel.to.theirs or parcel.to.commune_name)[:255],
        "customer_phone": national(parcel.phone), "customer_name": parcel.name.strip()[:100] or "-",
        "product_price": parcel.collect.minor // 100, "delivery_type": KINDS[parcel.kind], "express": False,
        "note_to_driver": parcel.note[:255], "external_order_id": parcel.reference,
        "products": [{"quantity": 1, "logistical_description": parcel.contents[:250] or "-"}],
    }  # fmt: skip


def called(communes: Sequence[Mapping[str, Any]], place: Place) -> int:
    """Return the number of the commune that is called so in a wilaya, by its whole name. Raises Rejected."""
    name = fold(place.theirs or place.commune_name)
    found = [each for each in communes if wilaya(each) == place.wilaya_code_58 and fold(str(each.get("name"))) == name]
    if len(found) != 1:
        raise Rejected("it has no commune of this name there", fields={"commune": "unknown"})
    return number(found[0].get("id"))


def wilaya(row: Mapping[str, Any]) -> str:
    """Return the wilaya of 58 of a commune of theirs, in two digits; nothing for what is none."""
    found = number(row.get("wilaya"))
    return f"{found:02}" if 1 <= found <= cells.WILAYAS else ""


def national(phone: str) -> str:
    """Return a number as it is dialled in Algeria."""
    return "0" + phone.removeprefix("+213") if phone.startswith("+213") else phone


def price(told: object) -> Money | None:
    """Return a price in whole dinars; None where there is none."""
    dinars = told.get("delivery_price") if isinstance(told, Mapping) else None
    return cells.price(dinars)


def scan(tracking: str, row: Mapping[str, Any], *, moment_in: str = "created_at") -> ParcelScan | None:
    """Return a row of a parcel's history as a scan; None for what is before the way.

    One whose moment can't be read counts from when it is heard first: it is the same scan however often it is heard.
    """
    status = row.get("status")
    word = word_of(status)
    if not word or status is None:
        return None
    written = str(row.get(moment_in) or "")
    key = hashlib.sha256(f"{tracking}|{written}|{status}".encode()).hexdigest()[:40]
    raw = SAID.get(number_of(status) or 0, str(status))[:200] or "unknown"
    at, text = cells.moment(written, UTC) or datetime.now(UTC), str(row.get("comment") or "")[:300]
    return ParcelScan(key=key, tracking=tracking, word=word, at=at, raw=raw, text=text)

"""Our parcels in Procolis's words, and its answers in ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.shipping.carriers import cells
from shop.shipping.carriers.procolis.statuses import word_of
from shop.shipping.contract import Parcel, ParcelScan

MOST = Money.dinars(150_000)
_DAY_FIRST = re.compile(r"(\d\d)/(\d\d)/(\d{4})(.*)")


def wanted(parcel: Parcel) -> dict[str, str]:
    """Return a parcel as it is asked for: under our reference, ready to be fetched. Raises Rejected."""
    if parcel.collect.currency != "DZD" or parcel.collect.minor % 100:
        raise Rejected("it collects whole dinars only", fields={"collect": "whole dinars"})
    if parcel.collect > MOST:
        raise Rejected("it collects 150 000 DA at most", fields={"collect": "too much"})
    return {
        "Tracking": parcel.reference, "id_Externe": parcel.reference,
        "TypeColis": "1" if parcel.takes_back else "0", "Confrimee": "1",
        "TypeLivraison": "1" if parcel.kind == "desk" else "0", "Client": parcel.name.strip()[:100] or "-",
        "MobileA": national(parcel.phone), "Adresse": (parcel.address or parcel.to.commune_name)[:250],
        "IDWilaya": parcel.to.wilaya_code_58, "Commune": parcel.to.theirs or parcel.to.commune_name,
        "Total": str(parcel.collect.minor // 100), "Note": note_of(parcel)[:250],
        "TProduit": parcel.contents[:250] or "-", "Source": "Hirfa",
    }  # fmt: skip


def note_of(parcel: Parcel) -> str:
    """Return what the courier reads: of an exchange first what to take back, because no field asks for it."""
    taken = f"Échange, à récupérer : {parcel.takes_back}" if parcel.takes_back else ""
    return " · ".join(each for each in (taken, parcel.note) if each)


def national(phone: str) -> str:
    """Return a number as it is dialled in Algeria."""
    return "0" + phone.removeprefix("+213") if phone.startswith("+213") else phone


def wilaya(row: Mapping[str, Any]) -> str:
    """Return the wilaya of 58 of a row of prices, in two digits; nothing for what is none."""
    number = str(row.get("IDWilaya") or "").strip()
    return f"{int(number):02}" if number.isascii() and number.isdigit() and 1 <= int(number) <= 58 else ""


def price(told: object) -> Money | None:
    """Return a price; None where the way is not offered, which it writes as nothing or zero."""
    text = str(told or "").strip().removesuffix(".0").removesuffix(".00")
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        return None
    return Money.dinars(int(text))


def scan(row: Mapping[str, Any]) -> ParcelScan | None:
    """Return where a parcel is now as a scan; None for what is before the way. It tells the last situation only.

    One whose moment can't be read counts from when it is heard first: it is the same scan however often it is heard.
    """
    tracking, situation = str(row.get("Tracking") or ""), str(row.get("Situation") or "")
    word = word_of(situation) if situation else ""
    if not word or not tracking:
        return None
    written = str(row.get("DateH_Action") or "")
    key = hashlib.sha256(f"{tracking}|{written}|{situation}".encode()).hexdigest()[:40]
    at = moment(written) or datetime.now(UTC)
    return ParcelScan(key=key, tracking=tracking, word=word, at=at, raw=situation[:200])


def moment(text: str) -> datetime | None:
    """Return a moment as it writes them, the year or the day first; None for what is none."""
    day_first = _DAY_FIRST.fullmatch(text)
    written = f"{day_first[3]}-{day_first[2]}-{day_first[1]}{day_first[4]}" if day_first else text
    return cells.moment(written)

"""Our parcels in NOEST's words, and its answers in ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shop.core.errors import Rejected
from shop.shipping.carriers import cells
from shop.shipping.carriers.noest.statuses import word_of
from shop.shipping.contract import Parcel, ParcelScan

MOST = 255
_DESK = re.compile(r"(\d{1,2})[A-Za-z0-9-]{1,8}")


def wanted(parcel: Parcel) -> dict[str, str | int]:
    """Return a parcel as it is asked for. Raises Rejected, with its field, for what is not even asked for."""
    if parcel.collect.currency != "DZD" or parcel.collect.minor % 100:
        raise Rejected("it collects whole dinars only", fields={"collect": "whole dinars"})
    if parcel.kind == "desk" and not wilaya_of_desk(parcel.desk):
        raise Rejected("this desk is none of theirs", fields={"desk": "unknown"})
    if not cells.two(parcel.to.wilaya_code_58):
        raise Rejected("this company does not deliver to this wilaya", fields={"wilaya": "unknown"})
    commune = parcel.to.theirs or parcel.to.commune_name
    said: dict[str, str | int] = {
        "reference": parcel.reference, "client": parcel.name.strip()[:MOST] or "-", "phone": national(parcel.phone),
        "adresse": (parcel.address or commune)[:MOST], "wilaya_id": int(parcel.to.wilaya_code_58), "commune": commune,
        "montant": parcel.collect.minor // 100, "produit": parcel.contents[:MOST] or "-",
        "type_id": 2 if parcel.takes_back else 1,
        "poids": max(1, -(-parcel.weight_g // 1000)), "stop_desk": int(parcel.kind == "desk"),
    }  # fmt: skip
    more = {"station_code": parcel.desk if parcel.kind == "desk" else "", "remarque": parcel.note[:MOST],
            "produit_a_recuperer": parcel.takes_back[:MOST]}  # fmt: skip
    return said | {name: text for name, text in more.items() if text}


def wilaya_of_desk(code: object) -> str:
    """Return the wilaya of 58 in which a desk is: its code begins with its number. Nothing for what is no desk."""
    found = _DESK.fullmatch(str(code))
    return cells.two(found[1]) if found else ""


def national(phone: str) -> str:
    """Return a number as it is dialled in Algeria."""
    return "0" + phone.removeprefix("+213") if phone.startswith("+213") else phone


def scans(tracking: str, row: Mapping[str, Any]) -> Iterator[ParcelScan]:
    """Return the way of a parcel: what is before it, of the money, or has no moment, is left out."""
    activity = row.get("activity")
    for each in activity if isinstance(activity, list) else ():
        event = str(each.get("event_key") or each.get("event") or "") if isinstance(each, Mapping) else ""
        word, at = word_of(event), cells.moment(each.get("date")) if event else None
        if not (event and word) or at is None:
            continue
        key = hashlib.sha256(f"{tracking}|{at.isoformat()}|{event}".encode()).hexdigest()[:40]
        text = str(each.get("causer") or each.get("by") or "")
        yield ParcelScan(key=key, tracking=tracking, word=word, at=at, raw=event[:200], text=text[:300])


def events(row: Mapping[str, Any]) -> list[str]:
    """Return what was said of a parcel, of the money and all else too, as it came."""
    activity = row.get("activity")
    told = activity if isinstance(activity, list) else ()
    return [str(each.get("event_key") or "") for each in told if isinstance(each, Mapping)]

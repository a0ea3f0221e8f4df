"""Our parcels in Ecotrack's words, and its answers in ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shop.core.errors import Rejected
from shop.shipping.carriers import cells
from shop.shipping.carriers.ecotrack.statuses import word_of
from shop.shipping.contract import Parcel, ParcelScan

MOST = 255
_POSTAL = re.compile(r"\d{4,5}")


def wanted(parcel: Parcel) -> dict[str, str | int]:
    """Return a parcel as it is asked for. Raises Rejected, with its field, for what is not even asked for."""
    if parcel.collect.currency != "DZD" or parcel.collect.minor % 100:
        raise Rejected("it collects whole dinars only", fields={"collect": "whole dinars"})
    if parcel.kind == "desk" and not is_desk(parcel.desk):
        raise Rejected("this desk is none of theirs", fields={"desk": "unknown"})
    if not cells.two(parcel.to.wilaya_code_58):
        raise Rejected("this company does not deliver to this wilaya", fields={"wilaya": "unknown"})
    said: dict[str, str | int] = {
        "reference": parcel.reference, "nom_client": parcel.name.strip()[:MOST] or "-",
        "telephone": national(parcel.phone),
        "adresse": (parcel.address or parcel.to.theirs or parcel.to.commune_name)[:MOST],
        "commune": parcel.to.theirs or parcel.to.commune_name, "code_wilaya": int(parcel.to.wilaya_code_58),
        "montant": parcel.collect.minor // 100, "produit": parcel.contents[:MOST] or "-",
        "type": 2 if parcel.takes_back else 1,
        "weight": -(-parcel.weight_g // 1000), "fragile": int(parcel.fragile),
        "stop_desk": int(parcel.kind == "desk"),
    }  # fmt: skip
    more = {"code_postal": parcel.desk if parcel.kind == "desk" else "", "remarque": parcel.note[:MOST],
            "produit_a_recupere": parcel.takes_back[:MOST],  # clients spell it in two ways
            "produit_a_recuperer": parcel.takes_back[:MOST]}  # fmt: skip
    return said | {name: text for name, text in more.items() if text}


def is_desk(text: str) -> bool:
    """Tell whether this can be a desk: they are named by the postal code of their commune."""
    return _POSTAL.fullmatch(text) is not None


def national(phone: str) -> str:
    """Return a number as it is dialled in Algeria."""
    return "0" + phone.removeprefix("+213") if phone.startswith("+213") else phone


def scans(tracking: str, row: Mapping[str, Any]) -> Iterator[ParcelScan]:
    """Return what was said of a parcel: what is before the way, or has no moment, is left out."""
    activity = row.get("activity")
    for each in activity if isinstance(activity, list) else ():
        status = str(each.get("status") or "") if isinstance(each, Mapping) else ""
        word, at = word_of(status), _moment(each) if isinstance(each, Mapping) else None
        if not (status and word) or at is None:
            continue
        told = [str(each.get(name) or "") for name in ("station", "scanLocation")]
        key = hashlib.sha256(f"{tracking}|{at.isoformat()}|{status}".encode()).hexdigest()[:40]
        text = " · ".join(dict.fromkeys(part for part in told if part))
        yield ParcelScan(key=key, tracking=tracking, word=word, at=at, raw=status[:200], text=text[:300])


def _moment(each: Mapping[str, Any]) -> datetime | None:
    """Return the moment of a mark: a date and a time of day, on the clocks of Algiers."""
    return cells.moment(f"{each.get('date') or ''} {each.get('time') or ''}".strip())


def is_yes(told: object) -> bool:
    """Tell whether a mark is set: 1, or its digit."""
    return str(told) in {"1", "True"}

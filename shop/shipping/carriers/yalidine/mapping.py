"""Our parcels in Yalidine's words, and its answers in ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.core.text import fold
from shop.shipping.carriers.cells import moment, price
from shop.shipping.carriers.yalidine.statuses import word_of
from shop.shipping.contract import Parcel, ParcelScan, StatementLine

MOST = Money.dinars(150_000)


def wanted(parcel: Parcel) -> dict[str, Any]:
    """Return a parcel as it is asked for. Raises Rejected for what it can't take."""
    require_takeable(parcel)
    first, _space, rest = parcel.name.strip().partition(" ")
    length, width, height = parcel.box.cm if parcel.box else (0, 0, 0)
    taken = {"product_to_collect": parcel.takes_back[:250]} if parcel.takes_back else {}
    desk = {"is_stopdesk": True, "stopdesk_id": _number(parcel.desk)} if parcel.kind == "desk" else {}
    return {
        "order_id": parcel.reference, "from_wilaya_name": parcel.sender_wilaya or parcel.sender_wilaya_code,
        "firstname": first or "-", "familyname": rest or first or "-", "contact_phone": national(parcel.phone),
        "address": parcel.address or parcel.to.theirs or parcel.to.commune_name,
        "to_commune_name": parcel.to.theirs or parcel.to.commune_name,
        "to_wilaya_name": parcel.to.their_wilaya or parcel.to.wilaya_name,
        "product_list": parcel.contents[:250] or "-", "price": parcel.collect.minor // 100,
        "do_insurance": parcel.insured, "declared_value": min(parcel.declared, MOST).minor // 100, "length": length,
        "width": width, "height": height,
        "weight": -(-parcel.weight_g // 1000), "freeshipping": True, "is_stopdesk": False,
        "has_exchange": bool(parcel.takes_back), **desk, **taken,
    }  # fmt: skip


def require_takeable(parcel: Parcel) -> None:
    """Raise Rejected, with its field, for what is not even asked for."""
    if parcel.collect.currency != "DZD" or parcel.collect.minor % 100:
        raise Rejected("it collects whole dinars only", fields={"collect": "whole dinars"})
    if parcel.collect > MOST:
        raise Rejected("it collects 150 000 DA at most", fields={"collect": "too much"})
    if parcel.kind == "desk" and not parcel.desk.isdigit():
        raise Rejected("this desk is none of theirs", fields={"desk": "unknown"})


def _number(desk: str) -> int:
    return int(desk)


def national(phone: str) -> str:
    """Return a number as it is dialled in Algeria."""
    return "0" + phone.removeprefix("+213") if phone.startswith("+213") else phone


def scan(row: Mapping[str, Any]) -> ParcelScan | None:
    """Return a row of the histories as a scan; None for what is before the way, or has no moment."""
    status, tracking, at = str(row.get("status") or ""), str(row.get("tracking") or ""), moment(row.get("date_status"))
    word = word_of(status)
    if not word or not tracking or at is None:
        return None
    told = [str(row.get(name) or "") for name in ("reason", "center_name", "commune_name")]
    text = " · ".join(dict.fromkeys(each for each in told if each))
    key = hashlib.sha256(f"{tracking}|{row.get('date_status')}|{status}".encode()).hexdigest()[:40]
    return ParcelScan(key=key, tracking=tracking, word=word, at=at, raw=status, text=text[:300])


def paid(row: Mapping[str, Any]) -> tuple[str, StatementLine] | None:
    """Return a parcel's cash that was paid out, with the name of the payment; None for what is not paid or unreadable.

    What it keeps is the delivery, where the sender pays it, and its share of what it collected.
    """
    payment, collected = str(row.get("payment_id") or "")[:60], price(row.get("price"))
    if row.get("payment_status") != "payed" or not payment or collected is None:
        return None
    delivery = price(row.get("delivery_fee")) if row.get("freeshipping") else None
    kept = min((delivery or Money(0)) + _share(row, collected), collected)
    return payment, StatementLine(str(row.get("tracking") or ""), collected, kept)


def _share(row: Mapping[str, Any], collected: Money) -> Money:
    """Return so many per cent of what was collected, from an amount on, in whole centimes."""
    percent, least = row.get("taxe_percentage"), price(row.get("taxe_from"))
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 < percent < 100:
        return Money(0)
    return Money(round(collected.minor * percent / 100)) if least is None or collected >= least else Money(0)


def of_commune(per_commune: object, name: str) -> Mapping[str, Any] | None:
    """Return the fees of a commune by its name, of the first one when none is named; never by a number."""
    rows = [row for row in per_commune.values() if isinstance(row, Mapping)] if isinstance(per_commune, Mapping) else []
    if not name:
        return next(iter(rows), None)
    return next((row for row in rows if fold(str(row.get("commune_name", ""))) == fold(name)), None)

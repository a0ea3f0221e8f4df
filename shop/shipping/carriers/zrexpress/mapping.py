"""Our parcels in the words of ZR Express, and its territories, prices and states in ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.core.text import fold
from shop.shipping.carriers import cells
from shop.shipping.carriers.cells import is_mark
from shop.shipping.carriers.zrexpress.client import part, rows
from shop.shipping.carriers.zrexpress.statuses import word_of
from shop.shipping.contract import Parcel, ParcelScan, Place

MOST = Money.dinars(150_000)
KINDS = {"home": "home", "desk": "pickup-point"}
# The wilayas of 2026 in those of before: it may list either.
OF_58 = {59: 3, 60: 5, 61: 7, 62: 12, 63: 13, 64: 14, 65: 17, 66: 17, 67: 26, 68: 28, 69: 32}


@dataclass(frozen=True)
class District:
    """A commune of theirs, in its wilaya."""

    mark: str
    name: str
    city: str  # the mark of its wilaya
    wilaya: str  # the wilaya's name
    code_58: str
    served: bool


def districts(territories: Sequence[Mapping[str, Any]]) -> list[District]:
    """Return their communes. A wilaya is known by its official number, a commune by the wilaya that it names."""
    cities = {str(row["id"]): row for row in territories if not row.get("parentId") and _code_58(row.get("code"))}
    found = ((row, cities.get(str(row.get("parentId") or ""))) for row in territories)
    return [
        District(
            str(row["id"]), str(row["name"]), str(city["id"]), str(city.get("name") or ""), _code_58(city.get("code")),
            part(row, "delivery").get("canSend") is not False,
        )
        for row, city in found if city is not None and row.get("name")
    ]  # fmt: skip


def called(known: Sequence[District], place: Place) -> District:
    """Return the commune that is called so in a wilaya, by its whole name. Raises Rejected when none or two are."""
    name = fold(place.theirs or place.commune_name)
    found = [each for each in known if each.code_58 == place.wilaya_code_58 and fold(each.name) == name]
    if len(found) != 1:
        raise Rejected("it has no commune of this name there", fields={"commune": "unknown"})
    return found[0]


def require_takeable(parcel: Parcel) -> None:
    """Raise Rejected, with its field, for what is not even asked for."""
    if parcel.collect.currency != "DZD" or parcel.collect.minor % 100:
        raise Rejected("it collects whole dinars only", fields={"collect": "whole dinars"})
    if parcel.collect > MOST:
        raise Rejected("it collects 150 000 DA at most", fields={"collect": "too much"})
    if parcel.kind == "desk" and not is_mark(parcel.desk):
        raise Rejected("this desk is none of theirs", fields={"desk": "unknown"})


def customer(parcel: Parcel) -> dict[str, Any]:
    """Return the receiver as it is made known first."""
    return {"name": parcel.name.strip()[:100] or "-", "phone": {"number1": parcel.phone}}


def wanted(parcel: Parcel, customer_id: str, city: str, district: str, state: str) -> dict[str, Any]:
    """Return a parcel as it is asked for, ready to be fetched where the account has such a state."""
    contents = parcel.contents.strip()[:250]
    desk = {"hubId": parcel.desk} if parcel.kind == "desk" else {}
    return {
        "customer": {"customerId": customer_id, **customer(parcel)},
        "deliveryAddress": {
            "cityTerritoryId": city, "districtTerritoryId": district,
            "street": (parcel.address or parcel.to.theirs or parcel.to.commune_name)[:200],
        },
        "deliveryType": KINDS[parcel.kind], "amount": parcel.collect.minor // 100,
        "description": contents if len(contents) > 1 else "--",
        "orderedProducts": [{
            "productName": contents[:100] or "-", "quantity": 1, "unitPrice": parcel.declared.minor // 100,
            "stockType": "none",
        }],
        "externalId": parcel.reference, "weight": {"weight": parcel.weight_g / 1000},
        **({"stateId": state} if state else {}), **desk,
    }  # fmt: skip


def prices(rate: Mapping[str, Any]) -> dict[str, Money]:
    """Return what a territory costs, by kind; what is not offered there is left out."""
    told = {str(each.get("deliveryType")): each for each in rows(rate.get("deliveryPrices"))}
    asked = {kind: price(told.get(theirs, {})) for kind, theirs in KINDS.items()}
    return {kind: found for kind, found in asked.items() if found is not None}


def price(told: Mapping[str, Any]) -> Money | None:
    """Return a price, the reduced one where there is one; None where it is none."""
    dinars = told.get("discountedPrice") or told.get("price")
    return cells.price(dinars)


def scan(tracking: str, row: Mapping[str, Any]) -> ParcelScan | None:
    """Return a row of a parcel's states as a scan; None for what is before the way, or has no moment."""
    state, at = str(part(row, "newState").get("name") or ""), cells.moment(row.get("createdAt"), UTC)
    word = word_of(state)
    if not word or at is None:
        return None
    key = hashlib.sha256(f"{tracking}|{row.get('createdAt')}|{state}".encode()).hexdigest()[:40]
    text = str(part(row, "situation").get("name") or part(row, "newState").get("description") or "")
    return ParcelScan(key=key, tracking=tracking, word=word, at=at, raw=state[:200] or "unknown", text=text[:300])


def _code_58(code: object) -> str:
    """Return the number of a wilaya among the 58 of before, in two digits; nothing for what is none."""
    if isinstance(code, bool) or not isinstance(code, int | str) or not str(code).isdecimal():
        return ""
    number = OF_58.get(int(code), int(code))
    return f"{number:02}" if 1 <= number <= cells.WILAYAS else ""

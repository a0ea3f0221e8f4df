"""The territories, hubs and prices of the ZR Express simulator: its communes under marks of its own.

Four wilayas are not there, as at the real one. Its codes of communes look like those of the ONS and are none.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

from shop.testing.carrier_places import SOUTH, communes, wilaya_names

MISSING = frozenset({33, 37, 50, 56})
HOME = {1: 600, 2: 750, 3: 950, 4: 1400}  # dinars by zone
DESK = {1: 400, 2: 500, 3: 600, 4: 1100}
DEARER = 50  # what the first commune of each wilaya costs more at the door
_SPACE = uuid.UUID("6f0d6a52-6f1e-4c8e-9a3c-0d1f5f1b2a77")


def mark(*names: object) -> str:
    """Return the mark of something, the same in every run."""
    return str(uuid.uuid5(_SPACE, "/".join(map(str, names))))


def bare(name: str) -> str:
    """Return a name as it is spelled there: without accents."""
    return "".join(each for each in unicodedata.normalize("NFD", name) if not unicodedata.combining(each))


@cache
def cities() -> tuple[Mapping[str, Any], ...]:
    """Return the wilayas."""
    return tuple(
        {"id": mark(number), "code": number, "name": bare(name), "level": "wilaya", "parentId": None,
         "postalCode": f"{number:02}000", "delivery": {"canSend": True, "hasPickupPoint": True}}
        for number, name in enumerate(wilaya_names(), 1) if number not in MISSING
    )  # fmt: skip


@cache
def districts() -> tuple[Mapping[str, Any], ...]:
    """Return the communes."""
    rows = [each for each in communes("zrexpress") if each.wilaya not in MISSING]
    return tuple(
        {"id": mark(row.wilaya, row.name), "code": row.wilaya * 100 + at, "name": row.name, "level": "commune",
         "parentId": mark(row.wilaya), "postalCode": f"{row.wilaya:02}{at:03}",
         "delivery": {"canSend": True, "hasPickupPoint": row.is_town}}
        for at, row in enumerate(rows, 1)
    )  # fmt: skip


@cache
def of_mark(territory: str) -> Mapping[str, Any] | None:
    """Return a territory by its mark."""
    return next((row for row in (*cities(), *districts()) if row["id"] == territory), None)


@cache
def hubs() -> tuple[Mapping[str, Any], ...]:
    """Return the desks; the last one is a store-house, where nobody fetches anything."""
    names = {row["id"]: row["name"] for row in cities()}
    found = [_hub(row, names[row["parentId"]]) for row in districts() if row["delivery"]["hasPickupPoint"]]
    return (*found, {**found[-1], "id": mark("store-house"), "name": "Depot central", "isPickupPoint": False})


def _hub(row: Mapping[str, Any], city: str) -> Mapping[str, Any]:
    return {
        "id": mark("hub", row["id"]), "name": f"ZR {row['name']}", "type": "agency", "isPickupPoint": True,
        "openingHours": "Sam-Jeu 09:00-17:00", "phone": {"number1": "+213550000990"},
        "address": {"city": city, "district": row["name"], "street": f"Centre-ville, {row['name']}",
                    "cityTerritoryId": row["parentId"], "districtTerritoryId": row["id"]},
    }  # fmt: skip


@cache
def rates() -> tuple[Mapping[str, Any], ...]:
    """Return what an account pays: by wilaya, and for the first commune of each."""
    first = {row["parentId"]: row for row in reversed(districts())}
    return tuple(
        rate for city in cities()
        for rate in (_rate(city, city, 0), _rate(first[city["id"]], city, DEARER))
    )  # fmt: skip


def _rate(row: Mapping[str, Any], city: Mapping[str, Any], more: int) -> Mapping[str, Any]:
    zone = SOUTH.get(city["code"], 1)
    kinds = {"home": HOME[zone] + more, "pickup-point": DESK[zone], "return": 250}
    return {
        "toTerritoryId": row["id"], "toTerritoryCode": row["code"], "toTerritoryName": row["name"],
        "toTerritoryLevel": row["level"],
        "deliveryPrices": [{"deliveryType": kind, "price": price, "discountedPrice": None}
                           for kind, price in kinds.items()],
    }  # fmt: skip

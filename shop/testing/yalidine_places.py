"""The places, desks and prices of the Yalidine simulator: our own geography in the spelling and order of another.

Its numbers of communes look like those of the ONS and are none, as the real ones: who joins by them is wrong here too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from shop.core.text import fold
from shop.paths import PACKAGE
from shop.plumbing import geography

WILAYAS = 58
OVERSIZE = 100  # dinars for each kilogram above five
HOME = {0: 400, 1: 600, 2: 750, 3: 950, 4: 1400}  # dinars by zone
DESK = {0: 250, 1: 400, 2: 500, 3: 600, 4: 1100}
_SOUTH = {1: 4, 3: 3, 7: 2, 8: 4, 11: 4, 30: 3, 32: 3, 33: 4, 37: 4, 39: 3, 45: 3, 47: 3, 49: 4, 50: 4, 51: 3, 52: 4,
          53: 4, 54: 4, 55: 3, 56: 4, 57: 3, 58: 3}  # fmt: skip


@cache
def wilayas() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the wilayas."""
    names = [each.name_fr for each in geography.wilayas()[:WILAYAS]]
    return tuple(
        {"id": at, "name": name, "zone": _SOUTH.get(at, 1), "is_deliverable": 1} for at, name in enumerate(names, 1)
    )


@cache
def communes() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the communes."""
    return tuple(row for wilaya in wilayas() for row in _communes(wilaya))


def _communes(wilaya: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    code = f"{wilaya['id']:02}"
    found = [each for other in geography.wilayas() for each in geography.communes(other.code, "fr")
             if each.wilaya_code_58 == code]  # fmt: skip
    named = [(_spellings().get(each.code, each.name_fr), each) for each in found]
    for at, (name, place) in enumerate(sorted(named, key=lambda each: fold(each[0])), 1):
        yield {
            "id": wilaya["id"] * 100 + at, "name": name, "wilaya_id": wilaya["id"],
            "wilaya_name": wilaya["name"], "has_stop_desk": int(_is_town(place.name_fr, wilaya["name"])),
            "is_deliverable": 1, "delivery_time_parcel": 2 + 3 * wilaya["zone"], "delivery_time_payment": 10,
        }  # fmt: skip


@cache
def _spellings() -> Mapping[str, str]:
    """Return by our codes the names that are known to be spelled otherwise."""
    with (PACKAGE / "data" / "carriers" / "yalidine.csv").open(encoding="utf-8", newline="") as lines:
        return {row["commune_code"]: row["name"] for row in csv.DictReader(lines)}


def _is_town(commune: str, wilaya: str) -> bool:
    return fold(commune) == fold(wilaya) or commune in {"Alger Centre", "Bab Ezzouar", "Es Senia", "El Khroub"}


@cache
def centers() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the desks."""
    return tuple(
        {
            "center_id": row["id"] * 100 + 1, "name": f"Agence de {row['name']}", "gps": "0,0",
            "address": f"Centre-ville, {row['name']}", "commune_id": row["id"], "commune_name": row["name"],
            "wilaya_id": row["wilaya_id"], "wilaya_name": row["wilaya_name"],
        }
        for row in communes() if row["has_stop_desk"]
    )  # fmt: skip


def fees(sender: int, to: int) -> Mapping[str, Any]:
    """Return what is charged between two wilayas."""
    zone = 0 if sender == to else max(_SOUTH.get(sender, 1), _SOUTH.get(to, 1))
    desk = DESK[zone] if any(row["wilaya_id"] == to for row in centers()) else None
    return {
        "from_wilaya_name": wilayas()[sender - 1]["name"], "to_wilaya_name": wilayas()[to - 1]["name"], "zone": zone,
        "retour_fee": 250, "cod_percentage": 0.75, "insurance_percentage": 0.75, "oversize_fee": OVERSIZE,
        "per_commune": {
            str(row["id"]): {
                "commune_id": row["id"], "commune_name": row["name"], "express_home": HOME[zone],
                "express_desk": desk, "economic_home": None, "economic_desk": None,
            }
            for row in communes() if row["wilaya_id"] == to
        },
    }  # fmt: skip

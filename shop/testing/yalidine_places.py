"""The places, desks and prices of the Yalidine simulator: our own geography in the spelling and order of another.

Its numbers of communes look like those of the ONS and are none, as the real ones: who joins by them is wrong here too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from shop.testing import carrier_places
from shop.testing.carrier_places import SOUTH

OVERSIZE = 100  # dinars for each kilogram above five
HOME = {0: 400, 1: 600, 2: 750, 3: 950, 4: 1400}  # dinars by zone
DESK = {0: 250, 1: 400, 2: 500, 3: 600, 4: 1100}


@cache
def wilayas() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the wilayas."""
    names = enumerate(carrier_places.wilaya_names(), 1)
    return tuple({"id": at, "name": name, "zone": SOUTH.get(at, 1), "is_deliverable": 1} for at, name in names)


@cache
def communes() -> tuple[Mapping[str, Any], ...]:
    """Return the rows of the communes."""
    seen: Counter[int] = Counter()
    return tuple(_commune(each, seen) for each in carrier_places.communes("yalidine"))


def _commune(place: carrier_places.Listed, seen: Counter[int]) -> Mapping[str, Any]:
    seen[place.wilaya] += 1
    return {
        "id": place.wilaya * 100 + seen[place.wilaya], "name": place.name, "wilaya_id": place.wilaya,
        "wilaya_name": place.wilaya_name, "has_stop_desk": int(place.is_town), "is_deliverable": 1,
        "delivery_time_parcel": 2 + 3 * SOUTH.get(place.wilaya, 1), "delivery_time_payment": 10,
    }  # fmt: skip


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
    zone = 0 if sender == to else max(SOUTH.get(sender, 1), SOUTH.get(to, 1))
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

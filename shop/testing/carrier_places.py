"""The communes of Algeria as a simulated carrier lists them: our own geography under the 58 wilayas, in its spelling.

Where it has an alias file (`shop/data/carriers/<key>.csv`), the names that nobody could guess are spelled as there.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shop.core.text import fold
from shop.paths import PACKAGE
from shop.plumbing import geography

WILAYAS = 58
SOUTH: Mapping[int, int] = {  # far wilayas by zone of price; the others are of zone 1
    1: 4, 3: 3, 7: 2, 8: 4, 11: 4, 30: 3, 32: 3, 33: 4, 37: 4, 39: 3, 45: 3, 47: 3, 49: 4, 50: 4, 51: 3, 52: 4,
    53: 4, 54: 4, 55: 3, 56: 4, 57: 3, 58: 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A commune in a carrier's spelling; `wilaya` is the number of 58."""

    wilaya: int
    wilaya_name: str
    name: str
    is_town: bool  # where carriers have desks


def wilaya_names() -> list[str]:
    """Return the names of the 58 wilayas, in their order."""
    return [each.name_fr for each in geography.wilayas()[:WILAYAS]]


@cache
def communes(carrier: str) -> tuple[Listed, ...]:
    """Return all communes as a carrier spells them, by wilaya and name."""
    known, wilayas = _spellings(carrier), wilaya_names()
    found = []
    for place in (each for other in geography.wilayas() for each in geography.communes(other.code, "fr")):
        number = int(place.wilaya_code_58)
        wilaya = wilayas[number - 1]
        is_town = fold(place.name_fr) == fold(wilaya) or place.name_fr in _TOWNS
        found.append(Listed(number, wilaya, known.get(place.code, place.name_fr), is_town))
    return tuple(sorted(found, key=lambda each: (each.wilaya, fold(each.name))))


_TOWNS = frozenset({"Alger Centre", "Bab Ezzouar", "Es Senia", "El Khroub"})


def _spellings(carrier: str) -> Mapping[str, str]:
    """Return by our codes the names that are known to be spelled otherwise."""
    file = PACKAGE / "data" / "carriers" / f"{carrier}.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["commune_code"]: row["name"] for row in csv.DictReader(lines)}

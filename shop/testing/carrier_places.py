"""The communes of Algeria as a simulated carrier lists them, under the 58 wilayas, in the carrier's own spelling.

Where its list is known (`names/<key>.txt`, a wilaya a line) the simulator speaks it, else it speaks our own geography.
"""

from __future__ import annotations

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
_TOWNS = frozenset({"alger centre", "bab ezzouar", "es senia", "el khroub", "el menia"})
_LISTS = PACKAGE / "testing" / "names"


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
def names(carrier: str) -> Mapping[str, tuple[str, ...]]:
    """Return the communes of a carrier's own list by wilaya of 58, in its order; nothing where none is known."""
    file = _LISTS / f"{carrier}.txt"
    if not file.exists():
        return {}
    lines = (line.partition("|") for line in file.read_text(encoding="utf-8").splitlines())
    return {code: tuple(listed.split(",")) for code, _, listed in lines}


@cache
def communes(carrier: str) -> tuple[Listed, ...]:
    """Return all communes as a carrier spells them, wilaya by wilaya."""
    listed = names(carrier) or _ours()
    return tuple(_listed(code, name) for code in sorted(listed) for name in listed[code])


def _listed(code: str, name: str) -> Listed:
    wilaya = geography.wilaya(code).name_fr
    return Listed(int(code), wilaya, name, fold(name) in {fold(wilaya), *_TOWNS})


def _ours() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for place in (each for other in geography.wilayas() for each in geography.communes(other.code, "fr")):
        found.setdefault(place.wilaya_code_58, []).append(place.name_fr)
    return {code: tuple(sorted(listed, key=fold)) for code, listed in found.items()}

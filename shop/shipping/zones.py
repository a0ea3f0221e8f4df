"""A first rate sheet: the wilayas grouped by how far they lie from one's own, with figures that are to be checked.

The figures are round and belong to no carrier. Nothing here is stored: a zone counts once its prices were confirmed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shop.core.errors import NotFound

EARTH_KM = 6371.0
NEAR_KM, MIDDLE_KM, FAR_KM = 150, 400, 900

# Where the chief town of each wilaya lies: degrees north and east, rounded.
_TOWNS = {
    "01": (27.9, -0.3), "02": (36.2, 1.3), "03": (33.8, 2.9), "04": (35.9, 7.1), "05": (35.6, 6.2), "06": (36.8, 5.1),
    "07": (34.9, 5.7), "08": (31.6, -2.2), "09": (36.5, 2.8), "10": (36.4, 3.9), "11": (22.8, 5.5), "12": (35.4, 8.1),
    "13": (34.9, -1.3), "14": (35.4, 1.3), "15": (36.7, 4.1), "16": (36.8, 3.1), "17": (34.7, 3.3), "18": (36.8, 5.8),
    "19": (36.2, 5.4), "20": (34.8, 0.2), "21": (36.9, 6.9), "22": (35.2, -0.6), "23": (36.9, 7.8), "24": (36.5, 7.4),
    "25": (36.4, 6.6), "26": (36.3, 2.8), "27": (35.9, 0.1), "28": (35.7, 4.5), "29": (35.4, 0.1), "30": (32.0, 5.3),
    "31": (35.7, -0.6), "32": (33.7, 1.0), "33": (26.5, 8.5), "34": (36.1, 4.8), "35": (36.8, 3.5), "36": (36.8, 8.3),
    "37": (27.7, -8.1), "38": (35.6, 1.8), "39": (33.4, 6.9), "40": (35.4, 7.1), "41": (36.3, 8.0), "42": (36.6, 2.5),
    "43": (36.5, 6.3), "44": (36.3, 2.0), "45": (33.3, -0.3), "46": (35.3, -1.1), "47": (32.5, 3.7), "48": (35.7, 0.6),
    "49": (29.3, 0.2), "50": (21.3, 0.9), "51": (34.4, 5.1), "52": (30.1, -2.2), "53": (27.2, 2.5), "54": (19.6, 5.8),
    "55": (33.1, 6.1), "56": (24.6, 9.5), "57": (34.0, 5.9), "58": (30.6, 2.9), "59": (34.1, 2.1), "60": (35.4, 5.4),
    "61": (35.2, 5.7), "62": (34.7, 8.1), "63": (34.2, -1.3), "64": (35.2, 2.3), "65": (35.5, 2.9), "66": (34.2, 3.5),
    "67": (35.9, 2.8), "68": (35.2, 4.2), "69": (32.9, 0.5),
}  # fmt: skip
_SAHARA = frozenset("01 08 11 30 33 37 39 47 49 50 52 53 54 55 56 57 58".split())  # noqa: SIM905 - they read as a list


@dataclass(frozen=True, slots=True)
class Zone:
    """Wilayas that a sheet prices alike; `home` and `desk` are dinars to begin with, days from the courier's van."""

    key: str
    wilayas: tuple[str, ...]
    home: int
    desk: int
    min_days: int
    max_days: int


_FIGURES = {
    "own": (400, 250, 1, 2), "near": (450, 300, 1, 3), "middle": (600, 400, 2, 4), "far": (700, 500, 2, 5),
    "last": (1000, 700, 3, 7),
}  # fmt: skip
KEYS = tuple(_FIGURES)


def template(own: str) -> list[Zone]:
    """Return the zones seen from a wilaya, the nearest first; none is empty, each wilaya is in one. Raises NotFound."""
    if own not in _TOWNS:
        raise NotFound(f"no wilaya {own}")
    groups: dict[str, list[str]] = {key: [] for key in KEYS}
    for code in sorted(_TOWNS):
        groups[_key(own, code)].append(code)
    return [Zone(key, tuple(codes), *_FIGURES[key]) for key, codes in groups.items() if codes]


def distance_km(one: str, other: str) -> float:
    """Return how far two chief towns lie from each other, as the crow flies."""
    (north, east), (north_2, east_2) = (tuple(map(math.radians, _TOWNS[code])) for code in (one, other))
    flat = math.sin(north) * math.sin(north_2) + math.cos(north) * math.cos(north_2) * math.cos(east - east_2)
    return EARTH_KM * math.acos(max(-1.0, min(1.0, flat)))


def _key(own: str, code: str) -> str:
    if code == own:
        return "own"
    km = distance_km(own, code)
    if km <= NEAR_KM:
        return "near"
    if own not in _SAHARA:  # seen from the north, the Sahara is its own price, however near its edge lies
        return "last" if code in _SAHARA else "middle" if km <= MIDDLE_KM else "far"
    return "middle" if km <= MIDDLE_KM else "far" if km <= FAR_KM else "last"

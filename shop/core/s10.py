"""Numbers of postal items (UPU standard S10): two letters, eight digits, a check digit, two letters of a country.

EE 0000 0000 5 DZ is an express item that was posted in Algeria. The check digit catches every single wrong digit and
most exchanges of two, so that a number that is typed wrongly is not written down.
"""

from __future__ import annotations

import re

from shop.core.text import western_digits

_SHAPE = re.compile(r"([A-Z]{2})(\d{8})(\d)([A-Z]{2})")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def check_digit(serial: str) -> int:
    """Return the check digit of eight digits: 11 less their weighted sum modulo 11, 10 written as 0 and 11 as 5."""
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, serial, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def read(text: str) -> str | None:
    """Return a number as it stands on the parcel, 13 characters without spaces; None for what cannot be one."""
    bare = re.sub(r"[\s\u00a0\u202f.-]", "", western_digits(text)).upper()
    found = _SHAPE.fullmatch(bare)
    return bare if found and int(found[3]) == check_digit(found[2]) else None

"""English numbers in words: twenty-one, one hundred and five, two thousand and one."""

from __future__ import annotations

from dataclasses import dataclass

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted, in the singular and the plural."""

    one: str
    many: str


def cardinal(n: int) -> str:
    """Return a whole number from 0 on in words."""
    if n == 0:
        return _SMALL[0]
    parts = []
    for size, name in _SCALES:
        count, n = divmod(n, size)
        if count:
            parts.append(f"{_below_thousand(count)} {name}")
    if n:
        parts.append(f"and {_below_thousand(n)}" if parts and n < 100 else _below_thousand(n))
    return " ".join(parts)


def counted(n: int, noun: Noun) -> str:
    """Return so many of something: one dinar, two dinars, zero dinars."""
    return f"{cardinal(n)} {noun.one if n == 1 else noun.many}"


def _below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _below_hundred(rest)
    head = f"{_SMALL[hundreds]} hundred"
    return f"{head} and {_below_hundred(rest)}" if rest else head


def _below_hundred(n: int) -> str:
    if n < 20:
        return _SMALL[n]
    tens, unit = divmod(n, 10)
    return f"{_TENS[tens]}-{_SMALL[unit]}" if unit else _TENS[tens]

"""French numbers in words: vingt et un, quatre-vingts, deux cents, deux cent mille, un million de dinars."""

from __future__ import annotations

from dataclasses import dataclass

_SMALL = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}
_SCALES = ((10**12, "billion"), (10**9, "milliard"), (10**6, "million"))
_VOWELS = "aeéêiou"


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted, in the singular and the plural."""

    one: str
    many: str
    feminine: bool = False


def cardinal(n: int, *, feminine: bool = False) -> str:
    """Return a whole number from 0 on in words; feminine as in vingt et une."""
    if n == 0:
        return _SMALL[0]
    parts = []
    for size, name in _SCALES:
        count, n = divmod(n, size)
        if count:
            parts.append(f"{_below_thousand(count)} {name}{'s' if count > 1 else ''}")
    thousands, rest = divmod(n, 1000)
    if thousands:
        parts.append("mille" if thousands == 1 else f"{_below_thousand(thousands, plural=False)} mille")
    if rest:
        parts.append(_below_thousand(rest, feminine=feminine))
    return " ".join(parts)


def counted(n: int, noun: Noun) -> str:
    """Return so many of something: deux dinars, un million de dinars, zéro dinar."""
    word = noun.many if n > 1 else noun.one
    of = ""
    if n and n % 10**6 == 0:  # million is a noun, and takes its complement by de
        of = "d'" if word[0] in _VOWELS else "de "
    return f"{cardinal(n, feminine=noun.feminine)} {of}{word}"


def _below_thousand(n: int, *, feminine: bool = False, plural: bool = True) -> str:
    """Return 1 to 999; cent and quatre-vingt take their s at the end only, and not before mille."""
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _below_hundred(rest, feminine=feminine, plural=plural)
    head = "cent" if hundreds == 1 else f"{_SMALL[hundreds]} cent"
    if not rest:
        return f"{head}s" if hundreds > 1 and plural else head
    return f"{head} {_below_hundred(rest, feminine=feminine, plural=plural)}"


def _below_hundred(n: int, *, feminine: bool, plural: bool) -> str:
    if n < 20:
        return "une" if n == 1 and feminine else _SMALL[n]
    tens = n // 20 * 20 if n >= 60 else n // 10 * 10
    unit = n - tens
    if not unit:
        return f"{_TENS[tens]}s" if tens == 80 and plural else _TENS[tens]
    last = "une" if unit == 1 and feminine else _SMALL[unit]
    return f"{_TENS[tens]} et {last}" if unit in (1, 11) and tens < 80 else f"{_TENS[tens]}-{last}"

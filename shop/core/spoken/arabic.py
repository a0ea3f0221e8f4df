"""Arabic numbers in words, with what they count: ثلاثة دنانير، أحد عشر دينارًا، مائتا دينار، ألف دينار ودينار واحد.

3 to 10 take the opposite gender and the genitive plural; 11 to 99 the accusative singular; a hundred and its
multiples the genitive singular, before which a dual loses its nun. 1 and 2 above a hundred repeat the noun, as in
ألف ليلة وليلة. Scales (ألف، مليون، مليار) are nouns that are counted by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass

# By the gender of what is counted: (masculine, feminine).
_UNITS = (
    ("صفر", "صفر"), ("واحد", "واحدة"), ("اثنان", "اثنتان"), ("ثلاثة", "ثلاث"), ("أربعة", "أربع"), ("خمسة", "خمس"),
    ("ستة", "ست"), ("سبعة", "سبع"), ("ثمانية", "ثماني"), ("تسعة", "تسع"), ("عشرة", "عشر"),
)  # fmt: skip
_TWO_OBLIQUE = ("اثنين", "اثنتين")
_ONE_OF_TENS = ("واحد", "إحدى")
_TEENS = {1: ("أحد عشر", "إحدى عشرة"), 2: ("اثنا عشر", "اثنتا عشرة")}
_TWELVE_OBLIQUE = ("اثني عشر", "اثنتي عشرة")
_TEN_AFTER = ("عشر", "عشرة")
_TENS = ("", "", "عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون")
_HUNDREDS = (
    "", "مائة", "مائتان", "ثلاثمائة", "أربعمائة", "خمسمائة", "ستمائة", "سبعمائة", "ثمانمائة", "تسعمائة",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted: one, two (nominative, oblique), 3 to 10, 11 to 99; `again` is its first word alone."""

    one: str
    two: str
    two_oblique: str
    few: str
    many: str
    feminine: bool = False
    again: tuple[str, str, str] = ("", "", "")  # one, two, two oblique


@dataclass(frozen=True, slots=True)
class _Scale:
    size: int
    one: str
    two: str
    few: str
    many: str


_SCALES = (
    _Scale(10**12, "تريليون", "تريليونان", "تريليونات", "تريليونًا"),
    _Scale(10**9, "مليار", "ملياران", "مليارات", "مليارًا"),
    _Scale(10**6, "مليون", "مليونان", "ملايين", "مليونًا"),
    _Scale(1000, "ألف", "ألفان", "آلاف", "ألفًا"),
)


def cardinal(n: int, *, feminine: bool = False, oblique: bool = False) -> str:
    """Return a whole number from 0 on by itself, for something of this gender."""
    if n % 100 == 8 and feminine:  # with nothing after it, its ya falls
        return _words(n, feminine=True, oblique=oblique, construct=False).removesuffix("ماني") + "مان"
    return _words(n, feminine=feminine, oblique=oblique, construct=False)


def counted(n: int, noun: Noun, *, oblique: bool = False) -> str:
    """Return so many of something, in the nominative, or oblique as after a preposition."""
    high, low = n - n % 100, n % 100
    if n == 0:
        return f"{_UNITS[0][0]} {noun.one}"
    if low in (1, 2) and high:
        one, two, two_oblique = noun.again if noun.again[0] else (noun.one, noun.two, noun.two_oblique)
        single = f"{one} {_UNITS[1][noun.feminine]}"
        return f"{counted(high, noun, oblique=oblique)} و{single if low == 1 else two_oblique if oblique else two}"
    if n == 1:
        return f"{noun.one} {_UNITS[1][noun.feminine]}"
    if n == 2:
        return noun.two_oblique if oblique else noun.two
    word = noun.few if 3 <= low <= 10 else noun.many if low else noun.one
    return f"{_words(n, feminine=noun.feminine, oblique=oblique, construct=not low)} {word}"


def _words(n: int, *, feminine: bool, oblique: bool, construct: bool) -> str:
    """Return the number; `construct` when a noun in the genitive follows its last word."""
    if n == 0:
        return _UNITS[0][0]
    parts = []
    for scale in _SCALES:
        count, n = divmod(n, scale.size)
        if count:
            parts.append(_scaled(count, scale, oblique=oblique, construct=construct and not n))
    if n:
        hundreds, low = divmod(n, 100)
        if hundreds:
            parts.append(_hundreds(hundreds, oblique=oblique, construct=construct and not low))
        if low:
            parts.append(_below_hundred(low, feminine=feminine, oblique=oblique))
    return " و".join(parts)


def _scaled(count: int, scale: _Scale, *, oblique: bool, construct: bool) -> str:
    """Return 1 to 999 of a scale."""
    hundreds, low = divmod(count, 100)
    if hundreds and low in (0, 1, 2):
        head = f"{_hundreds(hundreds, oblique=oblique, construct=True)} {scale.one}"
        tail = _scaled(low, scale, oblique=oblique, construct=construct) if low else ""
        return f"{head} و{tail}" if tail else head
    head = f"{_hundreds(hundreds, oblique=oblique, construct=False)} و" if hundreds else ""
    if low == 1:
        return scale.one
    if low == 2:
        return _dual(scale.two, oblique=oblique, construct=construct)
    word = scale.few if low <= 10 else scale.one if construct else scale.many
    return f"{head}{_below_hundred(low, feminine=False, oblique=oblique)} {word}"


def _hundreds(count: int, *, oblique: bool, construct: bool) -> str:
    return _dual(_HUNDREDS[2], oblique=oblique, construct=construct) if count == 2 else _HUNDREDS[count]


def _dual(word: str, *, oblique: bool, construct: bool) -> str:
    """Bend a dual: ألفان، ألفين، ألفا، ألفي."""
    stem = word.removesuffix("ان")
    return stem + ("ي" if oblique else "ا") + ("" if construct else "ن")


def _below_hundred(n: int, *, feminine: bool, oblique: bool) -> str:
    if n == 2 and oblique:
        return _TWO_OBLIQUE[feminine]
    if n <= 10:
        return _UNITS[n][feminine]
    tens, unit = divmod(n, 10)
    if tens == 1:
        if unit == 2 and oblique:
            return _TWELVE_OBLIQUE[feminine]
        return _TEENS[unit][feminine] if unit < 3 else f"{_UNITS[unit][feminine]} {_TEN_AFTER[feminine]}"
    ten = _TENS[tens].removesuffix("ون") + "ين" if oblique else _TENS[tens]
    if not unit:
        return ten
    if unit == 1:
        first = _ONE_OF_TENS[feminine]
    elif unit == 8 and feminine:
        first = "ثمان"
    else:
        first = _below_hundred(unit, feminine=feminine, oblique=oblique)
    return f"{first} و{ten}"

"""Make any text printable: what the fonts can't draw becomes a visible mark, never an empty box.

A label must always print, so nothing here refuses. `unprintable` tells beforehand which characters
will be marked, for the screen where somebody can still correct them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import repeat, zip_longest
from typing import Literal

from shop.paths import TEMPLATES

Weight = Literal["regular", "bold"]

MARK = "¤"  # both fonts have it, and no name or address does
LONGEST_WORD = 18  # letters without a space; longer ones may be broken anywhere, or they leave the box

BREAK = "\u200b"
_NON_JOINER = "\u200c"  # the one invisible sign that changes how the letters beside it look
_GAPS = re.compile(r"[^\S\u00a0]+")  # the space within an amount stays: by it the groups keep their order in Arabic
_NO_LETTER = (1000,)
_FORM = {(False, False): 0, (True, False): 1, (True, True): 2, (False, True): 3}
# By how much a word may be wider than its letters are: without letters that join, and with them. Behind a reh or a zain
# there may be more room.
_SHORT, _SHORT_ARABIC = 1.01, 1.07
_BEHIND_REH, _REH = 120, re.compile(r"[رز](?=\w)")
_TURNS_RIGHT_TO_LEFT = frozenset(("R", "AL"))


def printable(text: str, *, most: int) -> str:
    """Return one line of at most `most` characters that our fonts can draw, with marks for the rest."""
    # One pass over the raw text would be as long as the text; nobody reads past the end of the box.
    line = unicodedata.normalize("NFC", text[: most * 4])
    if _plain().fullmatch(line):
        return _cut(line, most)
    line = _GAPS.sub(" ", line)
    drawn = "".join(_drawn(character) for character in line)
    while MARK * 2 in drawn:  # an emoji of five code points is one missing picture
        drawn = drawn.replace(MARK * 2, MARK)
    return _cut(_GAPS.sub(" ", drawn).strip(), most)


@lru_cache(maxsize=1)
def _plain() -> re.Pattern[str]:
    """Return what matches the lines that are drawn as they are: most of them, in one go."""
    letters = "".join(c for c in map(chr, _letters()) if not c.isspace() and _drawn(c) == c != MARK)
    word = f"[{re.escape(letters)}\\u00a0]+"
    return re.compile(f"{word}(?: {word})*")


def unprintable(text: str) -> list[str]:
    """List the distinct characters of a text that will be marked on paper, in order of appearance."""
    line = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(character for character in line if MARK in _drawn(character) != character))


def breakable(text: str) -> str:
    """Let words too long for any box break inside; words of ordinary length stay as they are."""
    words = text.split(" ")
    return " ".join(BREAK.join(word) if len(word) > LONGEST_WORD else word for word in words)


def ems(text: str, weight: Weight) -> float:
    """Estimate how many ems a text takes in one line; kerning and ligatures make it a few per cent less or more.

    Arabic letters are as wide as the form they take beside their neighbours.
    """
    return _width(text, weight)[0] / 1000


def most_ems(text: str, weight: Weight) -> float:
    """Return how many ems a text takes in one line at most.

    How far the estimate may fall short was measured over the names of all communes, in both weights.
    """
    return sum(map(_most, text.replace(BREAK, "").split(" "), repeat(weight))) + text.count(" ") * _most(" ", weight)


@lru_cache(maxsize=4096)
def _most(word: str, weight: Weight) -> float:
    wide, joins = _width(word, weight)
    return (wide * (_SHORT_ARABIC if joins else _SHORT) + _BEHIND_REH * len(_REH.findall(word))) / 1000


def _width(text: str, weight: Weight) -> tuple[int, bool]:
    """Return how many thousandths of an em a text takes, and whether any of its letters join."""
    rows = _letters()
    forms = [rows[ord(c)][weight] if ord(c) in rows else _NO_LETTER for c in text if unicodedata.category(c) != "Mn"]
    total = 0
    joined = joins = False  # the letter before reaches out to this one; any does
    for form, following in zip_longest(forms, forms[1:], fillvalue=_NO_LETTER):
        reaching = len(form) == 4 and len(following) > 1
        total += form[_FORM[joined and len(form) > 1, reaching]]
        joined = reaching
        joins = joins or len(form) > 1
    return total, joins


def direction(text: str) -> str:
    """Return "rtl" or "ltr" after the first letter that has a direction; digits and signs have none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in _TURNS_RIGHT_TO_LEFT:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


@lru_cache(maxsize=4096)
def _drawn(character: str) -> str:
    if character == _NON_JOINER:
        return character
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp", "Zs"):
        return " " if character != "\u00a0" else character
    if kind == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F:
        # Nothing to see: soft hyphens, byte order marks, variation selectors. And nothing that steers the
        # direction of what stands around it: an address could turn the rest of a label round.
        return ""
    if _covers(character) and not "\ufe70" <= character <= "\ufefc":
        return character
    # Shaped letters pasted from a PDF, and the fancy alphabets of social networks, have plain equals.
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain != character and all(map(_covers, plain)) else MARK


def _covers(character: str) -> bool:
    return ord(character) in _letters()


@lru_cache(maxsize=1)
def _letters() -> dict[int, dict[str, tuple[int, ...]]]:
    """Return the widths, in thousandths of an em, of every character in the fonts beside the templates.

    One width for most; alone and after a letter for those that join one side; alone, after, between and
    before for those that join both.
    """
    rows = (TEMPLATES / "documents" / "fonts" / "letters.txt").read_text("ascii").splitlines()
    return {
        int(point, 16): {"regular": _widths(regular), "bold": _widths(bold)}
        for point, regular, bold in (row.split() for row in rows)
    }


def _widths(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("/")))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

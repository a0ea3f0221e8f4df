"""Make any text printable: what the fonts can't draw becomes a visible mark, never an empty box.

A label must always print, so nothing here refuses. `unprintable` tells beforehand which characters
will be marked, for the screen where somebody can still correct them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from shop.paths import TEMPLATES

MARK = "¤"  # both fonts have it, and no name or address does
LONGEST_WORD = 18  # letters without a space; longer ones may be broken anywhere, or they leave the box

BREAK = "\u200b"
# They steer the direction of the text around them: an address could turn the rest of the label round.
_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f")
_NON_JOINER = "\u200c"  # the one invisible sign that changes how the letters beside it look
_TURNS_RIGHT_TO_LEFT = frozenset(("R", "AL"))


def printable(text: str, *, most: int) -> str:
    """Return one line of at most `most` characters that our fonts can draw, with marks for the rest."""
    # One pass over the raw text would be as long as the text; nobody reads past the end of the box.
    line = " ".join(unicodedata.normalize("NFC", text[: most * 4]).split())
    drawn = "".join(_drawn(character) for character in line)
    while MARK * 2 in drawn:  # an emoji of five code points is one missing picture
        drawn = drawn.replace(MARK * 2, MARK)
    return _cut(" ".join(drawn.split()), most)


def unprintable(text: str) -> list[str]:
    """List the distinct characters of a text that will be marked on paper, in order of appearance."""
    line = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(character for character in line if MARK in _drawn(character) != character))


def breakable(text: str) -> str:
    """Let words too long for any box break inside; words of ordinary length stay as they are."""
    words = text.split(" ")
    return " ".join(BREAK.join(word) if len(word) > LONGEST_WORD else word for word in words)


def at_most(text: str) -> float:
    """Return how many ems wide a text can be at most in one line, whichever weight it is set in.

    Joined Arabic letters may be a little wider than the single ones that are counted here.
    """
    advances = _advances()
    return sum(advances.get(ord(character), 1000) for character in text) * 1.12 / 1000


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
    if character in _STEERING:
        return ""
    if character == _NON_JOINER:
        return character
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp", "Zs"):
        return " " if character != "\u00a0" else character
    if kind == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F:
        return ""  # soft hyphens, byte order marks, variation selectors: nothing to see
    if _covers(character) and not "\ufe70" <= character <= "\ufefc":
        return character
    # Shaped letters pasted from a PDF, and the fancy alphabets of social networks, have plain equals.
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain != character and all(map(_covers, plain)) else MARK


def _covers(character: str) -> bool:
    return ord(character) in _advances()


@lru_cache(maxsize=1)
def _advances() -> dict[int, int]:
    """Return the thousandths of an em that each character takes at most, in the fonts beside the templates."""
    rows = (TEMPLATES / "documents" / "fonts" / "letters.txt").read_text("ascii").splitlines()
    return {int(point, 16): int(advance) for point, advance in (row.split() for row in rows)}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

"""Setting a text: the largest size in which it fits a place, and its lines, without asking the drawing engine.

Sizes are in points, lengths in dots (8 to the millimetre). Words are taken to be as wide as they may be at most, and
lines are filled one after the other: what is said to fit does fit. Measuring costs the engine as much as drawing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shop.documents.letters import BREAK, Weight, breakable, most_ems

POINT: Final = 8 * 25.4 / 72  # dots
CAPITAL: Final = 0.698  # how tall a capital stands, in ems, in both weights of both fonts
OVER, UNDER, BETWEEN = 0.86, 0.32, 0.1  # a line above and below its foot, and the gap to the next, in ems
CUT: Final = " […]"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text in its size, line by line."""

    lines: tuple[str, ...]
    size: float

    @property
    def tall(self) -> float:
        """How tall it stands, in dots."""
        return tallness(len(self.lines), self.size)


@lru_cache(maxsize=1024)  # a workshop sends many parcels to few wilayas, with one carrier
def fitted(text: str, weight: Weight, width: float, height: float, sizes: tuple[float, ...]) -> Fitted:
    """Return a text in the largest of `sizes` (large to small) that fits; in none, cut with a mark in the smallest."""
    text = breakable(text)
    for size in sizes:
        lines = lines_of(text, weight, width / (size * POINT))
        if lines and tallness(len(lines), size) <= height:
            return Fitted(lines, size)
    size, room = sizes[-1], width / (sizes[-1] * POINT)
    most = max(1, int((height / (size * POINT) + BETWEEN) / (OVER + UNDER + BETWEEN)))
    kept, over = 0, len(text)
    while over - kept > 1:
        middle = (kept + over) // 2
        if 0 < len(lines_of(_shortened(text, middle), weight, room)) <= most:
            kept = middle
        else:
            over = middle
    return Fitted(lines_of(_shortened(text, kept), weight, room), size)


def tallness(lines: int, size: float) -> float:
    """Return how tall so many lines are, in dots."""
    return POINT * size * (lines * (OVER + UNDER) + (lines - 1) * BETWEEN)


def lines_of(text: str, weight: Weight, room: float) -> tuple[str, ...]:
    """Return a text in lines of at most `room` ems; none when a word is wider than that."""
    if most_ems(text, weight) <= room:
        return (text.replace(BREAK, ""),)
    space = most_ems(" ", weight)
    lines, line, used = [], "", 0.0
    for word, before in _words(text):
        wide = most_ems(word, weight)
        if wide > room:
            return ()
        gap = space * len(before) if line else 0.0
        if used + gap + wide <= room:
            line, used = (line + before if line else "") + word, used + gap + wide
        else:
            lines.append(line)
            line, used = word, wide
    return (*lines, line)


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts between which a line may end, each with what stands before it in a line: a space, or nothing."""
    for word in text.split(" "):
        for number, part in enumerate(word.split(BREAK)):
            yield part, "" if number else " "


def _shortened(text: str, letters: int) -> str:
    """Cut a text after so many letters, never between a letter and its signs."""
    while 0 < letters < len(text) and unicodedata.combining(text[letters]):
        letters -= 1
    return text[:letters].strip(" " + BREAK) + CUT

"""What a label is drawn with: ink, and lines of text that stand in the middle of their boxes or fit them.

Lengths are dots (8 to the millimetre), sizes points. Every line stands where arithmetic puts it, without a box around
it in the engine: laying out is what a label costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from shop.documents.letters import Weight, direction
from shop.documents.setting import BETWEEN, CAPITAL, OVER, POINT, UNDER, fitted

WIDE, TALL = 736, 1120  # a label inside its 4 mm of air, which most office printers can't reach
RULE: Final = 3
# What a text stands between, so that its direction can't leak into its neighbours.
LEFT_TO_RIGHT, RIGHT_TO_LEFT, FIRST_LETTER, CLOSED = "\u2066", "\u2067", "\u2068", "\u2069"
_LARGER: Final = 1.06  # Arabic beside French: its letters look smaller

Side = Literal["left", "center", "right"]
Kind = Literal["fr", "ar", "figure", "code"]  # how letters are set: a language, even digits, even digits apart
Words = Mapping[str, str]  # in French and in Arabic


class Box(NamedTuple):
    """A place on a label, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, left: float, top: float = 0, right: float | None = None, bottom: float = 0) -> Box:
        """Return what is left of it inside of margins; the right one is as the left one if nothing else is said."""
        right = left if right is None else right
        return Box(self.x + left, self.y + top, self.width - left - right, self.height - top - bottom)

    def top(self, height: float) -> Box:
        """Return the upper part of it."""
        return self._replace(height=height)

    def below(self, down: float, height: float | None = None) -> Box:
        """Return what is so far down in it: all the rest, or a part of that height."""
        return self._replace(y=self.y + down, height=self.height - down if height is None else height)


class Line(NamedTuple):
    """A line of text: the corner of its capitals, from the label's left edge, middle or right edge."""

    side: Side
    x: float
    y: float
    size: float
    weight: Weight
    kind: Kind
    text: str


@dataclass(slots=True)
class Drawing:
    """What label.typ draws: ink first, then the lines in black, then those in white."""

    ink: list[Box] = field(default_factory=list)
    stripes: list[Box] = field(default_factory=list)
    pictures: list[tuple[str, float, float, float]] = field(default_factory=list)  # name, corner, side
    black: list[Line] = field(default_factory=list)
    white: list[Line] = field(default_factory=list)

    def sheet(self) -> dict[str, Any]:
        """Return it as plain values."""
        parts = ("ink", "stripes", "pictures", "black", "white")
        return {part: getattr(self, part) for part in parts}

    def across(self, y: float) -> None:
        """Rule from side to side."""
        self.ink.append(Box(1, y, WIDE - 2, RULE))

    def down(self, x: float, row: Box) -> None:
        """Rule a row from top to bottom."""
        self.ink.append(Box(x, row.y, RULE, row.height))

    def blacken(self, row: Box) -> None:
        """Ink a row, as `frame` would end it."""
        self.ink.append(row.inside(1))

    def frame(self, row: Box, thick: float) -> None:
        """Frame a row. It stops one dot inside: a renderer that rounds outwards leaves no teeth on it."""
        self.ink += [
            row.inside(1).top(thick), row.inside(1).below(row.height - thick), row._replace(width=thick),
            row._replace(x=row.x + row.width - thick, width=thick),
        ]  # fmt: skip

    def line(
        self, box: Box, side: Side, text: str, size: float, *, weight: Weight = "bold", kind: Kind = "fr",
        on_black: bool = False,
    ) -> None:  # fmt: skip
        """Set a line in the middle of its box, as tall as its capitals."""
        x = {"left": box.x, "center": box.x + (box.width - WIDE) / 2, "right": box.x + box.width - WIDE}[side]
        y = box.y + (box.height - CAPITAL * size * POINT) / 2
        line = Line(side, round(x, 3), round(y, 3), size, weight, kind, text)
        (self.white if on_black else self.black).append(line)

    def figure(
        self, box: Box, side: Side, text: str, size: float, *, ordinary: int, weight: Weight = "bold",
        kind: Kind = "figure", on_black: bool = False,
    ) -> None:  # fmt: skip
        """Set a phone, a code or an amount: it never breaks; longer than ordinary it is set smaller."""
        size *= min(1, ordinary / max(1, len(text)))
        shown = f"{LEFT_TO_RIGHT}{text}{CLOSED}"
        self.line(box, side, shown, size, weight=weight, kind=kind, on_black=on_black)

    def said(
        self, box: Box, text: str, sizes: tuple[float, ...], *, weight: Weight = "regular", side: Side | None = None,
        high: bool = False, on_black: bool = False,
    ) -> None:  # fmt: skip
        """Set a text in the largest size that fits its box, in the middle or at the top.

        It keeps to the side from which it is read, unless another is said.
        """
        if not text:
            return
        rightward = direction(text) == "ltr"
        opened, kind = (LEFT_TO_RIGHT, "fr") if rightward else (RIGHT_TO_LEFT, "ar")
        found = fitted(text, weight, box.width, box.height, sizes)
        em = found.size * POINT
        y = OVER * em - CAPITAL * em + (0 if high else (box.height - found.tall) / 2)
        for number, words in enumerate(found.lines):
            place = box.below(y + number * (OVER + UNDER + BETWEEN) * em, CAPITAL * em)
            self.line(
                place, side or ("left" if rightward else "right"), f"{opened}{words}{CLOSED}", found.size,
                weight=weight, kind=kind, on_black=on_black,  # type: ignore[arg-type]
            )  # fmt: skip

    def pair(
        self, box: Box, words: Words, size: float, *, weight: Weight = "regular", on_black: bool = False
    ) -> None:  # fmt: skip
        """Set a word in both languages, one at each end of a line."""
        self.line(box, "left", isolated(words["fr"]), size, weight=weight, on_black=on_black)
        arabic = isolated(words["ar"])
        self.line(box, "right", arabic, size * _LARGER, weight=weight, kind="ar", on_black=on_black)

    def stacked(self, box: Box, side: Side, words: Words, sizes: tuple[float, float], gap: float) -> None:
        """Set a word in both languages, one above the other."""
        tall = [size * CAPITAL * POINT for size in sizes]
        y = (box.height - sum(tall) - gap) / 2
        self.line(box.below(y, tall[0]), side, isolated(words["fr"]), sizes[0])
        self.line(box.below(y + tall[0] + gap, tall[1]), side, isolated(words["ar"]), sizes[1], kind="ar")


def isolated(text: str) -> str:
    """Return a text whose direction can't leak into its neighbours."""
    return f"{FIRST_LETTER}{text}{CLOSED}"

"""A message cut into words, numbers and breaks; each can be taken once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from shop.checkout.message_words import APART, NUMBERS, TIMES, UNITS, bare, stem
from shop.core.text import clean_block, western_digits

_CUT = re.compile(r"[^\W_]+|[×*]|[,;،؛+&\n.!?؟():/]")
_DIGITS_FIRST = re.compile(r"(\d+)([^\W\d_]+)")
_DIGITS_LAST = re.compile(r"([^\W\d_]{1,2})(\d+)")
_BREAKS = frozenset(",;،؛+&\n.!?؟")
_BETWEEN_DIGITS = re.compile(r"[\s.\-/()\u00a0]*")


@dataclass(slots=True)
class Token:
    """One piece of a message: as it was typed, folded, where it stands, and whether something has taken it."""

    text: str
    bare: str
    start: int
    end: int
    number: int = 0
    used: bool = False

    @property
    def is_break(self) -> bool:
        """Tell whether it parts two things: a comma, a line, 'et', 'و'."""
        return self.text in _BREAKS or self.bare in APART

    @property
    def is_colon(self) -> bool:
        """Tell whether it only introduces what follows."""
        return self.text in {":", "(", "/"}


class Tokens(Sequence[Token]):
    """All pieces of a message, in their order."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self._text, self._found = text, found

    @classmethod
    def of(cls, text: str, stems: Collection[str]) -> Tokens:
        """Cut a message; `stems` are the words of the articles: 2savons is a number and one of them."""
        plain = western_digits(clean_block(text, limit=len(text)))
        found: list[Token] = []
        for piece in _CUT.finditer(plain):
            found += _pieces(piece.group(), piece.start(), stems)
        return cls(plain, found)

    def __getitem__(self, at: int) -> Token:  # type: ignore[override]
        return self._found[at]

    def __len__(self) -> int:
        return len(self._found)

    def at(self, at: int) -> Token | None:
        """Return a piece, or None beyond both ends."""
        return self._found[at] if 0 <= at < len(self._found) else None

    def text_of(self, first: int, last: int) -> str:
        """Return what was typed from one piece up to (without) another."""
        return self._text[self._found[first].start : self._found[last - 1].end] if last > first else ""

    def before(self, at: int) -> str:
        """Return the plus that stands before a piece, or nothing."""
        start = self._found[at].start
        return "+" if start and self._text[start - 1] == "+" else ""

    def use(self, first: int, last: int) -> None:
        """Take pieces: nothing else is read from them."""
        for token in self._found[first:last]:
            token.used = True

    def reads(self, at: int, words: tuple[str, ...]) -> bool:
        """Tell whether these folded words stand here, none of them taken."""
        pieces = self._found[at : at + len(words)]
        return tuple(each.bare for each in pieces) == words and not any(each.used for each in pieces)

    def digit_runs(self) -> list[tuple[int, int]]:
        """Return where digits stand in a row, with nothing between them but spaces, dots and dashes."""
        runs: list[tuple[int, int]] = []
        digits = [at for at, token in enumerate(self._found) if token.text.isdigit()]
        for at in digits:
            if runs and self._joined(runs[-1][1] - 1, at):
                runs[-1] = (runs[-1][0], at + 1)
            else:
                runs.append((at, at + 1))
        return runs

    def _joined(self, one: int, other: int) -> bool:
        return bool(_BETWEEN_DIGITS.fullmatch(self._text[self._found[one].end : self._found[other].start]))

    def runs(self, wanted: Callable[[Token], bool]) -> list[tuple[int, int]]:
        """Return the longest rows of neighbours that are all wanted."""
        found: list[tuple[int, int]] = []
        for at, token in enumerate(self._found):
            if not wanted(token):
                continue
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + 1)
            else:
                found.append((at, at + 1))
        return found

    def grams(self, most: int) -> Iterator[tuple[int, int]]:
        """Yield every row of up to so many neighbours, the longest first."""
        for several in range(most, 0, -1):
            for first in range(len(self._found) - several + 1):
                yield first, first + several


def _pieces(text: str, start: int, stems: Collection[str]) -> list[Token]:
    """Part 2savons, 80g and x2, but not 3sel: there the 3 is a letter."""
    first, last = _DIGITS_FIRST.fullmatch(text), _DIGITS_LAST.fullmatch(text)
    if first and (bare(first[2]) in UNITS | TIMES or stem(bare(first[2])) in stems):
        return [_token(first[1], start), _token(first[2], start + len(first[1]))]
    if last and bare(last[1]) in TIMES | APART | {"n", "no", "w"}:
        return [_token(last[1], start), _token(last[2], start + len(last[1]))]
    return [_token(text, start)]


def _token(text: str, start: int) -> Token:
    folded = "x" if text in {"×", "*"} else bare(text)
    digits = int(text) if text.isdigit() and len(text) < 5 else 0
    number = digits or NUMBERS.get(folded, 0) or (NUMBERS.get(folded[1:], 0) if folded.startswith("و") else 0)
    return Token(text, folded, start, start + len(text), number)

"""What cells say: read as people write it, or refused at their line with the sentence that tells how to write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from shop.core import cells
from shop.core.text import clean, clean_block, fold, western_digits
from shop.plumbing.i18n import LANGUAGES, N_, _, speaking

EMPTIES = frozenset({"-", "–", "—", "−"})  # alone in a cell: the field is emptied; a blank cell leaves it as it is
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_PRICE = 10_000_000_00

NOT_AN_AMOUNT = N_("{column}: write the amount in dinars in figures, for example 650 or 1250,50.")
NOT_WHOLE = N_("{column}: write a whole number between {least} and {most}.")
NOT_YES = N_("{column}: write yes or no.")
NOT_A_DAY = N_("{column}: write the day as 25/11/2026.")
NOT_LISTED = N_("{column}: “{text}” is not in the list. Copy a name from the template.")
TWO_ANSWERS = N_("{column}: line {line} says something else of the same. Write it once, or twice the same.")
TOO_LONG = N_("{column}: at most {most} characters.")

Problem = dict[str, Any]  # {"line", "said", "values"}: plain JSON, said in words when it is shown
Change = dict[str, Any]  # {"field", "choice", "before", "after"}
Reader = Callable[[str], Any]  # what stands in the cell → its value; raises Bad
NOTHING = object()  # what a blank cell says, or one that cannot be read


class Bad(Exception):
    """A cell cannot be read; it carries the sentence and its values."""

    def __init__(self, said: str, **values: object) -> None:
        super().__init__(said)
        self.said, self.values = said, values


class Line(NamedTuple):
    """One line of a sheet: its number, and what stands in our columns."""

    number: int
    cells: Mapping[str, str]


class Field(NamedTuple):
    """How a column is read, and what an emptied one holds; NOTHING for what cannot be empty."""

    read: Reader
    empty: Any = NOTHING


@dataclass
class Reading:
    """What is wrong with the lines of one thing; all of it is found, not only the first."""

    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)  # columns with a cell that is a problem already

    def value(self, line: Line, key: str, column: Field) -> Any:
        """Return what a cell says, NOTHING when it is blank or cannot be read; that is a problem then."""
        typed = line.cells.get(key, "").strip()
        if not typed:
            return NOTHING
        if typed in EMPTIES and column.empty is not NOTHING:
            return column.empty
        try:
            return column.read(typed)
        except Bad as bad:
            self.wrong(line.number, bad.said, column=key, **bad.values)
            self.unread.add(key)
            return NOTHING

    def agreed(self, lines: Iterable[Line], columns: Mapping[str, Field]) -> dict[str, Any]:
        """Return what the lines of one thing say of it; two that do not say the same are a problem."""
        values: dict[str, Any] = {}
        said_on: dict[str, int] = {}
        for line in lines:
            for key, column in columns.items():
                value = self.value(line, key, column)
                if value is NOTHING:
                    continue
                if values.setdefault(key, value) != value:
                    self.wrong(line.number, TWO_ANSWERS, column=key, line=said_on[key])
                said_on.setdefault(key, line.number)
        return values

    def wrong(self, line: int, said: str, /, **values: object) -> None:
        """Write down what is wrong with a line."""
        self.problems.append({"line": line, "said": said, "values": values})


def change(key: str, before: object, after: object, choice: str = "") -> Change:
    """Return a change of one field, of a choice perhaps."""
    return {"field": key, "choice": choice, "before": _short(before), "after": _short(after)}


def _short(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return value[:60] if isinstance(value, str) else value


# ── readers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def text(most: int, *, block: bool = False) -> Reader:
    """Return the reader of a text of so many letters, on one line or several."""

    def read(typed: str) -> str:
        found = (clean_block if block else clean)(typed, limit=most + 1)
        if len(found) > most:
            raise Bad(TOO_LONG, most=most)
        return found

    return read


def whole(least: int, most: int) -> Reader:
    """Return the reader of a whole number between two bounds."""

    def read(typed: str) -> int:
        number = cells.whole(typed)
        if number is None or not least <= number <= most:
            raise Bad(NOT_WHOLE, least=least, most=most)
        return number

    return read


def amount(typed: str) -> int:
    """Read an amount of dinars, in centimes."""
    found = cells.minor(typed)
    if found is None or found > MOST_PRICE:
        raise Bad(NOT_AN_AMOUNT)
    return found


def yes(typed: str) -> bool:
    """Read a yes or a no in any of the languages."""
    said = fold(typed)
    for answer, words in ((True, ("1", "x", "true", "vrai")), (False, ("0", "false", "faux"))):
        if said in words or said in in_all_languages("yes" if answer else "no"):
            return answer
    raise Bad(NOT_YES)


def day(typed: str) -> date:
    """Read a day as spreadsheets write it (2026-11-25) or people do (25/11/2026)."""
    figures = western_digits(typed).replace(".", "/").replace(" ", "")
    try:
        if "/" in figures:
            found = date(*reversed([int(each) for each in figures.split("/", 2)]))
        else:
            found = date.fromisoformat(figures)
    except (ValueError, TypeError):
        raise Bad(NOT_A_DAY) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Bad(NOT_A_DAY)
    return found


def listed(names: Iterable[tuple[str, str]]) -> Reader:
    """Return the reader of a name (key, English msgid) in any of the languages, or of the key itself."""
    every = list(names)

    def read(typed: str) -> str:
        said = fold(typed)
        for key, name in every:
            if said == fold(key) or said in in_all_languages(name):
                return key
        raise Bad(NOT_LISTED, text=clean(typed, limit=40))

    return read


@cache
def in_all_languages(message: str) -> frozenset[str]:
    """Return how a message is said in each language, folded."""
    spoken = set()
    for lang in LANGUAGES:
        with speaking(lang):
            spoken.add(fold(_(message)))
    return frozenset(spoken)

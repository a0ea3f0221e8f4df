"""One cell of a spreadsheet: text that no program takes for a formula, figures as people write them, and CSV of both.

The CSV is what Excel opens in Arabic and French without harm.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from shop.core.text import western_digits

BOM = "\ufeff"  # without it Excel takes the letters for another alphabet
PIECE = 64 * 1024  # letters
_CALCULATES = "[ \u00a0]*[=+\\-@＝＋－＠\t\r]"  # what would be a formula, or a figure that loses its sign or its zero
_AT_RISK = re.compile(f"'*{_CALCULATES}")
_GUARDED = re.compile(f"'+{_CALCULATES}")
_NO_SPACE = re.compile(r"[\s\u00a0\u202f]+")
_WHOLE = re.compile(r"(-?\d{1,12})(?:[.,]0+)?")
_AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2})0*)?")


def cell(value: object) -> str:
    """Return what stands in a cell of a CSV: numbers as they are, text guarded."""
    if isinstance(value, int | float):
        return str(value)
    return "" if value is None else guarded(str(value))


def guarded(text: str) -> str:
    """Return a text that stays text: an apostrophe stands before what would calculate, and before its like."""
    return f"'{text}" if _AT_RISK.match(text) else text


def bare(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, its columns parted by semicolons as French Excel expects."""
    return "".join(csv_pieces([head, *rows]))


def csv_pieces(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield rows as `as_csv` writes them, piece by piece."""
    written = io.StringIO(newline="")
    written.write(BOM)
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([cell(each) for each in row])
        if written.tell() >= PIECE:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


def whole(text: str) -> int | None:
    """Return a whole number however it is written, or None."""
    found = _WHOLE.fullmatch(_figures(text))
    return int(found[1]) if found else None


def minor(text: str) -> int | None:
    """Return an amount of dinars in centimes, or None: 650 · 1 250,50 · 650 DA."""
    found = _AMOUNT.fullmatch(_figures(text).replace("٫", ",").removesuffix("DA").removesuffix("دج"))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def dinars(amount_minor: int) -> str:
    """Write centimes as dinars, with a comma where there are any: 650 · 1250,50."""
    return plain(amount_minor)


def plain(amount_minor: int, decimals: int = 2) -> str:
    """Write minor units of a currency likewise: 12 · 12,50 · 12,345."""
    units, rest = divmod(amount_minor, 10**decimals)
    return f"{units},{rest:0{decimals}d}" if rest else str(units)


def _figures(text: str) -> str:
    return _NO_SPACE.sub("", western_digits(text))

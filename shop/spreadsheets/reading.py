"""Somebody's file becomes rows of text: CSV in the usual encodings and delimiters, or XLSX read by a child process.

What is kept is a file of our own, one row of JSON per line: the headers, then [number of the line, cell, …].
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from shop.core.cells import bare
from shop.core.errors import Refused
from shop.plumbing.i18n import N_
from shop.plumbing.tables import (
    DELIMITERS,
    EMPTY,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_LINES,
    SEARCHED,
    TOO_LARGE,
    decoded,
    rows_of,
)  # fmt: skip
from shop.spreadsheets.columns import PRODUCTS, keys_of

__all__ = ["MOST_BYTES", "MOST_LETTERS", "MOST_LINES", "Table", "decoded", "delimiter", "read"]

HEADLESS = N_("The line with the headers was not found. Please start from the template: it names the columns.")
NAMELESS = N_("The column {column} is missing: it tells what a line is about.")


@dataclass(frozen=True)
class Table:
    """A sheet as it is kept: `keys` says for each column what it means ("" for nothing of ours)."""

    topic: str
    keys: list[str]
    lines: int
    body: bytes = field(repr=False)


def read(content: bytes, topic: str = PRODUCTS) -> Table:
    """Read a file about a topic whole. Raises Refused with what to do about it, at the field `file`."""
    return _kept(rows_of(content, partial(delimiter, topic=topic)), topic)


def _kept(rows: Iterable[Sequence[str]], topic: str) -> Table:
    out = io.BytesIO()
    keys: list[str] = []
    lines = 0
    for number, row in enumerate(rows, start=1):
        cells = [bare(cell) for cell in row[:MOST_COLUMNS]]
        if not any(cell.strip() for cell in cells):
            continue
        if not keys:
            found = keys_of(topic, cells)
            if sum(map(bool, found)) >= 2:
                keys = found
                _put(out, cells)
            elif number > SEARCHED:
                break
            continue
        lines += 1
        if lines > MOST_LINES:
            raise Refused(TOO_LARGE, field="file", most=MOST_LINES)
        _put(out, [number, *(cell[:MOST_LETTERS] for cell in cells)])
    if not keys:
        raise Refused(HEADLESS, field="file")
    if not lines:
        raise Refused(EMPTY, field="file")
    return Table(topic, keys, lines, out.getvalue())


def _put(out: io.BytesIO, row: Sequence[object]) -> None:
    out.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def delimiter(text: str, topic: str) -> str:
    """Return what stands between the cells: that which finds the most headers in one of the first lines."""
    best, most = ";", 0
    for line in text.splitlines()[:SEARCHED]:
        for each in DELIMITERS:
            cells = [cell.strip(' "') for cell in line.split(each)[:MOST_COLUMNS]]
            found = sum(map(bool, keys_of(topic, cells)))
            if found > most:
                best, most = each, found
    return best

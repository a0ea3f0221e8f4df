"""Somebody's file becomes rows of text: CSV in the usual encodings and delimiters, or XLSX read by a child process.

What is kept is a file of our own, one row of JSON per line: the headers, then [number of the line, cell, …].
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import structlog

from shop.core.cells import bare
from shop.core.errors import Refused
from shop.plumbing.i18n import N_
from shop.spreadsheets.columns import PRODUCTS, keys_of

MOST_BYTES = 12 * 1024 * 1024
MOST_LINES = 20_000
MOST_COLUMNS = 150
MOST_LETTERS = 4_500  # of one cell; longer than any field takes, so that it is said
MOST_UNPACKED = 150 * 1024 * 1024
MOST_PARTS = 500
TIME_S = 30
DELIMITERS = ";,\t"
SEARCHED = 20  # lines among which the headers stand

EMPTY = N_("This file is empty. Please choose the sheet that you filled in.")
TOO_LARGE = N_("This file is too large. Please send at most {most} lines at once.")
UNREADABLE = N_("This file cannot be read. Please save it as .xlsx or .csv and send it again.")
OLD_EXCEL = N_("This is an old Excel file (.xls). Please save it as .xlsx and send it again.")
HEADLESS = N_("The line with the headers was not found. Please start from the template: it names the columns.")
NAMELESS = N_("The column {column} is missing: it tells what a line is about.")

log = structlog.get_logger(__name__)
_CHILD = Path(__file__).with_name("reading_child.py")
_ARABIC = frozenset(range(0x0621, 0x064B))


@dataclass(frozen=True)
class Table:
    """A sheet as it is kept: `keys` says for each column what it means ("" for nothing of ours)."""

    topic: str
    keys: list[str]
    lines: int
    body: bytes = field(repr=False)


def read(content: bytes, topic: str = PRODUCTS) -> Table:
    """Read a file about a topic whole. Raises Refused with what to do about it, at the field `file`."""
    if not content.strip(b"\0 \t\r\n"):
        raise Refused(EMPTY, field="file")
    if len(content) > MOST_BYTES:
        raise Refused(TOO_LARGE, field="file", most=MOST_LINES)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(OLD_EXCEL, field="file")
    rows = _workbook(content) if content.startswith(b"PK") else _text(content, topic)
    return _kept(rows, topic)


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


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(content: bytes, topic: str) -> Iterator[list[str]]:
    text = decoded(content).replace("\0", "")
    first, _end, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own way to say it
        yield []
        yield from _split(rest, first.strip()[-1])
        return
    yield from _split(text, delimiter(text, topic))


def _split(text: str, between: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=False)
    except csv.Error as error:
        log.info("sheet refused", why=str(error))
        raise Refused(UNREADABLE, field="file") from None


def decoded(content: bytes) -> str:
    """Return the text of a file: as its mark says, else UTF-8, else Windows' Arabic or Western letters."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        arabic = content.decode("cp1256", "replace")
        return arabic if _has_arabic_words(arabic) else content.decode("cp1252", "replace")


def _has_arabic_words(text: str) -> bool:
    # The two share the small letters of French; a capital É alone would be a lone ة, never two in a row.
    return any(ord(a) in _ARABIC and ord(b) in _ARABIC for a, b in pairwise(text))


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


# ── XLSX ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _workbook(content: bytes) -> Iterator[list[str]]:
    _require_small(content)
    with tempfile.TemporaryFile() as inbox, tempfile.TemporaryFile() as outbox:
        inbox.write(content)
        inbox.seek(0)
        limits = [str(each) for each in (MOST_LINES + SEARCHED, MOST_COLUMNS, MOST_LETTERS)]
        try:
            done = subprocess.run(  # noqa: S603 - our own file and our own figures
                [sys.executable, "-I", str(_CHILD), *limits], stdin=inbox, stdout=outbox, stderr=subprocess.DEVNULL,
                env={}, cwd="/", timeout=TIME_S, check=False, start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Refused(TOO_LARGE, field="file", most=MOST_LINES) from None
        if done.returncode:
            log.info("sheet refused", why=f"exit {done.returncode}")
            raise Refused(UNREADABLE, field="file")
        outbox.seek(0)
        for line in outbox:
            yield json.loads(line)


def _require_small(content: bytes) -> None:
    """Refuse what would unpack to more than any sheet of ours, by what the archive itself says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Refused(UNREADABLE, field="file") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused(TOO_LARGE, field="file", most=MOST_LINES)
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise Refused(UNREADABLE, field="file")

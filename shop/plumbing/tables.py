"""Somebody's file becomes rows of text: CSV in the usual encodings and delimiters, or XLSX read by a child process."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import structlog

from shop.core.errors import Refused
from shop.plumbing.i18n import N_

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

log = structlog.get_logger(__name__)
_CHILD = Path(__file__).with_name("tables_child.py")
_ARABIC = frozenset(range(0x0621, 0x064B))


def rows_of(content: bytes, delimiter: Callable[[str], str]) -> Iterator[list[str]]:
    """Return the rows of a file; `delimiter` finds what parts the cells of a text.

    Raises Refused with what to do about it, at the field `file`: here, or while the rows are read.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise Refused(EMPTY, field="file")
    if len(content) > MOST_BYTES:
        raise Refused(TOO_LARGE, field="file", most=MOST_LINES)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(OLD_EXCEL, field="file")
    return _workbook(content) if content.startswith(b"PK") else _text(content, delimiter)


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(content: bytes, delimiter: Callable[[str], str]) -> Iterator[list[str]]:
    text = decoded(content).replace("\0", "")
    first, _end, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own way to say it
        yield []
        yield from _split(rest, first.strip()[-1])
        return
    yield from _split(text, delimiter(text))


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

"""Rows become a file, piece by piece: CSV that Excel opens in Arabic and French, or XLSX."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence

from shop.core.cells import PIECE, csv_pieces, dinars
from shop.plumbing.i18n import direction, language
from shop.spreadsheets.columns import Column

CSV, XLSX = "csv", "xlsx"
MIMETYPES = {CSV: "text/csv", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Cell = str | int | None


def written(kind: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a file in pieces; amounts come in centimes, headers are said in the language being spoken."""
    return _xlsx(columns, rows) if kind == XLSX else plain_csv([each.title for each in columns], _said(columns, rows))


def plain_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield rows as they are, under headers that are already words."""
    return (piece.encode("utf-8", "replace") for piece in csv_pieces(_after(headers, rows)))


def _after(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield headers
    yield from rows


def _said(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        yield [_dinars(value) if column.kind == "money" else value for column, value in zip(columns, row, strict=True)]


def _dinars(value: Cell) -> Cell:
    return dinars(value) if isinstance(value, int) else value


def _xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who exports a workbook needs it

    with tempfile.TemporaryFile() as file:
        # written row by row to the disk; text is text, whatever it begins with
        told = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                "strings_to_numbers": False}  # fmt: skip
        with Workbook(file, told) as book:
            sheet = book.add_worksheet()
            if direction(language()) == "rtl":
                sheet.right_to_left()
            sheet.freeze_panes(1, 0)
            head, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
            for place, column in enumerate(columns):
                sheet.set_column(place, place, column.width, None if column.kind in {"money", "whole"} else text)
                sheet.write_string(0, place, column.title, head)
            for line, row in enumerate(rows, start=1):
                for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                    _put(sheet, line, place, column, value, text)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _put(sheet: object, line: int, place: int, column: Column, value: Cell, text: object) -> None:  # noqa: PLR0917
    if value is None or value == "":
        return
    if isinstance(value, int) and column.kind in {"money", "whole"}:
        sheet.write_number(line, place, value / 100 if column.kind == "money" else value)  # type: ignore[attr-defined]
    else:
        sheet.write_string(line, place, str(value), text)  # type: ignore[attr-defined]

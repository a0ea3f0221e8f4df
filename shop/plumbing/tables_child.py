"""The process that opens somebody's XLSX file, with little memory and little time, and answers in lines of JSON.

It stands alone: run with -I, it imports nothing of the house. Arguments: most rows, most columns, most letters.
"""

from __future__ import annotations

import datetime
import io
import json
import resource
import sys

MEMORY = 768 * 1024 * 1024
SECONDS = 20


def main() -> None:
    """Read a workbook from standard input, write its first sheet that has anything to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    most_rows, most_columns, most_letters = (int(text) for text in sys.argv[1:4])
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - after the limits are set

    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if not sheet.total_height:
            continue
        for number, row in enumerate(sheet.iter_rows()):
            if number > most_rows:
                break
            cells = [written(value)[:most_letters] for value in row[:most_columns]]
            sys.stdout.write(json.dumps(cells, ensure_ascii=False) + "\n")
        break


def written(value: object) -> str:
    """Return what a cell holds as somebody would type it."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value) if value is not None else ""


if __name__ == "__main__":
    main()

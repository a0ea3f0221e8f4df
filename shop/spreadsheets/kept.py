"""The file that is kept of a sheet: which lines belong to one thing, and reading them from their places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from shop.core.phone import BadPhone, parse_phone
from shop.core.text import clean
from shop.spreadsheets.columns import NAMED_BY, keys_of
from shop.spreadsheets.values import Line

LONGEST_NAME = 40  # of what names a thing: its reference
Place = tuple[int, int]  # the number of a line on her sheet, and where it stands in our file


@dataclass(frozen=True)
class Group:
    """The lines of one thing, wherever they stand on the sheet."""

    reference: str
    places: list[Place]


@dataclass
class KeptSheet:
    """An open file of ours."""

    file: BinaryIO
    headers: list[str]
    keys: list[str]
    naming: str  # the column that names each thing

    def groups(self) -> list[Group]:
        """Return the things in the order in which they first appear; a line that names none stands alone."""
        self.file.seek(0)
        self.file.readline()
        column = self.keys.index(self.naming)
        by_reference: dict[str, Group] = {}
        found: list[Group] = []
        while True:
            at = self.file.tell()
            text = self.file.readline()
            if not text:
                return found
            row = json.loads(text)
            reference = self._name(row[column + 1] if len(row) > column + 1 else "")
            group = by_reference.get(reference)
            if group is None:
                group = Group(reference, [])
                found.append(group)
                if reference:
                    by_reference[reference] = group
            group.places.append((row[0], at))

    def _name(self, cell: str) -> str:
        """Return what names a thing; a phone is the same however it is written."""
        if self.naming == "phone":
            with suppress(BadPhone):
                return parse_phone(cell)
        return clean(cell, limit=LONGEST_NAME)

    def lines(self, places: Iterable[Sequence[int]]) -> list[Line]:
        """Return lines by their places, what stands in our columns."""
        return [Line(number, self._ours(cells)) for number, cells in self.rows(places)]

    def rows(self, places: Iterable[Sequence[int]]) -> list[tuple[int, list[str]]]:
        """Return lines by their places, as they came."""
        found = []
        for _line, at in places:
            self.file.seek(at)
            number, *cells = json.loads(self.file.readline())
            found.append((number, cells))
        return found

    def _ours(self, cells: Sequence[str]) -> dict[str, str]:
        return {key: cell for key, cell in zip(self.keys, cells, strict=False) if key}


def opened(file: BinaryIO, topic: str) -> KeptSheet:
    """Return an open file with its headers understood."""
    headers = json.loads(file.readline())
    return KeptSheet(file, headers, keys_of(topic, headers), NAMED_BY[topic])

"""A demo shop that is being served, and can be had again as it was: no file of tests finds what another one left."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

KEPT_FILES = ("media", "private")


@dataclass
class Again:
    """Keeps a copy of a shop's database and files, beside the server that goes on writing into them."""

    folder: Path
    copy: Path
    times: int = 0

    def keep(self) -> None:
        """Remember the shop as it stands."""
        self.copy.mkdir()
        _pour(self.folder / "hirfa.sqlite3", self.copy / "hirfa.sqlite3")
        self._change("UPDATE jobs SET lease = NULL, leased_until = NULL", self.copy)  # nobody is at work in the copy
        for name in KEPT_FILES:
            shutil.copytree(self.folder / name, self.copy / name)

    def again(self) -> None:
        """Have it again as it was kept."""
        self.times += 1
        _pour(self.copy / "hirfa.sqlite3", self.folder / "hirfa.sqlite3")
        version = 1_000_000 * self.times  # the store of pages must see that it changed
        self._change(f"UPDATE shop_version SET number = {version}", self.folder)
        for name in KEPT_FILES:
            shutil.rmtree(self.folder / name, ignore_errors=True)
            shutil.copytree(self.copy / name, self.folder / name, dirs_exist_ok=True)

    @staticmethod
    def _change(statement: str, folder: Path) -> None:
        with sqlite3.connect(folder / "hirfa.sqlite3", timeout=30) as connection:
            connection.execute(statement)
        connection.close()


def _pour(source: Path, target: Path) -> None:
    """Give a database everything that another one holds, in one transaction of SQLite's own."""
    with sqlite3.connect(source) as read, sqlite3.connect(target, timeout=30) as write:
        read.backup(write)
    read.close()
    write.close()

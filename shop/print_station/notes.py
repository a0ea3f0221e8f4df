"""What became of each label, on the disk."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path

KEPT = 500  # labels that are remembered as told


class Notes:
    """What became of each label, written down line by line; a torn last line is as if it had not been written."""

    def __init__(self, path: Path) -> None:
        self._path, self._writing = path, threading.Lock()
        self._states: dict[str, str] = {}
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                note = json.loads(line)
                self._states[str(note["label"])] = str(note["state"])
        self._shorten()

    def of(self, key: str) -> str:
        """Return what was written of a label last, or nothing."""
        return self._states.get(key, "")

    def open(self) -> list[tuple[str, str]]:
        """Return the labels of which the server does not know the end."""
        return [(key, state) for key, state in self._states.items() if not state.startswith("told")]

    def write(self, key: str, state: str) -> None:
        """Write down a state; it is on the disk when this returns."""
        with self._writing, self._path.open("a", encoding="utf-8") as file:
            self._states[key] = state
            file.write(json.dumps({"label": key, "state": state}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _shorten(self) -> None:
        told = [key for key, state in self._states.items() if state.startswith("told")]
        for key in told[:-KEPT]:
            del self._states[key]
        part = self._path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            for key, state in self._states.items():
                file.write(json.dumps({"label": key, "state": state}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

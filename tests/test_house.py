"""Habits of the house that no linter knows."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 500
WRITTEN = ("*.py", "*.html", "*.css", "*.js", "*.typ")


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    folders = ("shop", "tests", "templates", "static", "migrations", "bench", "scripts")
    files = [file for folder in folders for kind in WRITTEN for file in (ROOT / folder).rglob(kind)]
    ours = [file for file in files if "vendor" not in file.parts]
    assert len(ours) > 500, "it looks in the wrong place"
    lengths = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8").count("\n") for file in ours}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}

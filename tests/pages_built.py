"""Packages that are written, built and installed from a page of the docs, as by whoever follows it to the letter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]


@dataclass(frozen=True)
class Page:
    """A page of the docs, and the files that stand on it by name."""

    text: str
    files: dict[str, str]

    def lines(self) -> int:
        """Count the lines of its files that say something."""
        return sum(bool(line.strip()) for text in self.files.values() for line in text.splitlines())

    def install(self, package: Path, place: Path) -> None:
        """Write its files to one folder, build their wheel there, and unpack it, with its test, in another."""
        for name, text in self.files.items():
            (package / name).write_text(text, encoding="utf-8")
        ran([sys.executable, "-m", "build", "--wheel", "--no-isolation"], package)
        (wheel,) = (package / "dist").iterdir()
        assert wheel.name in self.text
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(place)
        (test,) = (name for name in self.files if name.startswith("test_"))
        (place / test).write_text(self.files[test], encoding="utf-8")


def page(name: str) -> Page:
    """Read a page of the docs."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return Page(text, dict(re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)))


def ran(command: list[str], place: Path) -> str:
    """Run something in a folder that knows the shop and itself; return what it says. Fails when it does."""
    paths = os.pathsep.join((str(place), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTEST_ADDOPTS": "", "HIRFA_DATA_DIR": str(place / "data")}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

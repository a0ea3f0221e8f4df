"""Whoever follows docs/payment-methods.md to the letter has a method that Hirfa finds and that keeps the contract."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "payment-methods.md").read_text()
FILES = dict(re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page's files, build their wheel, and install it in a folder that knows nothing of them."""
    package, place = tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("elsewhere")
    for name, text in FILES.items():
        (package / name).write_text(text)
    ran([sys.executable, "-m", "build", "--wheel", "--no-isolation"], package)
    (wheel,) = (package / "dist").iterdir()
    assert wheel.name in PAGE
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    (place / "test_chamber_counter.py").write_text(FILES["test_chamber_counter.py"])
    return place


def ran(command: list[str], place: Path) -> str:
    paths = os.pathsep.join((str(place), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTEST_ADDOPTS": "", "HIRFA_DATA_DIR": str(place / "data")}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_short_enough_to_be_read() -> None:
    assert set(FILES) == {"pyproject.toml", "chamber_counter.py", "test_chamber_counter.py"}
    lines = [line for text in FILES.values() for line in text.splitlines() if line.strip()]
    assert len(lines) < 80


def test_it_is_listed_beside_those_that_come_along(elsewhere: Path) -> None:
    listed = ran([sys.executable, "-m", "shop.cli", "plugins"], elsewhere)
    assert re.search(r"^hirfa\.payment_methods +chamber_counter +Cash at the chamber's counter$", listed, re.MULTILINE)
    assert "disabled" not in listed


def test_it_keeps_the_contract(elsewhere: Path) -> None:
    told = ran([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull], elsewhere)
    assert re.search(r"\d\d passed", told), told
    where = ran([sys.executable, "-c", "import chamber_counter; print(chamber_counter.__file__)"], elsewhere)
    assert where.strip() == str(elsewhere / "chamber_counter.py")

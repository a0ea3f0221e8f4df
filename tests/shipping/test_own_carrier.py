"""Whoever follows docs/carriers.md to the letter has a carrier that Hirfa finds and that keeps the contract."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
PAGE = (ROOT / "docs" / "carriers.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page's files, build their wheel, and install it in a folder that knows nothing of them."""
    package, place = tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("elsewhere")
    for name, text in FILES.items():
        (package / name).write_text(text, encoding="utf-8")
    ran([sys.executable, "-m", "build", "--wheel", "--no-isolation"], package)
    (wheel,) = (package / "dist").iterdir()
    assert wheel.name in PAGE
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    (place / "test_medina_riders.py").write_text(FILES["test_medina_riders.py"], encoding="utf-8")
    return place


def ran(command: list[str], place: Path) -> str:
    paths = os.pathsep.join((str(place), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTEST_ADDOPTS": "", "HIRFA_DATA_DIR": str(place / "data")}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_short_enough_to_be_read() -> None:
    assert set(FILES) == {"pyproject.toml", "medina_riders.py", "test_medina_riders.py"}
    lines = [line for text in FILES.values() for line in text.splitlines() if line.strip()]
    assert len(lines) < 160


def test_it_is_listed_beside_those_that_come_along(elsewhere: Path) -> None:
    listed = ran([sys.executable, "-m", "shop.cli", "plugins"], elsewhere)
    assert re.search(r"^hirfa\.carriers +medina_riders +Riders of the medina$", listed, re.MULTILINE)
    assert "disabled" not in listed


def test_it_keeps_the_contract_at_its_own_simulator(elsewhere: Path) -> None:
    told = ran(PYTEST, elsewhere)
    assert re.search(r"\d\d passed", told), told
    where = ran([sys.executable, "-c", "import medina_riders; print(medina_riders.__file__)"], elsewhere)
    assert where.strip() == str(elsewhere / "medina_riders.py")


def test_an_adapter_that_asks_without_seeking_breaks_its_own_test(elsewhere: Path) -> None:
    """The control: the proof on the page can fail."""
    code = elsewhere / "medina_riders.py"
    kept = code.read_text(encoding="utf-8")
    code.write_text(kept.replace("number = self.find(parcel.reference)", 'number = ""'), encoding="utf-8")
    try:
        with pytest.raises(AssertionError, match="test_a_lost_answer_leaves_one_parcel"):
            ran([*PYTEST, "-k", "lost_answer"], elsewhere)
    finally:
        code.write_text(kept, encoding="utf-8")

"""Whoever follows docs/carriers.md to the letter has a carrier that Hirfa finds and that keeps the contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.pages_built import PYTEST, page, ran

PAGE = page("carriers.md")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that knows nothing of the page but what was built and installed from it."""
    place = tmp_path_factory.mktemp("elsewhere")
    PAGE.install(tmp_path_factory.mktemp("package"), place)
    return place


def test_it_is_short_enough_to_be_read() -> None:
    assert set(PAGE.files) == {"pyproject.toml", "medina_riders.py", "test_medina_riders.py"}
    assert PAGE.lines() < 160


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

"""Whoever follows docs/payment-methods.md to the letter has a method that Hirfa finds and that keeps the contract."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.pages_built import PYTEST, page, ran

PAGE = page("payment-methods.md")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that knows nothing of the page but what was built and installed from it."""
    place = tmp_path_factory.mktemp("elsewhere")
    PAGE.install(tmp_path_factory.mktemp("package"), place)
    return place


def test_it_is_short_enough_to_be_read() -> None:
    assert set(PAGE.files) == {"pyproject.toml", "chamber_counter.py", "test_chamber_counter.py"}
    assert PAGE.lines() < 80


def test_it_is_listed_beside_those_that_come_along(elsewhere: Path) -> None:
    listed = ran([sys.executable, "-m", "shop.cli", "plugins"], elsewhere)
    assert re.search(r"^hirfa\.payment_methods +chamber_counter +Cash at the chamber's counter$", listed, re.MULTILINE)
    assert "disabled" not in listed


def test_it_keeps_the_contract(elsewhere: Path) -> None:
    told = ran(PYTEST, elsewhere)
    assert re.search(r"\d\d passed", told), told
    where = ran([sys.executable, "-c", "import chamber_counter; print(chamber_counter.__file__)"], elsewhere)
    assert where.strip() == str(elsewhere / "chamber_counter.py")

"""Cells: what people typed never becomes a formula, Excel reads the letters, figures are read as people write them."""

from __future__ import annotations

import csv

import pytest

from shop.core import cells
from shop.core.cells import BOM, as_csv, cell

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", '=HYPERLINK("x")',
            "＝1+1", "--1", "+a", "+33", "-2", "+213550123456"]  # fmt: skip
HARMLESS = ["", "Savon", "250 g", "a=b", "صابون", "'quoted'", "0550 12 34 56"]


@pytest.mark.parametrize("typed", FORMULAS)
def test_what_would_be_a_formula_or_lose_its_sign_stands_behind_an_apostrophe(typed: str) -> None:
    assert cell(typed) == cells.guarded(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", HARMLESS)
def test_words_stay_as_they_are(typed: str) -> None:
    assert cells.guarded(typed) == typed


@pytest.mark.parametrize("typed", [*FORMULAS, *HARMLESS, "'=1", "''=1", "'", "''", "'a"])
def test_what_was_guarded_is_read_back(typed: str) -> None:
    assert cells.bare(cells.guarded(typed)) == typed


@pytest.mark.parametrize(("value", "written"), [("Savon", "Savon"), (12, "12"), (-3, "-3"), (None, ""), ("", "")])
def test_all_else_stays_as_it_is(value: object, written: str) -> None:
    assert cell(value) == written


def test_a_table_is_read_back_as_it_was() -> None:
    text = as_csv(["nom", "prix"], [["صابون; «1»", 600], ['a "b"\nc', "=x"]])
    assert text.startswith(BOM)
    rows = list(csv.reader(text.removeprefix(BOM).splitlines(keepends=True), delimiter=";"))
    assert rows == [["nom", "prix"], ["صابون; «1»", "600"], ['a "b"\nc', "'=x"]]


@pytest.mark.parametrize(
    ("text", "minor"),
    [("650", 65_000), ("1 250,50", 125_050), ("1\u00a0250.5", 125_050), ("٦٥٠", 65_000), ("650 DA", 65_000),
     ("650دج", 65_000), ("650.0", 65_000), ("0", 0), ("-1", None), ("cher", None), ("1,234", None), ("", None),
     ("1e5", None), ("²", None)],
)  # fmt: skip
def test_amounts(text: str, minor: int | None) -> None:
    assert cells.minor(text) == minor


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("12.0", 12),
        ("١٢", 12),
        ("1 200", 1200),
        ("-3", -3),
        ("1.5", None),
        ("douze", None),
        ("9" * 13, None),
    ],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert cells.whole(text) == number


def test_dinars_are_written_as_they_are_read() -> None:
    assert [cells.minor(cells.dinars(minor)) for minor in (0, 65_000, 125_050, 5)] == [0, 65_000, 125_050, 5]

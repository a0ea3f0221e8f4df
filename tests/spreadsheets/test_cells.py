"""One cell: text stays text whatever it begins with, figures are read as people write them."""

from __future__ import annotations

import pytest

from shop.spreadsheets import cells

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("x")',
    "＝1+1",
    "--1",
    "+a",
]
HARMLESS = ["", "-5", "+213550123456", "+33 6 12 34 56 78", "-12,50", "Savon", "250 g", "a=b", "صابون", "'quoted'"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_calculate_is_held_by_an_apostrophe(text: str) -> None:
    assert cells.guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_phones_and_words_stay_as_they_are(text: str) -> None:
    assert cells.guarded(text) == text


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS, "'=1", "''=1", "'", "''", "'a"])
def test_what_was_written_is_read_back(text: str) -> None:
    assert cells.bare(cells.guarded(text)) == text


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


@pytest.mark.parametrize(("text", "answer"), [("Oui", True), ("نعم", True), ("x", True), ("NO", False), ("لا", False),
                                              ("0", False), ("peut-être", None)])  # fmt: skip
def test_yes_and_no_in_every_language(text: str, answer: bool | None) -> None:
    assert cells.truth(text) is answer

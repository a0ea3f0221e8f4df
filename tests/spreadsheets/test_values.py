"""What cells say, in every language and spelling; what cannot be read says how to write it."""

from __future__ import annotations

from datetime import date

import pytest

from shop.spreadsheets import values
from shop.spreadsheets.values import NOTHING, Bad, Field, Line, Reading


@pytest.mark.parametrize(("text", "answer"), [("Oui", True), ("نعم", True), ("x", True), ("NO", False), ("لا", False),
                                              ("0", False)])  # fmt: skip
def test_yes_and_no_in_every_language(text: str, answer: bool) -> None:
    assert values.yes(text) is answer


@pytest.mark.parametrize("text", ["25/11/2026", "2026-11-25", "٢٥/١١/٢٠٢٦", "25.11.2026", "25 / 11 / 2026"])
def test_days_as_people_and_spreadsheets_write_them(text: str) -> None:
    assert values.day(text) == date(2026, 11, 25)


@pytest.mark.parametrize("text", ["31/02/2026", "25/11", "25/11/1890", "demain", "2026", "1/2/3/4"])
def test_what_is_no_day_says_how_to_write_one(text: str) -> None:
    with pytest.raises(Bad):
        values.day(text)


def test_a_dash_empties_a_cell_and_a_blank_one_says_nothing() -> None:
    column = Field(values.text(20), "")
    reading = Reading()
    said = [reading.value(Line(2, {"name_fr": typed}), "name_fr", column) for typed in ("Savon", "", " ", "-", "—")]
    assert said == ["Savon", NOTHING, NOTHING, "", ""]
    assert reading.problems == []


def test_what_cannot_be_empty_is_a_problem_when_it_is_emptied() -> None:
    reading = Reading()
    assert reading.value(Line(2, {"price": "-"}), "price", Field(values.amount)) is NOTHING
    assert [each["line"] for each in reading.problems] == [2]

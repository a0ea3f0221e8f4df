"""Cells of a CSV: what people typed never becomes a formula, and Excel reads the letters."""

from __future__ import annotations

import csv

import pytest

from shop.core.cells import BOM, as_csv, cell


@pytest.mark.parametrize("typed", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1"])
def test_what_would_be_a_formula_stands_behind_an_apostrophe(typed: str) -> None:
    assert cell(typed).startswith("'")


@pytest.mark.parametrize(("value", "written"), [("Savon", "Savon"), (12, "12"), (-3, "-3"), (None, ""), ("", "")])
def test_all_else_stays_as_it_is(value: object, written: str) -> None:
    assert cell(value) == written


def test_a_table_is_read_back_as_it_was() -> None:
    text = as_csv(["nom", "prix"], [["صابون; «1»", 600], ['a "b"\nc', "=x"]])
    assert text.startswith(BOM)
    rows = list(csv.reader(text.removeprefix(BOM).splitlines(keepends=True), delimiter=";"))
    assert rows == [["nom", "prix"], ["صابون; «1»", "600"], ['a "b"\nc', "'=x"]]

"""Rates pasted from a sheet are read as people write them; what is not understood is said by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.money import Money
from shop.shipping.service import RateRow, read_rates_csv

ORAN = RateRow(wilaya_code="31", home=Money.dinars(500), desk=Money.dinars(300))


@pytest.mark.parametrize(
    "text",
    [
        "31;500;300", "31,500,300", "31\t500\t300", "Oran;500;300", "oran ; 500 DA ; 300 DA", "وهران;٥٠٠;٣٠٠",
        "31 – Oran;500;300", "31 Oran;500;300", "Wilaya;Domicile;Bureau\n31;500;300", "\ufeff31;500;300\r\n",
        "\n\n31;500;300\n;;\n", '"Oran";"500";"300"', "31;500;300;1;3", "الولاية;المنزل;المكتب\nوهران;500 دج;300",
    ],
)  # fmt: skip
def test_a_rate_is_read_as_people_write_it(text: str) -> None:
    assert read_rates_csv(text) == ([ORAN], [])


@pytest.mark.parametrize(
    ("cell", "price"),
    [("", None), ("-", None), ("non", None), ("لا", None), ("0", Money(0)), ("1 200", Money.dinars(1200)),
     ("1\u00a0200 DA", Money.dinars(1200))],
)  # fmt: skip
def test_an_empty_price_is_not_served_and_zero_is_free(cell: str, price: Money | None) -> None:
    rows, problems = read_rates_csv(f"16;{cell};250")
    assert (rows[0].home, rows[0].desk, problems) == (price, Money.dinars(250), [])


@pytest.mark.parametrize(
    "line",
    ["99;500;300", "Atlantis;500;300", "31;abc;300", "31;-5;300", "31;12,5;300", "31;999999999;1", "31;500;300;9;2",
     "31;500;300;x;2", ";500;300", "31;1e3;2"],
)  # fmt: skip
def test_what_is_not_understood_is_said_with_its_line(line: str) -> None:
    rows, problems = read_rates_csv(f"16;400;250\n{line}\n25;600;400")
    assert [row.wilaya_code for row in rows] == ["16", "25"]
    assert [problem.line for problem in problems] == [2]
    assert problems[0].message.format(**problems[0].values)


def test_a_wilaya_that_comes_twice_is_said() -> None:
    rows, problems = read_rates_csv("31;500;300\nOran;600;400")
    assert (rows, [problem.line for problem in problems]) == ([ORAN], [2])


@given(st.text(max_size=400))
def test_nothing_that_is_pasted_breaks_it(text: str) -> None:
    rows, problems = read_rates_csv(text)
    assert len({row.wilaya_code for row in rows}) == len(rows)
    assert all(problem.message for problem in problems)

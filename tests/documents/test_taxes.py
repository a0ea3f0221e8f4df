"""Tax taken out of prices that include it adds up to the last centime; stamp duty follows its dated table."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.money import Money
from shop.documents.frozen import Content
from shop.documents.invoice_sheets import Bill, invoices_sheet
from shop.documents.taxes import RATES, stamp_duty, taken_out
from tests.documents.sold import invoice

TODAY = date(2026, 11, 25)
amounts = st.lists(st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(RATES)), min_size=1, max_size=12)


def test_tax_is_what_the_price_includes() -> None:
    shares = taken_out([(11_900, 19), (10_900, 9), (5_000, 0)])
    assert shares.nets == (10_000, 10_000, 5_000)
    assert [(each.rate, each.net, each.tax) for each in shares.by_rate] == [
        (0, 5_000, 0), (9, 10_000, 900), (19, 10_000, 1_900),
    ]  # fmt: skip


def test_three_lines_of_one_dinar_lose_no_centime() -> None:
    shares = taken_out([(100, 19)] * 3)
    assert sum(shares.nets) == shares.by_rate[0].net == 252
    assert shares.by_rate[0].tax == 48


@given(amounts)
def test_every_sum_on_the_paper_adds_up(given_amounts: list[tuple[int, int]]) -> None:
    shares = taken_out(given_amounts)
    assert sum(each.net + each.tax for each in shares.by_rate) == sum(gross for gross, _rate in given_amounts)
    for each in shares.by_rate:
        mine = [net for net, (_gross, rate) in zip(shares.nets, given_amounts, strict=True) if rate == each.rate]
        assert sum(mine) == each.net
        assert abs(each.tax * (100 + each.rate) - each.gross * each.rate) * 2 <= 100 + each.rate


@pytest.mark.parametrize(
    ("dinars", "duty"),
    [
        (0, 0), (1, 0), (300, 0), (301, 5), (400, 5), (500, 5), (501, 6), (5_850, 59), (30_000, 300), (30_001, 451.5),
        (100_000, 1_500), (100_001, 2_002), (950_000, 19_000),
    ],
)  # fmt: skip
def test_stamp_duty_is_that_of_its_bracket_on_the_whole_amount(dinars: int, duty: float) -> None:
    expected = Money(int(duty * 100))
    assert stamp_duty(Money.dinars(dinars), TODAY) == expected


def test_half_dinars_of_duty_stay() -> None:
    assert stamp_duty(Money.dinars(30_100), TODAY) == Money(45_150)


def test_there_is_no_duty_before_its_table_nor_on_other_money() -> None:
    assert stamp_duty(Money.dinars(5_850), date(2024, 12, 31)) == Money(0)
    assert stamp_duty(Money.dinars(5_850), date(2025, 1, 1)) == Money.dinars(59)
    assert stamp_duty(Money(585_000, "EUR"), TODAY) == Money(0, "EUR")


def test_a_paper_writes_all_its_amounts_with_centimes_or_none() -> None:
    (whole, taxed, reduced) = (
        [amount for _said, amount, _strong in _sums_of(invoice(("fr",), **changes))]
        for changes in ({}, {"rates": (9, 19)}, {"discount": 12_550})
    )
    assert whole == ["5 250 DA", "600 DA", "5 850 DA"]
    assert taxed[-1] == "5 850,00 DA"
    assert reduced == ["5 250,00 DA", "-125,50 DA", "600,00 DA", "5 724,50 DA"]


def _sums_of(content: Content) -> list[tuple[list[str], str, bool]]:
    (paper,) = invoices_sheet([Bill(content)])["papers"]
    return [(said, amount.replace("\u00a0", " "), strong) for said, amount, strong in paper["sums"]]

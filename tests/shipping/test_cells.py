"""What partners write in their cells is read alike for all of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shop.core.money import Money
from shop.shipping.carriers import cells

NINE = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-26 10:00:00", "2026-11-26T10:00", "2026-11-26T09:00:00Z"])
def test_a_moment_without_a_zone_is_on_the_clocks_of_algiers(text: str) -> None:
    assert cells.moment(text) == NINE


def test_a_moment_may_be_on_other_clocks_or_none() -> None:
    assert cells.moment("2026-11-26 09:00:00", UTC) == NINE
    assert [cells.moment(each) for each in (None, "", "hier", 12, "26/11/2026")] == [None] * 5


@pytest.mark.parametrize(("told", "minor"), [(450, 45_000), (0, 0), (99.5, 9950)])
def test_a_price_is_a_number(told: object, minor: int) -> None:
    assert cells.price(told) == Money(minor)


@pytest.mark.parametrize("told", [None, "450", True, -1, 100_001, float("nan"), float("inf"), [450]])
def test_what_is_no_price_is_none(told: object) -> None:
    assert cells.price(told) is None


def test_a_typed_price_may_be_digits_and_zero_is_not_offered() -> None:
    assert [cells.typed_price(each) for each in ("450", 450, "99.50")] == [Money(45_000), Money(45_000), Money(9950)]
    assert [cells.typed_price(each) for each in (0, "0", "", None, "nan", "inf", "1e9", "-5")] == [None] * 8


def test_a_wilaya_has_two_digits_up_to_58() -> None:
    assert [cells.two(each) for each in (1, "31", 58)] == ["01", "31", "58"]
    assert [cells.two(each) for each in (0, 59, "٣١", "x", None, "-1", True)] == [""] * 7

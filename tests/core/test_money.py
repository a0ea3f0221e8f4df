"""Money: whole minor units, one currency, nothing lost in sharing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.money import CurrencyMismatch, Money, total

AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_sharing_loses_and_makes_nothing(minor: int, weights: list[int]) -> None:
    assert total(Money(minor).allocate(weights)) == Money(minor)


@given(AMOUNTS, WEIGHTS)
def test_every_share_is_within_one_unit_of_its_due(minor: int, weights: list[int]) -> None:
    whole = sum(weights)
    for share, weight in zip(Money(minor).allocate(weights), weights, strict=True):
        assert abs(share.minor * whole - minor * weight) < whole


@given(st.integers(min_value=0, max_value=10**12), WEIGHTS)
def test_who_weighs_nothing_gets_nothing_of_a_sum(minor: int, weights: list[int]) -> None:
    shares = Money(minor).allocate(weights)
    assert all(share.minor == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@given(AMOUNTS, st.integers(min_value=1, max_value=50))
def test_equal_shares_differ_by_one_unit_at_most(minor: int, people: int) -> None:
    shares = [share.minor for share in Money(minor).allocate([1] * people)]
    assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [-1, 2], [3, -3]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100).allocate(weights)


@given(AMOUNTS, AMOUNTS)
def test_adding_and_taking_away_undo_each_other(a: int, b: int) -> None:
    assert Money(a) + Money(b) - Money(b) == Money(a)
    assert (Money(a) < Money(b), Money(a) <= Money(b)) == (a < b, a <= b)


@given(AMOUNTS, st.integers(min_value=0, max_value=999))
def test_pieces_multiply_as_a_sum_of_ones(minor: int, pieces: int) -> None:
    assert Money(minor) * pieces == pieces * Money(minor) == Money(minor * pieces)


@pytest.mark.parametrize("minor", [1.0, 1.5, True, "1", None])
def test_only_whole_units_are_money(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor)  # type: ignore[arg-type]


def test_a_fraction_of_a_piece_is_no_piece() -> None:
    with pytest.raises(TypeError):
        Money(100) * 1.5  # type: ignore[operator]


def test_two_currencies_never_meet() -> None:
    for meet in (
        lambda: Money(1) + Money(1, "EUR"), lambda: Money(1) - Money(1, "EUR"), lambda: Money(1) < Money(1, "EUR"),
        lambda: total([Money(1), Money(1, "EUR")]),
    ):  # fmt: skip
        with pytest.raises(CurrencyMismatch):
            meet()
    assert Money(1) != Money(1, "EUR")


def test_dinars_are_a_hundred_centimes_and_other_currencies_have_their_own_decimals() -> None:
    assert Money.dinars(1250) == Money(125_000)
    assert [Money(0, code).decimals for code in ("DZD", "EUR", "JPY", "TND")] == [2, 2, 0, 3]
    assert (bool(Money(0)), bool(Money(1)), -Money(5)) == (False, True, Money(-5))

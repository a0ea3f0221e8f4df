"""What parcels count for: the worked example of the sources, and what holds of any box."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.boxes import Box, Weighing, billable_g, box_of, overweight_fee, packed
from shop.core.money import Money

YALIDINE = Weighing(included_g=5_000, cm3_per_kg=5_000)
sizes = st.integers(1, 3_000)
boxes = st.builds(box_of, sizes, sizes, sizes)


@pytest.mark.parametrize(
    ("grams", "box", "billable", "dinars"),
    [
        (5_000, None, 5_000, 0),  # what is included
        (7_000, None, 7_000, 200),  # (7 − 5) × 100 DA
        (6_100, None, 7_000, 200),  # a begun kilogram is one: they take whole ones only
        (2_000, Box(500, 400, 300), 12_000, 700),  # 50 × 40 × 30 × 0.0002 = 12 kg
        (2_000, Box(400, 300, 300), 7_200, 220),  # 40 × 30 × 30 × 0.0002 = 7.2 kg
        (9_000, Box(400, 300, 300), 9_000, 400),  # the heavier of both
        (1_000, Box(301, 299, 100), 1_860, 0),  # 31 × 30 × 10, in begun centimetres
    ],
)
def test_the_formula_of_the_sources(grams: int, box: Box | None, billable: int, dinars: int) -> None:
    """Batna to Adrar: home 1400, and 100 DA for each kilogram above five."""
    counted = billable_g(grams, box, YALIDINE.cm3_per_kg)
    assert counted == billable
    assert overweight_fee(counted, YALIDINE.included_g, Money.dinars(100)) == Money.dinars(dinars)


def test_pieces_are_stacked_on_their_largest_faces() -> None:
    soap, jar = box_of(50, 120, 80), box_of(80, 80, 150)
    assert soap == Box(120, 80, 50)
    assert packed([(soap, 3), (jar, 1)]) == Box(230, 150, 80)  # heights: 3 × 50 + 80
    assert packed([(soap, 1), (None, 9)]) == soap
    assert packed([(None, 2)]) is None
    assert box_of(120, None, 50) is None


@given(st.lists(st.tuples(st.none() | boxes, st.integers(1, 20)), max_size=8))
def test_a_packed_box_holds_each_piece_and_no_less_than_all_of_them(goods: list[tuple[Box | None, int]]) -> None:
    whole = packed(goods)
    known = [(box, pieces) for box, pieces in goods if box is not None]
    if whole is None:
        assert not known
        return
    volume = whole.length_mm * whole.width_mm * whole.height_mm
    assert volume >= sum(box.length_mm * box.width_mm * box.height_mm * pieces for box, pieces in known)
    assert all(box.length_mm <= whole.length_mm for box, _pieces in known)
    assert packed(reversed(goods)) == whole


@given(st.integers(0, 100_000), st.none() | boxes, st.integers(0, 20_000))
def test_nothing_counts_for_less_than_it_weighs_and_volume_only_where_it_counts(
    grams: int, box: Box | None, divisor: int
) -> None:
    counted = billable_g(grams, box, divisor)
    assert counted >= grams
    assert billable_g(grams, None, divisor) == billable_g(grams, box, 0) <= counted
    if box is not None and divisor:
        assert counted * divisor >= box.length_mm * box.width_mm * box.height_mm  # mm³ over cm³ are grams over kg
    assert billable_g(grams + 1, box, divisor) >= counted


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.integers(0, 30_000), st.integers(0, 1_000_000))
def test_more_weight_never_costs_less_and_the_included_costs_nothing(
    grams: int, other: int, included: int, minor: int
) -> None:
    fees = [overweight_fee(each, included, Money(minor)) for each in sorted((grams, other))]
    assert fees[0] <= fees[1]
    assert all(fee.minor % 100 == 0 for fee in fees)
    assert overweight_fee(included, included, Money(minor)) == Money(0)
    exact = max(0, grams - included) * minor
    assert 0 <= overweight_fee(grams, included, Money(minor)).minor * 1_000 - exact < 100_000

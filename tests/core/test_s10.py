"""Numbers of postal items (UPU S10)."""

from __future__ import annotations

import pytest

from shop.core import s10


@pytest.mark.parametrize(
    ("serial", "digit"),
    [
        ("47312482", 9),  # RR 473 124 829 GB, the example that is published everywhere
        ("00000000", 5),  # a remainder of 0 is written 5
        ("00000001", 4), ("10000000", 3), ("11000000", 8), ("12345678", 5),
        ("00000101", 0),  # a remainder of 1 is written 0
    ],
)  # fmt: skip
def test_the_check_digit_is_the_weighted_sum_modulo_eleven(serial: str, digit: int) -> None:
    assert s10.check_digit(serial) == digit


@pytest.mark.parametrize("typed", ["RR473124829GB", " rr 473 124 829 gb ", "RR-473.124.829-GB", "RR٤٧٣١٢٤٨٢٩GB"])
def test_a_number_is_read_in_any_spelling(typed: str) -> None:
    assert s10.read(typed) == "RR473124829GB"


def test_one_wrong_digit_is_never_a_number() -> None:
    right = "RR473124829GB"
    wrong = [f"{right[:at]}{digit}{right[at + 1 :]}" for at in range(2, 11) for digit in "0123456789"]
    assert {s10.read(each) for each in wrong if each != right} == {None}


@pytest.mark.parametrize("typed", ["", "RR473124829", "R473124829GB", "RR47312482XGB", "473124829", "RR473124829GB1"])
def test_another_shape_is_none(typed: str) -> None:
    assert s10.read(typed) is None

"""Which customs form a parcel bears: the thresholds of the post, against worked examples."""

from __future__ import annotations

from datetime import date

import pytest

from shop.core.customs import CN22, CN23, Rate, form_of, rate_on
from shop.core.money import Money

OLD, NEW = Rate(date(2024, 12, 31), 176_916, "x"), Rate(date(2026, 4, 21), 181_455, "y")


def test_the_limit_is_300_rights_at_the_rate_of_the_day() -> None:
    assert NEW.limit == Money(5_443_650)  # 300 × 181.455 = 54 436.50
    assert OLD.limit == Money(5_307_480)  # 300 × 176.916 = 53 074.80


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2024, 1, 1), OLD), (date(2025, 6, 1), OLD), (date(2026, 4, 21), NEW), (date(2030, 1, 1), NEW)],
)
def test_the_newest_rate_that_was_known_counts(day: date, rate: Rate) -> None:
    assert rate_on([NEW, OLD], day) == rate


@pytest.mark.parametrize(
    ("service", "gross_g", "minor", "lines", "form"),
    [
        ("packet", 2000, 5_443_650, 4, CN22), ("packet", 2001, 100, 1, CN23), ("packet", 100, 5_443_651, 1, CN23),
        ("parcel", 100, 100, 1, CN23), ("ems", 100, 100, 1, CN23), ("packet", 100, 100, 5, CN23),
    ],
)  # fmt: skip
def test_the_short_form_ends_at_two_kilograms_and_at_300_rights(
    service: str, gross_g: int, minor: int, lines: int, form: str
) -> None:
    assert form_of(service, gross_g=gross_g, value=Money(minor), lines=lines, rate=NEW) == form

"""Days of delivery and days of the law."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.calendar import (
    ALGIERS,
    add_delivery_days,
    add_working_days,
    delivery_window,
    is_delivery_day,
    is_working_day,
)

MONDAY = date(2026, 11, 23)
THURSDAY = date(2026, 11, 26)
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


def test_nothing_is_delivered_on_a_friday() -> None:
    assert add_delivery_days(MONDAY, 3) == THURSDAY
    assert add_delivery_days(THURSDAY, 1) == date(2026, 11, 28)
    assert add_delivery_days(date(2026, 11, 27), 0) == date(2026, 11, 28)
    assert add_delivery_days(THURSDAY, 7) == date(2026, 12, 5)


def test_the_law_counts_sunday_to_thursday() -> None:
    assert add_working_days(MONDAY, 4) == date(2026, 11, 29)
    assert add_working_days(THURSDAY, 1) == date(2026, 11, 29)
    assert add_working_days(date(2026, 11, 28), 0) == date(2026, 11, 29)


def test_public_holidays_lengthen_a_legal_deadline() -> None:
    assert not is_working_day(date(2026, 11, 1))
    assert add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 3)
    eid = {date(2027, 3, 9), date(2027, 3, 10)}
    assert add_working_days(date(2027, 3, 8), 1, holidays=eid) == date(2027, 3, 11)


def test_a_promise_counts_the_making_then_the_road() -> None:
    assert delivery_window(MONDAY, 0, 2, 3) == (date(2026, 11, 25), THURSDAY)
    assert delivery_window(MONDAY, 3, 1, 2) == (date(2026, 11, 28), date(2026, 11, 29))
    for days in ((-1, 1, 2), (0, 3, 2), (0, -1, 2)):
        with pytest.raises(ValueError, match="in order"):
            delivery_window(MONDAY, *days)


@given(DAYS, st.integers(0, 40), st.integers(0, 10))
def test_a_later_order_never_arrives_earlier(day: date, n: int, m: int) -> None:
    for add, counts in ((add_delivery_days, is_delivery_day), (add_working_days, is_working_day)):
        assert counts(add(day, n))
        assert add(day, n) <= add(day + timedelta(days=1), n)
        start = add(day, 0)
        assert add(add(start, n), m) == add(start, n + m)


def test_the_clock_of_algiers_is_one_hour_ahead_all_year() -> None:
    assert ALGIERS.utcoffset(None) == timedelta(hours=1)

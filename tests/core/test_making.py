"""When what is made to order is ready: capacity, queue and working days."""

from __future__ import annotations

from datetime import date

import pytest

from shop.core.making import opens_again, ready_on

WEDNESDAY, THURSDAY, SUNDAY = date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("ahead", "pieces", "day"),
    [
        (0, 1, THURSDAY),  # one of six a week: a working day
        (0, 6, date(2026, 12, 2)),  # a whole week's work: five working days, over a weekend
        (5, 1, date(2026, 12, 2)),
        (6, 1, date(2026, 12, 3)),
        (11, 1, date(2026, 12, 9)),
    ],
)
def test_the_day_counts_the_pieces_that_wait_and_no_weekend(ahead: int, pieces: int, day: date) -> None:
    assert ready_on(WEDNESDAY, lead_days=1, capacity=6, ahead=ahead, pieces=pieces) == day


def test_a_short_queue_does_not_shorten_what_one_piece_takes() -> None:
    assert ready_on(WEDNESDAY, lead_days=15, capacity=6, ahead=0, pieces=1) == date(2026, 12, 13)


def test_without_a_capacity_only_the_lead_time_counts() -> None:
    assert ready_on(WEDNESDAY, lead_days=2, capacity=None, ahead=500, pieces=9) == date(2026, 11, 28)


def test_a_day_that_the_moon_decides_is_left_out() -> None:
    assert ready_on(WEDNESDAY, lead_days=0, capacity=5, ahead=0, pieces=1, holidays=[THURSDAY]) == SUNDAY


@pytest.mark.parametrize(("waiting", "day"), [(10, THURSDAY), (11, SUNDAY), (9, WEDNESDAY)])
def test_a_full_queue_opens_when_one_more_piece_fits(waiting: int, day: date) -> None:
    assert opens_again(WEDNESDAY, capacity=5, waiting=waiting, most=10) == day


def test_no_capacity_at_all_is_no_capacity() -> None:
    with pytest.raises(ValueError, match="one piece"):
        ready_on(WEDNESDAY, lead_days=1, capacity=0, ahead=0, pieces=1)

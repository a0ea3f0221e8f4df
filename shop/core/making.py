"""When what is made to order is ready: a week's capacity, the pieces that wait before it, and the working days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shop.core.calendar import add_delivery_days, add_working_days

WORKING_DAYS_A_WEEK = 5  # Friday and Saturday are off


def ready_on(
    today: date, *, lead_days: int, capacity: int | None, ahead: int, pieces: int, holidays: Collection[date] = ()
) -> date:
    """Return the day on which the last of these pieces is made.

    `lead_days` is what one piece takes, in delivery days; `capacity` is how many a week gives, None for as many as are
    asked for; `ahead` are the pieces that wait already. Raises ValueError for a capacity or pieces below one.
    """
    alone = add_delivery_days(today, lead_days)
    if capacity is None:
        return alone
    if pieces < 1:
        raise ValueError("something is made")
    return max(alone, add_working_days(today, _days_for(ahead + pieces, capacity), holidays=holidays))


def opens_again(today: date, *, capacity: int | None, waiting: int, most: int, holidays: Collection[date] = ()) -> date:
    """Return the day by which the queue is short enough for one more piece, at her pace.

    Without a capacity one working day makes room. Raises ValueError for a capacity below one.
    """
    too_many = max(0, waiting + 1 - most)
    days = _days_for(too_many, capacity) if capacity is not None else min(too_many, 1)
    return add_working_days(today, days, holidays=holidays)


def _days_for(pieces: int, capacity: int) -> int:
    if capacity < 1:
        raise ValueError("a week gives one piece at least")
    return -(-pieces * WORKING_DAYS_A_WEEK // capacity)

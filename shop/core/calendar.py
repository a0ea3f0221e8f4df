"""Which days count in Algeria: parcels move Saturday to Thursday, the law counts Sunday to Thursday."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from shop.core.clock import ALGIERS

__all__ = [
    "ALGIERS",
    "add_delivery_days",
    "add_working_days",
    "arrival_window",
    "delivery_window",
    "is_delivery_day",
    "is_working_day",
]

_FRIDAY, _SATURDAY = 4, 5  # as date.weekday() counts

# Public holidays of the solar calendar, (month, day). Those that the moon decides are announced: pass them.
_HOLIDAYS = frozenset({(1, 1), (1, 12), (5, 1), (7, 5), (11, 1)})


def is_delivery_day(day: date) -> bool:
    """Tell whether parcels are delivered on this day."""
    return day.weekday() != _FRIDAY


def is_working_day(day: date, *, holidays: Collection[date] = ()) -> bool:
    """Tell whether the law counts this day: no Friday, Saturday or public holiday."""
    closed = day.weekday() in {_FRIDAY, _SATURDAY} or (day.month, day.day) in _HOLIDAYS
    return not closed and day not in holidays


def add_delivery_days(day: date, n: int) -> date:
    """Return the n-th delivery day after this one; zero gives this day, or the next one if it is a Friday."""
    for _ in range(n):
        day = _on_the_road(day + timedelta(days=1))
    return _on_the_road(day)


def add_working_days(day: date, n: int, *, holidays: Collection[date] = ()) -> date:
    """Return the n-th working day after this one; `holidays` are those that the moon decides.

    Zero gives this day, or the next working one.
    """
    for _ in range(n):
        day = _at_work(day + timedelta(days=1), holidays)
    return _at_work(day, holidays)


def delivery_window(today: date, preparation_days: int, min_days: int, max_days: int) -> tuple[date, date]:
    """Return the first and last day on which an order of today arrives: made first, then on the road.

    All three are delivery days. Raises ValueError when one is negative or min is more than max.
    """
    if not (preparation_days >= 0 and 0 <= min_days <= max_days):
        raise ValueError("days of preparation and delivery must be positive and in order")
    return arrival_window(add_delivery_days(today, preparation_days), min_days, max_days)


def arrival_window(sent: date, min_days: int, max_days: int) -> tuple[date, date]:
    """Return the first and last day on which a parcel arrives that leaves on a day; both are delivery days.

    Raises ValueError when one is negative or min is more than max.
    """
    if not 0 <= min_days <= max_days:
        raise ValueError("days of delivery must be positive and in order")
    return add_delivery_days(sent, min_days), add_delivery_days(sent, max_days)


def _on_the_road(day: date) -> date:
    return day if is_delivery_day(day) else day + timedelta(days=1)


def _at_work(day: date, holidays: Collection[date]) -> date:
    while not is_working_day(day, holidays=holidays):
        day += timedelta(days=1)
    return day

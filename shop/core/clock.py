"""The one place that reads the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

ALGIERS = timezone(timedelta(hours=1), "Africa/Algiers")  # no summer time since 1981


_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC, whole microseconds."""
    return _standing.get() or datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let it be another moment for a while: the demo tells its story in the past with the verbs of today."""
    token = _standing.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _standing.reset(token)


def today() -> date:
    """Return the calendar day in Algeria."""
    return now().astimezone(ALGIERS).date()


def local(moment: datetime) -> datetime:
    """Return a moment as the clocks in Algeria show it."""
    return moment.astimezone(ALGIERS)


def start_of_day(day: date) -> datetime:
    """Return the moment at which a day begins in Algeria, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ALGIERS).astimezone(UTC)


def month_of(day: date) -> tuple[datetime, datetime]:
    """Return when the month of a day begins and when the next one does."""
    first = day.replace(day=1)
    return start_of_day(first), start_of_day((first + timedelta(days=32)).replace(day=1))

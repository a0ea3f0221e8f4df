"""The one place that reads the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

ALGIERS = timezone(timedelta(hours=1), "Africa/Algiers")  # no summer time since 1981


def now() -> datetime:
    """Return the present moment, aware, in UTC, whole microseconds."""
    return datetime.now(UTC)


def today() -> date:
    """Return the calendar day in Algeria."""
    return now().astimezone(ALGIERS).date()


def local(moment: datetime) -> datetime:
    """Return a moment as the clocks in Algeria show it."""
    return moment.astimezone(ALGIERS)


def start_of_day(day: date) -> datetime:
    """Return the moment at which a day begins in Algeria, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ALGIERS).astimezone(UTC)

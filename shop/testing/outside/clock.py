"""The time in the outside world: the real one until somebody sets or moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.core import clock


class Clock:
    """Runs beside the real time, or stands still where it was set."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._standing: datetime | None = None

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return (self._standing or clock.now()) + self._ahead

    def stamp(self) -> int:
        """Return the moment in whole seconds since 1970."""
        return int(self.now().timestamp())

    def stand(self, at: datetime) -> None:
        """Stand still at a moment."""
        self._standing, self._ahead = at, timedelta()

    def advance(self, *, seconds: float = 0, hours: float = 0) -> None:
        """Move on; what ran goes on running."""
        self._ahead += timedelta(seconds=seconds, hours=hours)

    def reset(self) -> None:
        """Show the real time again."""
        self._standing, self._ahead = None, timedelta()

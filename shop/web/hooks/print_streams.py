"""Answers to print stations that stay open: a line of JSON when there are labels, and one now and then in any case.

Such an answer holds a thread that sleeps, and no connection to the database: one thread looks for all of them, twice a
second, in one statement. It ends after some minutes, when the process is told to stop, when the station has not said
for a while that it is there, as it does at each empty line, or when a newer one of that station takes its place.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterable
from queue import Empty, SimpleQueue
from typing import Final

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from shop.documents import stations

BEAT_S: Final = 15  # between two lines at most
LIFE_S: Final = (240, 360)  # not all of them come back at the same moment
LOOK_EVERY_S: Final = 0.5
KEY: Final = "hirfa_print_streams"


def jobs(found: Iterable[stations.Work]) -> dict[str, object]:
    """Return labels as stations are told of them."""
    return {"jobs": [{"key": each.key, "again": each.again} for each in found]}


class Stream:
    """The lines of one answer that stays open."""

    def __init__(self, owner: Streams, station_id: int, found: Iterable[stations.Work]) -> None:
        self.station_id, self.newest = station_id, None  # type: int, int | None
        self._owner, self._lines = owner, SimpleQueue[dict[str, object]]()
        self._until, self._over = time.monotonic() + random.uniform(*LIFE_S), False  # noqa: S311 - no secret
        self.tell(jobs(found))

    def tell(self, line: dict[str, object]) -> None:
        """Write a line soon; one without labels that says why is the last."""
        self._lines.put(line)

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        if self._over:
            raise StopIteration
        try:
            line = self._lines.get(timeout=BEAT_S)
        except Empty:
            line = jobs(()) if time.monotonic() < self._until else {"end": "renew"}
        self._over = "jobs" not in line
        return json.dumps(line).encode() + b"\n"

    def close(self) -> None:
        """Forget it, as when nobody reads it any more."""
        self._owner.forget(self)


class Streams:
    """The streams of this process, by station."""

    def __init__(self, app: Flask, most: int) -> None:
        self._app, self._most = app, most
        self._open: dict[int, Stream] = {}
        self._changing, self._looks = threading.Lock(), False
        self.closing = threading.Event()

    def open(self, station_id: int, found: Iterable[stations.Work]) -> Stream | None:
        """Return a stream that begins with these labels; None when there are too many, or this process ends."""
        with self._changing:
            before = self._open.get(station_id)
            if self.closing.is_set() or (before is None and len(self._open) >= self._most):
                return None
            stream = self._open[station_id] = Stream(self, station_id, found)
            if not self._looks:
                self._looks = True
                threading.Thread(target=self._look_after, daemon=True, name="print-streams").start()
        if before:
            before.tell({"end": "newer"})
        return stream

    def forget(self, stream: Stream) -> None:
        """Look after a stream no longer."""
        with self._changing:
            if self._open.get(stream.station_id) is stream:
                del self._open[stream.station_id]

    def close(self) -> None:
        """End them all, and open no other."""
        self.closing.set()
        with self._changing:
            for each in self._open.values():
                each.tell({"end": "closing"})

    def count(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def _look_after(self) -> None:
        away = False
        while not self.closing.wait(LOOK_EVERY_S):
            with self._changing:
                mine = list(self._open.values())
                if not mine:
                    self._looks = False
                    return
            try:
                with self._app.app_context():
                    self._look(mine)
                away = False
            except SQLAlchemyError as error:  # the database is away: what is open stays open
                if not away:
                    structlog.get_logger("hirfa.printing").warning("streams wait", error=type(error).__name__)
                away = True

    def _look(self, mine: list[Stream]) -> None:
        found = stations.watched(each.station_id for each in mine)
        for each in mine:
            state = found.get(each.station_id)
            if state is None or not state.answers:
                each.tell({"refused": "token"} if state is None else {"end": "silent"})
                self.forget(each)
            elif state.newest != each.newest:
                each.newest = state.newest
                if state.newest:
                    each.tell(jobs(stations.work(each.station_id)))


def streams() -> Streams:
    """Return the streams of this process."""
    found = current_app.extensions[KEY]
    assert isinstance(found, Streams)
    return found

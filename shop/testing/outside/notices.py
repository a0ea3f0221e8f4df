"""Notices from an outside system to the shop: queued, signed when they go out, tried again, and troubled on demand."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shop.core.errors import AdapterError
from shop.plumbing.http import Outbound, origin_of
from shop.testing.outside.clock import Clock

RETRY_S = (2, 10, 60, 600, 3600, 7200, 14400)  # how long after each failure it is tried again

Sign = Callable[[bytes], Mapping[str, str]]
Post = Callable[[str, bytes, Mapping[str, str]], int]


@dataclass(frozen=True)
class Trouble:
    """What happens to notices on their way.

    copies: so often each one is sent · shuffled: by this seed, those that are due together · delay_s: later than they
    should · forged: before each one, an altered one under its signature · lost: so many of the next never go out.
    """

    copies: int = 1
    shuffled: int | None = None
    delay_s: float = 0
    forged: bool = False
    lost: int = 0


@dataclass(frozen=True)
class Letter:
    """A notice on its way."""

    system: str
    url: str
    body: bytes
    sign: Sign
    due: datetime
    tries: int = 0
    altered: bool = False


@dataclass(frozen=True)
class Sent:
    """A notice that was sent, and the status that came back (0: no answer)."""

    system: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    status: int
    altered: bool = False


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send over HTTP; return the status, 0 when there was no answer or one of 500 and above."""
    try:
        return Outbound(trusted=[origin_of(url)]).post(url, content=body, headers=headers).status
    except AdapterError:
        return 0


class Notices:
    """The outgoing post of all systems. Nothing leaves before `deliver`, which a thread calls when it is automatic."""

    def __init__(self, clock: Clock, send: Post = post) -> None:
        self.trouble = Trouble()
        self._clock, self._send = clock, send
        self._waiting: list[Letter] = []
        self._lock = threading.Lock()

    def put(self, system: str, url: str, body: bytes, sign: Sign) -> None:
        """Queue a notice; `sign` gives its headers each time that it is sent."""
        with self._lock:
            told = self.trouble
            if told.lost:
                self.trouble = replace(told, lost=told.lost - 1)
                return
            letter = Letter(system, url, body, sign, self._clock.now() + timedelta(seconds=told.delay_s))
            if told.forged:
                self._waiting.append(replace(letter, altered=True))
            self._waiting += [letter] * told.copies

    def waiting(self) -> list[Letter]:
        """Return what was not yet taken, in the order in which it came."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Throw away what waits, and the trouble."""
        with self._lock:
            self._waiting.clear()
            self.trouble = Trouble()

    def deliver(self) -> list[Sent]:
        """Send what is due, once each; what is not taken waits for its next time. Return what was sent."""
        return [self._sent(letter) for letter in self._due(self._clock.now())]

    def drain(self) -> list[Sent]:
        """Send all that waits, once each, due or not. Return what was sent."""
        return [self._sent(letter) for letter in self._due(None)]

    def _due(self, now: datetime | None) -> list[Letter]:
        with self._lock:
            due = [letter for letter in self._waiting if now is None or letter.due <= now]
            self._waiting = [letter for letter in self._waiting if now is not None and letter.due > now]
            if self.trouble.shuffled is not None:
                random.Random(self.trouble.shuffled).shuffle(due)  # noqa: S311 - the same seed, the same order
            return due

    def _sent(self, letter: Letter) -> Sent:
        headers = dict(letter.sign(letter.body))
        body = letter.body + b" " if letter.altered else letter.body
        status = self._send(letter.url, body, headers)
        if not 200 <= status < 300 and not letter.altered and letter.tries < len(RETRY_S):
            again = self._clock.now() + timedelta(seconds=RETRY_S[letter.tries])
            with self._lock:
                self._waiting.append(replace(letter, tries=letter.tries + 1, due=again))
        return Sent(letter.system, letter.url, body, headers, status, letter.altered)

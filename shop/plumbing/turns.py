"""Turns at outside systems: an account is asked at its pace by all processes together, and left alone while silent.

One row for each account. A single guarded statement hands out the next moment at which it may be asked, in a
transaction of its own that is over before anybody sleeps. An account that did not answer is asked by nobody for a
while; then by one, to see whether it is back.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, String, bindparam, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from shop.core import clock
from shop.core.errors import Unavailable
from shop.plumbing import limits
from shop.plumbing.db import Base, Moment, changed, session, transaction
from shop.plumbing.limits import Limit

REST = timedelta(seconds=60)  # how long nobody asks an account that did not answer
SPREAD = 2  # turns lie so much further apart than they must: requests do not travel equally fast
SHORT_S = 60  # windows shorter than this are kept by turns apart, longer ones are counted


class Turn(Base):
    """When an account was asked last, and since when it does not answer."""

    __tablename__ = "turns"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    given_ms: Mapped[int] = mapped_column(BigInteger)  # the latest turn that was given, in real time
    silent_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]


@dataclass
class Gate:
    """Through which all requests of one account go.

    `allows`: how many requests in how many seconds · `paid`: so many of the next ones were counted beforehand.
    """

    key: str = field(repr=False)
    allows: Sequence[tuple[int, int]]
    paid: int = 0
    insists: bool = False  # somebody wants to know now whether it is back
    _was_silent: bool = False

    def enter(self, within_s: float) -> None:
        """Wait for a turn. Raises Unavailable, nothing being asked, where none comes in time or the account rests."""
        with transaction():
            if self.paid:
                self.paid -= 1
            elif not counted(self.key, self.allows):
                raise Unavailable("this account was asked as often as it may be for now")
            turn = _next(self.key, _gap_ms(self.allows), within_s, insists=self.insists)
            if turn is None:
                raise Unavailable("this account is left alone for now")
        given_ms, silent_since = turn
        self._was_silent = silent_since is not None
        time.sleep(max(0.0, given_ms / 1000 - time.time()))

    def silent(self) -> None:
        """Write down that no answer came: the account rests."""
        now = clock.now()
        mine = update(Turn).where(Turn.key == self.key)
        with transaction():
            changed(mine.where(Turn.silent_since.is_(None)).values(silent_since=now))
            changed(mine.values(rests_until=now + REST))

    def heard(self) -> None:
        """Write down that it answers again, where it was silent."""
        if not self._was_silent:
            return
        with transaction():
            changed(update(Turn).where(Turn.key == self.key).values(silent_since=None, rests_until=None))
        self._was_silent = False


def silent_since(keys: Collection[str]) -> Mapping[str, datetime]:
    """Return since when those of these accounts that do not answer are silent."""
    wanted = select(Turn.key, Turn.silent_since).where(Turn.key.in_(keys), Turn.silent_since.is_not(None))
    return {row.key: row.silent_since for row in session.execute(wanted)}


def rests(key: str) -> bool:
    """Tell whether nobody asks an account now."""
    until = session.scalar(select(Turn.rests_until).where(Turn.key == key))
    return until is not None and until > clock.now()


def counted(key: str, allows: Sequence[tuple[int, int]], *, requests: int = 1) -> bool:
    """Count requests of an account, in this transaction; return whether they are within half of what is allowed.

    Half, because a window that begins with its first request may meet the end of another one.
    """
    long = [
        Limit(f"asked {seconds}", key, most // 2, seconds) for most, seconds in allows if seconds >= SHORT_S
    ]  # fmt: skip
    if not long or limits.allow_all(long, tries=requests):
        return True
    limits.allow_all(long, tries=-requests)  # what is not asked takes nobody's place
    return False


def _gap_ms(allows: Sequence[tuple[int, int]]) -> int:
    return max((round(1000 * SPREAD * s / most) for most, s in allows if s < SHORT_S), default=0)


def _next(key: str, gap_ms: int, within_s: float, *, insists: bool) -> tuple[int, datetime | None] | None:
    """Return the next turn and since when the account is silent; None where it rests, or the turn is too far off."""
    now_ms, now = round(time.time() * 1000), clock.now()
    bind = {
        "key": key, "gap": gap_ms, "now_ms": now_ms, "latest": now_ms + round(within_s * 1000), "insists": insists,
        "now": now, "again": now + REST,
    }  # fmt: skip
    row = session.execute(_TAKE, bind).one_or_none()
    return None if row is None else (row.given_ms, row.silent_since)


_TAKE = (
    text(
        "INSERT INTO turns (key, given_ms) VALUES (:key, :now_ms) ON CONFLICT (key) DO UPDATE SET "
        "given_ms = CASE WHEN turns.given_ms + :gap > :now_ms THEN turns.given_ms + :gap ELSE :now_ms END, "
        "rests_until = CASE WHEN turns.silent_since IS NULL THEN NULL ELSE :again END "  # one asks whether it is back
        "WHERE turns.given_ms + :gap <= :latest "
        "AND (turns.rests_until IS NULL OR turns.rests_until <= :now OR :insists) "
        "RETURNING given_ms, silent_since"
    )
    .bindparams(bindparam("now", type_=Moment()), bindparam("again", type_=Moment()))
    .columns(given_ms=BigInteger, silent_since=Moment)
)

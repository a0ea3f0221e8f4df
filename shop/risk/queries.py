"""What is known of a phone: so many parcels taken, so many that came back, each weighing less as it grows old."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from shop.core import clock
from shop.orders.models import Order
from shop.plumbing.db import session
from shop.plumbing.marks import marks
from shop.risk.models import Outcome
from shop.risk.service import FORGOTTEN_AFTER, PHONE

HALF_LIFE = timedelta(days=180)
# Of others' parcels a store learns nothing before so many stand there, of so many workshops, and the week is over in
# which they were taken or came back: no figure ever is one parcel of one neighbour, on one day.
FEWEST_ELSEWHERE = 3
FEWEST_STORES = 2
MOST_SHOWN = 20  # beyond, a figure would tell who she is rather than whether she takes her parcels


@dataclass(frozen=True, slots=True)
class History:
    """How many parcels of a phone were taken and how many came back, by weight, in whole parcels."""

    taken: int = 0
    refused: int = 0

    @property
    def parcels(self) -> int:
        """All of them."""
        return self.taken + self.refused

    @property
    def level(self) -> str:
        """unknown, takes (three in four at least), mixed, or refuses: half at least, and two."""
        if not self.parcels:
            return "unknown"
        if 4 * self.refused <= self.parcels:
            return "takes"
        return "refuses" if self.refused >= 2 and 2 * self.refused >= self.parcels else "mixed"


UNKNOWN = History()


def histories(store_id: int, phones: Collection[str]) -> dict[str, History]:
    """Return what a store may know of phones (E.164), in one statement; no phone is not asked about."""
    whose = {each: phone for phone in phones if phone for each in marks(PHONE, phone)}
    found: dict[str, list[Any]] = defaultdict(list)
    if whose:
        wanted = select(Outcome.phone_mark, Outcome.store_id, Outcome.outcome, Outcome.at).where(
            Outcome.phone_mark.in_(whose), Outcome.at > clock.now() - FORGOTTEN_AFTER,
            Outcome.state.in_(("counted", "upheld")),
        )  # fmt: skip
        for row in session.execute(wanted):
            found[whose[row.phone_mark]].append(row)
    return {phone: _history(store_id, found.get(phone, [])) for phone in phones}


def history(store_id: int, phone: str) -> History:
    """Return what a store may know of one phone."""
    return histories(store_id, [phone])[phone]


def outcome_of(store_id: int, order_id: int) -> Outcome | None:
    """Return what was written of an order's parcel."""
    mine = select(Outcome).where(Outcome.store_id == store_id, Outcome.order_id == order_id)
    newest = mine.order_by(Outcome.id.desc()).limit(1)
    return session.scalars(newest, execution_options={"populate_existing": True}).one_or_none()


def outcome(outcome_id: int) -> Outcome | None:
    """Return one row by its number."""
    return session.get(Outcome, outcome_id)


def outcomes_of(store_id: int, order_ids: Collection[int]) -> list[Outcome]:
    """Return what a store wrote of the parcels of its orders, the oldest first."""
    mine = select(Outcome).where(Outcome.store_id == store_id, Outcome.order_id.in_(order_ids))
    return list(session.scalars(mine.order_by(Outcome.id)))


def contested(limit: int = 200) -> list[tuple[Outcome, str]]:
    """Return what waits for an answer, in all stores, the oldest first, each with its order's code."""
    wanted = (
        select(Outcome, Order.code).join(Order, Order.id == Outcome.order_id)
        .where(Outcome.state == "contested").order_by(Outcome.contested_at, Outcome.id).limit(limit)
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(wanted)]


def _history(store_id: int, rows: Sequence[Any]) -> History:
    own = [row for row in rows if row.store_id == store_id]
    week = _week_began()
    others = [row for row in rows if row.store_id != store_id and row.at < week]
    if len(others) < FEWEST_ELSEWHERE or len({row.store_id for row in others}) < FEWEST_STORES:
        others = []
    return _shown(_weight(own + others, "taken"), _weight(own + others, "refused"))


def _shown(taken: float, refused: float) -> History:
    """Round to whole parcels; of very many, keep the shares."""
    scale = min(1.0, MOST_SHOWN / (taken + refused)) if taken + refused else 1.0
    return History(int(taken * scale + 0.5), int(refused * scale + 0.5))


def _weight(rows: Sequence[Any], outcome: str) -> float:
    now = clock.now()
    return math.fsum(0.5 ** ((now - row.at) / HALF_LIFE) for row in rows if row.outcome == outcome)


def _week_began() -> datetime:
    """Return when this week began: on Sunday, in Algeria."""
    today = clock.today()
    return clock.start_of_day(today - timedelta(days=today.isoweekday() % 7))

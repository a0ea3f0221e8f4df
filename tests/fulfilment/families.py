"""The families of partners whose parcels are followed through shuffled sequences: what is different of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from shop.core.states import SCANS
from shop.shipping.carriers.maystro.statuses import SAID
from shop.shipping.contract import Notice
from shop.shipping.scans import steps_to
from shop.testing.carrier_parcels import CarrierSystem
from shop.testing.mydhl_sim import MyDhlSim
from shop.testing.noest_sim import NoestSim
from shop.testing.yalidine_sim import PAID, YalidineSim, signed
from tests.fulfilment import test_abroad, test_kept_drafts
from tests.fulfilment.more_partners import CASES, Tell
from tests.fulfilment.partner import KEYS


@dataclass(frozen=True)
class Event:
    """What a notice speaks of: a parcel, a status, a name of its own, its moment."""

    tracking: str
    status: str
    name: str
    at: datetime


Tells = Callable[[Sequence[Event]], list[Notice]]


@dataclass(frozen=True)
class Family:
    """One family: its simulator, keys, notices if it sends any, and words that nobody has in a table."""

    kind: type[CarrierSystem]
    keys: Mapping[str, str]
    strange: Sequence[str] = ("Mot nouveau", "Autre mot")
    still: frozenset[str] = frozenset()  # what is told of a parcel and is no scan
    left_out: frozenset[str] = frozenset()  # what journeys have that is told of no parcel
    tells: Tells | None = None
    writes: Callable[[str], str] = str  # how a status stands among the scans of a parcel
    remembers: bool = True  # the way of a parcel, not only where it is
    prepaid: bool = False  # what it takes was paid before

    def end(self, journey: Sequence[str]) -> str:
        """Return where a parcel is that was told of in order."""
        words = import_module(f"shop.shipping.carriers.{self.kind.key}.statuses")
        state = "handed_over"
        for status in journey:
            state = next(reversed(steps_to(state, SCANS.get(words.word_of(status), ""))), state)
        return state

    def __repr__(self) -> str:
        return self.kind.key


def one_by_one(tell: Tell) -> Tells:
    """Return how events come that have a notice each."""
    return lambda events: [tell(each.tracking, each.status, each.name, each.at) for each in events]


def in_bundles(events: Sequence[Event]) -> list[Notice]:
    """Return notices as Yalidine sends them: events of several parcels in one."""
    bundles = [events[at : at + 5] for at in range(0, len(events), 5)]
    return [_bundle(each) for each in bundles]


def _bundle(events: Sequence[Event]) -> Notice:
    told = [
        {"event_id": each.name, "occurred_at": f"{each.at:%Y-%m-%d %H:%M:%S}",
         "data": {"tracking": each.tracking, "status": each.status, "reason": None}}
        for each in events
    ]  # fmt: skip
    body = json.dumps({"type": "parcel_status_updated", "events": told}).encode()
    headers = {name.lower(): value for name, value in signed(KEYS["hook_secret"], body).items()}
    return Notice(body, headers, events[-1].at)


_STRANGE = {"maystro": ("977", "978"), "mydhl": ("ZQ", "XQ")}
_WRITES = {"maystro": lambda status: SAID.get(int(status), status)}
_MONEY = frozenset({"edit_price", "extra_fee", "verssement_admin_cust"})
FAMILIES = [
    Family(YalidineSim, KEYS, left_out=frozenset({PAID}), tells=in_bundles),
    *(
        Family(
            each.kind, each.keys, strange=_STRANGE.get(each.key, Family.strange),
            tells=one_by_one(each.notice) if each.notice else None, writes=_WRITES.get(each.key, str),
            remembers=each.key != "procolis",
        )
        for each in CASES
    ),
    Family(NoestSim, test_kept_drafts.KEYS, still=_MONEY),
    Family(MyDhlSim, test_abroad.KEYS, strange=_STRANGE["mydhl"], prepaid=True),
]  # fmt: skip

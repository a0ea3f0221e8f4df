"""What the scans of a parcel come to: whatever their order and however often they are heard, one way and one end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from shop.core.states import SCANS, SHIPMENT
from shop.shipping.contract import ParcelScan

FINAL = frozenset({"delivered", "returned", "lost"})


class Known(Protocol):
    """A scan that was heard before."""

    key: str
    word: str
    at: datetime


def folded(state: str, scans: Sequence[ParcelScan], known: Collection[Known]) -> list[tuple[ParcelScan, list[str]]]:
    """Return those scans of a parcel that are new, oldest first, each with the states through which it takes it.

    What is older than what already said where it is moves it only to an end (delivered, returned, lost).
    """
    seen, found = {each.key for each in known}, list[tuple[ParcelScan, list[str]]]()
    newest = max((each.at for each in known if SCANS.get(each.word)), default=None)
    for scan in sorted(scans, key=lambda each: (each.at, each.key)):
        if key_of(scan) in seen:
            continue
        seen.add(key_of(scan))
        late, target = newest is not None and scan.at < newest, SCANS.get(scan.word, "")
        steps = [] if late and target not in FINAL else steps_to(state, target)
        state = steps[-1] if steps else state
        found.append((scan, steps))
    return found


def ends(scans: Sequence[ParcelScan]) -> bool:
    """Tell whether one of these says that a parcel has come to its end."""
    return any(SCANS.get(scan.word) in FINAL for scan in scans)


def key_of(scan: ParcelScan) -> str:
    """Return under which key a scan is kept: a repeat is the same row."""
    return scan.key[:80]


def steps_to(state: str, target: str) -> list[str]:
    """Return the states through which a scan takes a parcel; empty when it moves nothing.

    A scan on a labelled parcel proves that the carrier has it; one of 'returned' that it was coming back.
    """
    steps: list[str] = []
    here = state
    if here == "labelled" and target:
        here = "handed_over"
        steps.append(here)
    if target == "returned" and SHIPMENT.allows(here, "returning"):
        here = "returning"
        steps.append(here)
    if here == target or not SHIPMENT.allows(here, target):
        return []
    return [*steps, target]

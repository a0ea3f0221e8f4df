"""What carriers send by themselves: kept as it came, each event once; then the parcel is asked about.

A notice is a hint. No parcel moves by what it says: its carrier is asked what is so.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from shop.core import clock
from shop.core.errors import Misconfigured, NotFound
from shop.plumbing import jobs
from shop.plumbing.db import changed, insert_all_new, session, transaction
from shop.plumbing.outside import Outside
from shop.shipping import partners
from shop.shipping.contract import AnswersChallenges, Notice, ParcelScan, ReadsNotices
from shop.shipping.models import CarrierNotice
from shop.shipping.queries import carrier_account

JOB = "shipping.notice"
Event = Mapping[str, Any]  # a row to be: what was said of a parcel, in the bytes of its notice


def receive(store_id: int, account_id: int, notice: Notice, outside: Outside) -> int:
    """Keep a genuine notice and see to it that its parcels are asked about; return how many events were new.

    Raises Forged, NotFound for an account that reads no notices.
    """
    events = read(store_id, account_id, notice, outside)
    session.rollback()
    with transaction():
        return keep(store_id, account_id, events)


def read(store_id: int, account_id: int, notice: Notice, outside: Outside) -> list[Event]:
    """Return the events of a genuine notice, as they are kept. Raises as `receive` does."""
    carrier = _carrier(store_id, account_id, outside)
    if not isinstance(carrier, ReadsNotices):
        raise NotFound(f"carrier {account_id} reads no notices")
    return [_event(notice, scan) for scan in carrier.read(notice)]


def keep(store_id: int, account_id: int, events: Sequence[Event]) -> int:
    """Keep events, each once, and have their parcels asked about, within a transaction; return how many were new."""
    mine = {"store_id": store_id, "account_id": account_id}
    new = insert_all_new(CarrierNotice, [{**mine, **each} for each in events], "tracking")
    if new:
        jobs.enqueue(JOB, {"account": account_id, "numbers": sorted(set(new))})
    return len(new)


def challenge(store_id: int, account_id: int, asked: Mapping[str, str], outside: Outside) -> str:
    """Return what a carrier wants to read before it sends notices. Raises NotFound when it wants nothing."""
    carrier = _carrier(store_id, account_id, outside)
    answer = carrier.challenge(asked) if isinstance(carrier, AnswersChallenges) else ""
    if not answer:
        raise NotFound(f"carrier {account_id} asks nothing")
    return answer


def waiting(
    account_id: int, numbers: Collection[str] | None = None, *, most: int | None = None
) -> dict[str, list[int]]:
    """Return the notices of an account that nobody has looked into, of these parcels or of all: by number."""
    here = select(CarrierNotice.id, CarrierNotice.tracking).where(CarrierNotice.account_id == account_id)
    wanted = here.where(CarrierNotice.handled_at.is_(None)).order_by(CarrierNotice.id).limit(most)
    found: dict[str, list[int]] = defaultdict(list)
    for row in session.execute(wanted if numbers is None else wanted.where(CarrierNotice.tracking.in_(numbers))):
        found[row.tracking].append(row.id)
    return found


def handled(notice_ids: Collection[int]) -> None:
    """Write down that notices were looked into."""
    changed(update(CarrierNotice).where(CarrierNotice.id.in_(notice_ids)).values(handled_at=clock.now()))


def _carrier(store_id: int, account_id: int, outside: Outside) -> object:
    try:
        return partners.built(carrier_account(store_id, account_id), outside)
    except Misconfigured as error:
        raise NotFound(str(error)) from None


def _event(notice: Notice, scan: ParcelScan) -> Event:
    return {
        "event": (scan.key or hashlib.sha256(notice.body).hexdigest())[:120], "tracking": scan.tracking[:40],
        "raw": scan.raw[:200], "body": notice.body, "received_at": notice.at,
    }  # fmt: skip

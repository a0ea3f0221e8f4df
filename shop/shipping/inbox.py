"""What carriers send by themselves: kept as it came, each event once; then the parcel is asked about.

A notice is a hint. No parcel moves by what it says: its carrier is asked what is so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import update

from shop.core import clock
from shop.core.errors import Misconfigured, NotFound
from shop.plumbing import jobs
from shop.plumbing.db import changed, insert_new, session, transaction
from shop.plumbing.outside import Outside
from shop.shipping import partners
from shop.shipping.contract import AnswersChallenges, Notice, ParcelScan, ReadsNotices
from shop.shipping.models import CarrierNotice
from shop.shipping.queries import carrier_account

JOB = "shipping.notice"


def receive(store_id: int, account_id: int, notice: Notice, outside: Outside) -> int:
    """Keep a genuine notice and see to it that its parcels are asked about; return how many events were new.

    Raises Forged, NotFound for an account that reads no notices.
    """
    carrier = _carrier(store_id, account_id, outside)
    if not isinstance(carrier, ReadsNotices):
        raise NotFound(f"carrier {account_id} reads no notices")
    scans = carrier.read(notice)
    session.rollback()
    with transaction():
        return sum(_kept(store_id, account_id, notice, scan) for scan in scans)


def challenge(store_id: int, account_id: int, asked: Mapping[str, str], outside: Outside) -> str:
    """Return what a carrier wants to read before it sends notices. Raises NotFound when it wants nothing."""
    carrier = _carrier(store_id, account_id, outside)
    answer = carrier.challenge(asked) if isinstance(carrier, AnswersChallenges) else ""
    if not answer:
        raise NotFound(f"carrier {account_id} asks nothing")
    return answer


def handled(notice_id: int) -> None:
    """Write down that a notice was looked into."""
    changed(update(CarrierNotice).where(CarrierNotice.id == notice_id).values(handled_at=clock.now()))


def _carrier(store_id: int, account_id: int, outside: Outside) -> object:
    try:
        return partners.built(carrier_account(store_id, account_id), outside)
    except Misconfigured as error:
        raise NotFound(str(error)) from None


def _kept(store_id: int, account_id: int, notice: Notice, scan: ParcelScan) -> bool:
    row = {
        "store_id": store_id, "account_id": account_id,
        "event": (scan.key or hashlib.sha256(notice.body).hexdigest())[:120], "tracking": scan.tracking[:40],
        "raw": scan.raw[:200], "body": notice.body, "received_at": notice.at,
    }  # fmt: skip
    made = insert_new(CarrierNotice, row)
    if made is not None:
        jobs.enqueue(JOB, {"notice": made})
    return made is not None

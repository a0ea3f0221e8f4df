"""Words of carriers that nothing here understands: kept as they came, they moved no parcel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from shop.core import clock
from shop.plumbing.db import session
from shop.shipping.models import Scan, Shipment

KEPT = timedelta(days=90)  # an older one was looked at, or is said no more
MOST = 100


@dataclass(frozen=True, slots=True)
class StrangeWord:
    """What a carrier said that is not understood: of how many parcels, and of which one last."""

    carrier: str
    raw: str
    parcels: int
    store_id: int
    tracking: str
    at: datetime


def strange_words() -> list[StrangeWord]:
    """Return them of all workshops, those that were said last first."""
    said_of = and_(Shipment.store_id == Scan.store_id, Shipment.id == Scan.shipment_id)
    words = (
        select(Shipment.carrier, Scan.raw, func.count(Scan.shipment_id.distinct()), func.max(Scan.id).label("last"))
        .join(Shipment, said_of)
        .where(Scan.word == "unknown", Scan.recorded_at > clock.now() - KEPT)
        .group_by(Shipment.carrier, Scan.raw)
        .order_by(func.max(Scan.id).desc())
        .limit(MOST)
    )
    found = session.execute(words).all()
    newest = select(Scan.id, Scan.store_id, Scan.at, Shipment.tracking).join(Shipment, said_of)
    last = {row.id: row for row in session.execute(newest.where(Scan.id.in_([row.last for row in found])))}
    return [
        StrangeWord(carrier, raw, parcels, last[at].store_id, last[at].tracking, last[at].at)
        for carrier, raw, parcels, at in found
    ]

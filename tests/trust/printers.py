"""Two print stations of a workshop of the street, and a label of which nobody knows whether it came out."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select, update

from shop.documents import stations
from shop.documents.models import LabelPrint
from shop.documents.station_models import PrintJob
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor


class Printers(NamedTuple):
    """The station that got a label, another one, and the label's job: its id, and the key that it is asked by."""

    first: int
    spare: int
    job: int
    key: str


def pair_printers(store_id: int, parcel_id: int, name: str, *, by: Actor) -> Printers:
    """Pair two stations and send a printed parcel's label to the first, which says that it may have come out."""
    batch = session.scalars(select(LabelPrint.batch).where(LabelPrint.shipment_id == parcel_id)).one()
    spare, first = (_paired(store_id, f"{name} {which}", by) for which in ("spare", "first"))
    with transaction():
        stations.send(store_id, batch, first, by=by)
        job = session.scalars(select(PrintJob).where(PrintJob.station_id == first)).one()
        session.execute(update(PrintJob).where(PrintJob.id == job.id).values(state="doubtful"))
        return Printers(first, spare, job.id, job.key)


def _paired(store_id: int, name: str, by: Actor) -> int:
    with transaction():
        code = stations.add(store_id, name=name, head="zpl-203", by=by)
        station, _token = stations.pair(code, by=by)
        return station.id

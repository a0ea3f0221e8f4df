"""Labels that print by themselves once their order is confirmed, at one station of a workshop that wants it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound
from shop.documents import service, stations
from shop.documents.station_models import PrintStation
from shop.orders import queries as orders
from shop.plumbing import jobs, journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor
from shop.shipping import queries as shipping

JOB: Final = "documents.print_confirmed"


def turn_on(store_id: int, station_id: int, *, by: Actor) -> None:
    """Let a station print what is confirmed from now on, and no other one. Raises NotFound for one not paired."""
    if not any(each.id == station_id and each.paired_at for each in stations.live(store_id)):
        raise NotFound
    session.execute(select(PrintStation.id).where(PrintStation.store_id == store_id).with_for_update())
    for each in _on(store_id):
        if each != station_id:
            turn_off(store_id, each, by=by)
    _turn(store_id, station_id, by=by, on=True)


def turn_off(store_id: int, station_id: int, *, by: Actor) -> None:
    """Let a station print only what is sent to it; what is on its way still prints. Raises NotFound."""
    if not any(each.id == station_id for each in stations.live(store_id)):
        raise NotFound
    _turn(store_id, station_id, by=by, on=False)


def _turn(store_id: int, station_id: int, *, by: Actor, on: bool) -> None:
    other = update(PrintStation).where(PrintStation.id == station_id, PrintStation.by_itself.is_(not on))
    if changed(other.where(PrintStation.ended_at.is_(None)).values(by_itself=on)):
        verb = "print_station.prints_by_itself" if on else "print_station.prints_when_told"
        journal.record(verb, subject="print_station", subject_id=station_id, store_id=store_id, by=by)


def _on(store_id: int) -> list[int]:
    """Return the station that prints by itself, if there is one."""
    wanted = select(PrintStation.id).where(
        PrintStation.store_id == store_id, PrintStation.by_itself.is_(True), PrintStation.ended_at.is_(None)
    )
    return list(session.scalars(wanted))


def print_soon(store_id: int, order_id: int, *, after: timedelta) -> None:
    """Have the label of an order that was confirmed just now printed by a job, if a station prints by itself."""
    if not _on(store_id):
        return
    order, parcel = orders.order(store_id, order_id), shipping.live_shipment(store_id, order_id)
    if parcel is None or order.confirmed_at is None:
        return
    payload = {"store_id": store_id, "order_id": order_id, "confirmed_at": order.confirmed_at.isoformat()}
    jobs.enqueue(JOB, payload, run_at=clock.now() + after)


def wanted(payload: dict[str, Any]) -> int | None:
    """Return the parcel whose label is to be printed for a job now, if it still is.

    Nothing is printed when the confirmation was undone (a later one has a job of its own), when somebody printed it by
    hand meanwhile, or when no station prints by itself any more.
    """
    store_id, order_id = payload["store_id"], payload["order_id"]
    order, parcel = orders.order(store_id, order_id), shipping.live_shipment(store_id, order_id)
    same = order.confirmed_at == datetime.fromisoformat(payload["confirmed_at"])
    if not (same and order.state == "confirmed" and _on(store_id)):
        return None
    return parcel.id if parcel is not None and parcel.state == "preparing" else None


def print_now(payload: dict[str, Any], *, by: Actor) -> None:
    """Print the label of a job, in one transaction; a second time, or what is not wanted any more, prints nothing."""
    shipment_id, store_id = wanted(payload), payload["store_id"]
    if shipment_id is None:
        return
    try:
        batch = service.print_first(store_id, shipment_id, by=by)
    except InvalidTransition:  # it was cancelled at this very moment
        return
    for station_id in _on(store_id) if batch else ():
        stations.send(store_id, batch or "", station_id, by=by)

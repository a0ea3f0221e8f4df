"""Booking parcels with their carriers: intent first, the carrier outside of any transaction, its answer after.

An answer that never came is unknown, not a failure: the same reference is tried again later, and our own label,
which bears it, can be printed meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import select

from shop.core import clock
from shop.core.errors import AdapterError, Misconfigured, Unavailable
from shop.core.money import Money
from shop.core.states import SHIPMENT
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine
from shop.plumbing import geography, jobs, journal, limits
from shop.plumbing.db import in_transaction, session, transaction
from shop.plumbing.i18n import _, pick, speaking
from shop.plumbing.journal import SYSTEM, Actor
from shop.shipping import queries as shipping_queries
from shop.shipping import service as shipping
from shop.shipping.contract import Cancels, Carrier, Parcel
from shop.shipping.models import Shipment
from shop.stores.models import Store

Outcome = Literal["booked", "unknown", "refused", "busy"]
AT_ONCE = 25
LEASE_S = 300
AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of booking one parcel.

    booked · unknown: no answer, a job asks again · refused: the carrier said why · busy: somebody is at it now.
    """

    shipment_id: int
    outcome: Outcome
    tracking: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    shipment_id: int
    account_id: int | None
    parcel: Parcel


def book(store_id: int, shipment_ids: Collection[int], *, by: Actor = SYSTEM) -> list[Booked]:
    """Book parcels that are not booked yet, outside of any transaction; those that are, or are gone, are left out.

    The same parcel is booked once, however often and from wherever this is called.
    """
    if in_transaction():
        raise RuntimeError("no carrier is called inside a transaction")
    ids = sorted(set(shipment_ids))
    results: list[Booked] = []
    for start in range(0, len(ids), AT_ONCE):
        results += _book_some(store_id, ids[start : start + AT_ONCE], by=by)
    return results


def _book_some(store_id: int, shipment_ids: Sequence[int], *, by: Actor) -> list[Booked]:
    with transaction():
        tasks, busy = _intend(store_id, shipment_ids, by=by)
    carriers = _carriers(store_id, {task.account_id for task in tasks})
    session.rollback()  # the read snapshot does not wait for the outside
    answers = [(task, _ask(carriers[task.account_id], task)) for task in tasks]
    with transaction():
        for task, answer in answers:
            _write(store_id, task, answer, by=by)
    return [answer for _task, answer in answers] + busy


def _intend(store_id: int, shipment_ids: Sequence[int], *, by: Actor) -> tuple[list[_Task], list[Booked]]:
    """Write that these parcels are about to be booked; those that somebody else is booking are left to her."""
    tasks: list[_Task] = []
    busy: list[Booked] = []
    for task in _tasks(store_id, shipment_ids):
        if not limits.allow("book", task.parcel.reference, most=1, within_s=LEASE_S):
            busy.append(Booked(task.shipment_id, "busy"))
            continue
        journal.record(
            "shipment.booking", subject="shipment", subject_id=task.shipment_id, store_id=store_id, by=by,
            reference=task.parcel.reference,
        )  # fmt: skip
        tasks.append(task)
    return tasks, busy


def _tasks(store_id: int, shipment_ids: Sequence[int]) -> Iterator[_Task]:
    wanted = (
        select(Shipment, Order, Store)
        .join(Order, Order.id == Shipment.order_id)
        .join(Store, Store.id == Shipment.store_id)
        .where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids), Shipment.booked_at.is_(None))
        .where(Shipment.state.in_(SHIPMENT.sources("cancelled")), Order.state == "confirmed")
        .order_by(Shipment.id)
    )
    rows = session.execute(wanted, execution_options={"populate_existing": True}).all()
    lines = order_queries.lines(store_id, [row[1].id for row in rows])
    for shipment, order, store in rows:
        yield _Task(shipment.id, shipment.account_id, parcel_of(shipment, order, store, lines[order.id]))


def parcel_of(shipment: Shipment, order: Order, store: Store, lines: Sequence[OrderLine]) -> Parcel:
    """Say a parcel in the carriers' words."""
    return Parcel(
        reference=shipment.reference, to=shipping_queries.place_of(order.commune_code), kind=shipment.kind,
        weight_g=shipment.weight_g, collect=shipment.collect, declared=Money(order.goods_minor, order.currency),
        name=order.buyer_name, phone=order.phone, address=order.address, contents=contents_of(lines),
        note=note_of(order, lines),
        desk="" if shipment.desk_id is None else str(shipment.desk_id),
        fragile=any(line.fragile for line in lines),
        sender_wilaya_code=geography.wilaya(store.wilaya_code).code,
    )  # fmt: skip


def note_of(order: Order, lines: Sequence[OrderLine]) -> str:
    """Return the note that the carrier's system gets: what is dangerous in the parcel, in French, then the buyer's."""
    with speaking("fr"):
        said = [_(each) for each in order_queries.cautions(lines)]
    return " · ".join([*said, *([order.note] if order.note else [])])


def contents_of(lines: Sequence[OrderLine], language: str = "fr") -> str:
    """Return what is in a parcel, in one line: 2 × Savon noir, 1 × Bol."""
    names = ((line.pieces, {"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en}) for line in lines)
    return ", ".join(f"{pieces} × {pick(each, language)[0]}" for pieces, each in names)


def _carriers(store_id: int, account_ids: Collection[int | None]) -> dict[int | None, Carrier | Misconfigured]:
    found: dict[int | None, Carrier | Misconfigured] = {}
    for account_id in account_ids:
        if account_id is None:
            found[None] = Misconfigured("this parcel has no carrier")
            continue
        try:
            found[account_id] = shipping_queries.carrier_of(shipping_queries.carrier_account(store_id, account_id))
        except Misconfigured as error:
            found[account_id] = error
    return found


def _ask(carrier: Carrier | Misconfigured, task: _Task) -> Booked:
    if isinstance(carrier, Misconfigured):
        return Booked(task.shipment_id, "refused", why=str(carrier))
    try:
        booking = carrier.book(task.parcel)
    except Unavailable as error:
        return Booked(task.shipment_id, "unknown", why=str(error))
    except AdapterError as error:
        return Booked(task.shipment_id, "refused", why=str(error))
    return Booked(task.shipment_id, "booked", tracking=booking.tracking)


def _write(store_id: int, task: _Task, answer: Booked, *, by: Actor) -> None:
    if answer.outcome == "unknown":
        # The lease stays: nobody tries this reference again before the job does.
        payload = {"store_id": store_id, "shipment_id": task.shipment_id}
        jobs.enqueue("fulfilment.book", payload, run_at=clock.now() + AGAIN)
        _tell("shipment.booking_unknown", store_id, task.shipment_id, by=by, why=answer.why[:200])
        return
    limits.forgive("book", task.parcel.reference)
    if answer.outcome == "refused":
        _tell("shipment.booking_refused", store_id, task.shipment_id, by=by, why=answer.why[:200])
    elif not shipping.mark_booked(store_id, task.shipment_id, answer.tracking, by=by):
        # Cancelled while the carrier was asked: what it now holds is taken back.
        _enqueue_cancellation(store_id, task.account_id, answer.tracking)


def book_later(payload: dict[str, Any]) -> None:
    """Handle the job `fulfilment.book`: ask again for a parcel whose answer never came."""
    for booked in book(payload["store_id"], [payload["shipment_id"]]):
        if booked.outcome == "busy":
            raise Unavailable("somebody is booking this parcel")


def forget_booking(parcel: Shipment) -> None:
    """Have a cancelled parcel's booking taken back at its carrier, by a job after the commit."""
    _enqueue_cancellation(parcel.store_id, parcel.account_id, parcel.tracking)


def _enqueue_cancellation(store_id: int, account_id: int | None, tracking: str) -> None:
    payload = {"store_id": store_id, "account_id": account_id, "tracking": tracking}
    jobs.enqueue("fulfilment.cancel_booking", payload, key=f"cancel:{account_id}:{tracking}")


def cancel_booking(payload: dict[str, Any]) -> None:
    """Handle the job `fulfilment.cancel_booking`; twice is harmless. Raises Unavailable, so that it comes again."""
    account = shipping_queries.carrier_account(payload["store_id"], payload["account_id"])
    carrier = shipping_queries.carrier_of(account)
    session.rollback()
    if isinstance(carrier, Cancels):
        carrier.cancel(payload["tracking"])


def _tell(verb: str, store_id: int, shipment_id: int, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="shipment", subject_id=shipment_id, store_id=store_id, by=by, **values)

"""Booking parcels with their carriers: intent first, the carrier outside of any transaction, its answer after.

An answer that never came is unknown, not a failure: the same reference is tried again later, and our own label,
which bears it, can be printed meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Select, and_, or_, select

from shop.core import clock
from shop.core.errors import AdapterError, Misconfigured, Unavailable
from shop.core.money import Money
from shop.core.states import SHIPMENT
from shop.fulfilment import partner_labels
from shop.fulfilment.leaving import abroad_of
from shop.orders import queries as order_queries
from shop.orders.models import Order, OrderLine
from shop.plumbing import geography, jobs, journal, limits
from shop.plumbing.db import in_transaction, session, transaction
from shop.plumbing.i18n import _, pick, speaking
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside
from shop.shipping import customs_facts, partners, places
from shop.shipping import queries as shipping_queries
from shop.shipping import service as shipping
from shop.shipping.contract import Booking, BooksMany, Cancels, Carrier, Drafts, FindsBookings, Parcel
from shop.shipping.models import Shipment
from shop.stores.models import Store

Outcome = Literal["booked", "unknown", "refused", "busy"]
AT_ONCE = 25
LEASE_S = 300
AGAIN = timedelta(minutes=5)
IN_TURN = timedelta(seconds=65)  # by then an account that was asked enough, or was silent, may be asked
UNDONE_BY_THEN = timedelta(seconds=15)
MOMENT_S = 1.5
PRINTED_AFTER = UNDONE_BY_THEN + timedelta(seconds=MOMENT_S)  # a label by itself: the partner was asked by then


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of booking one parcel.

    booked · unknown: no answer, a job asks again · refused: the carrier said why · busy: somebody is at it,
    or there is no turn for it now.
    """

    shipment_id: int
    outcome: Outcome
    tracking: str = ""
    why: str = ""
    label: bytes | None = field(default=None, repr=False)  # the partner's own, where it came with the number


@dataclass(frozen=True, slots=True)
class _Task:
    shipment_id: int
    account_id: int | None
    parcel: Parcel
    carrier: str
    is_far: bool  # its carrier is asked over the network


def book(
    store_id: int, shipment_ids: Collection[int], *, by: Actor = SYSTEM, outside: Outside | None = None
) -> list[Booked]:
    """Book parcels that are not booked yet, outside of any transaction; those that are, or are gone, are left out.

    The same parcel is booked once, however often and from wherever this is called. Without an `outside`, carriers
    that are asked over the network refuse.
    """
    if in_transaction():
        raise RuntimeError("no carrier is called inside a transaction")
    ids = sorted(set(shipment_ids))
    results: list[Booked] = []
    for start in range(0, len(ids), AT_ONCE):
        some = _book_some(store_id, ids[start : start + AT_ONCE], by=by, outside=outside)
        results += some
        if some and all(each.outcome == "busy" for each in some):  # nor do the others have a turn now
            return results + [Booked(each, "busy") for each in ids[start + AT_ONCE :]]
    return results


def _book_some(store_id: int, shipment_ids: Sequence[int], *, by: Actor, outside: Outside | None) -> list[Booked]:
    with transaction():
        tasks, busy, turns = _intend(store_id, shipment_ids, by=by)
    carriers = _carriers(store_id, {task.account_id: turns.get(task.account_id, 0) for task in tasks}, outside)
    session.rollback()  # the read snapshot does not wait for the outside
    answers = [
        each for account_id, carrier in carriers.items()
        for each in _asked(store_id, carrier, [task for task in tasks if task.account_id == account_id], by=by)
    ]  # fmt: skip
    with transaction():
        for task, answer in answers:
            _write(store_id, task, answer, by=by)
    for task, answer in answers:
        if answer.label is not None:
            partner_labels.keep_given(store_id, task.shipment_id, answer.tracking[:40], answer.label)
    return [answer for _task, answer in answers] + busy


def _intend(
    store_id: int, shipment_ids: Sequence[int], *, by: Actor
) -> tuple[list[_Task], list[Booked], Mapping[int | None, int]]:
    """Write that these parcels are about to be booked; return the turns that were counted for each account too.

    Those that somebody else is booking are left to her, and those of a partner that was asked enough for now wait.
    """
    tasks: list[_Task] = []
    busy: list[Booked] = []
    turns: dict[int | None, int] = {}
    for task in _tasks(store_id, shipment_ids):
        if not _has_turn(task, turns) or not limits.allow("book", task.parcel.reference, most=1, within_s=LEASE_S):
            busy.append(Booked(task.shipment_id, "busy"))
            continue
        journal.record(
            "shipment.booking", subject="shipment", subject_id=task.shipment_id, store_id=store_id, by=by,
            reference=task.parcel.reference,
        )  # fmt: skip
        tasks.append(task)
    asked = [task.shipment_id for task in tasks]
    customs_facts.freeze(store_id, asked, by=by)
    shipping.note_asked(store_id, asked)
    return tasks, busy, turns


def _has_turn(task: _Task, turns: dict[int | None, int]) -> bool:
    """Tell whether the partner of a parcel may be asked now: a turn serves all the parcels of a request.

    Where each parcel takes requests of its own, it takes a turn of its own too.
    """
    if task.account_id is None or not task.is_far:
        return True
    if task.account_id not in turns:
        turns[task.account_id] = int(partners.may_ask(task.account_id))
    alone = partners.turns_of_a_parcel(task.carrier)
    if not turns[task.account_id] or (alone and not partners.may_ask(task.account_id, turns=alone)):
        return False
    turns[task.account_id] += alone
    return True


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
        parcel = parcel_of(shipment, order, store, lines[order.id])
        is_far = shipment.carrier in partners.far()
        told = _in_their_words(parcel, shipment) if is_far and parcel.abroad is None else parcel
        yield _Task(shipment.id, shipment.account_id, told, shipment.carrier, is_far)


def parcel_of(shipment: Shipment, order: Order, store: Store, lines: Sequence[OrderLine]) -> Parcel:
    """Say a parcel in the carriers' words."""
    return Parcel(
        reference=shipment.reference, to=shipping_queries.place_of(order.commune_code), kind=shipment.kind,
        weight_g=shipment.weighs_g, collect=shipment.collect, declared=Money(order.goods_minor, order.currency),
        name=order.buyer_name, phone=order.phone, address=order.address, contents=contents_of(lines),
        note=note_of(order, lines),
        desk="" if shipment.desk_id is None else str(shipment.desk_id),
        fragile=any(line.fragile for line in lines),
        sender_wilaya_code=geography.wilaya(store.wilaya_code).code, since=order.confirmed_at, draft=shipment.draft,
        abroad=abroad_of(order, store, shipment),
        box=shipment.box, insured=shipment.insured, takes_back=shipment.takes_back,
    )  # fmt: skip


def _in_their_words(parcel: Parcel, shipment: Shipment) -> Parcel:
    """Say a parcel to a partner: wilayas of 58 by name, and for a desk, its own number of it and where it is.

    The desk is the one that the buyer chose, whatever became of the list since.
    """
    sender = geography.wilaya(parcel.sender_wilaya_code).code_58
    to = shipping_queries.place_of(shipment.desk_commune) if shipment.desk_commune else parcel.to
    known = places.spelled(shipment.carrier, to.commune_code)
    wilaya = known.wilaya if known else places.wilaya_spelled(shipment.carrier, to.wilaya_code_58)
    return replace(
        parcel, sender_wilaya_code=sender, sender_wilaya=places.wilaya_spelled(shipment.carrier, sender),
        to=replace(
            to, their_wilaya=wilaya, theirs=known.commune if known else "", their_key=known.key if known else "",
            their_wilaya_key=known.wilaya_key if known else "",
        ),
        desk=shipment.desk_external,
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


def _carriers(
    store_id: int, turns: Mapping[int | None, int], outside: Outside | None
) -> dict[int | None, Carrier | Misconfigured]:
    found: dict[int | None, Carrier | Misconfigured] = {}
    for account_id, counted in turns.items():
        if account_id is None:
            found[None] = Misconfigured("this parcel has no carrier")
            continue
        try:
            account = shipping_queries.carrier_account(store_id, account_id)
            found[account_id] = shipping_queries.carrier_of(account, outside, turns=counted)
        except Misconfigured as error:
            found[account_id] = error
    return found


def _asked(
    store_id: int, carrier: Carrier | Misconfigured, tasks: Sequence[_Task], *, by: Actor
) -> list[tuple[_Task, Booked]]:  # fmt: skip
    """Ask a carrier for parcels: in one request where it can, else one after the other."""
    if isinstance(carrier, Drafts):
        return _all_drafted(store_id, carrier, tasks, by=by)
    if not isinstance(carrier, BooksMany):
        return [(task, _ask(carrier, task)) for task in tasks]
    made: Sequence[Booking | AdapterError]
    try:
        made = carrier.book_many([task.parcel for task in tasks])
    except AdapterError as error:
        made = [error] * len(tasks)
    return [(task, _answer(task, each)) for task, each in zip(tasks, made, strict=True)]


def _ask(carrier: Carrier | Misconfigured, task: _Task) -> Booked:
    if isinstance(carrier, Misconfigured):
        return _answer(task, carrier)
    try:
        return _answer(task, carrier.book(task.parcel))
    except AdapterError as error:
        return _answer(task, error)


def _all_drafted(
    store_id: int, carrier: Drafts, tasks: Sequence[_Task], *, by: Actor
) -> list[tuple[_Task, Booked]]:  # fmt: skip
    """Draft and confirm one after the other; a carrier that fell silent is left alone."""
    made: list[tuple[_Task, Booked]] = []
    for task in tasks:
        if made and made[-1][1].outcome == "unknown":
            made.append((task, replace(made[-1][1], shipment_id=task.shipment_id)))
        else:
            made.append((task, _drafted(store_id, carrier, task, by=by)))
    return made


def _drafted(store_id: int, carrier: Drafts, task: _Task, *, by: Actor) -> Booked:
    """Make a draft where there is none, write its number down, then have it confirmed: that one and no other."""
    number = task.parcel.draft
    try:
        if not number:
            number = carrier.draft(task.parcel)
            with transaction():
                if not shipping.note_draft(store_id, task.shipment_id, number, by=by):
                    return Booked(task.shipment_id, "unknown", why="it was cancelled, or has another draft")
        carrier.confirm(number)
    except AdapterError as error:
        if error.fields.get("draft") == "gone":
            with transaction():
                shipping.forget_draft(store_id, task.shipment_id, number, by=by)
        return _answer(task, error)
    return Booked(task.shipment_id, "booked", tracking=number)


def _answer(task: _Task, made: Booking | AdapterError) -> Booked:
    if isinstance(made, Booking):
        return Booked(task.shipment_id, "booked", tracking=made.tracking, label=made.label_pdf)
    return Booked(task.shipment_id, "unknown" if isinstance(made, Unavailable) else "refused", why=str(made))


def _write(store_id: int, task: _Task, answer: Booked, *, by: Actor) -> None:
    if answer.outcome == "unknown":
        # The lease stays: nobody tries this reference again before the job does.
        payload = {"store_id": store_id, "shipment_id": task.shipment_id}
        jobs.enqueue("fulfilment.book", payload, run_at=clock.now() + AGAIN)
        _tell("shipment.booking_unknown", store_id, task.shipment_id, by=by, why=answer.why[:200])
        return
    limits.forgive("book", task.parcel.reference)
    if answer.outcome == "refused":
        shipping.note_refused(store_id, task.shipment_id, answer.why)
        _tell("shipment.booking_refused", store_id, task.shipment_id, by=by, why=answer.why[:200])
    elif not shipping.mark_booked(store_id, task.shipment_id, answer.tracking, by=by):
        # Cancelled while the carrier was asked: what it now holds is taken back.
        _enqueue_cancellation(store_id, task.account_id, answer.tracking)
    elif task.is_far and answer.label is None:
        partner_labels.fetch_soon(store_id, [task.shipment_id])


def book_soon(store_id: int, order_id: int) -> None:
    """Have the parcel of a confirmed order booked by a job, where its carrier is asked over the network.

    It waits until the call can no longer be undone by the page that was just shown.
    """
    parcel = shipping_queries.live_shipment(store_id, order_id)
    if parcel is not None and parcel.carrier in partners.far():
        payload = {"store_id": store_id, "shipment_id": parcel.id}
        jobs.enqueue("fulfilment.book", payload, run_at=clock.now() + UNDONE_BY_THEN)


def announce(
    store_id: int, shipment_ids: Collection[int], *, by: Actor, outside: Outside
) -> tuple[list[Booked], int]:  # fmt: skip
    """Book what is about to be printed: return what came of it, and how many parcels wait for a partner.

    A partner gets a moment, once, unless it was silent just now or there are many: nobody waits for it to print.
    """
    far = shipping_queries.unbooked(store_id, shipment_ids, carriers=partners.far())
    done = book(store_id, [each for each in shipment_ids if each not in far], by=by)
    if far and len(far) <= AT_ONCE and not any(each.asked_at for each in far.values()):
        hurried = replace(outside, http=outside.http.within(MOMENT_S))
        done += book(store_id, list(far), by=by, outside=hurried)
    partner_labels.announce(store_id, shipment_ids, outside=replace(outside, http=outside.http.within(MOMENT_S)))
    left = shipping_queries.unbooked(store_id, shipment_ids, carriers=partners.far())
    return done, sum(not each.booking_problem for each in left.values())


def book_later(outside: Outside, payload: dict[str, Any]) -> None:
    """Handle the job `fulfilment.book`: ask, or ask again for a parcel whose answer never came.

    Others of its account that wait go along in the same request, where the carrier takes many. One whose account has
    no turn now is left to the job that comes round.
    """
    book(payload["store_id"], _along_with(payload["store_id"], payload["shipment_id"]), outside=outside)


def _along_with(store_id: int, shipment_id: int) -> list[int]:
    parcel = session.get_one(Shipment, shipment_id)
    if parcel.booked_at is not None or partners.turns_of_a_parcel(parcel.carrier):
        return [shipment_id]
    others = due(Shipment.id).where(Shipment.store_id == store_id, Shipment.account_id == parcel.account_id)
    found = session.scalars(others.where(Shipment.id != shipment_id).limit(AT_ONCE - 1)).all()
    session.rollback()
    return [shipment_id, *found]


def due(*columns: Any) -> Select[Any]:
    """Select the parcels that are to be booked with partners by now and were not refused, the oldest first."""
    now = clock.now()
    return (
        select(*columns)
        .join(Order, and_(Order.store_id == Shipment.store_id, Order.id == Shipment.order_id))
        .where(Shipment.carrier.in_(partners.far()), Shipment.booked_at.is_(None), Shipment.booking_problem == "")
        .where(Shipment.state.in_(("preparing", "labelled")), Order.state == "confirmed")
        .where(Order.confirmed_at < now - UNDONE_BY_THEN)
        .where(or_(Shipment.asked_at.is_(None), Shipment.asked_at < now - AGAIN))
        .order_by(Shipment.id)
    )


def left_a_draft(parcel: Shipment) -> bool:
    """Tell whether a draft may lie at a partner that made it and was not heard, so that another one was made."""
    if not partners.can(parcel.carrier, Drafts):
        return False
    told = [each.verb for each in journal.timeline("shipment", parcel.id, store_id=parcel.store_id)]
    first = told.index("shipment.drafted") if "shipment.drafted" in told else 0
    return "shipment.booking_unknown" in told[:first]


def forget_booking(parcel: Shipment) -> None:
    """Have a cancelled parcel's booking taken back at its carrier, by a job after the commit.

    One that was asked for and never answered is sought there first, once the request must be over.
    """
    if parcel.booked_at is not None:
        _enqueue_cancellation(parcel.store_id, parcel.account_id, parcel.tracking)
        return
    payload = {
        "store_id": parcel.store_id, "account_id": parcel.account_id, "tracking": parcel.draft,
        "reference": parcel.reference,
    }  # fmt: skip
    jobs.enqueue("fulfilment.cancel_booking", payload, run_at=clock.now() + AGAIN)


def _enqueue_cancellation(store_id: int, account_id: int | None, tracking: str) -> None:
    payload = {"store_id": store_id, "account_id": account_id, "tracking": tracking}
    jobs.enqueue("fulfilment.cancel_booking", payload, key=f"cancel:{account_id}:{tracking}")


def cancel_booking(outside: Outside, payload: dict[str, Any]) -> None:
    """Handle the job `fulfilment.cancel_booking`; twice is harmless. Raises Unavailable, so that it comes again."""
    account = shipping_queries.carrier_account(payload["store_id"], payload["account_id"])
    if account.carrier in partners.far():
        with transaction():
            if not partners.may_ask(account.id):
                jobs.enqueue("fulfilment.cancel_booking", payload, run_at=clock.now() + IN_TURN)
                return
    carrier = shipping_queries.carrier_of(account, outside, turns=1)
    session.rollback()
    tracking = payload["tracking"]
    if not tracking and isinstance(carrier, FindsBookings):
        tracking = carrier.find(payload["reference"])
    if tracking and isinstance(carrier, Cancels):
        carrier.cancel(tracking)


def _tell(verb: str, store_id: int, shipment_id: int, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="shipment", subject_id=shipment_id, store_id=store_id, by=by, **values)

"""What happens to parcels: opened, labelled, handed over, scanned, cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Executable, Row, bindparam, func, insert, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.core.states import SCANS, SHIPMENT
from shop.core.text import clean, new_code
from shop.orders import service as orders
from shop.plumbing import journal
from shop.plumbing.db import changed, session, table_of
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.shipping.accounts import (
    DeskRow,
    Problem,
    RateRow,
    add_carrier,
    add_desk,
    ask_first,
    change_carrier,
    change_desk,
    read_rates_csv,
    set_desks,
    set_rates,
)
from shop.shipping.contract import ParcelScan
from shop.shipping.models import CarrierAccount, Handover, Scan, Shipment
from shop.shipping.scans import folded, key_of
from shop.stores.models import Store

__all__ = [
    "DeskRow", "NewShipment", "Problem", "RateRow", "add_carrier", "add_desk", "ask_first", "cancel_for",
    "change_carrier", "change_desk", "mark_booked", "mark_handed_over", "mark_labelled", "note_asked",
    "note_looked", "note_refused", "open_shipment", "read_rates_csv", "record_scans", "record_ways", "reopen_for",
    "set_desks", "set_rates", "sign_handover",
]  # fmt: skip

_STAMPS = {"labelled": "labelled_at", "delivered": "delivered_at", "returned": "returned_at",
           "handed_over": "handed_over_at"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShipment:
    """One parcel to be written: fee and collect in minor units of `currency`."""

    account_id: int | None
    carrier: str
    carrier_title: str
    kind: str
    desk_id: int | None
    desk_name: str
    desk_external: str
    desk_commune: str
    desk_address: str
    desk_hours: str
    fee_minor: int
    collect_minor: int
    currency: str
    weight_g: int
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    billable_g: int = 0
    over_minor: int = 0
    takes_back: str = ""
    insured: bool = False
    insurance_minor: int = 0


def open_shipment(store_id: int, order_id: int, new: NewShipment, *, reference: str | None = None) -> tuple[int, str]:
    """Write the parcel of an order, preparing; return its id and our reference, which its label's bars say.

    The verb that places the order writes the journal. Raises IntegrityError while another one is alive.
    """
    reference = reference or "H" + new_code(9)
    row = asdict(new) | {
        "store_id": store_id, "order_id": order_id, "state": "preparing", "reference": reference, "tracking": "",
        "created_at": clock.now(),
    }  # fmt: skip
    made: int = session.execute(_parcel(), row | {"of_account": new.account_id}).scalar_one()
    return made, reference


@cache
def _parcel() -> Executable:
    # built once, on the bare table: it stands in every order
    account = CarrierAccount.id == bindparam("of_account", type_=BigInteger)
    back = select(CarrierAccount.return_minor).where(account).scalar_subquery()
    bare = table_of(Shipment)
    return insert(bare).values(return_minor=back).returning(bare.c.id)


def mark_booked(store_id: int, shipment_id: int, tracking: str, *, by: Actor) -> bool:
    """Write the carrier's tracking number; return False when the parcel was cancelled or booked meanwhile."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id)
    booked = mine.where(Shipment.booked_at.is_(None), Shipment.state.in_(("preparing", "labelled")))
    if not changed(booked.values(tracking=tracking[:40], booked_at=clock.now(), booking_problem="")):
        return False
    _tell("shipment.booked", shipment_id, store_id, by=by, tracking=tracking[:40])
    return True


def note_asked(store_id: int, shipment_ids: Collection[int]) -> None:
    """Write down that carriers are asked now to book parcels: from here on each of them may have."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
    changed(mine.values(asked_at=clock.now(), booking_problem=""))


def note_draft(store_id: int, shipment_id: int, number: str, *, by: Actor) -> bool:
    """Write down the draft that lies at a carrier, before it is confirmed; return False when it must not be."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id, Shipment.draft == "")
    waits = mine.where(Shipment.booked_at.is_(None), Shipment.state.in_(("preparing", "labelled")))
    if not changed(waits.values(draft=number[:40])):
        return False
    _tell("shipment.drafted", shipment_id, store_id, by=by, draft=number[:40])
    return True


def forget_draft(store_id: int, shipment_id: int, number: str, *, by: Actor) -> None:
    """Write down that a draft lies at its carrier no longer, so that another one may be made."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id)
    if changed(mine.where(Shipment.booked_at.is_(None), Shipment.draft == number).values(draft="")):
        _tell("shipment.draft_gone", shipment_id, store_id, by=by, draft=number)


def note_refused(store_id: int, shipment_id: int, why: str) -> None:
    """Write down why a carrier refused a parcel, until it is asked again."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id)
    changed(mine.where(Shipment.booked_at.is_(None)).values(booking_problem=why[:200] or "?", asked_at=None))


def note_looked(store_id: int, shipment_ids: Collection[int]) -> None:
    """Write down that carriers were asked where parcels are."""
    bare = table_of(Shipment)
    mine = update(bare).where(bare.c.store_id == store_id, bare.c.id.in_(shipment_ids))
    changed(mine.values(looked_at=clock.now()))


def mark_labelled(store_id: int, shipment_ids: Collection[int], *, by: Actor) -> set[int]:
    """preparing → labelled for each that is still preparing; return those that moved. Twice is harmless."""
    ready = update(Shipment).where(
        Shipment.store_id == store_id, Shipment.id.in_(shipment_ids), Shipment.state == "preparing"
    )
    moved = session.execute(
        ready.values(state="labelled", labelled_at=clock.now()).returning(Shipment.id, Shipment.order_id),
        execution_options={"synchronize_session": False},
    ).all()
    done = {row.id for row in moved}
    orders.mark_packed(store_id, [row.order_id for row in moved])
    for shipment_id in sorted(done):
        _tell("shipment.labelled", shipment_id, store_id, by=by)
    return done


def say_return_cost(store_id: int, shipment_id: int, cost: Money) -> None:
    """Write what a carrier really took for bringing a parcel back; the last word counts."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id)
    changed(mine.values(return_minor=cost.minor))


def mark_handed_over(store_id: int, shipment_ids: Collection[int], *, by: Actor) -> Handover:
    """labelled → handed_over for all of them, under the store's next sheet number; a second tap gets the same sheet.

    Raises NotFound, InvalidTransition when one isn't labelled, Refused when they are for several carriers.
    """
    # The numbers of a store have no gaps: whoever draws one holds the store's row until the commit.
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))
    parcels = _parcels(store_id, shipment_ids)
    if same := _already(store_id, parcels):
        return same
    if len({parcel.carrier_title for parcel in parcels}) > 1:
        raise Refused(N_("These parcels are for different carriers: make one sheet for each."), field="shipments")
    sheet = _new_sheet(store_id, parcels, by=by)
    ready = update(Shipment).where(
        Shipment.store_id == store_id, Shipment.id.in_(shipment_ids), Shipment.state == "labelled"
    )
    given = ready.values(state="handed_over", handed_over_at=sheet.at, handover_id=sheet.id)
    if changed(given) != len(parcels):
        raise InvalidTransition
    for parcel in parcels:
        _tell("shipment.handed_over", parcel.id, store_id, by=by, handover=sheet.number)
    return sheet


def _parcels(store_id: int, shipment_ids: Collection[int]) -> list[Shipment]:
    wanted = select(Shipment).where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
    found = list(session.scalars(wanted.order_by(Shipment.id), execution_options={"populate_existing": True}))
    if not found:
        raise Refused(N_("Please choose at least one parcel."), field="shipments")
    if len(found) != len(set(shipment_ids)):
        raise NotFound("a parcel that isn't there")
    return found


def _already(store_id: int, parcels: Sequence[Shipment]) -> Handover | None:
    sheets = {parcel.handover_id for parcel in parcels}
    if len(sheets) != 1 or None in sheets:
        return None
    return session.scalars(select(Handover).where(Handover.store_id == store_id, Handover.id == sheets.pop())).one()


def _new_sheet(store_id: int, parcels: Sequence[Shipment], *, by: Actor) -> Handover:
    last = session.scalar(select(func.max(Handover.number)).where(Handover.store_id == store_id)) or 0
    cash = sum((parcel.collect for parcel in parcels), Money(0, parcels[0].currency))
    sheet = Handover(
        store_id=store_id, number=last + 1, carrier_title=parcels[0].carrier_title, parcels=len(parcels),
        collect_minor=cash.minor, currency=cash.currency, at=clock.now(), account_id=by.account_id, by_name=by.name,
    )  # fmt: skip
    session.add(sheet)
    session.flush()
    return sheet


def sign_handover(store_id: int, handover_id: int, *, signed_by: str, signature: str, by: Actor) -> None:
    """Write down that whoever took the parcels signed their sheet, once.

    `signature` names the file of what was drawn on the screen; none: the sheet was signed on paper. Raises
    InvalidTransition for a sheet that is signed.
    """
    mine = update(Handover).where(Handover.store_id == store_id, Handover.id == handover_id)
    signed = {"signed_at": clock.now(), "signed_by": clean(signed_by, limit=120), "signature": signature}
    if changed(mine.where(Handover.signed_at.is_(None)).values(**signed)) != 1:
        raise InvalidTransition
    journal.record(
        "handover.signed", subject="handover", subject_id=handover_id, store_id=store_id, by=by,
        on="screen" if signature else "paper",
    )  # fmt: skip


def record_scans(store_id: int, shipment_id: int, scans: Sequence[ParcelScan], *, by: Actor) -> list[str]:
    """Keep what was said of a parcel and move it where the table allows; return the states that it went through.

    Late, repeated and out-of-order scans are normal: see `scans.folded`. What is known writes nothing. Raises NotFound.
    """
    return record_ways(store_id, {shipment_id: scans}, by=by)[shipment_id]


def record_ways(store_id: int, said: Mapping[int, Sequence[ParcelScan]], *, by: Actor) -> dict[int, list[str]]:
    """Keep what was said of parcels as `record_scans` does of one, all in the same few statements."""
    if not said:
        return {}
    of_these = Shipment.store_id == store_id, Shipment.id.in_(said)
    wanted = select(Shipment.id, Shipment.state).where(*of_these).order_by(Shipment.id).with_for_update()
    states = {row.id: row.state for row in session.execute(wanted)}
    if len(states) < len(said):
        raise NotFound(f"no parcel {min(said.keys() - states.keys())}")
    known: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(_known(), {"store": store_id, "parcels": list(said)}):
        known[row.shipment_id].append(row)
    found = {each: folded(states[each], said[each], known[each]) for each in states}
    rows = [_scan(store_id, each, scan, moved=bool(steps)) for each, new in found.items() for scan, steps in new]
    if rows:
        session.execute(insert(table_of(Scan)), rows)
    moved = {each: [(step, scan.at) for scan, steps in new for step in steps] for each, new in found.items()}
    return {each: _go(store_id, each, states[each], steps, by=by) for each, steps in moved.items()}


@cache
def _known() -> Executable:
    # built once: it comes with every look at a parcel
    bare = table_of(Scan)
    mine = bare.c.store_id == bindparam("store"), bare.c.shipment_id.in_(bindparam("parcels", expanding=True))
    return select(bare.c.shipment_id, bare.c.key, bare.c.word, bare.c.at).where(*mine)


def _scan(store_id: int, shipment_id: int, scan: ParcelScan, *, moved: bool) -> dict[str, object]:
    return {
        "store_id": store_id, "shipment_id": shipment_id, "key": key_of(scan), "raw": scan.raw[:200],
        "word": scan.word if scan.word in SCANS else "unknown", "text": scan.text[:300], "at": scan.at,
        "recorded_at": clock.now(), "moved": moved,
    }  # fmt: skip


def _go(store_id: int, shipment_id: int, old: str, steps: Sequence[tuple[str, datetime]], *, by: Actor) -> list[str]:
    """Take a parcel through states at their moments; return them."""
    if not steps:
        return []
    bare = table_of(Shipment)
    mine = update(bare).where(bare.c.store_id == store_id, bare.c.id == shipment_id, bare.c.state == old)
    stamps = {_STAMPS[step]: at for step, at in steps if step in _STAMPS}
    if not changed(mine.values(state=steps[-1][0], **stamps)):
        raise InvalidTransition
    for step, _at in steps:
        _tell(f"shipment.{step}", shipment_id, store_id, by=by)
    return [step for step, _at in steps]


def set_collect(store_id: int, order_id: int, amount: Money) -> bool:
    """Set what the courier collects for an order, while its parcel has no label; return whether it was set."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.order_id == order_id)
    return changed(mine.where(Shipment.state == "preparing").values(collect_minor=amount.minor)) == 1


def cancel_for(store_id: int, order_id: int, *, by: Actor) -> Shipment | None:
    """Cancel the parcel of an order while it is still here; None when there is none alive.

    Raises InvalidTransition once it was handed over.
    """
    alive = select(Shipment).where(Shipment.store_id == store_id, Shipment.order_id == order_id)
    parcel = session.scalars(
        alive.where(Shipment.state != "cancelled"), execution_options={"populate_existing": True}
    ).one_or_none()
    if parcel is None:
        return None
    mine = update(Shipment).where(Shipment.id == parcel.id, Shipment.store_id == store_id)
    if not changed(mine.where(Shipment.state.in_(SHIPMENT.sources("cancelled"))).values(state="cancelled")):
        raise InvalidTransition
    _tell("shipment.cancelled", parcel.id, store_id, by=by)
    return parcel


def reopen_for(store_id: int, order_id: int, *, by: Actor) -> None:
    """Undo `cancel_for` a moment later, for a parcel that was never labelled or booked. Raises InvalidTransition."""
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.order_id == order_id)
    untouched = mine.where(
        Shipment.state == "cancelled", Shipment.labelled_at.is_(None), Shipment.booked_at.is_(None),
        Shipment.asked_at.is_(None),
    )  # fmt: skip
    if changed(untouched.values(state="preparing")) != 1:
        raise InvalidTransition
    journal.record("shipment.reopened", subject="order", subject_id=order_id, store_id=store_id, by=by)


def _tell(verb: str, shipment_id: int, store_id: int, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="shipment", subject_id=shipment_id, store_id=store_id, by=by, **values)

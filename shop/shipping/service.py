"""What happens to parcels: opened, labelled, handed over, scanned, cancelled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, Executable, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

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
from shop.stores.models import Store

__all__ = [
    "DeskRow", "NewShipment", "Problem", "RateRow", "add_carrier", "add_desk", "ask_first", "cancel_for",
    "change_carrier", "change_desk", "mark_booked", "mark_handed_over", "mark_labelled", "note_asked",
    "note_looked", "note_refused", "open_shipment", "read_rates_csv", "record_scans", "reopen_for", "set_desks",
    "set_rates", "sign_handover", "steps_to",
]  # fmt: skip

_STAMPS = {"labelled": "labelled_at", "delivered": "delivered_at", "returned": "returned_at",
           "handed_over": "handed_over_at"}  # fmt: skip
FINAL = frozenset({"delivered", "returned", "lost"})


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
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
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

    Late, repeated and out-of-order scans are normal: a repeat is the same row, and one that is older than what
    already moved the parcel moves it only to an end (delivered, returned, lost). Raises NotFound.
    """
    parcel = session.scalars(
        select(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if parcel is None:
        raise NotFound(f"no parcel {shipment_id}")
    state, went = parcel.state, list[str]()
    newest = session.scalar(select(func.max(Scan.at)).where(Scan.shipment_id == shipment_id, Scan.moved))
    for scan in sorted(scans, key=lambda each: (each.at, each.key)):
        late = newest is not None and scan.at < newest
        steps = [] if late and SCANS.get(scan.word) not in FINAL else steps_to(state, SCANS.get(scan.word, ""))
        if not _kept(store_id, shipment_id, scan, moved=bool(steps)) or not steps:
            continue
        for step in steps:
            _go(store_id, shipment_id, state, step, at=scan.at, by=by)
            state = step
            went.append(step)
        newest = scan.at if newest is None else max(newest, scan.at)
    return went


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


def _kept(store_id: int, shipment_id: int, scan: ParcelScan, *, moved: bool) -> bool:
    """Write the scan unless its key is known; return whether it is new."""
    row = {
        "store_id": store_id, "shipment_id": shipment_id, "key": scan.key[:80], "raw": scan.raw[:200],
        "word": scan.word if scan.word in SCANS else "unknown", "text": scan.text[:300], "at": scan.at,
        "recorded_at": clock.now(), "moved": moved,
    }  # fmt: skip
    upsert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    once = upsert(Scan).values(row).on_conflict_do_nothing(index_elements=["shipment_id", "key"])
    return session.execute(once.returning(Scan.id)).scalar_one_or_none() is not None


def _go(store_id: int, shipment_id: int, old: str, new: str, *, at: datetime, by: Actor) -> None:
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id, Shipment.state == old)
    stamp = {_STAMPS[new]: at} if new in _STAMPS else {}
    if not changed(mine.values(state=new, **stamp)):
        raise InvalidTransition
    _tell(f"shipment.{new}", shipment_id, store_id, by=by)


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

"""Partners' own labels: which workshop wants them, which are here, what came of the others."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Final

from sqlalchemy import and_, delete, or_, select, update

from shop.core import clock
from shop.core.errors import Refused
from shop.plumbing import journal, pdfs
from shop.plumbing.db import changed, in_transaction, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.pdfs import Redrawn
from shop.shipping.carriers import CARRIERS
from shop.shipping.contract import Labels
from shop.shipping.label_models import PartnerLabel
from shop.shipping.models import CarrierAccount, Shipment

KEEP: Final = timedelta(days=60)
ITS_OWN_ONLY: Final = N_("This partner takes parcels under its own label only.")
NONE_MADE: Final = N_("This partner makes no label of its own.")
_HERE = ("preparing", "labelled", "handed_over", "in_transit", "at_point", "attempt_failed")


@cache
def must(carrier: str) -> bool:
    """Tell whether a carrier takes parcels under its own label only."""
    plugin = CARRIERS.usable.get(carrier)
    return plugin is not None and plugin.own_label


@cache
def makes(carrier: str) -> bool:
    """Tell whether a carrier makes labels of its own."""
    plugin = CARRIERS.usable.get(carrier)
    if plugin is None or not plugin.outside:
        return False
    return plugin.own_label or isinstance(plugin.build(plugin.settings(), None), Labels)


def makers() -> list[str]:
    """Return the carriers that make labels of their own."""
    return [key for key in CARRIERS.usable if makes(key)]


def choose(account: CarrierAccount, *, theirs: bool, by: Actor) -> None:
    """Have parcels of an account go under the partner's label, or under ours. Raises Refused where that can't be."""
    if theirs and not makes(account.carrier):
        raise Refused(NONE_MADE, field="label")
    if not theirs and must(account.carrier):
        raise Refused(ITS_OWN_ONLY, field="label")
    mine = update(CarrierAccount).where(CarrierAccount.store_id == account.store_id, CarrierAccount.id == account.id)
    if changed(mine.where(CarrierAccount.their_label.is_(not theirs)).values(their_label=theirs)):
        journal.record(
            "carrier.label_chosen", subject="carrier", subject_id=account.id, store_id=account.store_id, by=by,
            theirs=theirs,
        )  # fmt: skip


def _goes_under_theirs() -> object:
    needy = [key for key in CARRIERS.usable if must(key)]
    return and_(
        CarrierAccount.carrier.in_(makers()), or_(CarrierAccount.their_label, CarrierAccount.carrier.in_(needy))
    )


def wanting(store_id: int, shipment_ids: Collection[int], *, again: bool = False) -> list[Shipment]:
    """Return the booked parcels that go under their partner's label and were not asked for it under this number.

    `again`: those too for which it could not be had.
    """
    had = and_(PartnerLabel.shipment_id == Shipment.id, PartnerLabel.tracking == Shipment.tracking)
    done = and_(had, PartnerLabel.pages > 0) if again else had
    wanted = (
        select(Shipment)
        .join(CarrierAccount, CarrierAccount.id == Shipment.account_id)
        .where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids), Shipment.booked_at.is_not(None))
        .where(Shipment.state.in_(_HERE), _goes_under_theirs())  # type: ignore[arg-type]
        .where(~select(PartnerLabel.id).where(done).exists())
        .order_by(Shipment.id)
    )
    return list(session.scalars(wanted, execution_options={"populate_existing": True}))


def redrawn(content: bytes) -> Redrawn | str:
    """Draw a label that a partner made anew, or return why it can't be printed: see `pdfs.redrawn`."""
    if in_transaction():
        raise RuntimeError("no label is drawn inside a transaction")
    try:
        return pdfs.redrawn(content)
    except Refused as refused:
        return refused.message


def keep(parcel: Shipment, tracking: str, label: Redrawn | str) -> None:
    """Keep a label that a partner made under a number, drawn anew, or why it can't be printed."""
    if isinstance(label, str):
        note_problem(parcel, tracking, label)
        return
    mark = hashlib.sha256(label.content).hexdigest()
    _write(parcel, tracking, pages=label.pages, mark=mark, body=label.content, problem="")
    journal.record(
        "shipment.partner_label", subject="shipment", subject_id=parcel.id, store_id=parcel.store_id,
        pages=label.pages, by=journal.SYSTEM,
    )  # fmt: skip


def note_problem(parcel: Shipment, tracking: str, why: str) -> None:
    """Write down why a partner's label can't be had: ours is printed."""
    _write(parcel, tracking, pages=0, mark="", body=b"", problem=why[:200] or "?")
    journal.record(
        "shipment.partner_label_failed", subject="shipment", subject_id=parcel.id, store_id=parcel.store_id,
        why=why[:200], by=journal.SYSTEM,
    )  # fmt: skip


def _write(parcel: Shipment, tracking: str, **values: object) -> None:
    row = {"tracking": tracking[:40], "collect_minor": parcel.collect_minor, "at": clock.now(), **values}
    mine = update(PartnerLabel).where(
        PartnerLabel.store_id == parcel.store_id, PartnerLabel.shipment_id == parcel.id
    )  # fmt: skip
    if not changed(mine.values(**row)):
        session.add(PartnerLabel(store_id=parcel.store_id, shipment_id=parcel.id, **row))
        session.flush()


def ready(store_id: int, shipment_ids: Collection[int]) -> dict[int, PartnerLabel]:
    """Return the partner's labels under which these parcels go, if they are here and still say what is true."""
    wanted = (
        select(PartnerLabel)
        .join(Shipment, Shipment.id == PartnerLabel.shipment_id)
        .join(CarrierAccount, CarrierAccount.id == Shipment.account_id)
        .where(PartnerLabel.store_id == store_id, PartnerLabel.shipment_id.in_(shipment_ids), PartnerLabel.pages > 0)
        .where(PartnerLabel.tracking == Shipment.tracking, PartnerLabel.collect_minor == Shipment.collect_minor)
        .where(_goes_under_theirs())  # type: ignore[arg-type]
    )
    return {each.shipment_id: each for each in session.scalars(wanted)}


def bodies(store_id: int, marks: Mapping[int, str]) -> dict[int, bytes]:
    """Return labels as they were printed, by parcel: those whose bytes have their mark still."""
    wanted = select(PartnerLabel.shipment_id, PartnerLabel.mark, PartnerLabel.body).where(
        PartnerLabel.store_id == store_id, PartnerLabel.shipment_id.in_(marks)
    )
    return {row.shipment_id: row.body for row in session.execute(wanted) if row.mark == marks[row.shipment_id]}


def problems(store_id: int, shipment_ids: Sequence[int]) -> dict[int, str]:
    """Return why these parcels go under our label though theirs was chosen: a reason, or '' for one to come."""
    wanted = (
        select(Shipment.id, PartnerLabel.problem)
        .join(CarrierAccount, CarrierAccount.id == Shipment.account_id)
        .outerjoin(PartnerLabel, and_(
            PartnerLabel.shipment_id == Shipment.id, PartnerLabel.tracking == Shipment.tracking,
            PartnerLabel.collect_minor == Shipment.collect_minor,
        ))
        .where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
        .where(_goes_under_theirs())  # type: ignore[arg-type]
        .where(or_(PartnerLabel.id.is_(None), PartnerLabel.pages == 0))
    )  # fmt: skip
    return {row.id: row.problem or "" for row in session.execute(wanted)}


def forget_old() -> None:
    """Forget labels that were made long ago: their parcels have arrived."""
    changed(delete(PartnerLabel).where(PartnerLabel.at < clock.now() - KEEP))

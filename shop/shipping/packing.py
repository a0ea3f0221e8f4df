"""What was packed, proven: a photo of the open parcel and what it weighs, as long as somebody may ask about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.plumbing import jobs, journal
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.storage import Storage
from shop.shipping.models import Shipment
from shop.shipping.packing_models import PackingPhoto
from shop.stores.models import Store

FORGET, FORGET_OLD = "packing.forget", "packing.forget_old"  # jobs: now, and each day
KEPT = timedelta(days=180)  # buyers, carriers and banks of cards have asked by then
MOST_PHOTOS = 4
MOST_G = 100_000
HERE = ("preparing", "labelled")
OVER = ("delivered", "returned", "lost", "cancelled")

ENOUGH = N_("There are {most} photos of this parcel already. Remove one first.")
OUT_OF_RANGE = N_("Write a weight from 1 to 100 000 grams.")
NOT_PACKED = N_("These parcels still need a photo or their weight, as your workshop asks: {parcels}")


def name_of(file: str) -> str:
    """Return where the file of a photo is kept, among private files."""
    return f"packings/{file}.webp"


def weigh(store_id: int, shipment_id: int, grams: int | None, *, by: Actor) -> bool:
    """Write what the packed parcel weighs, None to take it back; return whether that is news.

    Raises NotFound, Refused out of range, InvalidTransition once it was handed over.
    """
    parcel = _parcel(store_id, shipment_id)
    if grams is not None and not 1 <= grams <= MOST_G:
        raise Refused(OUT_OF_RANGE, field="weight_g")
    if parcel.measured_g == grams:
        return False
    mine = update(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id, Shipment.state.in_(HERE))
    if not changed(mine.values(measured_g=grams)):
        raise InvalidTransition
    _tell("shipment.weighed" if grams else "shipment.unweighed", parcel, by=by, **({"number": grams} if grams else {}))
    return True


def keep_photo(store_id: int, shipment_id: int, file: str, *, by: Actor) -> None:
    """Keep a photo of the open parcel, taken when it was tapped; one that waited for the network may come late.

    Raises NotFound, InvalidTransition once the parcel has arrived or is gone, Refused for too many.
    """
    parcel = _parcel(store_id, shipment_id)
    if parcel.state in OVER:
        raise InvalidTransition
    if len(photos(store_id, [shipment_id])) >= MOST_PHOTOS:
        raise Refused(ENOUGH, field="photos", most=MOST_PHOTOS)
    row = {
        "store_id": store_id, "shipment_id": shipment_id, "file": file, "at": by.tapped_at or clock.now(),
        "account_id": by.account_id, "by_name": by.name, "gone_at": None,
    }  # fmt: skip
    session.execute(insert(PackingPhoto), row)
    _tell("shipment.photographed", parcel, by=by)


def remove_photo(store_id: int, photo_id: int, *, by: Actor) -> None:
    """Take a photo back while the parcel is here. Raises NotFound, InvalidTransition."""
    found = photo(store_id, photo_id)
    parcel = _parcel(store_id, found.shipment_id)
    if parcel.state not in HERE:
        raise InvalidTransition
    if _let_go(PackingPhoto.store_id == store_id, PackingPhoto.id == photo_id):
        _tell("shipment.photo_removed", parcel, by=by)


def photos(store_id: int, shipment_ids: Collection[int]) -> list[PackingPhoto]:
    """Return the photos of parcels of a workshop, the oldest first."""
    wanted = select(PackingPhoto).where(PackingPhoto.store_id == store_id, PackingPhoto.shipment_id.in_(shipment_ids))
    return list(session.scalars(wanted.where(PackingPhoto.gone_at.is_(None)).order_by(PackingPhoto.id)))


def photo(store_id: int, photo_id: int) -> PackingPhoto:
    """Return a photo of a workshop. Raises NotFound."""
    found = session.get(PackingPhoto, photo_id, populate_existing=True)
    if found is None or found.store_id != store_id or found.gone_at is not None:
        raise NotFound(f"no photo {photo_id}")
    return found


def require_packed(store_id: int, shipment_ids: Collection[int]) -> None:
    """Raise Refused for parcels that lack what their workshop asks of each; what has left already is not asked."""
    asks = session.execute(select(Store.asks_photo, Store.asks_weight).where(Store.id == store_id)).one()
    if not any(asks):
        return
    wanted = select(Shipment).where(Shipment.store_id == store_id, Shipment.id.in_(shipment_ids))
    here = session.scalars(wanted.where(Shipment.state.in_(HERE)).order_by(Shipment.id)).all()
    shown = {each.shipment_id for each in photos(store_id, [each.id for each in here])} if asks.asks_photo else set()
    bare = [
        each.reference[-4:] for each in here
        if (asks.asks_photo and each.id not in shown) or (asks.asks_weight and each.measured_g is None)
    ]  # fmt: skip
    if bare:
        raise Refused(NOT_PACKED, field="shipments", parcels=" · ".join(bare))


def forget(store_id: int, order_ids: Collection[int]) -> None:
    """Forget the photos of orders whose buyer is forgotten."""
    theirs = select(Shipment.id).where(Shipment.store_id == store_id, Shipment.order_id.in_(order_ids))
    _let_go(PackingPhoto.store_id == store_id, PackingPhoto.shipment_id.in_(theirs))


def forget_old(files: Storage, _payload: Mapping[str, Any]) -> None:
    """Take away what was taken KEPT ago, or let go: first the file, then the row. Twice is harmless."""
    with transaction():
        changed(update(PackingPhoto).where(PackingPhoto.at < clock.now() - KEPT).values(gone_at=clock.now()))
    gone = session.execute(select(PackingPhoto.id, PackingPhoto.file).where(PackingPhoto.gone_at.is_not(None))).all()
    session.rollback()
    for row in gone:
        files.delete(name_of(row.file))
    with transaction():
        changed(delete(PackingPhoto).where(PackingPhoto.id.in_([row.id for row in gone])))


def _let_go(*which: Any) -> int:
    gone = changed(update(PackingPhoto).where(*which, PackingPhoto.gone_at.is_(None)).values(gone_at=clock.now()))
    if gone:
        jobs.enqueue(FORGET, {})
    return gone


def _parcel(store_id: int, shipment_id: int) -> Shipment:
    wanted = select(Shipment).where(Shipment.store_id == store_id, Shipment.id == shipment_id)
    found = session.scalars(wanted.with_for_update(), execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(f"no parcel {shipment_id}")
    return found


def _tell(verb: str, parcel: Shipment, *, by: Actor, **values: object) -> None:
    journal.record(verb, subject="shipment", subject_id=parcel.id, store_id=parcel.store_id, by=by, **values)

"""The demo's loss: of three parcels that were not paid in time, the oldest will never be."""

from __future__ import annotations

from sqlalchemy import select

from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.settlement import books, losses
from shop.stores.models import Store

WHY = "Barq Express : réclamation refusée, bordereau clos"


def give_up(slug: str, by: Actor) -> None:
    """Give up the cash of the workshop's oldest late parcel, once, where it has several."""
    store_id = session.scalar(select(Store.id).where(Store.slug == slug)) or 0
    late = books.behind(store_id, "late")
    if len(late) > 1 and late[0].payment_id is not None and not losses.lost(store_id):
        missing = losses.owed(store_id, late[0].payment_id).missing
        with transaction():
            losses.give_up(store_id, late[0].payment_id, missing=missing, reason=WHY, by=by)

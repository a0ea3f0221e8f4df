"""The demo's print station: Amina's, beside her label printer, switched off since this morning."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from shop.core import clock
from shop.documents import stations
from shop.plumbing.db import session
from shop.plumbing.journal import SYSTEM, Actor
from shop.stores.models import Store

SHOP = "atelier-amina"
BEGUN = timedelta(days=20)
SWITCHED_OFF = timedelta(hours=3)


def pair(owners: dict[str, Actor]) -> None:
    """Pair a print station twenty days ago, inside the current transaction; its token is kept by nobody."""
    by = owners.get(SHOP, SYSTEM)
    store_id = session.scalars(select(Store.id).where(Store.slug == SHOP)).one()
    with clock.standing_at(clock.now() - BEGUN):
        code = stations.add(store_id, name="Imprimante de l’atelier", head="zpl-203", by=by)
        station, _token = stations.pair(code, by=by)
    with clock.standing_at(clock.now() - SWITCHED_OFF):
        stations.note_seen(station)

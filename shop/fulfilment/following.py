"""Parcels of partners: booked by themselves once their order is confirmed, and followed until they have arrived.

Nothing here is urgent and all of it comes round again: a partner that does not answer is asked at the next turn, and
holds up nobody else's parcels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select

from shop.core import clock
from shop.core.errors import HirfaError
from shop.fulfilment import booking, service
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.outside import Outside
from shop.shipping import inbox, partners
from shop.shipping import service as shipping
from shop.shipping.contract import Carrier, ParcelScan, Tracks, TracksMany
from shop.shipping.models import CarrierAccount, CarrierNotice, Shipment

FOLLOW = "fulfilment.follow"
EVERY_S = 60
LOOK_AGAIN = timedelta(minutes=10)
MOST_BOOKED = 100  # of an account in one turn
MOST_LOOKED = 50  # numbers in one request
UNDER_WAY = ("labelled", "handed_over", "in_transit", "at_point", "attempt_failed", "returning")
log = structlog.get_logger("hirfa.partners")


def follow(outside: Outside, _payload: dict[str, Any]) -> None:
    """Book what waits to be booked, and ask where parcels are: a job that comes round."""
    for (store_id, _account_id), ids in _to_book().items():
        booking.book(store_id, ids, outside=outside)
    for account in partners.accounts():
        try:
            _look(account, _to_look(account), outside)
        except HirfaError as error:
            session.rollback()
            log.warning("a partner was not asked", account=account.id, error=repr(error))


def _to_book() -> Mapping[tuple[int, int | None], list[int]]:
    """Return the parcels that no carrier has refused, by workshop and account, the oldest first."""
    wanted = booking.due(Shipment.store_id, Shipment.account_id, Shipment.id)
    found: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.store_id, row.account_id].append(row.id)
    session.rollback()
    return {key: ids[:MOST_BOOKED] for key, ids in found.items()}


def _to_look(account: CarrierAccount) -> dict[str, int]:
    """Return the parcels of an account that are under way and were not asked about for a while, by their numbers."""
    wanted = (
        select(Shipment.tracking, Shipment.id)
        .where(Shipment.store_id == account.store_id, Shipment.account_id == account.id)
        .where(Shipment.state.in_(UNDER_WAY), Shipment.booked_at.is_not(None))
        .where(or_(Shipment.looked_at.is_(None), Shipment.looked_at < clock.now() - LOOK_AGAIN))
        .order_by(Shipment.looked_at.is_not(None), Shipment.looked_at, Shipment.id)
        .limit(MOST_LOOKED)
    )
    return {row.tracking: row.id for row in session.execute(wanted)}


def _look(account: CarrierAccount, parcels: Mapping[str, int], outside: Outside) -> None:
    """Ask a partner where parcels are, and write down what it says."""
    if not parcels:
        return
    at_once = isinstance(partners.built(account, outside), TracksMany)
    for group in [parcels] if at_once else [{each: parcels[each]} for each in parcels]:
        with transaction():
            if not partners.may_ask(account.id):
                return
        carrier = partners.built(account, outside, turns=1)
        session.rollback()  # the read snapshot does not wait for the outside
        _ask(account, carrier, group)


def _ask(account: CarrierAccount, carrier: Carrier, parcels: Mapping[str, int]) -> None:
    by = Actor("carrier", name=account.title)
    said: dict[str, list[ParcelScan]] = defaultdict(list)
    for scan in _scans(carrier, list(parcels)):
        said[scan.tracking].append(scan)
    for tracking, shipment_id in parcels.items():
        with transaction():
            service.record(account.store_id, shipment_id, said[tracking], by=by)
            shipping.note_looked(account.store_id, [shipment_id])


def _scans(carrier: Carrier, trackings: Sequence[str]) -> list[ParcelScan]:
    if isinstance(carrier, TracksMany):
        return carrier.scans_of(trackings)
    return [each for tracking in trackings for each in carrier.scans(tracking)] if isinstance(carrier, Tracks) else []


def look_into(outside: Outside, payload: dict[str, Any]) -> None:
    """Ask about the parcel that a notice speaks of: a job, harmless when it is done again.

    Raises Unavailable while the partner does not answer, so that it comes again.
    """
    notice = session.get(CarrierNotice, payload["notice"])
    if notice is None or notice.handled_at is not None:
        return
    account = session.get_one(CarrierAccount, notice.account_id)
    mine = select(Shipment.id).where(Shipment.store_id == notice.store_id, Shipment.account_id == notice.account_id)
    under_way = mine.where(Shipment.tracking == notice.tracking, Shipment.state.in_(UNDER_WAY))
    found = session.scalars(under_way).one_or_none()
    session.expunge(notice)
    session.expunge(account)
    if found is not None:
        _look(account, {notice.tracking: found}, outside)
    with transaction():
        inbox.handled(notice.id)

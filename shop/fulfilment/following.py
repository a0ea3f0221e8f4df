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
from shop.shipping import queries as shipping_queries
from shop.shipping import service as shipping
from shop.shipping.contract import Carrier, ParcelScan, Tracks, TracksMany
from shop.shipping.models import CarrierAccount, Shipment
from shop.shipping.scans import ends

FOLLOW = "fulfilment.follow"
EVERY_S = 60
LOOK_AGAIN = timedelta(minutes=10)
MOST_BOOKED = 100  # of an account in one turn
MOST_LOOKED = 50  # numbers in one request
FEW = 5  # requests for which turns are taken together, where each number is a request
UNDER_WAY = ("labelled", "handed_over", "in_transit", "at_point", "attempt_failed", "returning")
log = structlog.get_logger("hirfa.partners")


def follow(outside: Outside, _payload: dict[str, Any]) -> None:
    """Book what waits to be booked, and ask where parcels are: a job that comes round."""
    for (store_id, _account_id), ids in _to_book().items():
        booking.book(store_id, ids, outside=outside)
    accounts = partners.accounts()
    for account in accounts:
        session.expunge(account)  # they stay as they are, however many transactions the parcels of each take
    for account in accounts:
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


def _look(account: CarrierAccount, parcels: Mapping[str, int], outside: Outside) -> bool:
    """Ask a partner where parcels are, and write down what it says; return whether it could be asked about all."""
    at_once, numbers = _at_once(account), list(parcels)
    most = MOST_LOOKED if at_once else FEW
    for group in (numbers[at : at + most] for at in range(0, len(numbers), most)):
        turns = 1 if at_once else len(group)
        with transaction():
            if not partners.may_ask(account.id, turns=turns):
                return False
        carrier = partners.built(account, outside, turns=turns)
        session.rollback()  # the read snapshot does not wait for the outside
        _ask(account, carrier, {each: parcels[each] for each in group})
    return True


def _at_once(account: CarrierAccount) -> bool:
    """Tell whether the partner of an account tells of many parcels in one answer."""
    return partners.can(account.carrier, TracksMany)


def _ask(account: CarrierAccount, carrier: Carrier, parcels: Mapping[str, int]) -> None:
    by = Actor("carrier", name=account.title)
    said: dict[int, list[ParcelScan]] = defaultdict(list)
    for scan in _scans(carrier, list(parcels)):
        if scan.tracking in parcels:
            said[parcels[scan.tracking]].append(scan)
    news = shipping_queries.with_news(account.store_id, said)
    for shipment_id in (each for each in news if ends(said[each])):
        with transaction():  # of its own: orders, stock and money follow
            service.record(account.store_id, shipment_id, said[shipment_id], by=by)
    with transaction():
        shipping.record_ways(account.store_id, {each: said[each] for each in news if not ends(said[each])}, by=by)
        shipping.note_looked(account.store_id, list(parcels.values()))


def _scans(carrier: Carrier, trackings: Sequence[str]) -> list[ParcelScan]:
    if isinstance(carrier, TracksMany):
        return carrier.scans_of(trackings)
    return [each for tracking in trackings for each in carrier.scans(tracking)] if isinstance(carrier, Tracks) else []


def look_into(outside: Outside, payload: dict[str, Any]) -> None:
    """Ask about the parcels that a notice speaks of: a job, harmless when it is done again.

    Other notices of these parcels that wait are done with it, and those of other parcels where the partner tells of
    many at once. Raises Unavailable while the partner does not answer, so that it comes again.
    """
    account = session.get_one(CarrierAccount, payload["account"])
    mine = inbox.waiting(account.id, payload["numbers"])
    if not mine:
        return
    others = inbox.waiting(account.id, most=MOST_LOOKED) if _at_once(account) else {}
    told = {**others, **mine}
    wanted = select(Shipment.tracking, Shipment.id).where(Shipment.tracking.in_(told), Shipment.state.in_(UNDER_WAY))
    of_hers = wanted.where(Shipment.store_id == account.store_id, Shipment.account_id == account.id)
    parcels = {row.tracking: row.id for row in session.execute(of_hers)}
    session.expunge(account)
    done = told if _look(account, parcels, outside) else mine
    with transaction():
        inbox.handled([each for notices in done.values() for each in notices])

"""What a partner tells of itself: its places, desks and prices, fetched piece by piece and kept.

A buyer is quoted from what is kept. It is fetched when she asks for it, and never overwrites what she typed since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from shop.core import clock
from shop.plumbing import geography, jobs, journal
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside
from shop.shipping import partners, places
from shop.shipping.accounts import RateRow
from shop.shipping.contract import Carrier, Fee, ListsPlaces, ListsPlacesOf, ListsPoints, TellsFees
from shop.shipping.models import CarrierAccount, CommuneRate, DeliveryRate, Desk
from shop.stores.models import Store

JOB = "shipping.learn"
WILAYAS = [f"{number:02}" for number in range(1, 59)]
AGAIN = timedelta(seconds=65)
DAYS = (1, 5)


def ask(store_id: int, account_id: int, *, by: Actor) -> None:
    """Have a partner's places, desks and prices fetched by a job."""
    mine = update(CarrierAccount).where(CarrierAccount.store_id == store_id, CarrierAccount.id == account_id)
    changed(mine.values(learned=0))
    jobs.enqueue(JOB, {"store_id": store_id, "account_id": account_id})
    journal.record("carrier.learning", subject="carrier", subject_id=account_id, store_id=store_id, by=by)


def learn(outside: Outside, payload: dict[str, Any]) -> None:
    """Fetch the next pieces, as many as the partner allows now; the rest comes a minute later: a job.

    Raises Unavailable while the partner does not answer, so that it comes again where it was.
    """
    account = session.get(CarrierAccount, payload["account_id"])
    if account is None or account.learned is None or partners.partner_of(account) is None:
        return
    session.expunge(account)
    by_wilaya, done = isinstance(partners.built(account, outside), ListsPlacesOf), account.learned
    while done < len(WILAYAS):
        turns = 2 if done == 0 or by_wilaya else 1
        with transaction():
            if not partners.may_ask(account.id, turns=turns):
                jobs.enqueue(JOB, payload, run_at=clock.now() + AGAIN)
                return
        carrier = partners.built(account, outside, turns=turns)
        if done == 0 or by_wilaya:
            _places(account, carrier, WILAYAS[done] if by_wilaya else "")
        _prices(account, carrier, WILAYAS[done], done + 1)
        done += 1


def _places(account: CarrierAccount, carrier: Carrier, wilaya_58: str) -> None:
    """Keep the communes and desks of a wilaya, or of the whole country where none is named."""
    told = carrier.places() if isinstance(carrier, ListsPlaces) else []
    if isinstance(carrier, ListsPlacesOf):
        told = carrier.places_of(wilaya_58)
    points = carrier.points(wilaya_58) if isinstance(carrier, ListsPoints) else []
    with transaction():
        places.keep(account.carrier, told, wilaya_58)
        known = {each.external: each.id for each in session.scalars(_desks(account)) if _is_known(each, wilaya_58)}
        for point in points:
            commune = places.codes(account.carrier, point.wilaya_code).get(point.commune, "")
            if not commune:
                continue
            values = {
                "name": point.name[:120], "address": point.address[:300], "hours": point.hours[:120],
                "commune_code": commune, "wilaya_code": geography.commune(commune).wilaya_code,
            }  # fmt: skip
            if point.key in known:
                changed(update(Desk).where(Desk.id == known[point.key]).values(**values))
            else:
                mine = {"store_id": account.store_id, "account_id": account.id, "external": point.key[:40]}
                session.execute(insert(Desk), values | mine | {"active": True})
        gone = known.keys() - {point.key for point in points}
        changed(update(Desk).where(Desk.id.in_([known[key] for key in gone])).values(active=False))


def _is_known(desk: Desk, wilaya_58: str) -> bool:
    """Tell whether a desk is one of the partner's, in a wilaya of 58 if one is named."""
    there = geography.commune(desk.commune_code).wilaya_code_58 if desk.commune_code else ""
    return bool(desk.external) and wilaya_58 in {"", there}


def _desks(account: CarrierAccount) -> Any:
    return select(Desk).where(Desk.store_id == account.store_id, Desk.account_id == account.id)


def _prices(account: CarrierAccount, carrier: Carrier, wilaya_58: str, done: int) -> None:
    store = session.get_one(Store, account.store_id)
    sender = geography.wilaya(store.wilaya_code).code_58
    known = places.codes(account.carrier, wilaya_58)
    session.rollback()  # the read snapshot does not wait for the outside
    told = carrier.fees(sender, wilaya_58) if isinstance(carrier, TellsFees) else []
    found = _everywhere(wilaya_58, told) | {known[fee.commune]: fee for fee in told if fee.commune in known}
    with transaction():
        for wilaya in {geography.commune(code).wilaya_code for code in found}:
            there = {code: fee for code, fee in found.items() if geography.commune(code).wilaya_code == wilaya}
            _keep(account, wilaya, there, lists_desks=isinstance(carrier, ListsPoints))
        mine = update(CarrierAccount).where(CarrierAccount.id == account.id, CarrierAccount.learned == done - 1)
        changed(mine.values(learned=done))
        if done == len(WILAYAS):
            journal.record(
                "carrier.learned", subject="carrier", subject_id=account.id, store_id=account.store_id, by=SYSTEM
            )


def _everywhere(wilaya_58: str, told: Sequence[Fee]) -> dict[str, Fee]:
    """Return a fee that names no commune for each of ours in a wilaya of 58."""
    fee = next((each for each in told if not each.commune), None)
    if fee is None:
        return {}
    ours = (place for wilaya in geography.wilayas() for place in geography.communes(wilaya.code, "fr"))
    return {place.code: fee for place in ours if place.wilaya_code_58 == wilaya_58}


def _keep(account: CarrierAccount, wilaya: str, fees: Mapping[str, Fee], *, lists_desks: bool) -> None:
    """Keep the prices of a wilaya: that of most communes, and those of the communes where it is another.

    Where a partner that lists its desks has none near, there is nothing to choose, so none is offered.
    """
    row, others = told_of(wilaya, fees)
    if lists_desks and not _has_desk(account, wilaya):
        row = replace(row, desk=None)
    of_account = (DeliveryRate.store_id == account.store_id, DeliveryRate.account_id == account.id)
    changed(delete(DeliveryRate).where(*of_account, DeliveryRate.wilaya_code == wilaya))
    changed(delete(CommuneRate).where(
        CommuneRate.store_id == account.store_id, CommuneRate.account_id == account.id,
        CommuneRate.commune_code.in_([each.code for each in geography.communes(wilaya, "fr")]),
    ))  # fmt: skip
    mine = {"store_id": account.store_id, "account_id": account.id}
    if row.home is not None or row.desk is not None:
        session.execute(insert(DeliveryRate), {
            **mine, "wilaya_code": wilaya, "home_minor": None if row.home is None else row.home.minor,
            "desk_minor": None if row.desk is None else row.desk.minor, "currency": "DZD",
            "min_days": row.min_days, "max_days": row.max_days,
            "per_kg_minor": None if row.per_kg is None else row.per_kg.minor,
            "insurance_hundredths": row.insurance_hundredths,
        })  # fmt: skip
    rows = [{**mine, "commune_code": code, "home_minor": minor} for code, minor in others.items()]
    if rows:
        session.execute(insert(CommuneRate), rows)


def _has_desk(account: CarrierAccount, wilaya: str) -> bool:
    around = geography.wilayas_of_58(geography.wilaya(wilaya).code_58)
    near = _desks(account).where(Desk.wilaya_code.in_(around), Desk.active)
    return session.scalars(near.limit(1)).first() is not None


def told_of(wilaya: str, fees: Mapping[str, Fee]) -> tuple[RateRow, dict[str, int | None]]:
    """Return what a wilaya costs, and the communes where the door costs something else or is not served.

    The dearest desk of the wilaya is what a desk costs: the buyer may choose any of them. So is the dearest kilogram.
    """
    homes = Counter(fee.home for fee in fees.values() if fee.home is not None)
    most = max(homes, key=lambda price: (homes[price], price)) if homes else None
    desks: Sequence[Any] = [fee.desk for fee in fees.values() if fee.desk is not None]
    insuring = [fee.insurance_hundredths for fee in fees.values() if fee.insurance_hundredths is not None]
    heavier: Sequence[Any] = [fee.per_kg for fee in fees.values() if fee.per_kg is not None]
    row = RateRow(
        wilaya_code=wilaya, home=most, desk=max(desks, default=None), min_days=DAYS[0], max_days=DAYS[1],
        per_kg=max(heavier, default=None), insurance_hundredths=max(insuring, default=None),
    )  # fmt: skip
    other = {code: fee.home for code, fee in fees.items() if fee.home != most}
    return row, {code: None if price is None else price.minor for code, price in other.items()}

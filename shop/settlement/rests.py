"""What was missing of a carrier's payment and came later: it is written once, and taken off what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from shop.core.errors import InvalidTransition, NotFound
from shop.core.money import Money
from shop.orders.models import Order
from shop.payments import ledger
from shop.payments.models import Payment
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor
from shop.settlement.models import Remittance, RemittanceLine, RemittanceRest
from shop.stores.models import Store

MISSING: ColumnElement[int] = (  # of what was to come and is not given up, less than nothing for too much
    RemittanceLine.expected_minor
    - RemittanceLine.received_minor
    - RemittanceLine.fee_minor
    - RemittanceLine.rest_minor
    - RemittanceLine.lost_minor
)


@dataclass(frozen=True, slots=True)
class Rest:
    """One payment of which something was missing, how much that was, what came of it and what was kept of that."""

    payment_id: int
    missing: Money
    received: Money
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortLine:
    """One parcel of a remittance, and what of it has not come (less than nothing: what was too much)."""

    payment_id: int
    code: str
    buyer_name: str
    carrier_title: str
    remittance_id: int
    received_on: date
    expected: Money
    missing: Money


def line_of(store_id: int, payment_id: int) -> ShortLine:
    """Return how a payment was settled by a carrier. Raises NotFound when none did."""
    found = _lines(store_id, RemittanceLine.payment_id == payment_id)
    if not found:
        raise NotFound(f"no remittance of payment {payment_id}")
    return found[0]


def missing(store_id: int, carrier_title: str = "", *, skip: int = 0, limit: int = 100) -> list[ShortLine]:
    """Return the parcels of which a carrier has brought too little, the oldest first."""
    of_carrier = (Remittance.carrier_title == carrier_title,) if carrier_title else ()
    return _lines(store_id, MISSING > 0, *of_carrier, skip=skip, limit=limit)


def too_much(store_id: int, carrier_title: str = "", *, skip: int = 0, limit: int = 100) -> list[ShortLine]:
    """Return the parcels of which a carrier has brought too much, the oldest first."""
    of_carrier = (Remittance.carrier_title == carrier_title,) if carrier_title else ()
    return _lines(store_id, MISSING < 0, *of_carrier, skip=skip, limit=limit)


def _lines(store_id: int, *conditions: ColumnElement[bool], skip: int = 0, limit: int = 1) -> list[ShortLine]:
    wanted = (
        select(RemittanceLine, MISSING, Remittance.carrier_title, Remittance.received_on, Order.code, Order.buyer_name)
        .join(Remittance, _OF_REMITTANCE)
        .join(Payment, and_(Payment.id == RemittanceLine.payment_id, Payment.store_id == RemittanceLine.store_id))
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .where(RemittanceLine.store_id == store_id, *conditions)
        .order_by(RemittanceLine.id).offset(skip).limit(limit)
    )  # fmt: skip
    rows = session.execute(wanted, execution_options={"populate_existing": True})
    return [
        ShortLine(
            payment_id=line.payment_id, code=code, buyer_name=buyer_name, carrier_title=title, received_on=on,
            remittance_id=line.remittance_id, expected=Money(line.expected_minor, line.currency),
            missing=Money(missing, line.currency),
        )
        for line, missing, title, on, code, buyer_name in rows
    ]  # fmt: skip


_OF_REMITTANCE = and_(
    Remittance.id == RemittanceLine.remittance_id, Remittance.store_id == RemittanceLine.store_id
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Short:
    """What one carrier has brought too little (below nothing: too much), of how many parcels, since when."""

    carrier_title: str
    parcels: int
    amount: Money
    since: date


def short(store_id: int) -> list[Short]:
    """Return what is missing of the payments of carriers, the oldest first, in one statement."""
    return _by_carrier(store_id, MISSING > 0)


def over(store_id: int) -> list[Short]:
    """Return what carriers have brought too much, the oldest first, in one statement."""
    return _by_carrier(store_id, MISSING < 0)


def _by_carrier(store_id: int, which: ColumnElement[bool]) -> list[Short]:
    wanted = (
        select(
            Remittance.carrier_title, RemittanceLine.currency, func.count(), func.sum(MISSING),
            func.min(Remittance.received_on),
        )
        .join(Remittance, _OF_REMITTANCE)
        .where(RemittanceLine.store_id == store_id, which)
        .group_by(Remittance.carrier_title, RemittanceLine.currency)
        .order_by(func.min(Remittance.received_on))
    )  # fmt: skip
    return [
        Short(title, parcels, Money(int(minor), currency), since)
        for title, currency, parcels, minor, since in session.execute(wanted)
    ]


def write(store_id: int, remittance_id: int, came: Sequence[Rest], *, by: Actor) -> None:
    """Take what came off what is missing, each once, inside a remittance. Raises InvalidTransition when that moved."""
    for rest in came:
        taken = (rest.received + rest.fee).minor
        mine = update(RemittanceLine).where(
            RemittanceLine.store_id == store_id, RemittanceLine.payment_id == rest.payment_id,
            MISSING.in_([rest.missing.minor]), MISSING > 0, RemittanceLine.currency == rest.received.currency,
        )  # fmt: skip
        if changed(mine.values(rest_minor=RemittanceLine.rest_minor + taken)) != 1:
            raise InvalidTransition
        ledger.rest_came(store_id, rest.payment_id, rest.received, rest.fee, by=by)
        journal.record(
            "payment.rest_came", subject="payment", subject_id=rest.payment_id, store_id=store_id, by=by,
            amount=rest.received.minor, remittance=remittance_id,
        )  # fmt: skip
    rows = [
        {
            "store_id": store_id, "remittance_id": remittance_id, "payment_id": rest.payment_id,
            "received_minor": rest.received.minor, "fee_minor": rest.fee.minor, "currency": rest.received.currency,
        }
        for rest in came
    ]  # fmt: skip
    if rows:
        session.execute(insert(RemittanceRest), rows)


def in_turn(store_id: int) -> None:
    """Let the remittances of a store be written one after the other, so that a second tap sees the first."""
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))


def last(store_id: int, payment_id: int) -> int | None:
    """Return the remittance that brought the newest part of what was missing of a payment."""
    return session.scalar(select(func.max(RemittanceRest.remittance_id)).where(*_of(store_id, payment_id)))


def count(store_id: int, payment_id: int) -> int:
    """Return in how many parts what was missing of a payment has come so far."""
    return session.scalar(select(func.count()).select_from(RemittanceRest).where(*_of(store_id, payment_id))) or 0


def _of(store_id: int, payment_id: int) -> tuple[ColumnElement[bool], ...]:
    return RemittanceRest.store_id == store_id, RemittanceRest.payment_id == payment_id

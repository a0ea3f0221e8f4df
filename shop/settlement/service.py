"""Ticking off the cash that carriers bring: what was expected, what came, and every difference in sight."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money, total
from shop.core.text import clean
from shop.payments import ledger
from shop.payments.ledger import Settled
from shop.payments.models import Payment
from shop.payments.settling import settle
from shop.plumbing import journal
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.settlement import losses, rests
from shop.settlement.matching import SETTLES, Match, match, of_contract
from shop.settlement.models import Remittance, RemittanceLine, RemittanceOther, RemittanceRest
from shop.settlement.reading import Line
from shop.settlement.rests import Rest, in_turn
from shop.shipping import service as shipping
from shop.shipping.contract import StatementLine

Received = tuple[int, Money, Money]  # payment, what came, what the carrier kept for itself
NOTHING_NEW = N_("Nothing in this list can be written down yet. Look at what is said of its lines.")


@dataclass(frozen=True)
class Recorded:
    """A carrier's list that is written down, now or before."""

    remittance_id: int
    repeated: bool


def record_statement(
    store_id: int,
    *,
    carrier_title: str,
    received_on: date,
    lines: Sequence[StatementLine] | Sequence[Line],
    by: Actor,
    reference: str = "",
    note: str = "",
) -> Recorded:
    """Write a carrier's list down: its matched parcels are settled, rests booked, ways back charged to their orders.

    What is unknown, early or was paid before is kept beside them and settles nothing. The same list again, or one all
    of whose parcels were settled by one remittance, changes nothing and gives that one. Raises Refused when nothing
    of it can be written, and what `record_remittance` raises.
    """
    in_turn(store_id)
    read = [line if isinstance(line, Line) else of_contract([line])[0] for line in lines]
    lines_hash = _hash(carrier_title, read)
    before = written_before(store_id, lines_hash)
    if before is not None:
        return Recorded(before, repeated=True)
    matches = match(store_id, read)
    settles = [each for each in matches if each.outcome in SETTLES]
    returned = [each for each in matches if each.outcome == "returned" and each.fee]
    came = [_rest(each) for each in matches if each.outcome == "rest"]
    if not settles and not returned and not came:
        before = _settled_before(store_id, [each.payment_id for each in matches if each.outcome == "again"])
        if before is None:
            raise Refused(NOTHING_NEW, field="lines")
        return Recorded(before, repeated=True)
    made = record_lines(
        store_id, carrier_title=carrier_title, received_on=received_on, by=by, reference=reference, note=note,
        lines=[(each.payment_id or 0, each.received, each.fee) for each in settles], lines_hash=lines_hash,
        came=came,
    )  # fmt: skip
    _write_others(store_id, made.id, [each for each in matches if each.outcome not in {*SETTLES, "rest", "unread"}])
    for each in returned:
        _charge(store_id, each, by=by)
    return Recorded(made.id, repeated=False)


def record_rest(
    store_id: int, payment_id: int, *, missing: Money, received: Money, received_on: date, by: Actor
) -> Recorded:
    """Write down that what was missing of a parcel came by itself; it is a remittance of its own.

    `missing` is what the artisan saw as missing: a second tap finds another sum, changes nothing and gives the
    remittance of before. More than was missing stays visible on the parcel's line. Raises NotFound for a payment
    that no remittance settled, InvalidTransition when nothing was missing, Refused for no amount or a day to come.
    """
    in_turn(store_id)
    line = rests.line_of(store_id, payment_id)
    if line.missing != missing:
        before = rests.last(store_id, payment_id)
        if before is None:
            raise InvalidTransition
        return Recorded(before, repeated=True)
    if received <= Money(0, missing.currency):
        raise Refused(N_("Write an amount above nothing."), field="received")
    reference = f"{line.code}-{rests.count(store_id, payment_id) + 1}"
    rest = Rest(payment_id, missing, received, Money(0, missing.currency))
    made = record_lines(
        store_id, carrier_title=line.carrier_title, received_on=received_on, lines=[], came=[rest], by=by,
        reference=reference, note="",
    )  # fmt: skip
    return Recorded(made.id, repeated=False)


def _rest(of: Match) -> Rest:
    assert of.payment_id is not None
    assert of.expected is not None
    return Rest(of.payment_id, of.expected, of.received, of.fee)


def _charge(store_id: int, way_back: Match, *, by: Actor) -> None:
    assert way_back.order_id is not None
    assert way_back.shipment_id is not None
    ledger.return_fee(store_id, way_back.order_id, way_back.fee, by=by)
    shipping.say_return_cost(store_id, way_back.shipment_id, way_back.fee)


def _write_others(store_id: int, remittance_id: int, matches: Sequence[Match]) -> None:
    if matches:
        session.execute(insert(RemittanceOther), [
            {
                "store_id": store_id, "remittance_id": remittance_id, "kind": each.outcome, "tracking": each.name[:40],
                "order_id": each.order_id, "collected_minor": each.collected.minor, "fee_minor": each.fee.minor,
                "currency": each.collected.currency,
            }
            for each in matches
        ])  # fmt: skip


def _hash(carrier_title: str, lines: Sequence[Line]) -> str:
    told = sorted(json.dumps([*line.names, line.collected, line.fee, line.net]) for line in lines)
    return hashlib.sha256(json.dumps([carrier_title, told]).encode()).hexdigest()


def written_before(store_id: int, lines_hash: str) -> int | None:
    """Return the remittance that was written from the same list, or by the same form."""
    seen = select(Remittance.id).where(Remittance.store_id == store_id, Remittance.lines_hash == lines_hash)
    return session.scalar(seen)


def _settled_before(store_id: int, payment_ids: Sequence[int | None]) -> int | None:
    """Return the newest remittance that brought something of all of these payments, or None."""
    found: Counter[int] = Counter()
    for start in range(0, len(payment_ids), 400):
        for table in (RemittanceLine, RemittanceRest):
            wanted = select(table.remittance_id, func.count()).where(
                table.store_id == store_id, table.payment_id.in_(payment_ids[start : start + 400])
            )
            found.update({row[0]: row[1] for row in session.execute(wanted.group_by(table.remittance_id))})
    every = len(set(payment_ids))
    return max((each for each, payments in found.items() if payments == every), default=None)


def record_remittance(
    store_id: int,
    *,
    carrier_title: str,
    received_on: date,
    lines: Sequence[Received],
    by: Actor,
    reference: str = "",
    note: str = "",
) -> Remittance:
    """Write one lump of cash and settle its payments, each once; without a reference it bears its day.

    What is missing or too much stays visible on its line and is corrected nowhere. Raises NotFound, Refused for
    nothing ticked, the same payment twice, a reference that was used before or a day to come, and
    InvalidTransition for a payment that is not collected or is already settled.
    """
    in_turn(store_id)
    if not lines:
        raise Refused(N_("Please tick at least one parcel."), field="lines")
    if any(received < Money(0) or fee < Money(0) for _id, received, fee in lines):
        raise Refused(N_("An amount can't be less than nothing."), field="lines")
    return record_lines(
        store_id, carrier_title=carrier_title, received_on=received_on, lines=lines, by=by, reference=reference,
        note=note,
    )  # fmt: skip


def record_lines(
    store_id: int, *, carrier_title: str, received_on: date, lines: Sequence[Received], by: Actor, reference: str,
    note: str, lines_hash: str | None = None, came: Sequence[Rest] = (),
) -> Remittance:  # fmt: skip
    """Write a remittance of what settles payments and of what was missing of others, as its callers have made sure."""
    reference = clean(reference, limit=60) or received_on.isoformat()
    _check(store_id, carrier_title, reference, received_on=received_on, lines=lines)
    expected = _expected(store_id, [payment_id for payment_id, _received, _fee in lines])
    currency = _currency(expected)
    received = total([*(each for _id, each, _fee in lines), *(each.received for each in came)], currency)
    late = total((each.received + each.fee for each in came), currency)
    remittance = Remittance(
        store_id=store_id, carrier_title=carrier_title, reference=reference, received_on=received_on,
        expected_minor=(total(expected.values(), currency) + late).minor, received_minor=received.minor,
        currency=currency, note=clean(note, limit=300), recorded_at=clock.now(), account_id=by.account_id,
        by_name=by.name, lines_hash=lines_hash,
    )  # fmt: skip
    session.add(remittance)
    session.flush()
    losses.found(store_id, [*expected, *(each.payment_id for each in came)], by=by)
    settle(store_id, [Settled(payment_id, received, fee) for payment_id, received, fee in lines], by=by)
    rows = [
        {
            "store_id": store_id, "remittance_id": remittance.id, "payment_id": payment_id, "fee_minor": fee.minor,
            "expected_minor": expected[payment_id].minor, "received_minor": each.minor, "currency": currency,
        }
        for payment_id, each, fee in lines
    ]  # fmt: skip
    if rows:
        session.execute(insert(RemittanceLine), rows)
    rests.write(store_id, remittance.id, came, by=by)
    journal.record(
        "remittance.recorded", subject="remittance", subject_id=remittance.id, store_id=store_id, by=by,
        parcels=len(lines) + len(came), expected=remittance.expected_minor, received=received.minor,
        reference=reference,
    )  # fmt: skip
    return remittance


def _check(store_id: int, carrier_title: str, reference: str, *, received_on: date, lines: Sequence[Received]) -> None:
    if len({payment_id for payment_id, _received, _fee in lines}) != len(lines):
        raise Refused(N_("A parcel is ticked twice."), field="lines")
    if received_on > clock.today():
        raise Refused(N_("This day is still to come."), field="received_on")
    seen = select(Remittance.id).where(
        Remittance.store_id == store_id, Remittance.carrier_title == carrier_title, Remittance.reference == reference
    )
    if session.scalar(seen) is not None:
        raise Refused(N_("This remittance is already written down. Please give this one another name."),
                      field="reference")  # fmt: skip


def _expected(store_id: int, payment_ids: Sequence[int]) -> dict[int, Money]:
    found: dict[int, Money] = {}
    for start in range(0, len(payment_ids), ledger.AT_ONCE):
        left = (Payment.collected_minor - Payment.refunded_minor).label("minor")
        wanted = select(Payment.id, left, Payment.currency).where(
            Payment.store_id == store_id, Payment.id.in_(payment_ids[start : start + ledger.AT_ONCE])
        )
        found |= {row.id: Money(row.minor, row.currency) for row in session.execute(wanted)}
    if len(found) != len(payment_ids):
        raise NotFound("a payment that isn't there")
    return found


def _currency(expected: dict[int, Money]) -> str:
    return next((amount.currency for amount in expected.values()), "DZD")

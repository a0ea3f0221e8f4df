"""Ticking off the cash that carriers bring: what was expected, what came, and every difference in sight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select

from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.money import Money, total
from shop.core.text import clean
from shop.payments.ledger import Settled
from shop.payments.models import Payment
from shop.payments.settling import settle
from shop.plumbing import journal
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.settlement.models import Remittance, RemittanceLine
from shop.stores.models import Store

Received = tuple[int, Money, Money]  # payment, what came, what the carrier kept for itself


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
    # The remittances of a store are written one after the other, so a second tap sees the first.
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update(key_share=True))
    reference = clean(reference, limit=60) or received_on.isoformat()
    _check(store_id, carrier_title, reference, received_on=received_on, lines=lines)
    expected = _expected(store_id, [payment_id for payment_id, _received, _fee in lines])
    came = total((received for _id, received, _fee in lines), _currency(expected))
    remittance = Remittance(
        store_id=store_id, carrier_title=carrier_title, reference=reference, received_on=received_on,
        expected_minor=total(expected.values(), came.currency).minor, received_minor=came.minor,
        currency=came.currency, note=clean(note, limit=300), recorded_at=clock.now(), account_id=by.account_id,
        by_name=by.name,
    )  # fmt: skip
    session.add(remittance)
    session.flush()
    settle(store_id, [Settled(payment_id, received, fee) for payment_id, received, fee in lines], by=by)
    session.execute(insert(RemittanceLine), [
        {
            "store_id": store_id, "remittance_id": remittance.id, "payment_id": payment_id, "fee_minor": fee.minor,
            "expected_minor": expected[payment_id].minor, "received_minor": received.minor,
            "currency": came.currency,
        }
        for payment_id, received, fee in lines
    ])  # fmt: skip
    journal.record(
        "remittance.recorded", subject="remittance", subject_id=remittance.id, store_id=store_id, by=by,
        parcels=len(lines), expected=remittance.expected_minor, received=came.minor, reference=reference,
    )  # fmt: skip
    return remittance


def _check(store_id: int, carrier_title: str, reference: str, *, received_on: date, lines: Sequence[Received]) -> None:
    if not lines:
        raise Refused(N_("Please tick at least one parcel."), field="lines")
    if len({payment_id for payment_id, _received, _fee in lines}) != len(lines):
        raise Refused(N_("A parcel is ticked twice."), field="lines")
    if any(received < Money(0) or fee < Money(0) for _id, received, fee in lines):
        raise Refused(N_("An amount can't be less than nothing."), field="lines")
    if received_on > clock.today():
        raise Refused(N_("This day is still to come."), field="received_on")
    seen = select(Remittance.id).where(
        Remittance.store_id == store_id, Remittance.carrier_title == carrier_title, Remittance.reference == reference
    )
    if session.scalar(seen) is not None:
        raise Refused(N_("This remittance is already written down. Please give this one another name."),
                      field="reference")  # fmt: skip


def _expected(store_id: int, payment_ids: Sequence[int]) -> dict[int, Money]:
    wanted = select(Payment.id, Payment.amount_minor, Payment.currency).where(
        Payment.store_id == store_id, Payment.id.in_(payment_ids)
    )
    found = {row.id: Money(row.amount_minor, row.currency) for row in session.execute(wanted)}
    if len(found) != len(payment_ids):
        raise NotFound("a payment that isn't there")
    return found


def _currency(expected: dict[int, Money]) -> str:
    return next(iter(expected.values())).currency

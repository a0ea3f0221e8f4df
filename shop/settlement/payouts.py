"""What a service of cards holds reaches the artisan's account: payments paid out together, less the service's fee."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select

from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money, total
from shop.orders.models import Order
from shop.payments.models import Payment, Refund
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.settlement import rests, service
from shop.settlement.service import Received, Recorded

MOST_FEE = 10  # a fee above a tenth is asked about
NONE_TICKED = N_("Tick at least one payment.")
TOO_MUCH = N_("This is more than the ticked payments hold. Tick the others that it covers, or correct the amount.")
HIGH_FEE = N_("The service would have kept more than a tenth. If that is right, say so below and write it down again.")
GOING_BACK = N_("Money of one of these payments is on its way back to its buyer. Leave it out until that is done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One payment that a service has: what is left of it, and since when."""

    payment_id: int
    code: str
    buyer_name: str
    amount: Money
    at: datetime


def held(store_id: int, method: str, currency: str, limit: int = 500) -> list[Held]:
    """Return what a service has in one currency, the oldest first; what is being given back is left out."""
    wanted = (
        select(Payment, Order.code, Order.buyer_name)
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .where(
            Payment.store_id == store_id, Payment.method == method, Payment.currency == currency,
            Payment.state == "collected", ~_going_back(),
        )
        .order_by(Payment.collected_at, Payment.id).limit(limit)
    )  # fmt: skip
    return [
        Held(
            payment_id=payment.id, code=code, buyer_name=buyer, amount=payment.kept,
            at=payment.collected_at or payment.created_at,
        )
        for payment, code, buyer in session.execute(wanted)
    ]  # fmt: skip


def record_payout(
    store_id: int, *, method: str, key: str, payment_ids: Sequence[int], received: Money, received_on: date, by: Actor,
    reference: str = "", sure: bool = False,
) -> Recorded:  # fmt: skip
    """Write that a service paid out: the payments are settled, what it kept is shared over them to the centime.

    The same key writes once. Raises NotFound for payments that are not of this service, workshop and currency,
    InvalidTransition for one that was settled meanwhile, Refused for none, for nothing or more than they hold, for
    money that is being given back, for a fee above a tenth unless she is sure, and what `record_remittance` refuses.
    """
    rests.in_turn(store_id)
    fingerprint = hashlib.sha256(f"payout {method} {key}".encode()).hexdigest()
    before = service.written_before(store_id, fingerprint)
    if before is not None:
        return Recorded(before, repeated=True)
    if not payment_ids:
        raise Refused(NONE_TICKED, field="lines")
    holds = _held_now(store_id, method, received.currency, payment_ids)
    lines = _shared(holds, received, sure=sure)
    made = service.record_lines(
        store_id, carrier_title=method, received_on=received_on, lines=lines, by=by, reference=reference, note="",
        lines_hash=fingerprint,
    )  # fmt: skip
    return Recorded(made.id, repeated=False)


def _held_now(store_id: int, method: str, currency: str, payment_ids: Sequence[int]) -> dict[int, Money]:
    """Return what is left of each payment, held until the commit."""
    mine = (Payment.store_id == store_id, Payment.id.in_(payment_ids), Payment.method == method)
    wanted = select(Payment).where(*mine, Payment.currency == currency).order_by(Payment.id).with_for_update()
    found = list(session.scalars(wanted, execution_options={"populate_existing": True}))
    if len(found) != len(set(payment_ids)) or method == "cash_on_delivery":
        raise NotFound("a payment that this service does not hold")
    if any(each.state != "collected" for each in found):
        raise InvalidTransition
    if session.scalar(select(Payment.id).where(*mine, _going_back()).limit(1)) is not None:
        raise Refused(GOING_BACK, field="lines")
    return {each.id: each.kept for each in found}


def _shared(holds: dict[int, Money], received: Money, *, sure: bool) -> list[Received]:
    if received.minor <= 0:
        raise Refused(N_("Write an amount above nothing."), field="received")
    fee = total(holds.values(), received.currency) - received
    if fee.minor < 0:
        raise Refused(TOO_MUCH, field="received")
    if fee.minor * MOST_FEE > received.minor + fee.minor and not sure:
        raise Refused(HIGH_FEE, field="sure")
    fees = fee.allocate([each.minor for each in holds.values()])
    return [(payment_id, each - kept, kept) for (payment_id, each), kept in zip(holds.items(), fees, strict=True)]


def _going_back() -> ColumnElement[bool]:
    return (
        select(Refund.id)
        .where(Refund.payment_id == Payment.id, Refund.store_id == Payment.store_id, Refund.state == "pending")
        .exists()
    )

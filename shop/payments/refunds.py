"""Giving money back: in whole or in part, never more than came, each amount once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import and_, func, insert, or_, select, update

from shop.core import clock
from shop.core.errors import AdapterError, NotFound, Refused, Unavailable
from shop.core.money import Money
from shop.core.text import clean, new_code
from shop.payments import incidents, ledger
from shop.payments.attempts import TROUBLED_AFTER, begun
from shop.payments.contract import Begun, Fact, PaymentMethod, Refunds
from shop.payments.models import Payment, Refund
from shop.payments.service import moved
from shop.payments.tills import method_of
from shop.plumbing import journal
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside

AWAITED = timedelta(minutes=1)  # an outside without references of refunds must not be asked twice at once
TOO_MUCH = N_("This is more than is left of what was paid.")
NOTHING = N_("Write an amount above nothing.")
PROOF = N_("Write how the money went back: the number of the transfer, or who took it.")


def share(payments: Sequence[Payment], amount: Money) -> list[tuple[Payment, Money]]:
    """Share an amount over the payments from which it can be given back, the newest first.

    Raises Refused (field `amount`) for nothing, or more than they hold.
    """
    if amount.minor <= 0:
        raise Refused(NOTHING, field="amount")
    left, found = amount.minor, []
    for each in reversed([each for each in payments if each.currency == amount.currency]):
        part = min(left, each.returnable.minor)
        if part:
            found.append((each, Money(part, amount.currency)))
            left -= part
    if left:
        raise Refused(TOO_MUCH, field="amount")
    return found


def ask(
    store_id: int, payment_id: int, amount: Money, *, reason: str, proof: str, by: Actor, by_hand: bool = False
) -> int:
    """Set an amount of a payment aside to be given back; return the refund's id. `give` does it, unless by hand.

    Raises NotFound, and Refused (field `amount`) for nothing, another currency, or more than is left.
    """
    payment = session.get(Payment, payment_id, populate_existing=True)
    if payment is None or payment.store_id != store_id:
        raise NotFound(f"no payment {payment_id}")
    if amount.minor <= 0 or amount.currency != payment.currency:
        raise Refused(NOTHING, field="amount")
    mine = update(Payment).where(Payment.store_id == store_id, Payment.id == payment_id)
    there = Payment.state.in_(("collected", "settled"))
    left = Payment.refunded_minor + amount.minor <= Payment.collected_minor
    if not changed(mine.where(there, left).values(refunded_minor=Payment.refunded_minor + amount.minor)):
        raise Refused(TOO_MUCH, field="amount")
    row = {
        "store_id": store_id, "payment_id": payment_id, "reference": "R" + new_code(9), "state": "pending",
        "amount_minor": amount.minor, "currency": amount.currency, "reason": clean(reason, limit=200),
        "proof": clean(proof, limit=200), "by_name": by.name[:120], "created_at": clock.now(),
    }  # fmt: skip
    made: int = session.execute(insert(Refund).returning(Refund.id), row).scalar_one()
    journal.record(
        "payment.refund_asked", subject="payment", subject_id=payment_id, store_id=store_id, by=by,
        amount=amount.minor, refund=made,
    )  # fmt: skip
    if by_hand:
        _done(_refund(store_id, made), external="", by=by)
    return made


def give(refund_id: int, outside: Outside) -> str:
    """Have a method give an amount back, outside a transaction; return the refund's state. The same one acts once.

    Of one payment a single refund is outside at a time: an outside without references of refunds tells by what it has
    given back so far whether it made one, so none follows before that is known. Those that wait follow at once.
    Without an answer it stays pending and is tried again under the same reference. Raises NotFound.
    """
    refund, payment, method = _with_method(refund_id, outside)
    if refund.state != "pending" or not isinstance(method, Refunds):
        session.rollback()
        return refund.state
    with transaction():
        if not _goes_out(refund):
            return "pending"  # another one is outside, or this one
        told = replace(begun(payment), refunded=_given(refund))
    state = _given_back(refund, told, method)
    following = _waiting(payment) if state != "pending" else None
    session.rollback()
    if following is not None:
        give(following, outside)
    return state


def _with_method(refund_id: int, outside: Outside) -> tuple[Refund, Payment, PaymentMethod]:
    refund = session.get(Refund, refund_id, populate_existing=True)
    payment = session.get(Payment, refund.payment_id, populate_existing=True) if refund is not None else None
    if refund is None or payment is None:
        raise NotFound(f"no refund {refund_id}")
    method = method_of(payment.store_id, payment.method, outside)
    for row in (refund, payment):
        session.expunge(row)  # they are read on while nothing is open
    return refund, payment, method


def _goes_out(refund: Refund) -> bool:
    """Let a refund be the one of its payment that is outside; one whose answer was lost may go out again in a while."""
    mine = update(Payment).where(Payment.store_id == refund.store_id, Payment.id == refund.payment_id)
    lost = and_(Payment.refund_out == refund.id, Payment.refund_out_at < clock.now() - AWAITED)
    claim = mine.where(or_(Payment.refund_out.is_(None), lost))
    return changed(claim.values(refund_out=refund.id, refund_out_at=clock.now())) == 1


def _is_back(refund: Refund) -> None:
    mine = update(Payment).where(Payment.store_id == refund.store_id, Payment.refund_out == refund.id)
    changed(mine.values(refund_out=None, refund_out_at=None))


def _waiting(payment: Payment) -> int | None:
    """Return the oldest refund of a payment that waits for its turn."""
    mine = select(Refund.id).where(Refund.store_id == payment.store_id, Refund.payment_id == payment.id)
    return session.scalar(mine.where(Refund.state == "pending").order_by(Refund.id).limit(1))


def _given_back(refund: Refund, told: Begun, method: Refunds) -> str:
    """Ask the outside, and write down what became of it; what is not known for long is somebody's business."""
    try:
        fact = method.refund(told, Money(refund.amount_minor, refund.currency), refund.reference)
    except Unavailable as error:
        fact = Fact(refund.reference, "unknown", refund.amount, raw=str(error))
    except AdapterError as error:
        fact = Fact(refund.reference, "failed", refund.amount, raw=str(error))
    with transaction():
        if fact.state == "refunded":
            _done(refund, external=fact.external, by=SYSTEM)
        elif fact.state == "failed":
            _failed(refund, fact.raw, by=SYSTEM)
        elif clock.now() - refund.created_at > TROUBLED_AFTER:
            incidents.open_one(refund.store_id, refund.payment_id, "refund", by=SYSTEM)
        if fact.state in {"refunded", "failed"}:
            _is_back(refund)
    return {"refunded": "done", "failed": "failed"}.get(fact.state, "pending")


def refunds(store_id: int, payment_ids: Collection[int]) -> list[Refund]:
    """Return what was given back, or is to be, of payments of a workshop, the oldest first."""
    wanted = select(Refund).where(Refund.store_id == store_id, Refund.payment_id.in_(payment_ids)).order_by(Refund.id)
    return list(session.scalars(wanted, execution_options={"populate_existing": True})) if payment_ids else []


def pending(limit: int = 100) -> list[int]:
    """Return the refunds that are still to be given, the oldest first, once their first answer is no longer awaited."""
    still = (Refund.state == "pending", Refund.created_at < clock.now() - AWAITED)
    return list(session.scalars(select(Refund.id).where(*still).order_by(Refund.id).limit(limit)))


def _refund(store_id: int, refund_id: int) -> Refund:
    found = session.get(Refund, refund_id, populate_existing=True)
    if found is None or found.store_id != store_id:
        raise NotFound(f"no refund {refund_id}")
    return found


def _given(refund: Refund) -> Money:
    """Return what other refunds of the same payment have given back."""
    others = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
        Refund.payment_id == refund.payment_id, Refund.state == "done", Refund.id != refund.id
    )
    return Money(int(session.scalars(others).one()), refund.currency)


def _done(refund: Refund, *, external: str, by: Actor) -> bool:
    mine = update(Refund).where(Refund.id == refund.id, Refund.state == "pending")
    if not changed(mine.values(state="done", external=external[:120], done_at=clock.now())):
        return False
    # Two parts that are done at the same moment queue here: the second one sees that all is given back.
    payment = session.get(Payment, refund.payment_id, populate_existing=True, with_for_update=True)
    assert payment is not None
    ledger.refunded(refund.store_id, refund.payment_id, refund.amount, by=by, before=_given(refund))
    whole = payment.refunded_minor == payment.collected_minor and not _still_pending(payment)
    if not (whole and moved(payment.store_id, payment.id, "refunded", by=by)):
        journal.record(
            "payment.refunded_in_part", subject="payment", subject_id=payment.id, store_id=payment.store_id, by=by,
            amount=refund.amount_minor,
        )  # fmt: skip
    incidents.after_refund(payment.store_id, payment.order_id, by=by)
    return True


def _still_pending(payment: Payment) -> bool:
    mine = select(Refund.id).where(Refund.payment_id == payment.id, Refund.state == "pending").limit(1)
    return session.scalar(mine) is not None


def _failed(refund: Refund, why: str, *, by: Actor) -> None:
    mine = update(Refund).where(Refund.id == refund.id, Refund.state == "pending")
    if not changed(mine.values(state="failed", problem=why[:200])):
        return
    back = update(Payment).where(Payment.store_id == refund.store_id, Payment.id == refund.payment_id)
    changed(back.values(refunded_minor=Payment.refunded_minor - refund.amount_minor))
    incidents.open_one(refund.store_id, refund.payment_id, "refund", by=by)
    journal.record(
        "payment.refund_failed", subject="payment", subject_id=refund.payment_id, store_id=refund.store_id, by=by,
        amount=refund.amount_minor,
    )  # fmt: skip

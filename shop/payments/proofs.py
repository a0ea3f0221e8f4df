"""Receipts of transfers: what buyers send to show that they have paid, and what the artisan says of it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, insert, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.payments.incidents import in_turn
from shop.payments.models import Payment, PaymentProof
from shop.payments.service import came_in, mark_settled, moved
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import BUYER, Actor

MOST_PROOFS = 5
ENOUGH = N_("The workshop has your receipts already. It looks at them; please call it if anything is wrong.")


def keep(store_id: int, payment_id: int, *, file: str, kind: str) -> None:
    """Keep a receipt that a buyer sent. Raises InvalidTransition when the payment waits for none, Refused for many."""
    payment = _payment(store_id, payment_id)
    if payment.state != "pending":
        raise InvalidTransition
    seen = session.scalar(select(func.count()).where(PaymentProof.payment_id == payment_id))
    if (seen or 0) >= MOST_PROOFS:
        raise Refused(ENOUGH)
    row = {
        "store_id": store_id, "payment_id": payment_id, "file": file, "kind": kind, "state": "waiting",
        "sent_at": clock.now(),
    }  # fmt: skip
    session.execute(insert(PaymentProof), row)
    journal.record("payment.proof_sent", subject="payment", subject_id=payment_id, store_id=store_id, by=BUYER)


def accept(store_id: int, payment_id: int, came: Money, *, by: Actor) -> None:
    """Say that the money has come, and how much: it is collected and in the artisan's hand at once.

    Raises NotFound, InvalidTransition when it was said before, Refused for nothing or another currency.
    """
    payment = _payment(store_id, payment_id)
    if came.minor <= 0 or came.currency != payment.currency:
        raise Refused(N_("Write the amount that came."), field="came")
    in_turn(store_id, payment.order_id)
    if not moved(store_id, payment_id, "collected", by=by, came=came):
        raise InvalidTransition
    mark_settled(store_id, payment_id, by=by)
    _judge(payment_id, "accepted")
    came_in(store_id, payment.order_id, payment_id, by=by)


def ask_again(store_id: int, payment_id: int, *, by: Actor) -> None:
    """Say that the receipts show nothing: the buyer is asked for another one. Raises NotFound, InvalidTransition."""
    payment = _payment(store_id, payment_id)
    if payment.state != "pending" or not _judge(payment_id, "refused"):
        raise InvalidTransition
    journal.record("payment.proof_refused", subject="payment", subject_id=payment_id, store_id=store_id, by=by)


def proofs(store_id: int, payment_ids: Collection[int]) -> list[PaymentProof]:
    """Return the receipts of payments of a workshop, the oldest first."""
    wanted = select(PaymentProof).where(PaymentProof.store_id == store_id, PaymentProof.payment_id.in_(payment_ids))
    fresh = {"populate_existing": True}
    return list(session.scalars(wanted.order_by(PaymentProof.id), execution_options=fresh)) if payment_ids else []


def proof(store_id: int, proof_id: int) -> PaymentProof:
    """Return one receipt. Raises NotFound."""
    found = session.get(PaymentProof, proof_id)
    if found is None or found.store_id != store_id:
        raise NotFound(f"no receipt {proof_id}")
    return found


def _judge(payment_id: int, state: str) -> int:
    mine = update(PaymentProof).where(PaymentProof.payment_id == payment_id, PaymentProof.state == "waiting")
    return changed(mine.values(state=state, looked_at=clock.now()))


def _payment(store_id: int, payment_id: int) -> Payment:
    found = session.get(Payment, payment_id, populate_existing=True)
    if found is None or found.store_id != store_id:
        raise NotFound(f"no payment {payment_id}")
    return found

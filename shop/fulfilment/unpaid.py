"""Orders that wait to be paid: given up in time, their pieces free again; and whatever is not known is asked about."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from sqlalchemy import and_, exists, select
from sqlalchemy.exc import OperationalError

from shop.core import clock
from shop.core.errors import HirfaError, InvalidTransition
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.payments import attempts, incidents, proofs, refunds
from shop.payments import queries as payment_queries
from shop.payments import service as payments
from shop.payments.models import Payment, PaymentProof
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside
from shop.shipping import service as shipping

RECONCILE = "payments.reconcile"
log = structlog.get_logger("hirfa.payments")
_LATE = and_(Payment.state.in_(("pending", "failed")), Payment.expires_at.is_not(None))


def reconcile(outside: Outside, _payload: dict[str, Any]) -> None:
    """Ask about every payment whose outcome is not known, try refunds again, give up what was not paid: a job."""
    for payment_id in attempts.due_for_a_look():
        _one(payment_id, partial(attempts.look, payment_id, outside))
    for payment_id in attempts.due_to_close():
        _one(payment_id, partial(attempts.close, payment_id, outside))
    for refund_id in refunds.pending():
        _one(refund_id, partial(refunds.give, refund_id, outside))
    for each in due():
        _one(each[2], partial(give_up, *each, outside))


def _one(number: int, act: Callable[[], object]) -> None:
    """Do one thing of many: what can't be done now keeps nothing else waiting."""
    try:
        act()
    except (HirfaError, OperationalError) as error:
        session.rollback()
        log.warning("a payment was not reconciled", number=number, error=repr(error))


def due(limit: int = 100) -> list[tuple[int, int, int]]:
    """Return the orders whose time to be paid is over: store, order, payment. A receipt that waits stops the clock."""
    receipt = exists().where(PaymentProof.payment_id == Payment.id, PaymentProof.state == "waiting")
    wanted = (
        select(Payment.store_id, Payment.order_id, Payment.id)
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .where(_LATE, Payment.expires_at < clock.now(), Order.state == "placed", ~receipt)
        .order_by(Payment.expires_at, Payment.id)
        .limit(limit)
    )
    return [(row.store_id, row.order_id, row.id) for row in session.execute(wanted)]


def give_up(store_id: int, order_id: int, payment_id: int, outside: Outside) -> bool:
    """Cancel an order that was not paid in time; return whether it was. Who paid at this very moment keeps her order.

    The method is asked first, and told afterwards that nobody is to pay any more; money that comes all the same is
    written down and is to be given back.
    """
    if attempts.look(payment_id, outside) not in {"pending", "failed", "cancelled"}:
        return False
    try:
        with transaction():
            _cancel(store_id, order_id, payment_id, by=SYSTEM)
    except InvalidTransition:
        return False
    attempts.close(payment_id, outside)
    return True


def _cancel(store_id: int, order_id: int, payment_id: int, *, by: Actor) -> None:
    incidents.in_turn(store_id, order_id)
    still = session.scalar(select(Payment.id).where(Payment.id == payment_id, _LATE))
    if still is None:  # it was paid while the method was asked
        raise InvalidTransition
    fulfilment.cancel_unpaid(store_id, order_id, by=by)


def money_came(store_id: int, order_id: int, payment_id: int, came: Money, *, by: Actor) -> None:
    """Say that money which is paid by hand has come; what is more than a deposit the courier does not collect.

    Raises what `proofs.accept` raises.
    """
    incidents.in_turn(store_id, order_id)
    proofs.accept(store_id, payment_id, came, by=by)
    stands = incidents.standing(store_id, order_id)
    if stands.excess and stands.at_door:
        _bring_rest(store_id, order_id, by=by)
        incidents.after_refund(store_id, order_id, by=by)


def waive_deposit(store_id: int, order_id: int, *, by: Actor) -> list[int]:
    """Ask no deposit after all: the courier collects all that is left; return the payments that nobody is to pay.

    Raises InvalidTransition when the order waits for none, or it came at this moment.
    """
    incidents.in_turn(store_id, order_id)
    waiting = [each.id for each in payment_queries.of_order(store_id, order_id) if each.waits]
    if not waiting:
        raise InvalidTransition
    for each in waiting:
        payments.mark_cancelled(store_id, each, by=by)
    _bring_rest(store_id, order_id, by=by)
    journal.record("order.deposit_waived", subject="order", subject_id=order_id, store_id=store_id, by=by)
    return waiting


def _bring_rest(store_id: int, order_id: int, *, by: Actor) -> None:
    if not shipping.set_collect(store_id, order_id, payments.bring_rest(store_id, order_id, by=by)):
        raise InvalidTransition

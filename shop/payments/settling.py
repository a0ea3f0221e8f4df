"""Many payments that reach the artisan at once: a carrier's remittance has thousands of parcels."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.core.states import PAYMENT
from shop.payments import ledger
from shop.payments.ledger import AT_ONCE, Settled
from shop.payments.models import Payment
from shop.plumbing import journal
from shop.plumbing.db import changed
from shop.plumbing.journal import Actor


def settle(store_id: int, lines: Sequence[Settled], *, by: Actor) -> None:
    """collected → settled for each payment, what came and what was kept in the ledger.

    Raises InvalidTransition when one of them is not collected.
    """
    now = clock.now()
    wanted = sorted(line.payment_id for line in lines)  # in one order, so that none waits crosswise
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        mine = update(Payment).where(Payment.store_id == store_id, Payment.id.in_(some))
        held = mine.where(Payment.state.in_(PAYMENT.sources("settled")))
        if changed(held.values(state="settled", settled_at=now)) != len(some):
            raise InvalidTransition
    ledger.settled(store_id, lines, by=by)
    for line in lines:
        journal.record("payment.settled", subject="payment", subject_id=line.payment_id, store_id=store_id, by=by)

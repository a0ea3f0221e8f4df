"""Talking with methods about payments: outside of transactions; what they answer is written inside one.

Whatever was not answered is unknown and is asked again (`look`), never begun anew under another reference. Facts may
come late, repeated and in any order: they end in the same state.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import and_, or_, select, update

from shop.core import clock
from shop.core.errors import AdapterError, Declined, Misconfigured, NotFound, Unavailable
from shop.core.states import PAYMENT
from shop.orders.models import Order
from shop.payments import incidents
from shop.payments.contract import Ask, Begun, Expires, Fact, LooksUp, PaidByHand, PaymentMethod
from shop.payments.models import Payment
from shop.payments.service import came_in, moved
from shop.payments.tills import method_of
from shop.plumbing.db import changed, in_transaction, session, transaction
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.outside import Outside

NOT_NOW = N_("This way of paying does not work at the moment. Please try again, or choose another one.")
REFUSED = N_("The payment was refused. Please try again, or choose another way.")
CLOSED = N_("The time to pay has run out.")
# How long after the last look a payment is looked at again: soon at first, then more seldom.
LOOK_AFTER = tuple(timedelta(minutes=each) for each in (1, 1, 2, 3, 3, 5, 10, 30, 60))
TROUBLED_AFTER = timedelta(minutes=10)
ANSWERED = timedelta(seconds=15)  # who begins a payment has heard its answer by then, or never will
GLANCED = timedelta(seconds=2)  # between two looks for a buyer who waits; the older the payment, the rarer
RARER = 20
LIVES = timedelta(hours=24)  # after an order stopped waiting, no page of its methods can be paid at any more
_OVER = frozenset({"collected", "failed", "cancelled", "refunded"})  # nothing more can come of it
log = structlog.get_logger("hirfa.payments")


def start(payment_id: int, outside: Outside, *, language: str, return_url: str, stores_in_purchase: int = 1) -> Fact:
    """Begin a payment with its method, after the commit; the same payment acts once.

    What comes with the parcel, or is paid by hand, is begun by having been written. A redirect in the fact sends the
    buyer on; `failed` and `problem` tell why there is none; `unknown` when no answer came. Raises NotFound.
    """
    payment = _payment(payment_id)
    pending = Fact(payment.reference, payment.state, payment.amount, payment.external, payment.redirect)
    if payment.state != "pending" or payment.redirect or payment.expires_at is None:
        session.rollback()  # nothing stays open: a database that goes away now is met here, not after the answer
        return pending
    payment, method = _with_method(payment_id, outside)
    if isinstance(method, PaidByHand):
        return pending
    ask = Ask(
        reference=payment.reference, amount=payment.amount, language=language, return_url=return_url,
        stores_in_purchase=stores_in_purchase, description=payment.reference,
        notice_url=f"{outside.base_url}/hooks/payments/{payment.store_id}/{payment.method}",
    )  # fmt: skip
    if not _claimed(payment):
        return pending
    fact = _answer(payment, lambda: method.start(ask))
    with transaction():
        record_fact(payment.store_id, payment.id, fact, by=SYSTEM)
    return fact


def _claimed(payment: Payment) -> bool:
    """Begin it for everybody: a second tap at the same moment asks nothing, for it would open a second page."""
    free = or_(Payment.started_at.is_(None), Payment.started_at < clock.now() - ANSWERED)
    mine = update(Payment).where(Payment.store_id == payment.store_id, Payment.id == payment.id)
    with transaction():
        still = mine.where(Payment.state == "pending", Payment.redirect == "", free)
        return bool(changed(still.values(started_at=clock.now())))


def look(payment_id: int, outside: Outside) -> str:
    """Ask what became of a payment, and write it down; return its state. Raises NotFound.

    A method that can't be asked, or does not answer, leaves everything as it is.
    """
    return _looked(payment_id, outside, looks=1)


def glance(payment_id: int, outside: Outside) -> bool:
    """Look for a buyer who waits at her page, unless it was done a moment ago; return whether it was.

    However often it is asked, the method is so once in a twentieth of the payment's age, two seconds at least. The
    worker's own looks come as if there had been none.
    """
    payment, now = _payment(payment_id), clock.now()
    if not payment.is_awaited or payment.started_at is None:
        return False
    age = now - payment.started_at
    looked = or_(Payment.looked_at.is_(None), Payment.looked_at < now - max(GLANCED, age / RARER))
    mine = update(Payment).where(Payment.id == payment_id, Payment.state == "pending", looked)
    if not payment.external and age < ANSWERED:
        return False
    session.rollback()
    with transaction():
        if not changed(mine.values(looked_at=now)):
            return False
    _looked(payment_id, outside, looks=0)
    return True


def _looked(payment_id: int, outside: Outside, *, looks: int) -> str:
    payment, method = _with_method(payment_id, outside)
    if not isinstance(method, LooksUp):
        return payment.state
    told = begun(payment)
    session.rollback()
    fact = _answer(payment, lambda: method.look_up(told))
    with transaction():
        record_fact(payment.store_id, payment.id, fact, by=SYSTEM)
        _note(payment, looked_at=clock.now(), looks=Payment.looks + looks)
        if fact.state == "unknown" and _troubled(payment):
            incidents.open_one(payment.store_id, payment.id, "unknown", by=SYSTEM)
    return session.scalars(select(Payment.state).where(Payment.id == payment_id)).one()


def close(payment_id: int, outside: Outside) -> None:
    """Tell the method that nobody is to pay any more; money that came meanwhile is written down. Raises NotFound.

    A method that closes nothing is asked how it stands: its page may still be open somewhere.
    """
    payment, method = _with_method(payment_id, outside)
    if payment.started_at is None or not isinstance(method, Expires | LooksUp):
        return
    ask = method.expire if isinstance(method, Expires) else method.look_up
    told = begun(payment)
    session.rollback()
    fact = _answer(payment, lambda: ask(told))
    with transaction():
        record_fact(payment.store_id, payment.id, fact, by=SYSTEM)
        _note(payment, looked_at=clock.now(), looks=Payment.looks + 1)


def begun(payment: Payment) -> Begun:
    """Return a payment as its method is asked about it."""
    order = session.get(Order, payment.order_id)
    spoken = order.language if order is not None else "fr"
    return Begun(payment.reference, payment.amount, payment.external, payment.started_at, language=spoken)


def record_fact(store_id: int, payment_id: int, fact: Fact, *, by: Actor) -> bool:
    """Write what a method says of a payment; return whether it moved. Unknown, late and repeated facts move nothing.

    Money in another currency than was asked moves nothing either: a person has to look.
    """
    payment = session.get(Payment, payment_id, populate_existing=True)
    if payment is None or payment.store_id != store_id:
        raise NotFound(f"no payment {payment_id}")
    if fact.state == "collected":
        incidents.in_turn(store_id, payment.order_id)
        session.refresh(payment)
    _keep_names(payment, fact)
    if fact.state != "unknown":
        incidents.close_of(store_id, payment_id, "unknown", by=by)
    if fact.state in _OVER and payment.state == "cancelled" and payment.redirect:
        _note(payment, redirect="")  # nobody can pay there any more
    if fact.raw.startswith("dispute"):
        incidents.open_one(store_id, payment_id, "disputed", by=by)
    if fact.state not in PAYMENT.states or fact.state in {"pending", "settled", "refunded"}:
        return False
    if fact.state == "collected" and fact.amount.currency != payment.currency:
        incidents.open_one(store_id, payment_id, "currency", by=by)
        return False
    # Who leaves the page of a method, or lets it close, has not given her order up: she may try again.
    state = "failed" if fact.state == "cancelled" and payment.waits else fact.state
    went = moved(store_id, payment_id, state, by=by, came=fact.amount)
    if went and fact.state == "collected":
        came_in(store_id, payment.order_id, payment_id, by=by)
    return went


def due_for_a_look(limit: int = 100) -> list[int]:
    """Return the payments whose outcome is not known and that are to be asked about again now."""
    waits = (Payment.state == "pending", Payment.expires_at.is_not(None))
    return _due(*waits, Payment.started_at < clock.now() - LOOK_AFTER[0], limit=limit)


def due_to_close(limit: int = 100) -> list[int]:
    """Return the payments that were given up while their pages may still be open: to be closed now, or looked at.

    Whoever gave them up told their methods; but that call may be lost, or the process that was about to make it.
    """
    now = clock.now()
    lives = (Payment.expires_at > now - LIVES, or_(Payment.redirect != "", incidents.is_doubted(Payment.id)))
    return _due(Payment.state == "cancelled", *lives, Payment.cancelled_at < now - LOOK_AFTER[0], limit=limit)


def _due(*wanted: Any, limit: int) -> list[int]:
    """Return the payments whose next look is due: soon at first, then more seldom."""
    looked = or_(*(
        and_(Payment.looks == looks, or_(Payment.looked_at.is_(None), Payment.looked_at < clock.now() - after))
        if looks < len(LOOK_AFTER) - 1
        else and_(Payment.looks >= looks, Payment.looked_at < clock.now() - after)
        for looks, after in enumerate(LOOK_AFTER)
    ))  # fmt: skip
    found = select(Payment.id).where(*wanted, looked).order_by(Payment.looked_at, Payment.id)
    return list(session.scalars(found.limit(limit)))


def _answer(payment: Payment, ask: Any) -> Fact:
    """Return what a method answers; its errors become facts that a buyer can read."""
    if in_transaction():
        raise RuntimeError("no method is asked inside a transaction")
    told = Fact(payment.reference, "unknown", payment.amount, payment.external)
    try:
        fact: Fact = ask()
    except Declined as error:
        return replace(told, state="failed", problem=REFUSED, raw=str(error)[:200])
    except Misconfigured as error:
        log.warning("a method is not set right", method=payment.method, store=payment.store_id, error=str(error))
        return replace(told, state="failed" if payment.external == "" else "unknown", problem=NOT_NOW)
    except Unavailable as error:
        log.warning("a method did not answer", method=payment.method, store=payment.store_id, error=str(error))
        return replace(told, problem=NOT_NOW)
    except AdapterError as error:
        return replace(told, state="failed", problem=NOT_NOW, raw=str(error)[:200])
    return fact


def _payment(payment_id: int) -> Payment:
    payment = session.get(Payment, payment_id, populate_existing=True)
    if payment is None:
        raise NotFound(f"no payment {payment_id}")
    return payment


def _with_method(payment_id: int, outside: Outside) -> tuple[Payment, PaymentMethod]:
    payment = _payment(payment_id)
    method = method_of(payment.store_id, payment.method, outside)
    session.expunge(payment)  # it is read on while nothing is open
    session.rollback()  # the read snapshot does not wait for the outside
    return payment, method


def _keep_names(payment: Payment, fact: Fact) -> None:
    """Keep what the outside calls it (its first name stays), where it is paid, and its last words."""
    news: dict[str, Any] = {}
    if fact.external and not payment.external:
        news["external"] = fact.external[:120]
    if fact.redirect and not payment.redirect:
        news["redirect"] = fact.redirect[:1000]
    if fact.problem and payment.state in {"pending", "failed"}:
        news["problem"] = fact.problem[:200]
    if fact.mentions:
        news["mentions"] = [list(pair) for pair in fact.mentions]
    if fact.raw:
        news["raw"] = fact.raw[:200]
    if news:
        _note(payment, **news)


def _note(payment: Payment, **values: Any) -> None:
    changed(update(Payment).where(Payment.store_id == payment.store_id, Payment.id == payment.id).values(**values))


def _troubled(payment: Payment) -> bool:
    began = payment.started_at
    return payment.state == "pending" and began is not None and clock.now() - began > TROUBLED_AFTER

"""What happens to payments. Methods are asked outside of transactions; what they answer is written inside one."""

from __future__ import annotations

from functools import cache

from sqlalchemy import insert, select, update

from shop.core import clock
from shop.core.errors import Declined, InvalidTransition, NotFound
from shop.core.money import Money
from shop.core.states import PAYMENT
from shop.core.text import new_code
from shop.payments import ledger
from shop.payments.contract import Ask, Fact, PaymentMethod, TakenAtOnce
from shop.payments.methods import METHODS
from shop.payments.models import Payment
from shop.plumbing import journal
from shop.plumbing.db import changed, in_transaction, session, transaction
from shop.plumbing.journal import SYSTEM, Actor

IN_HAND = "cash_in_hand"


def open_payment(store_id: int, order_id: int, method: str, amount: Money, *, by: Actor) -> tuple[int, str]:
    """Write one more pending payment of an order; return its id and our reference.

    Raises Declined for a method that isn't there.
    """
    made, reference = add_payment(store_id, order_id, method, amount)
    journal.record("payment.opened", subject="payment", subject_id=made, store_id=store_id, by=by, method=method)
    return made, reference


def add_payment(store_id: int, order_id: int, method: str, amount: Money) -> tuple[int, str]:
    """Do what `open_payment` does for an order that is being placed: its own row in the journal names the payment."""
    if method not in METHODS.usable:
        raise Declined(f"no method {method}")
    reference = "P" + new_code(8)  # ten in all: SATIM takes no more
    row = {
        "store_id": store_id, "order_id": order_id, "method": method, "state": "pending", "external": "",
        "amount_minor": amount.minor, "currency": amount.currency, "reference": reference, "created_at": clock.now(),
    }  # fmt: skip
    made: int = session.execute(insert(Payment).returning(Payment.id), row).scalar_one()
    return made, reference


def start(payment_id: int, *, language: str = "ar", return_url: str = "", stores_in_purchase: int = 1) -> Fact:
    """Begin a payment with its method, after the commit and outside a transaction; the same payment acts once.

    A redirect in the fact sends the buyer on. Raises NotFound, Declined, Rejected, Unavailable, Misconfigured.
    """
    if in_transaction():
        raise RuntimeError("no method is asked inside a transaction")
    payment = session.get(Payment, payment_id)
    if payment is None:
        raise NotFound(f"no payment {payment_id}")
    ask = Ask(
        reference=payment.reference, amount=payment.amount, language=language, return_url=return_url,
        stores_in_purchase=stores_in_purchase,
    )  # fmt: skip
    store_id, name = payment.store_id, payment.method
    session.rollback()  # the read snapshot does not wait for the outside
    fact = method(name).start(ask)
    if fact.external or fact.state != "pending":
        with transaction():
            record_fact(store_id, payment_id, fact, by=SYSTEM)
    return fact


def record_fact(store_id: int, payment_id: int, fact: Fact, *, by: Actor) -> bool:
    """Write what a method says of a payment; return whether it moved. Unknown, late and repeated facts move nothing."""
    if fact.external:
        mine = update(Payment).where(Payment.store_id == store_id, Payment.id == payment_id, Payment.external == "")
        changed(mine.values(external=fact.external[:120]))
    if fact.state not in PAYMENT.states:
        return False
    return _moved(store_id, payment_id, fact.state, by=by)


def take_in_hand(store_id: int, order_id: int, amount: Money, *, by: Actor) -> int:
    """Write a payment that the artisan has taken herself: collected and settled in one go; return its id.

    Raises Declined when no method here takes money at once.
    """
    made, reference = add_payment(store_id, order_id, IN_HAND, amount)
    taker = method(IN_HAND)
    if not isinstance(taker, TakenAtOnce):
        raise Declined(f"{IN_HAND} does not take money at once")
    fact = taker.take(Ask(reference=reference, amount=amount, language="fr", face_to_face=True))
    _require(record_fact(store_id, made, fact, by=by))
    mark_settled(store_id, made, by=by)
    return made


def refund_in_hand(store_id: int, order_id: int, *, by: Actor) -> None:
    """Give back what was taken face to face. Raises InvalidTransition when nothing was."""
    taken = [p for p in _of(store_id, order_id) if p.method == IN_HAND and _moved(store_id, p.id, "refunded", by=by)]
    _require(bool(taken))


@cache
def method(key: str) -> PaymentMethod:
    """Return a method, built once. Raises Declined for one that isn't there."""
    plugin = METHODS.usable.get(key)
    if plugin is None:
        raise Declined(f"no method {key}")
    return plugin.build(plugin.settings(), None)


def mark_collected(store_id: int, payment_id: int, *, by: Actor) -> None:
    """pending → collected: it left the buyer. Raises InvalidTransition."""
    _require(_moved(store_id, payment_id, "collected", by=by))


def mark_settled(store_id: int, payment_id: int, *, by: Actor) -> None:
    """collected → settled: it reached the artisan. Raises InvalidTransition."""
    _require(_moved(store_id, payment_id, "settled", by=by))


def mark_refunded(store_id: int, payment_id: int, *, by: Actor) -> None:
    """collected or settled → refunded: the buyer has it back. Raises InvalidTransition."""
    _require(_moved(store_id, payment_id, "refunded", by=by))


def mark_cancelled(store_id: int, payment_id: int, *, by: Actor) -> None:
    """pending or failed → cancelled. Raises InvalidTransition."""
    _require(_moved(store_id, payment_id, "cancelled", by=by))


def collect_for(store_id: int, order_id: int, *, by: Actor) -> list[int]:
    """Mark the cash of a delivered order as collected; return the payments that moved. Twice is harmless."""
    cash = [p for p in _of(store_id, order_id) if p.method == "cash_on_delivery"]
    return [p.id for p in cash if p.state == "pending" and _moved(store_id, p.id, "collected", by=by)]


def cancel_for(store_id: int, order_id: int, *, by: Actor) -> list[int]:
    """Cancel what an order still waits for; return the payments that moved. Twice is harmless."""
    waiting = [p for p in _of(store_id, order_id) if p.state in PAYMENT.sources("cancelled")]
    return [p.id for p in waiting if _moved(store_id, p.id, "cancelled", by=by)]


def reopen_for(store_id: int, order_id: int, *, by: Actor) -> None:
    """Undo `cancel_for` a moment later: the order's cancelled payments wait again. Raises InvalidTransition."""
    mine = update(Payment).where(Payment.store_id == store_id, Payment.order_id == order_id)
    again = mine.where(Payment.state == "cancelled").values(state="pending", cancelled_at=None)
    _require(changed(again) == 1)
    journal.record("payment.reopened", subject="order", subject_id=order_id, store_id=store_id, by=by)


_STAMPS = {
    "collected": "collected_at", "settled": "settled_at", "cancelled": "cancelled_at", "refunded": "refunded_at",
}  # fmt: skip


def _moved(store_id: int, payment_id: int, state: str, *, by: Actor) -> bool:
    mine = update(Payment).where(Payment.store_id == store_id, Payment.id == payment_id)
    stamp = {_STAMPS[state]: clock.now()} if state in _STAMPS else {}
    if not changed(mine.where(Payment.state.in_(PAYMENT.sources(state))).values(state=state, **stamp)):
        return False
    ledger.moved(store_id, payment_id, state, by=by)
    journal.record(f"payment.{state}", subject="payment", subject_id=payment_id, store_id=store_id, by=by)
    return True


def _of(store_id: int, order_id: int) -> list[Payment]:
    wanted = select(Payment).where(Payment.store_id == store_id, Payment.order_id == order_id).order_by(Payment.id)
    return list(session.scalars(wanted, execution_options={"populate_existing": True}))


def _require(moved: bool) -> None:
    if not moved:
        raise InvalidTransition

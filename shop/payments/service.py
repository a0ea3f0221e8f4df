"""What happens to payments: each moves along its machine, once. Who talks with a method stands in `attempts`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from shop.core import clock
from shop.core.errors import Declined, InvalidTransition
from shop.core.money import Money
from shop.core.states import PAYMENT
from shop.core.text import new_code
from shop.payments import incidents, ledger
from shop.payments.contract import Ask, Deposit, TakenAtOnce
from shop.payments.models import Payment
from shop.payments.tills import as_it_comes, keeps_deposits, plugin_of
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor

IN_HAND = "cash_in_hand"
REST_H = 48  # how long at least an order that was paid in part waits for the rest


def open_payment(
    store_id: int, order_id: int, method: str, amount: Money, *, by: Actor, wait_h: int | None = None,
    worth: Money | None = None, deposit_back: bool | None = None,
) -> tuple[int, str]:  # fmt: skip
    """Write one more pending payment of an order; return its id and our reference.

    In another currency than the order's, `worth` is what it pays of the order's price. Raises Declined for a method
    that isn't there.
    """
    made, reference = add_payment(
        store_id, order_id, method, amount, wait_h=wait_h, worth=worth, deposit_back=deposit_back
    )
    journal.record("payment.opened", subject="payment", subject_id=made, store_id=store_id, by=by, method=method)
    return made, reference


def add_payment(
    store_id: int, order_id: int, method: str, amount: Money, *, wait_h: int | None = None,
    worth: Money | None = None, deposit_back: bool | None = None,
) -> tuple[int, str]:  # fmt: skip
    """Do what `open_payment` does for an order that is being placed: its own row in the journal names the payment."""
    row = _row(store_id, order_id, method, amount, wait_h=wait_h, now=clock.now(), worth=worth, back=deposit_back)
    made: int = session.execute(insert(Payment).returning(Payment.id), row).scalar_one()
    return made, str(row["reference"])


def add_with_deposit(
    store_id: int, order_id: int, *, first: str, deposit: Deposit, wait_h: int | None, method: str, rest: Money
) -> tuple[int, int]:
    """Write the two payments of an order with a deposit, in one statement; return that of the deposit and the other.

    Both are of one moment: so they are known as what was agreed together. The other keeps the rule of this moment.
    """
    now = clock.now()
    rows = [
        _row(store_id, order_id, first, deposit.amount, wait_h=wait_h, now=now),
        _row(store_id, order_id, method, rest, wait_h=None, now=now, back=deposit.goes_back),
    ]
    made = session.scalars(insert(Payment).returning(Payment.id, sort_by_parameter_order=True), rows).all()
    return made[0], made[1]


def _row(
    store_id: int, order_id: int, method: str, amount: Money, *, wait_h: int | None, now: datetime,
    worth: Money | None = None, back: bool | None = None,
) -> dict[str, Any]:  # fmt: skip
    plugin_of(method)
    return {
        "store_id": store_id, "order_id": order_id, "method": method, "state": "pending", "external": "",
        "amount_minor": amount.minor, "currency": amount.currency, "worth_minor": worth.minor if worth else None,
        "reference": "P" + new_code(8), "created_at": now,  # ten in all: SATIM takes no more
        "expires_at": now + timedelta(hours=wait_h) if wait_h is not None else None, "deposit_back": back,
    }  # fmt: skip


def take_in_hand(store_id: int, order_id: int, amount: Money, *, by: Actor) -> int:
    """Write a payment that the artisan has taken herself: collected and settled in one go; return its id.

    Raises Declined when no method here takes money at once.
    """
    made, reference = add_payment(store_id, order_id, IN_HAND, amount)
    taker = as_it_comes(IN_HAND)
    if not isinstance(taker, TakenAtOnce):
        raise Declined(f"{IN_HAND} does not take money at once")
    fact = taker.take(Ask(reference=reference, amount=amount, language="fr", face_to_face=True))
    _require(moved(store_id, made, fact.state, by=by, came=fact.amount))
    mark_settled(store_id, made, by=by)
    return made


def refund_in_hand(store_id: int, order_id: int, *, by: Actor) -> None:
    """Give back what was taken face to face. Raises InvalidTransition when nothing was."""
    taken = [p for p in _of(store_id, order_id) if p.method == IN_HAND and moved(store_id, p.id, "refunded", by=by)]
    _require(bool(taken))
    for each in taken:
        ledger.refunded(store_id, each.id, by=by)


def mark_collected(store_id: int, payment_id: int, *, by: Actor) -> None:
    """pending → collected: it left the buyer. Raises InvalidTransition."""
    _require(moved(store_id, payment_id, "collected", by=by))


def mark_settled(store_id: int, payment_id: int, *, by: Actor) -> None:
    """collected → settled: it reached the artisan. Raises InvalidTransition."""
    _require(moved(store_id, payment_id, "settled", by=by))


def mark_cancelled(store_id: int, payment_id: int, *, by: Actor) -> None:
    """pending or failed → cancelled. Raises InvalidTransition."""
    _require(moved(store_id, payment_id, "cancelled", by=by))


def collect_for(store_id: int, order_id: int, *, by: Actor) -> list[int]:
    """Mark the cash of a delivered order as collected; return the payments that moved. Twice is harmless."""
    cash = [p for p in _of(store_id, order_id) if p.method == "cash_on_delivery"]
    return [p.id for p in cash if p.state == "pending" and moved(store_id, p.id, "collected", by=by)]


def came_in(store_id: int, order_id: int, payment_id: int, *, by: Actor) -> None:
    """Follow up money that has just come: what is not enough is asked for again, what is late or too much is told."""
    stands = incidents.after_collection(store_id, order_id, payment_id, by=by)
    mine = _of(store_id, order_id)
    if not stands.missing:
        for waiting in [each for each in mine if each.waits]:
            moved(store_id, waiting.id, "cancelled", by=by)
        return
    paid = next(each for each in mine if each.id == payment_id)
    if paid.expires_at is not None and not any(each.waits for each in mine):
        left = max(1, round((paid.expires_at - clock.now()).total_seconds() / 3600))
        open_payment(
            store_id, order_id, paid.method, paid.part_of(stands.missing), by=by, wait_h=max(left, REST_H),
            worth=None if paid.worth_minor is None else stands.missing,
        )  # fmt: skip


def bring_rest(store_id: int, order_id: int, *, by: Actor) -> Money:
    """Let the courier bring what no other payment has brought, and return it; nothing left cancels the cash.

    Raises InvalidTransition when no courier is to bring anything.
    """
    rest = incidents.standing(store_id, order_id).rest
    mine = [each for each in _of(store_id, order_id) if each.awaited_at_door]
    _require(bool(mine))
    if not rest:
        for each in mine:
            mark_cancelled(store_id, each.id, by=by)
        return rest
    cash = update(Payment).where(Payment.store_id == store_id, Payment.id == mine[-1].id, Payment.state == "pending")
    _require(changed(cash.values(amount_minor=rest.minor)) == 1)
    journal.record(
        "payment.changed", subject="payment", subject_id=mine[-1].id, store_id=store_id, by=by, amount=rest.minor
    )  # fmt: skip
    return rest


def cancel_for(store_id: int, order_id: int, *, by: Actor) -> list[int]:
    """Cancel what an order still waits for; return the payments that moved. Twice is harmless.

    Money that came already is now to be given back: an incident says so.
    """
    mine = _of(store_id, order_id)
    _to_give_back(mine, by=by)
    return _cancelled(mine, by=by)


def cancel_refused(store_id: int, order_id: int, *, by: Actor) -> None:
    """Cancel what an order still waits for whose parcel came back; a deposit may stay, by the rule of its order."""
    mine = _of(store_id, order_id)
    if not any(_keeps_deposit(each) for each in mine if each.awaited_at_door):
        _to_give_back(mine, by=by)
    _cancelled(mine, by=by)


def _keeps_deposit(cash: Payment) -> bool:
    """Tell whether a deposit before this cash stays: what the buyer read, else, of older orders, what is set now."""
    return keeps_deposits(cash.store_id) if cash.deposit_back is None else not cash.deposit_back


def _to_give_back(mine: Sequence[Payment], *, by: Actor) -> None:
    for paid in mine:
        if paid.kept and paid.state in {"collected", "settled"}:
            incidents.open_one(paid.store_id, paid.id, "back", by=by)


def _cancelled(mine: Sequence[Payment], *, by: Actor) -> list[int]:
    waiting = [p for p in mine if p.state in PAYMENT.sources("cancelled")]
    return [p.id for p in waiting if moved(p.store_id, p.id, "cancelled", by=by)]


def reopen_for(store_id: int, order_id: int, *, since: datetime, by: Actor) -> None:
    """Undo `cancel_for` a moment later: what was cancelled since then waits again. Raises InvalidTransition."""
    mine = update(Payment).where(Payment.store_id == store_id, Payment.order_id == order_id)
    lately = mine.where(Payment.state == "cancelled", Payment.cancelled_at >= since)
    _require(changed(lately.values(state="pending", cancelled_at=None)) > 0)
    incidents.close_for(store_id, order_id, {"back"}, by=by)
    journal.record("payment.reopened", subject="order", subject_id=order_id, store_id=store_id, by=by)


_STAMPS = {
    "collected": "collected_at", "settled": "settled_at", "cancelled": "cancelled_at", "refunded": "refunded_at",
}  # fmt: skip


def moved(store_id: int, payment_id: int, state: str, *, by: Actor, came: Money | None = None) -> bool:
    """Move a payment along its machine, if it stands where that is allowed; return whether it moved.

    `came` is what was really collected; without, what was asked.
    """
    mine = update(Payment).where(Payment.store_id == store_id, Payment.id == payment_id)
    values: dict[str, Any] = {"state": state}
    if state in _STAMPS:
        values[_STAMPS[state]] = clock.now()
    if state == "collected":
        values["collected_minor"] = Payment.amount_minor if came is None else came.minor
    elif state == "refunded":
        values["refunded_minor"] = Payment.collected_minor
    if not changed(mine.where(Payment.state.in_(PAYMENT.sources(state))).values(**values)):
        return False
    if state != "refunded":  # what goes back, and in how many parts, is written by who gives it
        ledger.moved(store_id, payment_id, state, by=by)
    journal.record(f"payment.{state}", subject="payment", subject_id=payment_id, store_id=store_id, by=by)
    return True


def _of(store_id: int, order_id: int) -> list[Payment]:
    wanted = select(Payment).where(Payment.store_id == store_id, Payment.order_id == order_id).order_by(Payment.id)
    return list(session.scalars(wanted, execution_options={"populate_existing": True}))


def _require(moved: bool) -> None:
    if not moved:
        raise InvalidTransition

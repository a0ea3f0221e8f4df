"""What is written about parcels paid on delivery: recorded, contested, struck, forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.core.states import OUTCOME
from shop.core.text import clean_block
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import BUYER, Actor
from shop.plumbing.marks import marks
from shop.risk.models import Outcome

PHONE = "phone"  # the purpose of its marks
FORGOTTEN_AFTER = timedelta(days=730)


def record(store_id: int, order_id: int, shipment_id: int, outcome: str) -> None:
    """Write that a parcel was 'taken' or 'refused', once per parcel; an order that names no phone writes nothing.

    It stands in the transaction that moves the parcel, whose journal row says by whom.
    """
    mine = select(Order.phone).where(Order.store_id == store_id, Order.id == order_id)
    phone = session.scalar(mine)
    if not phone or session.scalar(select(Outcome.id).where(Outcome.shipment_id == shipment_id)):
        return
    own, *old = marks(PHONE, phone)
    if old:  # the key has changed since: what is known of the phone goes on under today's
        changed(update(Outcome).where(Outcome.phone_mark.in_(old)).values(phone_mark=own))
    row = {
        "store_id": store_id, "order_id": order_id, "shipment_id": shipment_id, "phone_mark": own,
        "outcome": outcome, "state": "counted", "at": clock.now(), "said": "",
    }  # fmt: skip
    session.execute(insert(Outcome), row)


def contest(store_id: int, order_id: int, said: str) -> None:
    """Let the buyer say that a parcel did not come back because of her: it counts for nobody until that is answered.

    Raises InvalidTransition when nothing is counted against her, or she has said so before.
    """
    words = clean_block(said, limit=300)
    _moved(store_id, order_id, "contested", said=words, contested_at=clock.now())
    _tell("order.contested", store_id, order_id, by=BUYER)


def strike(store_id: int, order_id: int, *, by: Actor) -> None:
    """Strike a parcel that came back by no fault of the buyer: it counts for nobody. Raises InvalidTransition."""
    _moved(store_id, order_id, "struck", answered_at=clock.now())
    _tell("order.struck", store_id, order_id, by=by)


def uphold(store_id: int, order_id: int, *, by: Actor) -> None:
    """Answer a contestation with no: the parcel counts again. Raises InvalidTransition."""
    _moved(store_id, order_id, "upheld", answered_at=clock.now())
    _tell("order.upheld", store_id, order_id, by=by)


def forget(store_id: int, phone: str) -> None:
    """Forget all that a store wrote of a phone. Twice is harmless."""
    changed(delete(Outcome).where(Outcome.store_id == store_id, Outcome.phone_mark.in_(marks(PHONE, phone))))


def forget_old() -> None:
    """Delete what is so old that it hardly weighs any more."""
    changed(delete(Outcome).where(Outcome.at < clock.now() - FORGOTTEN_AFTER))


def _moved(store_id: int, order_id: int, state: str, **values: object) -> None:
    mine: list[ColumnElement[bool]] = [
        Outcome.store_id == store_id, Outcome.order_id == order_id, Outcome.outcome == "refused",
        Outcome.state.in_(OUTCOME.sources(state)),
    ]  # fmt: skip
    if not changed(update(Outcome).where(*mine).values(state=state, **values)):
        raise InvalidTransition


def _tell(verb: str, store_id: int, order_id: int, *, by: Actor) -> None:
    journal.record(verb, subject="order", subject_id=order_id, store_id=store_id, by=by)

"""What happens to customers: noted, agreed or refused, forgotten. Every verb stands in its caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from shop.cart.models import Cart
from shop.catalogue.models import Wish
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.text import clean, clean_block
from shop.customers.models import CHANNELS, Consent, Contact, CustomerNote, Erasure, PastOrder
from shop.offers import service as offers
from shop.orders.models import Call, Company, Order, Purchase
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor
from shop.risk import holds
from shop.risk import service as risk
from shop.shipping import packing

# A customer may give an article back within 4 working days and is refunded within 15: until then the order must say
# whose it is. What the tax office keeps (invoices) stands in papers of its own.
LEGAL_NEED = timedelta(days=30)
RUNNING = ("placed", "confirmed")

SAY_WHERE = N_("Write where it was said: in a message, at a fair, by phone.")
SAY_WORDS = N_("Write the words that the customer agreed to or refused.")
STILL_RUNNING = N_("An order of this customer is still running: {codes}. Finish it or cancel it first.")


@dataclass(frozen=True, slots=True)
class Erased:
    """How many orders no longer say whose they were, and how many wait until `due` because the law needs them."""

    orders: int
    waiting: int
    due: datetime | None


def note(store_id: int, phone: str, text: str, *, by: Actor) -> None:
    """Write a note about a customer of a store. Raises NotFound for nobody's phone, Refused for an empty note."""
    _require_customer(store_id, phone)
    kept = clean_block(text, limit=500)
    if not kept:
        raise Refused(N_("Write the note first."), field="text")
    row = {"store_id": store_id, "phone": phone, "text": kept, **_signed(by)}
    session.execute(insert(CustomerNote), row)
    _tell("customer.noted", store_id, _last_order(store_id, phone), by=by)


def record_consent(
    store_id: int, phone: str, channel: str, *, given: bool, place: str, wording: str, by: Actor
) -> None:
    """Write down that a customer said yes or no to one channel, with the proof of it.

    Raises NotFound for nobody's phone, Refused (with its field) without a channel, a place or the words that were said.
    """
    _require_customer(store_id, phone)
    where, words = clean(place, limit=120), clean_block(wording, limit=600)
    if channel not in CHANNELS:
        raise Refused(N_("Please choose a channel."), field="channel")
    if not where:
        raise Refused(SAY_WHERE, field="place")
    if not words:
        raise Refused(SAY_WORDS, field="wording")
    row = {"store_id": store_id, "phone": phone, "channel": channel, "given": given, "place": where, "wording": words}
    session.execute(insert(Consent), {**row, **_signed(by)})
    _tell("customer.consented", store_id, _last_order(store_id, phone), by=by, channel=channel, given=given)


def erase(store_id: int, phone: str, *, by: Actor) -> Erased:
    """Forget a customer of a store: notes, consents, wishes, sales of before, and whose the orders were; money stays.

    Orders that ended less than LEGAL_NEED ago wait, and a job forgets them then. Raises NotFound for nobody's phone,
    Refused while an order is running.
    """
    _require_customer(store_id, phone)
    orders = list(session.scalars(select(Order).where(Order.store_id == store_id, Order.phone == phone)))
    running = [order.code for order in orders if order.state in RUNNING]
    if running:
        raise Refused(STILL_RUNNING, codes=", ".join(sorted(running)))
    last = _last_order(store_id, phone)
    old = [order.id for order in orders if _ended(order) + LEGAL_NEED <= clock.now()]
    due = max((_ended(order) + LEGAL_NEED for order in orders if order.id not in set(old)), default=None)
    _forget_orders(store_id, old)
    _forget_beside(store_id, phone)
    _ask_later(store_id, phone, due)
    _tell("customer.erased", store_id, last, by=by, orders=len(old), waiting=len(orders) - len(old))
    return Erased(len(old), len(orders) - len(old), due)


def erase_due(store_id: int, erasure_id: int) -> bool:
    """Forget what an earlier request had to leave; return False while an order is running again. Twice is harmless."""
    asked = session.get_one(Erasure, erasure_id)
    phone = asked.phone
    if asked.done_at is not None or not phone:
        return True
    mine = select(Order).where(Order.store_id == store_id, Order.phone == phone)
    orders = list(session.scalars(mine))
    if any(order.state in RUNNING for order in orders):
        return False
    last = max((order.id for order in orders), default=0)
    _forget_orders(store_id, [order.id for order in orders if order.placed_at <= asked.asked_at])
    done = update(Erasure).where(Erasure.id == erasure_id, Erasure.done_at.is_(None))
    changed(done.values(phone="", done_at=clock.now()))
    _tell("customer.erased", store_id, last, by=SYSTEM, orders=len(orders), waiting=0)
    return True


def phone_of(erasure_id: int) -> str:
    """Return whose request it is; empty once it is done."""
    return session.get_one(Erasure, erasure_id).phone


def due_erasures() -> list[tuple[int, int]]:
    """Return (store, erasure) of every request whose time has come."""
    due = select(Erasure.store_id, Erasure.id).where(Erasure.done_at.is_(None), Erasure.due_at <= clock.now())
    return [(row.store_id, row.id) for row in session.execute(due.order_by(Erasure.id))]


def _ask_later(store_id: int, phone: str, due: datetime | None) -> None:
    asked = update(Erasure).where(Erasure.store_id == store_id, Erasure.phone == phone, Erasure.done_at.is_(None))
    if due is None:
        changed(asked.values(phone="", done_at=clock.now()))
    elif not changed(asked.values(due_at=due)):
        now = clock.now()
        session.execute(
            insert(Erasure), {"store_id": store_id, "phone": phone, "asked_at": now, "due_at": due, "done_at": None}
        )


def _ended(order: Order) -> datetime:
    return order.completed_at or order.cancelled_at or order.placed_at


def _forget_orders(store_id: int, order_ids: Collection[int]) -> None:
    """Take out of orders whose they were; what was bought, for how much and in which wilaya stays."""
    mine = (Order.store_id == store_id, Order.id.in_(order_ids))
    purchases = select(Order.purchase_id).where(*mine)
    alone = ~select(Order.id).where(Order.purchase_id == Purchase.id, Order.store_id != store_id).exists()
    baskets = select(Purchase.cart_id).where(Purchase.id.in_(purchases), Purchase.cart_id.is_not(None), alone)
    changed(update(Cart).where(Cart.id.in_(baskets)).values(details={}))
    changed(update(Call).where(Call.store_id == store_id, Call.order_id.in_(order_ids)).values(note=""))
    changed(delete(Company).where(Company.store_id == store_id, Company.order_id.in_(order_ids)))
    offers.forget_buyer(store_id, order_ids)
    packing.forget(store_id, order_ids)
    whose = (
        "buyer_name", "buyer_fold", "phone", "address", "city", "postcode", "email", "note", "gift_words",
        "payer_phone",
    )  # fmt: skip
    changed(update(Order).where(*mine).values(dict.fromkeys(whose, "")))


def _forget_beside(store_id: int, phone: str) -> None:
    for table in (CustomerNote, Consent, Wish, Contact, PastOrder):
        changed(delete(table).where(table.store_id == store_id, table.phone == phone))
    risk.forget(store_id, phone)
    holds.forget(store_id, phone)


def _require_customer(store_id: int, phone: str) -> None:
    before = select(Contact.id).where(Contact.store_id == store_id, Contact.phone == phone)
    if not phone or not (_last_order(store_id, phone) or session.scalar(before)):
        raise NotFound("no such customer")


def _last_order(store_id: int, phone: str) -> int:
    mine = select(Order.id).where(Order.store_id == store_id, Order.phone == phone)
    return session.scalar(mine.order_by(Order.id.desc()).limit(1)) or 0


def _signed(by: Actor) -> dict[str, object]:
    return {"at": clock.now(), "account_id": by.account_id, "by_name": by.name}


def _tell(verb: str, store_id: int, order_id: int, *, by: Actor, **values: object) -> None:
    # The journal is for ever and the operator reads it: it names the customer by her last order, never by phone, and
    # who never ordered here not at all.
    subject, number = ("order", order_id) if order_id else ("store", store_id)
    journal.record(verb, subject=subject, subject_id=number, store_id=store_id, by=by, **values)

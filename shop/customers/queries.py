"""Reading the customers of one workshop: the list, one customer's history, and everything that is kept of her."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from shop.core.errors import NotFound
from shop.core.money import Money
from shop.core.phone import national
from shop.core.text import fold, western_digits
from shop.customers.models import Consent, Contact, CustomerNote, PastOrder
from shop.orders import queries as order_queries
from shop.orders.companies import LONGEST, companies
from shop.orders.models import Call, Company, Order, OrderLine
from shop.plumbing.db import session
from shop.risk.queries import outcomes_of

PER_PAGE = 30
MOST_ORDERS = 500  # of one customer that a page or a file tells


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """One customer as the list shows her, under her last order."""

    last_id: int
    code: str
    name: str
    phone: str
    wilaya_code: str
    last_at: datetime
    orders: int
    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """So many customers by their last order; `next` asks for those after them."""

    cards: tuple[CustomerCard, ...]
    next: int | None


@dataclass(frozen=True)
class Customer:
    """One customer with her orders, the newest first, what was noted and what she agreed to."""

    phone: str
    name: str
    orders: tuple[Order, ...]
    notes: tuple[CustomerNote, ...]
    consents: tuple[Consent, ...]
    contact: Contact | None = None  # as the workshop's own list of before names her
    past: tuple[PastOrder, ...] = ()  # what she bought before; in no figure below

    @property
    def taken(self) -> int:
        """How many parcels she took."""
        return sum(order.state == "completed" for order in self.orders)

    @property
    def refused(self) -> int:
        """How many parcels she sent back unpaid."""
        return sum(order.cancel_reason == "refused" for order in self.orders)

    @property
    def paid(self) -> Money:
        """What she paid for what she took."""
        return Money(sum(order.total_minor for order in self.orders if order.state == "completed"))

    @property
    def agreed(self) -> dict[str, Consent]:
        """The last word on each channel."""
        return {each.channel: each for each in sorted(self.consents, key=lambda each: each.id)}


_TAKEN = func.sum(case((Order.state == "completed", 1), else_=0))
_REFUSED = func.sum(case((Order.cancel_reason == "refused", 1), else_=0))


def customers(store_id: int, *, q: str = "", before: int | None = None, limit: int = PER_PAGE) -> CustomerPage:
    """Return the customers of a store by their last order, the newest first, in two statements."""
    grouped = (
        select(func.max(Order.id).label("last_id"), func.count().label("orders"), _TAKEN.label("taken"),
               _REFUSED.label("refused"))
        .where(Order.store_id == store_id, Order.phone != "", *_matching(store_id, q)).group_by(Order.phone)
    )  # fmt: skip
    if before is not None:
        grouped = grouped.having(func.max(Order.id) < before)
    rows = session.execute(grouped.order_by(func.max(Order.id).desc()).limit(limit + 1)).all()
    last = _orders(store_id, [row.last_id for row in rows[:limit]])
    cards = tuple(_card(row, last[row.last_id]) for row in rows[:limit])
    return CustomerPage(cards, cards[-1].last_id if len(rows) > limit else None)


def _matching(store_id: int, q: str) -> list[ColumnElement[bool]]:
    """Every order of whoever has an order with these words in the name, or these digits in the phone."""
    digits, words = _typed(q)
    if digits:
        return [Order.phone.contains(digits)]
    if not words:
        return []
    named = select(Order.phone).where(
        Order.store_id == store_id, *(Order.buyer_fold.contains(word, autoescape=True) for word in words)
    )
    return [Order.phone.in_(named)]


def _typed(q: str) -> tuple[str, list[str]]:
    """Return the digits of a phone that was typed, else the words of a name."""
    typed = western_digits(q[:80])
    digits = "".join(typed.split()).removeprefix("+213").removeprefix("0")
    if digits.isascii() and digits.isdigit() and len(digits) >= 3:
        return digits, []
    return "", fold(typed).split()[:5]


def _orders(store_id: int, ids: Sequence[int]) -> dict[int, Order]:
    found = session.scalars(select(Order).where(Order.store_id == store_id, Order.id.in_(ids)))
    return {order.id: order for order in found}


def _card(row: Any, order: Order) -> CustomerCard:
    return CustomerCard(
        order.id, order.code, order.buyer_name, order.phone, order.wilaya_code, order.placed_at, row.orders,
        int(row.taken), int(row.refused),
    )  # fmt: skip


def customer(store_id: int, code: str) -> Customer:
    """Return the customer of one of a store's orders. Raises NotFound, also for an order that no longer says whose."""
    order = order_queries.order_by_code(store_id, code)
    if not order.phone:
        raise NotFound("this order has no customer")
    return _of_phone(store_id, order.phone)


def past_customer(store_id: int, contact_id: int) -> Customer:
    """Return somebody whom the store knew before. Raises NotFound."""
    phone = session.scalar(select(Contact.phone).where(Contact.id == contact_id, Contact.store_id == store_id))
    if phone is None:
        raise NotFound(f"no contact {contact_id}")
    return _of_phone(store_id, phone)


def past_customers(store_id: int, *, q: str = "", before: int | None = None, limit: int = PER_PAGE) -> list[Contact]:
    """Return whom a store knew before, the last that came in first; one more than `limit` says that there are more."""
    wanted = select(Contact).where(Contact.store_id == store_id)
    digits, words = _typed(q)
    if digits:
        wanted = wanted.where(Contact.phone.contains(digits))
    for word in words:
        wanted = wanted.where(Contact.name_fold.contains(word, autoescape=True))
    if before is not None:
        wanted = wanted.where(Contact.id < before)
    return list(session.scalars(wanted.order_by(Contact.id.desc()).limit(limit + 1)))


def has_past(store_id: int) -> bool:
    """Tell whether a store brought customers of before."""
    return session.scalar(select(Contact.id).where(Contact.store_id == store_id).limit(1)) is not None


def _of_phone(store_id: int, phone: str) -> Customer:
    def of(table: type[Order | CustomerNote | Consent | Contact | PastOrder]) -> Any:
        return select(table).where(table.store_id == store_id, table.phone == phone)

    orders = tuple(session.scalars(of(Order).order_by(Order.id.desc()).limit(MOST_ORDERS)))
    contact = session.scalars(of(Contact)).one_or_none()
    name = next((each.buyer_name for each in orders if each.buyer_name), contact.name if contact else "")
    return Customer(
        phone, name, orders, tuple(session.scalars(of(CustomerNote).order_by(CustomerNote.id.desc()))),
        tuple(session.scalars(of(Consent).order_by(Consent.id.desc()))), contact,
        tuple(session.scalars(of(PastOrder).order_by(PastOrder.day.desc(), PastOrder.id.desc()).limit(MOST_ORDERS))),
    )  # fmt: skip


def everything(store_id: int, found: Customer) -> dict[str, Any]:
    """Return all that a store keeps of one customer, as plain content for a file."""
    ids = [order.id for order in found.orders]
    lines, firms = order_queries.lines(store_id, ids), companies(store_id, ids)
    calls = session.scalars(select(Call).where(Call.store_id == store_id, Call.order_id.in_(ids)).order_by(Call.id))
    return {
        "phone": national(found.phone), "name": found.name,
        "orders": [_told(order, lines.get(order.id, []), firms.get(order.id)) for order in found.orders],
        "calls": [{"order": call.order_id, "at": call.at.isoformat(), "outcome": call.outcome, "note": call.note}
                  for call in calls],
        "notes": [{"at": each.at.isoformat(), "by": each.by_name, "text": each.text} for each in found.notes],
        "consents": [
            {"at": each.at.isoformat(), "channel": each.channel, "given": each.given, "where": each.place,
             "wording": each.wording, "by": each.by_name}
            for each in found.consents
        ],
        "parcels": [
            {"order": each.order_id, "at": each.at.isoformat(), "outcome": each.outcome, "counts": each.state,
             "contested": each.said}
            for each in outcomes_of(store_id, ids)
        ],
        "before": _before(found),
    }  # fmt: skip


def _before(found: Customer) -> dict[str, Any]:
    contact = found.contact
    return {
        "name": contact.name if contact else "", "wilaya": contact.wilaya_code if contact else "",
        "note": contact.note if contact else "",
        "sales": [
            {"reference": each.reference, "day": each.day.isoformat(), "what": each.what,
             "amount": f"{each.amount_minor / 100:.2f}", "currency": each.currency, "outcome": each.outcome}
            for each in found.past
        ],
    }  # fmt: skip


def _told(order: Order, lines: Sequence[OrderLine], company: Company | None) -> dict[str, Any]:
    return {
        "code": order.code, "placed_at": order.placed_at.isoformat(), "state": order.state,
        "reason": order.cancel_reason, "name": order.buyer_name, "phone": national(order.phone),
        "wilaya": order.wilaya_code, "commune": order.commune_code, "city": order.town, "address": order.address,
        "note": order.note,
        "company": {name: getattr(company, name, "") for name in LONGEST},
        "total": f"{order.total_minor / 100:.2f}", "currency": order.currency,
        "lines": [
            {"article": line.name_fr or line.name_ar or line.name_en, "pieces": line.pieces,
             "price": f"{line.unit_minor / 100:.2f}"}
            for line in lines
        ],
    }  # fmt: skip

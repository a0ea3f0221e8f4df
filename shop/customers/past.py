"""Whom a workshop knew before it came here, and what they bought: kept as its own lists say, by phone and reference."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from shop.core import clock
from shop.core.text import fold
from shop.customers.models import Contact, PastOrder
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import Base, session
from shop.plumbing.journal import Actor

CONTACT = ("name", "wilaya_code", "note")
SALE = ("phone", "day", "what", "amount_minor", "outcome")


def contacts(store_id: int, phones: Collection[str]) -> dict[str, Contact]:
    """Return whom a store knew before, by phone."""
    wanted = select(Contact).where(Contact.store_id == store_id, Contact.phone.in_(phones))
    return {each.phone: each for each in session.scalars(wanted)}


def buyers(store_id: int, phones: Collection[str]) -> set[str]:
    """Return which of these phones have ordered in the store itself."""
    wanted = select(Order.phone).where(Order.store_id == store_id, Order.phone.in_(phones))
    return set(session.scalars(wanted.distinct()))


def sales(store_id: int, references: Collection[str]) -> dict[str, PastOrder]:
    """Return sales of before, by their references."""
    wanted = select(PastOrder).where(PastOrder.store_id == store_id, PastOrder.reference.in_(references))
    return {each.reference: each for each in session.scalars(wanted)}


def orders_called(store_id: int, references: Collection[str]) -> set[str]:
    """Return which of these references are codes of orders that the store has here already."""
    wanted = select(Order.code).where(Order.store_id == store_id, Order.code.in_(references))
    return set(session.scalars(wanted))


def keep_contacts(store_id: int, rows: Sequence[Mapping[str, Any]], *, by: Actor) -> None:
    """Write contacts (phone, name, wilaya_code, note), over those of the same phone."""
    if not rows:
        return
    _write(Contact, store_id, [{**row, "name_fold": fold(row["name"])[:160]} for row in rows], "phone",
           (*CONTACT, "name_fold"))  # fmt: skip
    journal.record("customers.brought", subject="store", subject_id=store_id, store_id=store_id, by=by, count=len(rows))


def keep_sales(store_id: int, rows: Sequence[Mapping[str, Any]], *, by: Actor) -> None:
    """Write sales of before, over those of the same reference; `name` and `wilaya_code` make who bought known."""
    if not rows:
        return
    who: dict[str, Mapping[str, Any]] = {}
    for row in sorted(rows, key=lambda row: not row["name"]):  # a line that says the name goes before one that doesn't
        who.setdefault(row["phone"], row)
    _write(Contact, store_id, [
        {"phone": phone, "name": row["name"], "wilaya_code": row["wilaya_code"], "note": "",
         "name_fold": fold(row["name"])[:160]}
        for phone, row in who.items()
    ], "phone", ())  # fmt: skip
    _write(PastOrder, store_id, [
        {"reference": row["reference"], "currency": "DZD", **{key: row[key] for key in SALE}} for row in rows
    ], "reference", SALE)  # fmt: skip
    journal.record("customers.sales_brought", subject="store", subject_id=store_id, store_id=store_id, by=by,
                   count=len(rows))  # fmt: skip


def _write(
    table: type[Base], store_id: int, rows: Sequence[Mapping[str, Any]], key: str, renewed: Collection[str]
) -> None:
    """Insert rows; one that is there under the same key gets the `renewed` columns, or stays when there are none."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    fresh = dialect.insert(table)
    same = ["store_id", key]
    if renewed:
        fresh = fresh.on_conflict_do_update(index_elements=same, set_={name: fresh.excluded[name] for name in renewed})
    else:
        fresh = fresh.on_conflict_do_nothing(index_elements=same)
    session.execute(fresh, [{**row, "store_id": store_id, "at": clock.now()} for row in rows])

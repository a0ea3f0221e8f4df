"""The company that an order is for, when its invoice must name one: asked by the artisan, never at checkout."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from shop.core.errors import Refused
from shop.core.text import clean
from shop.orders.models import Company, Order
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor

LONGEST = {"name": 120, "register_number": 40, "nif": 20, "nis": 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyWord:
    """What is said of a company; nothing at all takes it off the order."""

    name: str = ""
    register_number: str = ""
    nif: str = ""
    nis: str = ""


def write(store_id: int, order_id: int, said: CompanyWord, *, by: Actor) -> None:
    """Say which company an order, held by the caller, is for. Raises Refused for numbers without a name."""
    kept = {name: clean(value, limit=LONGEST[name]) for name, value in asdict(said).items()}
    if any(kept.values()) and not kept["name"]:
        raise Refused(N_("Write the name of the company."), field="name")
    before = company_of(store_id, order_id)
    if kept == {name: getattr(before, name, "") for name in LONGEST}:
        return
    changed(delete(Company).where(Company.store_id == store_id, Company.order_id == order_id))
    if kept["name"]:
        session.add(Company(store_id=store_id, order_id=order_id, **kept))
        session.flush()
    journal.record("order.company", subject="order", subject_id=order_id, store_id=store_id, by=by)


def company_of(store_id: int, order_id: int) -> Company | None:
    """Return the company that an order is for, if it is for one."""
    return companies(store_id, [order_id]).get(order_id)


def companies(store_id: int, order_ids: Collection[int]) -> dict[int, Company]:
    """Return the companies of orders, by order, in one query."""
    wanted = select(Company).where(Company.store_id == store_id, Company.order_id.in_(order_ids))
    found = session.scalars(wanted, execution_options={"populate_existing": True})
    return {company.order_id: company for company in found}


def last_of(store_id: int, phone: str) -> Company | None:
    """Return the company that this phone last ordered for, so that nobody is asked twice."""
    if not phone:
        return None
    mine = select(Company).join(Order, Order.id == Company.order_id)
    mine = mine.where(Company.store_id == store_id, Order.store_id == store_id, Order.phone == phone)
    return session.scalar(mine.order_by(Company.order_id.desc()).limit(1))

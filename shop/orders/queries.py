"""Reading purchases and orders. What is another store's is not found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from shop.catalogue.families import CAUTIONS
from shop.catalogue.models import Lot
from shop.core import clock
from shop.core.errors import NotFound
from shop.orders.models import Call, Order, OrderLine, Purchase
from shop.plumbing.db import session
from shop.plumbing.links import digest

ALIKE_WITHIN = timedelta(hours=24)
# Verbs change rows by statements: a row that this session has read before is read again.
FRESH = {"populate_existing": True}


def order(store_id: int, order_id: int) -> Order:
    """Return an order of a store. Raises NotFound."""
    wanted = select(Order).where(Order.store_id == store_id, Order.id == order_id)
    found = session.scalars(wanted, execution_options=FRESH).one_or_none()
    if found is None:
        raise NotFound(f"no order {order_id}")
    return found


def codes(store_id: int, order_ids: Collection[int]) -> dict[int, str]:
    """Return the codes of these orders of a store."""
    wanted = select(Order.id, Order.code).where(Order.store_id == store_id, Order.id.in_(order_ids))
    return {row[0]: row[1] for row in session.execute(wanted)} if order_ids else {}


def order_by_code(store_id: int, code: str) -> Order:
    """Return an order of a store by its code. Raises NotFound."""
    wanted = select(Order).where(Order.store_id == store_id, Order.code == code)
    found = session.scalars(wanted, execution_options=FRESH).one_or_none()
    if found is None:
        raise NotFound(f"no order {code}")
    return found


def lines(store_id: int, order_ids: Collection[int]) -> dict[int, list[OrderLine]]:
    """Return the lines of orders of a store, by order, in one query."""
    found: dict[int, list[OrderLine]] = defaultdict(list)
    if order_ids:
        wanted = select(OrderLine).where(OrderLine.store_id == store_id, OrderLine.order_id.in_(order_ids))
        for line in session.scalars(wanted.order_by(OrderLine.order_id, OrderLine.id)):
            found[line.order_id].append(line)
    return found


def products_with_lots(store_id: int, product_ids: Collection[int]) -> set[int]:
    """Return which of these products have lots."""
    wanted = select(Lot.product_id).where(Lot.store_id == store_id, Lot.product_id.in_(product_ids)).distinct()
    return set(session.scalars(wanted))


def cautions(lines: Sequence[OrderLine]) -> list[str]:
    """Return what whoever carries the parcel must know of its contents, as English msgids."""
    return [CAUTIONS[each] for each in sorted({line.caution for line in lines if line.caution})]


def calls(store_id: int, order_id: int) -> list[Call]:
    """Return every call of an order, oldest first, the undone ones too."""
    wanted = select(Call).where(Call.store_id == store_id, Call.order_id == order_id)
    return list(session.scalars(wanted.order_by(Call.id), execution_options=FRESH))


def order_of_key(store_id: int, key: str) -> Order | None:
    """Return the first order of a store that was placed under a key, or None: a second tap finds it."""
    wanted = (
        select(Order).join(Purchase, Purchase.id == Order.purchase_id)
        .where(Order.store_id == store_id, Purchase.key_hash == digest(key)).order_by(Order.id).limit(1)
    )  # fmt: skip
    return session.scalars(wanted, execution_options=FRESH).one_or_none()


def purchase_by_code(code: str) -> Purchase | None:
    """Return a purchase by its code, or by the code of one of its orders, or None."""
    found = session.scalars(select(Purchase).where(Purchase.code == code)).one_or_none()
    if found is not None:
        return found
    of_order = select(Order.purchase_id).where(Order.code == code).scalar_subquery()
    return session.scalars(select(Purchase).where(Purchase.id == of_order)).one_or_none()


def orders_of_purchase(purchase_id: int) -> list[Order]:
    """Return the orders of a purchase, in the order in which they were written."""
    wanted = select(Order).where(Order.purchase_id == purchase_id).order_by(Order.id)
    return list(session.scalars(wanted, execution_options=FRESH))


def strangers(store_ids: Collection[int], phone: str) -> frozenset[int]:
    """Return the workshops that have delivered nothing yet to a phone, in one statement; all without a phone."""
    wanted = (
        select(Order.store_id)
        .distinct()
        .where(Order.store_id.in_(store_ids), Order.phone == phone, Order.state == "completed")
    )
    return frozenset(store_ids) - frozenset(session.scalars(wanted) if phone else ())


def orders_alike(store_id: int, *, phone: str, product_ids: Collection[int], now: datetime | None = None) -> list[str]:
    """Return the codes of the store's live orders of the last 24 hours with this phone and one of these products."""
    since = (now or clock.now()) - ALIKE_WITHIN
    wanted = (
        select(Order.code)
        .where(Order.store_id == store_id, Order.phone == phone, Order.placed_at >= since, Order.state != "cancelled")
        .where(
            select(OrderLine.id)
            .where(OrderLine.order_id == Order.id, OrderLine.store_id == store_id)
            .where(OrderLine.product_id.in_(product_ids))
            .exists()
        )
        .order_by(Order.id)
    )
    return list(session.scalars(wanted))

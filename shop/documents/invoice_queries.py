"""Reading invoices, and how a store issues them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from shop.core import clock
from shop.core.errors import NotFound
from shop.documents.models import KIND_OF_LETTER, CreditPart, Invoice, PaperRules, ProductTax
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.plumbing.db import session

_CODE = re.compile("([FBA])-([0-9]{4})-([0-9]{4,9})")


def rules(store_id: int) -> PaperRules:
    """Return how a store issues its invoices; a store that never said so has the defaults."""
    found = session.scalar(
        select(PaperRules).where(PaperRules.store_id == store_id), execution_options={"populate_existing": True}
    )
    return found or PaperRules(
        store_id=store_id, kind="invoice", automatic=False, both_languages=False, charges_vat=False, vat_rate=19,
        stamp=False, legal_form="",
    )  # fmt: skip


def rates(store_id: int, product_ids: Collection[int]) -> dict[int, int]:
    """Return the rates of products that have one of their own."""
    wanted = select(ProductTax.product_id, ProductTax.rate).where(
        ProductTax.store_id == store_id, ProductTax.product_id.in_(product_ids)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


def of_order(store_id: int, order_id: int) -> list[Invoice]:
    """Return the invoices and credit notes of an order, oldest first."""
    wanted = select(Invoice).where(Invoice.store_id == store_id, Invoice.order_id == order_id)
    return list(session.scalars(wanted.order_by(Invoice.id)))


def of_orders(store_id: int, order_ids: Collection[int]) -> dict[int, list[Invoice]]:
    """Return the papers of orders, by order, oldest first, in one query."""
    found: dict[int, list[Invoice]] = defaultdict(list)
    wanted = select(Invoice).where(Invoice.store_id == store_id, Invoice.order_id.in_(order_ids)).order_by(Invoice.id)
    for paper in session.scalars(wanted):
        found[paper.order_id].append(paper)
    return found


def live(papers: Sequence[Invoice]) -> Invoice | None:
    """Return the invoice of an order that no credit note has cancelled."""
    cancelled = {each.cancels_id for each in papers}
    alive = [each for each in papers if each.kind != "credit" and each.id not in cancelled]
    return alive[-1] if alive else None


def parts(invoice: Invoice) -> list[Invoice]:
    """Return the credit notes that take a part off an invoice, the oldest first."""
    wanted = (
        select(Invoice)
        .join(CreditPart, and_(CreditPart.note_id == Invoice.id, CreditPart.store_id == Invoice.store_id))
        .where(CreditPart.store_id == invoice.store_id, CreditPart.invoice_id == invoice.id)
    )
    return list(session.scalars(wanted.order_by(Invoice.id)))


def by_code(store_id: int, code: str) -> Invoice:
    """Return a paper of a store by its number: F-2026-0041. Raises NotFound."""
    read = _CODE.fullmatch(code)
    found = read and session.scalar(
        select(Invoice).where(
            Invoice.store_id == store_id, Invoice.kind == KIND_OF_LETTER[read[1]], Invoice.year == int(read[2]),
            Invoice.number == int(read[3]),
        )
    )  # fmt: skip
    if not found or found.code != code:
        raise NotFound(f"no paper {code}")
    return found


def by_codes(store_id: int, codes: Sequence[str]) -> list[Invoice]:
    """Return papers of a store by their numbers, each once, in the order given. Raises NotFound."""
    return [by_code(store_id, code) for code in dict.fromkeys(codes)]


def of_month(store_id: int, day: date, *, most: int) -> list[Invoice]:
    """Return the papers that a store issued in the month of a day, oldest first."""
    first, following = clock.month_of(day)
    wanted = select(Invoice).where(Invoice.store_id == store_id, Invoice.at >= first, Invoice.at < following)
    return list(session.scalars(wanted.order_by(Invoice.id).limit(most)))


def cancelling(store_id: int, papers: Sequence[Invoice]) -> dict[int, str]:
    """Return the codes of the credit notes that cancel invoices, by invoice, in one query."""
    wanted = select(Invoice).where(Invoice.store_id == store_id, Invoice.cancels_id.in_([each.id for each in papers]))
    return {note.cancels_id: note.code for note in session.scalars(wanted) if note.cancels_id is not None}


def newest(store_id: int, limit: int) -> list[tuple[Invoice, str]]:
    """Return the newest papers of a store, each with its order's code."""
    wanted = (
        select(Invoice, Order.code).join(Order, Order.id == Invoice.order_id).where(Invoice.store_id == store_id)
        .order_by(Invoice.id.desc()).limit(limit)
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(wanted)]


def to_cancel(store_id: int) -> list[tuple[Invoice, str]]:
    """Return the invoices whose order was cancelled, came back or was refunded, and that no credit note cancels yet."""
    note = aliased(Invoice)
    refunded = select(Payment.id).where(
        Payment.order_id == Order.id, Payment.store_id == Order.store_id, Payment.state == "refunded"
    )
    wanted = (
        select(Invoice, Order.code)
        .join(Order, Order.id == Invoice.order_id)
        .outerjoin(note, note.cancels_id == Invoice.id)
        .where(Invoice.store_id == store_id, Invoice.kind != "credit", note.id.is_(None))
        .where(or_(Order.state == "cancelled", refunded.exists()))
        .order_by(Invoice.id)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]

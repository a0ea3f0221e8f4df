"""Issuing invoices and credit notes: numbered without gaps within a store, a kind and a year, and never edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy import text as statement
from sqlalchemy.dialects import postgresql, sqlite

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.core.text import clean
from shop.documents import invoice_queries as invoices
from shop.documents.credits import credited, lowered
from shop.documents.frozen import Content, hash_of, thawed
from shop.documents.invoice_content import content_of
from shop.documents.models import CODE_LETTER, CreditPart, Invoice, PaperRules, ProductTax
from shop.documents.taxes import RATES
from shop.orders import companies
from shop.orders.companies import CompanyWord
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.payments.queries import given_back, lately_refunded, payment_of
from shop.plumbing import journal
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.i18n import N_
from shop.plumbing.journal import SYSTEM, Actor
from shop.shipping.models import Shipment

WATCHED: Final = timedelta(days=2)  # how long after a refund its credit note is looked for
INVOICED: Final = frozenset({"confirmed", "completed"})
_RULES: Final = frozenset({
    "kind", "automatic", "both_languages", "charges_vat", "vat_rate", "stamp", "legal_form",
})  # fmt: skip


def issue(store_id: int, order_id: int, *, by: Actor) -> Invoice:
    """Issue the invoice of an order; one that has its invoice keeps it, however often it is asked.

    Raises NotFound, and InvalidTransition for an order that is not confirmed, was cancelled or given back.
    """
    order = _held(store_id, order_id)
    earlier = invoices.of_order(store_id, order_id)
    if (live := invoices.live(earlier)) is not None:
        return live
    if not can_be_invoiced(order, payment_of(store_id, order_id)):
        raise InvalidTransition
    rules = invoices.rules(store_id)
    turn = 1 + sum(each.cancels_id is not None for each in earlier)
    kind, year = rules.kind, clock.today().year
    number = _next(store_id, kind, year)
    content = content_of(order, rules, code=f"{CODE_LETTER[kind]}-{year}-{number:04d}")
    made = _write(order, content, number=number, year=year, turn=turn, cancels_id=None, by=by)
    _lower(order, made, given_back(store_id, [order_id]).get(order_id), reason="", by=by)
    return made


def issue_when_handed_over(store_id: int, handover_id: int, *, by: Actor) -> list[Invoice]:
    """Issue the invoices of a hand-over sheet's orders, if the store wants that. Raises NotFound."""
    if not invoices.rules(store_id).automatic:
        return []
    wanted = select(Shipment.order_id).where(Shipment.store_id == store_id, Shipment.handover_id == handover_id)
    return [issue(store_id, each, by=by) for each in sorted(session.scalars(wanted))]


def can_be_invoiced(order: Order, payment: Payment | None) -> bool:
    """Tell whether an order is a sale that stands: confirmed, and its money not given back."""
    return order.state in INVOICED and (payment is None or payment.state != "refunded")


def credit_if_issued(store_id: int, order_id: int, *, reason: str, by: Actor) -> Invoice | None:
    """Cancel what was issued for an order whose money is given back, as `credit` does; None when nothing was."""
    _held(store_id, order_id)  # whoever issues at this moment comes first, or finds the money given back
    if invoices.live(invoices.of_order(store_id, order_id)) is None:
        return None
    return credit(store_id, order_id, reason=reason, by=by)


def credit(store_id: int, order_id: int, *, reason: str, by: Actor) -> Invoice:
    """Cancel the invoice of an order by a credit note, which refers to it; the order can then be invoiced anew.

    Asked twice, it gives the note of before. Raises NotFound, and Refused for an order without an invoice.
    """
    order = _held(store_id, order_id)
    earlier = invoices.of_order(store_id, order_id)
    live = invoices.live(earlier)
    if live is None:
        if earlier:
            return earlier[-1]
        raise Refused(N_("This order has no invoice to cancel."))
    code, number, year = _next_note(store_id)
    before = [thawed(each.content, each.content_hash) for each in invoices.parts(live)]
    content = credited(thawed(live.content, live.content_hash), before, code=code, reason=clean(reason, limit=200))
    return _write(order, content, number=number, year=year, turn=live.turn, cancels_id=live.id, by=by)


def credit_what_went_back(store_id: int, order_id: int, *, reason: str = "", by: Actor) -> Invoice | None:
    """Take what was given back of an order off its invoice by a credit note; None when nothing is to be taken off.

    The ledger says how much went back, so asking twice writes one note. When nothing of the price is left, the note
    cancels the invoice. Raises NotFound.
    """
    order = _held(store_id, order_id)
    live = invoices.live(invoices.of_order(store_id, order_id))
    if live is None:
        return None
    back = given_back(store_id, [order_id]).get(order_id)
    if back is not None and back >= live.total:
        return credit(store_id, order_id, reason=reason, by=by)
    return _lower(order, live, back, reason=reason, by=by)


def follow_refunds(_payload: object = None) -> None:
    """Write the credit notes of what services have given back by themselves in the last days: a job."""
    for store_id, order_id in lately_refunded(WATCHED):
        with transaction():
            credit_what_went_back(store_id, order_id, by=SYSTEM)


def _lower(order: Order, live: Invoice, back: Money | None, *, reason: str, by: Actor) -> Invoice | None:
    before = [thawed(each.content, each.content_hash) for each in invoices.parts(live)]
    amount = (back.minor if back is not None else 0) - sum(each["total"] for each in before)
    if amount <= 0:
        return None
    code, number, year = _next_note(order.store_id)
    content = lowered(
        thawed(live.content, live.content_hash), before, amount, code=code, reason=clean(reason, limit=200)
    )
    made = _write(order, content, number=number, year=year, turn=live.turn, cancels_id=None, by=by)
    session.execute(
        insert(CreditPart), {"store_id": order.store_id, "note_id": made.id, "invoice_id": live.id}
    )  # fmt: skip
    return made


def name_company(store_id: int, order_id: int, said: CompanyWord, *, by: Actor) -> None:
    """Say which company an order's invoice is for. Raises NotFound, and Refused once the invoice is issued."""
    _held(store_id, order_id)
    if invoices.live(invoices.of_order(store_id, order_id)) is not None:
        raise Refused(N_("The invoice is issued already. Cancel it first, then write the company."))
    companies.write(store_id, order_id, said, by=by)


def set_rules(store_id: int, *, by: Actor, **fields: Any) -> None:
    """Say how a store issues its invoices from now on; what was issued stays. Raises ValueError for another field."""
    if unknown := fields.keys() - _RULES:
        raise ValueError(f"not a rule of papers: {sorted(unknown)}")
    before = invoices.rules(store_id)
    moved = sorted(name for name, value in fields.items() if getattr(before, name) != value)
    if not moved:
        return
    row = {name: getattr(before, name) for name in _RULES} | fields | {"store_id": store_id}
    _upsert(PaperRules, row, ["store_id"])
    journal.record(
        "store.invoicing_changed", subject="store", subject_id=store_id, store_id=store_id, by=by, fields=moved
    )


def set_tax(store_id: int, product_id: int, rate: int | None, *, by: Actor) -> None:
    """Give a product a rate of its own, or its store's again (None). Raises Refused for a rate that isn't one."""
    if rate is not None and rate not in RATES:
        raise Refused(N_("Please choose one of the rates."), field="rate")
    if rate is None:
        mine = delete(ProductTax).where(ProductTax.store_id == store_id, ProductTax.product_id == product_id)
        moved = changed(mine) == 1
    else:
        moved = invoices.rates(store_id, [product_id]).get(product_id) != rate
        _upsert(ProductTax, {"store_id": store_id, "product_id": product_id, "rate": rate}, ["store_id", "product_id"])
    if moved:
        journal.record(
            "product.tax_changed", subject="product", subject_id=product_id, store_id=store_id, by=by, rate=rate
        )


def _held(store_id: int, order_id: int) -> Order:
    """Return the order, held until the commit: two taps follow one another here."""
    wanted = select(Order).where(Order.store_id == store_id, Order.id == order_id).with_for_update(key_share=True)
    order = session.scalars(wanted, execution_options={"populate_existing": True}).one_or_none()
    if order is None:
        raise NotFound(f"no order {order_id}")
    return order


def _next_note(store_id: int) -> tuple[str, int, int]:
    year = clock.today().year
    number = _next(store_id, "credit", year)
    return f"{CODE_LETTER['credit']}-{year}-{number:04d}", number, year


def _next(store_id: int, kind: str, year: int) -> int:
    """Draw the next number; it goes back with the transaction that drew it, so no number is ever missing."""
    drawn: int = session.execute(_NEXT, {"store_id": store_id, "kind": kind, "year": year}).scalar_one()
    return drawn


_NEXT = statement(
    "INSERT INTO invoice_heads (store_id, kind, year, last) VALUES (:store_id, :kind, :year, 1) "
    "ON CONFLICT (store_id, kind, year) DO UPDATE SET last = invoice_heads.last + 1 RETURNING last"
)


def _write(
    order: Order, content: Content, *, number: int, year: int, turn: int, cancels_id: int | None, by: Actor
) -> Invoice:
    row = {
        "store_id": order.store_id, "order_id": order.id, "cancels_id": cancels_id, "kind": content["kind"],
        "year": year, "number": number, "turn": turn, "total_minor": content["total"], "net_minor": content["net"],
        "stamp_minor": content["stamp"], "currency": content["currency"], "content": content,
        "content_hash": hash_of(content), "at": clock.now(), "account_id": by.account_id, "by_name": by.name,
    }  # fmt: skip
    made = session.scalars(insert(Invoice).returning(Invoice), [row]).one()
    verb = "order.credited" if content["kind"] == "credit" else "order.invoiced"
    journal.record(
        verb, subject="order", subject_id=order.id, store_id=order.store_id, by=by, number=made.code, invoice=made.id
    )
    return made


def _upsert(table: type[PaperRules | ProductTax], row: Mapping[str, Any], keys: Sequence[str]) -> None:
    upsert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    rest = {name: value for name, value in row.items() if name not in keys}
    changed(upsert(table).values(row).on_conflict_do_update(index_elements=keys, set_=rest))
    session.expire_all()

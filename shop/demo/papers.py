"""The demo's papers: what was delivered is invoiced, once to a company; one is put right, one sale was given back."""

from __future__ import annotations

from sqlalchemy import select

from shop.core import clock
from shop.documents import invoice_queries as queries
from shop.documents import invoices
from shop.fulfilment import service as fulfilment
from shop.orders.companies import CompanyWord
from shop.orders.models import Order
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.stores.models import Store

RULES = {
    "atelier-amina": {"kind": "voucher", "automatic": True, "both_languages": True, "legal_form": "Artisane"},
    "parfums-ismahane": {"charges_vat": True, "stamp": True, "legal_form": "EURL"},
}


def issue(owners: dict[str, Actor]) -> None:
    """Issue the papers of delivered orders, each on the day of its delivery; twice is harmless."""
    for slug, by in owners.items():
        store_id = session.scalar(select(Store.id).where(Store.slug == slug)) or 0
        with transaction():
            invoices.set_rules(store_id, by=by, **RULES.get(slug, {}))
        if slug == "atelier-amina":
            _name_company(store_id, by)
        done = select(Order).where(Order.store_id == store_id, Order.state == "completed").order_by(Order.completed_at)
        for order_id, at in [(each.id, each.completed_at) for each in session.scalars(done)]:
            with clock.standing_at(at or clock.now()), transaction():
                invoices.issue(store_id, order_id, by=by)
    _credit(owners["atelier-amina"])


def _credit(by: Actor) -> None:
    """Cancel Amina's newest invoice, and issue the right one."""
    store_id = session.scalar(select(Store.id).where(Store.slug == "atelier-amina")) or 0
    paper = queries.newest(store_id, 1)[0][0]
    if paper.turn == 1 and paper.kind != "credit":
        with transaction():
            invoices.credit(store_id, paper.order_id, reason="Nom de l’acheteur à corriger", by=by)
            invoices.issue(store_id, paper.order_id, by=by)


def _name_company(store_id: int, by: Actor) -> None:
    """Let the newest parcel that arrived be for a shop, whose numbers its voucher bears."""
    shop = CompanyWord(
        name="EURL Les Jardins du Sud", register_number="31/00-0912345B18", nif="001831091234578", nis="001831010012345"
    )
    road = select(Order.id).where(Order.store_id == store_id, Order.state == "completed", Order.kind != "hand")
    order_id = session.scalar(road.order_by(Order.id.desc()).limit(1))
    if order_id is not None and not queries.of_order(store_id, order_id):
        with transaction():
            invoices.name_company(store_id, order_id, shop, by=by)


def give_back(by: Actor) -> None:
    """Give the money of Amina's oldest sale from hand to hand back, its pieces too; twice is harmless."""
    store_id = session.scalar(select(Store.id).where(Store.slug == "atelier-amina")) or 0
    sales = select(Order.id).where(Order.store_id == store_id, Order.kind == "hand", Order.state == "completed")
    order_id = session.scalar(sales.order_by(Order.id).limit(1))
    payment = payment_of(store_id, order_id) if order_id is not None else None
    if order_id is None or payment is None or payment.state != "settled":
        return
    with transaction():
        fulfilment.refund(store_id, order_id, by=by)
        fulfilment.take_back(store_id, order_id, by=by)
        invoices.credit_if_issued(store_id, order_id, reason="Savon fendu", by=by)

"""The demo's papers: what was delivered is invoiced, and one parcel that came back has its credit note."""

from __future__ import annotations

from sqlalchemy import select

from shop.core import clock
from shop.documents import invoice_queries as queries
from shop.documents import invoices
from shop.orders.models import Order
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

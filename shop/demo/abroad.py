"""Ismahane's prices in other currencies, and Stripe, by which they are paid; its key opens the simulator only."""

from __future__ import annotations

from sqlalchemy import select

from shop.abroad import queries, service
from shop.core.money import Money
from shop.payments import setup
from shop.plumbing.db import session
from shop.plumbing.journal import Actor
from shop.plumbing.seals import Seal
from shop.stores.models import Store

STRIPE = {
    "secret_key": "sk_test_HirfaDemoIsmahane", "signing_secret": "", "signing_secret_before": "",
    "currencies": "EUR USD",
}  # fmt: skip
LISTS = {"EUR": (Money.dinars(250), 10), "USD": (Money.dinars(230), 50)}


def keep_lists(slug: str, by: Actor, seal: Seal) -> None:
    """Keep the lists, inside the caller's transaction; the first thing has a round price in euros."""
    store_id = session.scalar(select(Store.id).where(Store.slug == slug))
    if store_id is None:
        return
    setup.set_up(store_id, "stripe", STRIPE, on=True, seal=seal, by=by)
    for currency, (worth, step) in LISTS.items():
        service.keep(store_id, currency, worth=worth, step=step, by=by)
    for thing in queries.priced(store_id, limit=1):
        round_price = Money(-(-thing.unit.minor // 25_000) * 100, "EUR")
        service.fix(store_id, "EUR", {thing.variant_id: round_price}, by=by)

"""The demo's offers: a code that was used, one that counts by itself, one to come, one that is over."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.money import Money
from shop.offers import service
from shop.offers.service import Terms
from shop.plumbing.db import session
from shop.plumbing.journal import SYSTEM, Actor
from shop.stores.models import Store

WELCOME = "BIENVENUE"
BEGUN = timedelta(days=25)


def write(owners: dict[str, Actor]) -> None:
    """Write the offers of two workshops as their owners would have, 25 days ago, inside the current transaction."""
    today = clock.today()
    with clock.standing_at(clock.now() - BEGUN):
        for slug, terms in (*_amina(today), *_ismahane(today)):
            service.create_offer(_store(slug), terms, by=owners.get(slug, SYSTEM))


def _amina(today: date) -> list[tuple[str, Terms]]:
    rose = session.scalars(select(Product.id).where(Product.cover == "soap-rose")).one()
    early = today - BEGUN
    found = (
        Terms(name="Bienvenue", kind="percent", percent=10, code=WELCOME, from_day=early, most_per_phone=1),
        Terms(name="Colis léger", kind="delivery", minimum=Money.dinars(5000), from_day=early),
        Terms(
            name="Mois de la rose", kind="percent", percent=15, from_day=today - timedelta(days=2),
            until_day=today + timedelta(days=12), product_ids=frozenset({rose}),
        ),
        Terms(
            name="يناير", kind="amount", amount=Money.dinars(300), minimum=Money.dinars(2500),
            from_day=today + timedelta(days=30), until_day=today + timedelta(days=44),
        ),
        Terms(name="Rentrée", kind="percent", percent=5, from_day=early, until_day=early + timedelta(days=1)),
    )  # fmt: skip
    return [("atelier-amina", each) for each in found]


def _ismahane(today: date) -> list[tuple[str, Terms]]:
    given = Terms(
        name="Deux flacons", kind="amount", amount=Money.dinars(400), minimum=Money.dinars(6000), code="DEUX",
        from_day=today - BEGUN, most_uses=20,
    )  # fmt: skip
    return [("parfums-ismahane", given)]


def _store(slug: str) -> int:
    return session.scalars(select(Store.id).where(Store.slug == slug)).one()

"""The demo's deposit and its order that waits for it, and the order of a flood whose pieces are not set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from shop.cart import service as carts
from shop.catalogue.models import Product, Variant
from shop.checkout import queries as checkout_queries
from shop.checkout import service as checkout
from shop.checkout.words import Choice, Details
from shop.core import clock
from shop.demo.days import AMINA, ISMAHANE
from shop.payments import setup
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.links import new_token
from shop.plumbing.seals import Seal
from shop.stores.models import Store

TRANSFER = {"holder": "Ismahane Cherif", "ccp": "20467813", "ccp_check": "20", "bank": "", "rib": "", "days": 3}
DEPOSIT = {"deposit": 1000, "deposit_of": "first", "deposit_above": 6000}
LAMIA = Details(
    phone="+213550000311", name="Lamia Ouali", wilaya_code="15", commune_code="1501",
    address="Nouvelle ville, tour 6, appartement 31", language="fr",
)  # fmt: skip
UNKNOWN = replace(LAMIA, phone="+213550000312", name="Toufik", address="Route du marché")
SOMEWHERE = "192.0.2.7/32"  # an address that belongs to nobody


def ask(owners: Mapping[str, Actor], seal: Seal) -> None:
    """Let Ismahane ask 1 000 DA before of whoever orders there for the first time for more than 6 000 DA."""
    with transaction():
        store_id = store_of(ISMAHANE)
        setup.set_up(store_id, "transfer", TRANSFER, on=True, seal=seal, by=owners[ISMAHANE])
        setup.set_up(store_id, "cash_on_delivery", DEPOSIT, on=True, seal=seal, by=owners[ISMAHANE])


def order() -> None:
    """Order what waits for its deposit, and what the guard against floods set apart. Orders nothing twice."""
    now = clock.now()
    with clock.standing_at(now - timedelta(hours=5)):
        place("demo-deposit", ISMAHANE, LAMIA, "cash_on_delivery+transfer", share=0, at_least=5500)
    with clock.standing_at(now - timedelta(minutes=40)):
        place("demo-hold", AMINA, UNKNOWN, "cash_on_delivery", share=2, network=SOMEWHERE)


def place(key: str, slug: str, details: Details, way: str, *, share: int, at_least: int = 0, network: str = "") -> None:
    """Order one piece, or more than a share of all, to the door; the same key orders nothing twice."""
    variant = _variant(store_of(slug), at_least)
    pieces = variant.on_hand // share + 1 if share else 1
    with transaction():
        cart = carts.open_cart(new_token())
        carts.add(cart.id, variant.id, pieces=pieces)
        choices = [
            Choice(
                store_id=offer.parcel.store_id, kind=quote.kind, account_id=quote.account_id, price=quote.price,
                method=way,
            )
            for offer in checkout_queries.offered(
                cart.id, wilaya_code=details.wilaya_code, commune_code=details.commune_code
            )
            for quote in offer.quotes if quote.kind == "home"
        ]  # fmt: skip
        seen = checkout_queries.review(cart.id, details, choices)
        checkout.place(cart.id, key=key, details=details, choices=choices, review_hash=seen.hash, network=network)


def _variant(store_id: int, at_least: int) -> Variant:
    """Return a variant that costs so many dinars at least, of which there are most."""
    wanted = (
        select(Variant).join(Product, Product.id == Variant.product_id)
        .where(Variant.store_id == store_id, Product.state == "published", Product.made_to_order_days.is_(None))
        .where(Variant.price_minor >= at_least * 100, Variant.on_hand > 0)
        .order_by(Variant.on_hand.desc(), Variant.id).limit(1)
    )  # fmt: skip
    return session.scalars(wanted).one()


def store_of(slug: str) -> int:
    """Return the number of a workshop."""
    return session.scalars(select(Store.id).where(Store.slug == slug)).one()

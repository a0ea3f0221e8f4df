"""Ismahane's partner of parcels abroad, MyDHL, its simulator here: one order is booked, one waits for her call."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from shop.checkout.words import Details
from shop.core import clock
from shop.core.money import Money
from shop.demo.days import ISMAHANE
from shop.demo.deposits import store_of
from shop.demo.zones import placed
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.seals import Seal
from shop.shipping import abroad, partners, service
from shop.shipping.abroad import NewZone

KEYS = {
    "account": "305000001", "user": "HirfaDemoOfIsmahane", "password": "HirfaDemoOpensNothing", "stage": "live",
    "product": "P", "postcode": "25000", "box": "30 × 20 × 10",
}  # fmt: skip
STEPS = ((500, 5900), (1000, 6700), (2000, 8200), (5000, 12900))
LONDON = Details(
    phone="+447400123456", name="Emma Clarke", wilaya_code="GB", commune_code="GB", address="14 Orchard Lane",
    city="London", postcode="E1 6AN", language="en",
)  # fmt: skip
LEEDS = Details(
    phone="+447400654321", name="Yacine Haddad", wilaya_code="GB", commune_code="GB", address="3 Mill Street, flat 2",
    city="Leeds", postcode="LS1 4AP", language="fr",
)  # fmt: skip


def connect(by: Actor, seal: Seal) -> None:
    """Give Ismahane her partner and its zone, inside the current transaction."""
    store_id = store_of(ISMAHANE)
    account = service.add_carrier(store_id, "mydhl", "DHL Express", title_ar="دي إتش إل إكسبريس", by=by)
    partners.connect(account, KEYS, seal=seal, by=by)
    new = NewZone(
        name="Royaume-Uni, États-Unis", account_id=account.id, service="parcel", countries=("GB", "US"), min_days=3,
        max_days=6, steps=[(grams, Money.dinars(price)) for grams, price in STEPS],
    )  # fmt: skip
    abroad.add_zone(store_id, new, by=by)


def order(by: Actor) -> None:
    """Order two parcels to England, paid in euros; she has called one of the two buyers. Nothing is ordered twice."""
    with clock.standing_at(clock.now() - timedelta(minutes=45)):
        placed("demo-express-1", LONDON)
        placed("demo-express-2", LEEDS)
    with transaction():
        store_id = store_of(ISMAHANE)
        mine = select(Order.id).where(Order.store_id == store_id, Order.phone == LONDON.phone, Order.state == "placed")
        for order_id in session.scalars(mine).all():
            fulfilment.confirm(store_id, order_id, by=by)

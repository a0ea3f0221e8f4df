"""Where Ismahane sends parcels abroad; what a buyer in Lyon paid in euros, and her gift to Oran. All invented."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from shop.cart import service as carts
from shop.catalogue.models import Product, Variant
from shop.checkout import queries as checkout_queries
from shop.checkout import service as checkout
from shop.checkout.words import Choice, Details
from shop.core import clock
from shop.core.money import Money
from shop.demo.days import ISMAHANE
from shop.demo.deposits import store_of
from shop.payments import attempts
from shop.payments.contract import Fact
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.links import new_token
from shop.shipping import abroad, service
from shop.shipping.abroad import NewZone

KEY, GIFT_KEY = "demo-abroad", "demo-gift"
SARAH = Details(
    phone="+33612345678", name="Sarah Martin", wilaya_code="FR", commune_code="FR", address="5, rue des Lilas",
    city="Lyon", postcode="69003", language="fr",
)  # fmt: skip
PRESENT = Details(
    phone="+213550000314", name="Fatima Haddad", wilaya_code="31", commune_code="3101", language="ar", gift=True,
    address="12, rue des Oliviers", gift_words="كل عام وأنت بألف خير يا أمي. سارة", payer_phone="+33612345678",
)  # fmt: skip
EUROPE = ((500, 1600), (1000, 2400), (2000, 3900))
GULF = ((500, 2200), (1000, 3600), (5000, 9800))


def open_zones(by: Actor) -> None:
    """Give Ismahane the post, and two zones, inside the caller's transaction."""
    store_id = store_of(ISMAHANE)
    post = service.add_carrier(store_id, "algerie_poste", "Algérie Poste", title_ar="بريد الجزائر", by=by)
    for name, kind, countries, steps in (
        ("Europe", "packet", ("FR", "BE", "CH", "DE"), EUROPE), ("Golfe, Canada", "ems", ("AE", "CA", "QA"), GULF),
    ):  # fmt: skip
        new = NewZone(
            name=name, account_id=post.id, service=kind, countries=countries, min_days=7, max_days=21,
            steps=[(grams, Money.dinars(price)) for grams, price in steps],
        )  # fmt: skip
        abroad.add_zone(store_id, new, by=by)


def order() -> None:
    """Order two bottles to Lyon, and a gift from there to Oran, paid in euros; the same keys order nothing twice."""
    with clock.standing_at(clock.now() - timedelta(hours=2)):
        placed(KEY, SARAH)
        placed(GIFT_KEY, PRESENT)


def placed(key: str, details: Details) -> None:
    """Order two of the first thing that may leave, paid in euros; the same key orders nothing twice."""
    store_id = store_of(ISMAHANE)
    bottle = (
        select(Variant.id).join(Product, Product.id == Variant.product_id)
        .where(Variant.store_id == store_id, Product.abroad, Variant.on_hand > 1).order_by(Variant.id).limit(1)
    )  # fmt: skip
    with transaction():
        cart = carts.open_cart(new_token())
        carts.add(cart.id, session.scalars(bottle).one(), pieces=2)
        [offer] = checkout_queries.offered(
            cart.id, wilaya_code=details.wilaya_code, commune_code=details.commune_code
        )  # fmt: skip
        quote = next(each for each in offer.quotes if each.kind == "home")
        way = Choice(
            store_id=store_id, kind="home", account_id=quote.account_id, price=quote.price, method="stripe.EUR"
        )
        seen = checkout_queries.review(cart.id, details, [way])
        made = checkout.place(cart.id, key=key, details=details, choices=[way], review_hash=seen.hash)
        payment = session.get_one(Payment, made.payment_ids[0])
        attempts.record_fact(
            store_id, payment.id, Fact(payment.reference, "collected", payment.amount), by=SYSTEM
        )  # fmt: skip

"""Amina and Ismahane sell, Yacine buys: workshops with stock, carriers and rates, and a basket to be ordered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from shop.cart import service as carts
from shop.cart.models import Cart
from shop.catalogue import stock as stock_room
from shop.catalogue.models import Product, Variant
from shop.checkout import service as checkout
from shop.checkout.queries import offered
from shop.checkout.words import Choice, Details, Placed
from shop.core import clock
from shop.core.money import Money
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.shipping import service as shipping
from shop.shipping.models import CarrierAccount, Shipment
from shop.shipping.queries import live_shipment
from shop.shipping.service import DeskRow, RateRow
from shop.stores.models import Store

AMINA = Actor("member", name="Amina")
YACINE = Details(
    phone="+213550123456", name="Yacine Haddad", wilaya_code="31", commune_code="3101", address="12 rue des Oliviers",
    note="", language="ar",
)  # fmt: skip


@dataclass
class Workshop:
    """A store with one product of one variant, and one carrier."""

    store: Store
    product: Product
    variant: Variant
    carrier: CarrierAccount

    @property
    def id(self) -> int:
        return self.store.id

    def on_hand(self) -> int:
        session.rollback()
        return session.scalars(select(Variant.on_hand).where(Variant.id == self.variant.id)).one()


def workshop(name: str = "Atelier Amina", *, stock: int = 5, price: int = 600, weight_g: int = 300) -> Workshop:
    """Make an open workshop that sells one soap and delivers to Oran: home 500 DA, desk 300 DA."""
    with transaction():
        store = Store(
            slug=name.lower().replace(" ", "-"), name=name, state="open", craft="soap", wilaya_code="15",
            commune_code="1501", phone="+213550000001", email="amina@atelier.example", address="12 rue des Roses",
            legal_name="Amina Benali", register_number="15/1234", nif="123456789012345", created_at=clock.now(),
        )  # fmt: skip
        session.add(store)
        session.flush()
        product, variant = add_product(store, stock=stock, price=price, weight_g=weight_g)
        carrier = shipping.add_carrier(store.id, "rate_sheet", "Barq Express", by=SYSTEM, title_ar="برق", may_open=True)
        rates = [
            RateRow(wilaya_code="31", home=Money.dinars(500), desk=Money.dinars(300)),
            RateRow(wilaya_code="16", home=Money.dinars(400), desk=None),
        ]
        shipping.set_rates(store.id, carrier.id, rates, by=SYSTEM)
        shipping.set_desks(store.id, carrier.id, [DeskRow(wilaya_code="31", name="Oran centre")], by=SYSTEM)
    return Workshop(store, product, variant, carrier)


def add_product(
    store: Store, *, stock: int, price: int = 600, weight_g: int = 300, made_to_order_days: int | None = None
) -> tuple[Product, Variant]:
    """Write a published product and its stock, inside a transaction."""
    product = Product(
        store_id=store.id, state="published", craft="soap", slug="savon", name_ar="صابون", name_fr="Savon d'olive",
        wilaya_code="15", weight_g=weight_g, created_at=clock.now(), listed_at=clock.now(), in_stock=stock > 0,
        price_minor=price * 100, made_to_order_days=made_to_order_days,
    )  # fmt: skip
    session.add(product)
    session.flush()
    variant = Variant(store_id=store.id, product_id=product.id, price_minor=price * 100, on_hand=stock)
    session.add(variant)
    session.flush()
    stock_room.begin(store.id, variant.id, stock)
    return product, variant


def basket(wanted: Mapping[Variant, int] | dict[Variant, int]) -> Cart:
    """Make a basket with so many pieces of each."""
    with transaction():
        cart = carts.open_cart(secrets.token_hex(8))
        for variant, pieces in wanted.items():
            carts.add(cart.id, variant.id, pieces=pieces)
    return cart


def choose(cart: Cart, *, kind: str = "home", details: Details = YACINE) -> list[Choice]:
    """Choose the same kind of delivery, and cash, for every parcel of a basket."""
    found = []
    for offer in offered(cart.id, wilaya_code=details.wilaya_code, commune_code=details.commune_code):
        quote = next(each for each in offer.quotes if each.kind == kind)
        desk = quote.points[0].desk_id if quote.points else None
        found.append(
            Choice(
                store_id=offer.parcel.store_id, kind=kind, account_id=quote.account_id, price=quote.price,
                method="cash_on_delivery", desk_id=desk,
            )
        )  # fmt: skip
    return found


def place(
    cart: Cart, *, key: str | None = None, kind: str = "home", details: Details = YACINE, network: str = ""
) -> Placed:
    """Look, and order what was seen."""
    choices = choose(cart, kind=kind, details=details)
    seen = checkout.review(cart.id, details, choices)
    with transaction():
        return checkout.place(
            cart.id, key=key or secrets.token_hex(8), details=details, choices=choices, review_hash=seen.hash,
            network=network,
        )  # fmt: skip


def left_in_stock(variant: Variant, pieces: int) -> Order:
    """Order more than is set aside before a call: the order waits without its pieces."""
    details = replace(YACINE, phone="+213550999999")
    placed = place(basket({variant: pieces}), details=details, network="192.0.2.7/32")
    order = session.get_one(Order, placed.order_ids[0])
    assert not order.set_aside
    return order


def ordered(shop: Workshop, *, pieces: int = 1, kind: str = "home", phone: str | None = None) -> Order:
    """Make one order of one workshop."""
    details = replace(YACINE, phone=phone) if phone else YACINE
    placed = place(basket({shop.variant: pieces}), kind=kind, details=details)
    return session.get_one(Order, placed.order_ids[0])


def confirmed(shop: Workshop, *, pieces: int = 1) -> tuple[Order, Shipment]:
    """Make an order and confirm it."""
    order = ordered(shop, pieces=pieces)
    with transaction():
        fulfilment.confirm(shop.id, order.id, by=AMINA)
    return order, parcel(shop, order)


def labelled(shop: Workshop, *, pieces: int = 1) -> tuple[Order, Shipment]:
    """Make an order, confirm it and print its label."""
    order, shipment = confirmed(shop, pieces=pieces)
    with transaction():
        documents.print_labels(shop.id, [shipment.id], paper="100x150", start=1, by=AMINA)
    return order, parcel(shop, order)


def handed_over(shop: Workshop, *, pieces: int = 1) -> tuple[Order, Shipment]:
    """Make an order and bring its parcel to the carrier."""
    order, shipment = labelled(shop, pieces=pieces)
    with transaction():
        fulfilment.hand_over(shop.id, [shipment.id], by=AMINA)
    return order, parcel(shop, order)


def delivered(shop: Workshop, *, pieces: int = 1) -> tuple[Order, Shipment]:
    """Make an order and have it delivered."""
    order, shipment = handed_over(shop, pieces=pieces)
    with transaction():
        fulfilment.scan(shop.id, shipment.id, "delivered", by=AMINA)
    return order, parcel(shop, order)


def parcel(shop: Workshop, order: Order) -> Shipment:
    """Return an order's parcel as it stands now, and refresh the order."""
    session.rollback()
    session.expire_all()
    found = live_shipment(shop.id, order.id)
    assert found is not None
    session.refresh(order)
    return found

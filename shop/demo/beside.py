"""What happens beside the shop's pages in the demo: a fair, a link that keeps pieces, a customer who is remembered."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from shop.catalogue.models import Product, Variant
from shop.checkout import exchange, hand, links
from shop.checkout.hand import HandBuyer
from shop.checkout.models import OrderLink
from shop.core import clock
from shop.core.money import Money
from shop.customers import service as customers
from shop.customers.models import CustomerNote
from shop.demo.days import AMINA
from shop.fulfilment import service as fulfilment
from shop.orders import queries as orders
from shop.orders.models import Order, OrderLine
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.shipping.models import Shipment
from shop.stores.models import Store

POTTERS, EXCHANGE = "terre-de-maatkas", "demo-exchange"
AT_THE_FAIR = ((5.2, 2, HandBuyer(language="fr")), (5.1, 1, HandBuyer(name="Leïla", phone="+213550000301")))


def tell(owners: dict[str, Actor]) -> None:
    """Tell what has not been told yet."""
    store, by = session.scalars(select(Store).where(Store.slug == AMINA)).one(), owners[AMINA]
    store_id, now = store.id, clock.now()
    for number, (days_ago, pieces, buyer) in enumerate(AT_THE_FAIR):
        _sell(store_id, number, now - timedelta(days=days_ago), pieces=pieces, buyer=buyer, by=by)
    _exchange(owners)
    if session.scalar(select(OrderLink.id).where(OrderLink.store_id == store_id).limit(1)) is None:
        _keep(store_id, by)
    if session.scalar(select(CustomerNote.id).where(CustomerNote.store_id == store_id).limit(1)) is None:
        _remember(store_id, by)


def _exchange(owners: dict[str, Actor]) -> None:
    """Let one of the bowls that were delivered be exchanged: the second parcel waits to be packed."""
    store_id, by = session.scalars(select(Store.id).where(Store.slug == POTTERS)).one(), owners[POTTERS]
    if orders.order_of_key(store_id, EXCHANGE) is not None:
        return
    sent = (
        select(OrderLine).join(Order, Order.id == OrderLine.order_id).join(Shipment, Shipment.order_id == Order.id)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .where(Order.store_id == store_id, Order.state == "completed", Shipment.state == "delivered")
        .where(Shipment.carrier == "rate_sheet", Variant.on_hand > 1)
    )  # fmt: skip
    line = session.scalars(sent.order_by(OrderLine.id.desc()).limit(1)).first()
    if line is None:
        return
    with transaction():
        made = exchange.start(store_id, line.order_id, {line.id: 1}, collect=Money(0), key=EXCHANGE, by=by)
        fulfilment.confirm(store_id, made.order_id, by=by)


def _sell(store_id: int, number: int, at: datetime, *, pieces: int, buyer: HandBuyer, by: Actor) -> None:
    wanted, key = {_plenty(store_id): pieces}, f"demo-fair-{number}"
    if orders.order_of_key(store_id, key) is not None:
        return
    with clock.standing_at(at), transaction():
        store = session.get_one(Store, store_id)
        seen = hand.goods_in_hand(store_id, wanted).hash
        hand.sell_in_hand(store, wanted, key=key, seen=seen, buyer=buyer, by=by)


def _keep(store_id: int, by: Actor) -> None:
    known = {"name": "Sami Rahmani", "phone": "0550000302", "wilaya": "31"}
    variant_id = _plenty(store_id)
    with transaction():
        links.open_link(store_id, {variant_id: 1}, kind="chat", hours=48, language="fr", by=by, details=known)


def _remember(store_id: int, by: Actor) -> None:
    mine = select(Order.phone).where(Order.store_id == store_id, Order.state == "completed", Order.phone != "")
    phone = session.scalars(mine.order_by(Order.id.desc()).limit(1)).one()
    with transaction():
        customers.note(store_id, phone, "Préfère être appelée après 17 h.", by=by)
        customers.record_consent(
            store_id, phone, "whatsapp", given=True, place="Salon de l’artisanat, Alger",
            wording="Oui, prévenez-moi des nouveaux savons.", by=by,
        )  # fmt: skip


def _plenty(store_id: int) -> int:
    """Return the variant of which there are most."""
    wanted = (
        select(Variant.id).join(Product, Product.id == Variant.product_id)
        .where(Variant.store_id == store_id, Product.state == "published", Product.made_to_order_days.is_(None))
        .order_by(Variant.on_hand.desc(), Variant.id).limit(1)
    )  # fmt: skip
    return session.scalars(wanted).one()

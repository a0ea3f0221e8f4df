"""What a workshop of the street sells besides its pages: pieces behind links, a sale in hand, parcels sent back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import update

from shop.catalogue.models import Variant
from shop.checkout import hand, links
from shop.checkout import service as checkout
from shop.checkout.hand import HandBuyer
from shop.checkout.words import Choice
from shop.core import clock
from shop.core.money import Money
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.risk import service as risk
from shop.risk.queries import outcome_of
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.checkout import cast

if TYPE_CHECKING:
    from tests.trust.street import Shop


def furnish(shop: Shop, by: Actor) -> None:
    """Open links, and sell a piece in the street."""
    _links(shop, by)
    _hand_sale(shop, by)


def send_back(shop: Shop, by: Actor) -> None:
    """Have two parcels come back."""
    for stage in ("contested", "sent_back"):
        _sent_back(shop, stage, by)


def _links(shop: Shop, by: Actor) -> None:
    """Keep a piece behind a link whose buyer is known, and withdraw another one."""
    details = {
        "phone": "0550778811", "name": "Yacine", "wilaya": "31", "commune": "3101", "address": "12 rue des Oliviers",
        "payment": "cash_on_delivery", f"delivery-{shop.store_id}": shop.value,
    }  # fmt: skip

    def opened() -> tuple[int, int, str]:
        made, token = links.open_link(
            shop.store_id, {shop.variant_id: 1}, kind="chat", hours=48, language="fr", by=by, details=details
        )
        return made.id, made.cart_id, token

    with transaction():
        closed_id, _cart, shop.closed_link = opened()
        links.withdraw(shop.store_id, closed_id, by=by)
        shop.link_id, cart_id, shop.order_link = opened()
    yacine = replace(cast.YACINE, phone="+213550778811", name="Yacine", language="fr")
    choice = Choice(store_id=shop.store_id, kind="home", account_id=shop.account_id, price=Money.dinars(500),
                    method="cash_on_delivery")  # fmt: skip
    shop.link_seen = checkout.review(cart_id, yacine, [choice]).hash
    session.rollback()


def _hand_sale(shop: Shop, by: Actor) -> None:
    """Sell a piece a year from now, so that it can be undone however long the tests take."""
    wanted = {shop.variant_id: 1}
    with transaction():
        sold = hand.sell_in_hand(
            session.get_one(Store, shop.store_id), wanted, key=f"sale of {shop.slug}", buyer=HandBuyer(), by=by,
            seen=hand.goods_in_hand(shop.store_id, wanted).hash,
        )  # fmt: skip
        moment = clock.now().replace(year=clock.now().year + 1)
        session.execute(update(Order).where(Order.id == sold.order_id).values(completed_at=moment))
    shop.codes["hand"] = sold.code


def _sent_back(shop: Shop, stage: str, by: Actor) -> None:
    """Have a parcel come back; of one of them, its buyer says that it was not because of her."""
    of = "Amina" if shop.slug.endswith("amina") else "Ismahane"
    phone = f"+21366011{'7' if of == 'Amina' else '8'}{'4' if stage == 'contested' else '5'}000"
    placed = cast.place(
        cast.basket({session.get_one(Variant, shop.variant_id): 1}), details=replace(cast.YACINE, phone=phone)
    )
    order_id = placed.order_ids[0]
    parcel = live_shipment(shop.store_id, order_id)
    assert parcel is not None
    parcel_id = parcel.id
    with transaction():
        fulfilment.confirm(shop.store_id, order_id, by=by)
    with transaction():
        documents.print_labels(shop.store_id, [parcel_id], paper="100x150", start=1, by=by)
    with transaction():
        fulfilment.hand_over(shop.store_id, [parcel_id], by=by)
    with transaction():
        fulfilment.scan(shop.store_id, parcel_id, "returned", by=by)
        if stage == "contested":
            risk.contest(shop.store_id, order_id, f"Zx{of}Contestqz")
    shop.codes[stage], shop.orders[stage] = session.get_one(Order, order_id).code, order_id
    found = outcome_of(shop.store_id, order_id)
    assert found is not None
    shop.outcome_id = shop.outcome_id or found.id
    session.rollback()

"""What a workshop of the street sells besides its pages: pieces kept behind links, and a sale from hand to hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import update

from shop.checkout import hand, links
from shop.checkout import service as checkout
from shop.checkout.hand import HandBuyer
from shop.checkout.words import Choice
from shop.core import clock
from shop.core.money import Money
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.stores.models import Store
from tests.checkout import cast

if TYPE_CHECKING:
    from tests.trust.street import Shop


def furnish(shop: Shop, by: Actor) -> None:
    """Open links, and sell a piece in the street."""
    _links(shop, by)
    _hand_sale(shop, by)


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

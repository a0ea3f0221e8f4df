"""The baskets of the street: Yacine's, filled in both workshops up to the last button, and one that is not his."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import select

from shop.cart.models import CartLine
from shop.checkout.models import OrderLink
from shop.plumbing.db import session
from tests.storefront.buying import Buyer

if TYPE_CHECKING:
    from tests.trust.street import Shop


def fill(
    application: Flask, amina: Shop, ismahane: Shop, *, named: Callable[[str], str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Fill Yacine's basket from both workshops up to the last button, in words of his own; and a stranger's."""
    yacine, stranger = Buyer(application), Buyer(application)
    for shop in (amina, ismahane):
        yacine.send("/cart/lines", {"variant": str(shop.variant_id), "pieces": "2"})
    stranger.send("/cart/lines", {"variant": str(amina.variant_id), "pieces": "1"})
    with application.app_context():
        his = CartLine.cart_id.not_in(select(OrderLink.cart_id))
        lines = list(session.scalars(select(CartLine.id).where(his).order_by(CartLine.id)))
        amina.line_id, ismahane.line_id = lines[0], lines[-1]
        session.remove()  # type: ignore[attr-defined]
    yacine.open("/checkout")
    yacine.press("/checkout", button={"update": "1"}, wilaya="31", phone="0550778899", name=named("Name"))
    ways = {f"delivery-{shop.store_id}": yacine.page.ways(shop.store_id)["home"] for shop in (amina, ismahane)}
    assert ways[f"delivery-{amina.store_id}"] == amina.value
    typed = {"address": named("Street"), "note": named("Note"), "payment": "cash_on_delivery"}
    yacine.press("/checkout", button=None, commune="3101", **typed, **ways)
    assert yacine.page.path.endswith("/checkout/check"), yacine.page.text
    return {"cart": yacine.cookie("cart")}, yacine.page.filled(yacine.page.form("/checkout/confirmation"))

"""A visitor without an account: her basket behind a cookie, its count for the header, her language."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from shop.cart import queries
from shop.cart.models import Cart
from shop.cart.queries import CartView
from shop.plumbing.i18n import pick
from shop.web.storefront.blueprint import front
from shop.web.ui.door import CART_COOKIE, LANGUAGE_COOKIE
from shop.web.ui.here import here, settings

BASKET_COOKIE = "basket"
HALF_A_YEAR_S = 180 * 86_400
MOST_SHOWN = 999


def held() -> tuple[Cart, CartView] | None:
    """Return the visitor's cart and how it stands now, in two queries."""
    return queries.held_by(here().cart_token)


def remember(answer: Response, token: str) -> None:
    """Give the visitor back her cart with the next requests, and her language at the front door."""
    for name, value, hidden in ((CART_COOKIE, token, True), (LANGUAGE_COOKIE, here().lang, False)):
        answer.set_cookie(
            name, value, max_age=HALF_A_YEAR_S, httponly=hidden, samesite="Lax", secure=settings().https
        )  # fmt: skip


def count(answer: Response, pieces: int) -> None:
    """Tell the header's badge, which reads a cookie, how many pieces the basket holds."""
    shown = str(min(pieces, MOST_SHOWN))
    if request.cookies.get(BASKET_COOKIE, "0") == shown:
        return
    if pieces:
        answer.set_cookie(BASKET_COOKIE, shown, max_age=HALF_A_YEAR_S, samesite="Lax", secure=settings().https)
    else:
        answer.delete_cookie(BASKET_COOKIE, samesite="Lax", secure=settings().https)


@front.context_processor
def _words() -> dict[str, Any]:
    """Let templates name a product in the best language there is: best(names) → (text, language)."""
    return {"best": pick}

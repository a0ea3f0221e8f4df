"""Codes of offers as buyers try them: each new one is counted, so that nobody finds one by guessing."""

from __future__ import annotations

from collections.abc import Mapping

from shop.cart.models import Cart
from shop.offers.words import read_code
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_
from shop.plumbing.limits import allow
from shop.web.ui.checkout_form import phone_of
from shop.web.ui.network import network

HOUR_S = 3600
MOST_OF_A_BASKET = 10
MOST_OF_A_PHONE = 10
MOST_OF_A_NETWORK = 300  # a whole town can stand behind one address

TOO_MANY_CODES = N_(
    "Too many codes were tried in an hour. What you typed is kept: try again later, or order without a code."
)


def too_many(cart: Cart, typed: Mapping[str, str]) -> frozenset[str]:
    """Count the codes that were not tried with this basket before; return the fields of those that are too many.

    Right or wrong is not asked yet: whoever has reached the limit learns nothing from a code.
    """
    before = {name: read_code(str(code)) for name, code in cart.details.items() if name.startswith("code-")}
    codes = {name: read_code(code) for name, code in typed.items() if name.startswith("code-")}
    new = [name for name, code in codes.items() if code and code != before.get(name)]
    if not new:
        return frozenset()
    with transaction():
        return frozenset([name for name in new if not _counted(cart.id, phone_of(typed))])


def _counted(cart_id: int, phone: str) -> bool:
    """Count one try of a basket, a phone and a network; return whether all are within their limits."""
    within = [
        allow("offer codes of a basket", str(cart_id), most=MOST_OF_A_BASKET, within_s=HOUR_S),
        allow("offer codes of a network", network(), most=MOST_OF_A_NETWORK, within_s=HOUR_S),
    ]
    if phone:
        within.append(allow("offer codes of a phone", phone, most=MOST_OF_A_PHONE, within_s=HOUR_S))
    return all(within)

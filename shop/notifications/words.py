"""What is said about a journal entry, to the buyer and to the artisan: one sentence each, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.plumbing.i18n import N_

BUYER, ARTISAN = "buyer", "artisan"


@dataclass(frozen=True)
class Words:
    """A message: an English msgid with the places {shop} {code} {amount} {link} {name} {desk} {studio}, or
    {product} {left} {studio} for one about the stock."""

    template: str
    text: str
    subject: str = ""


TOLD: Mapping[str, Mapping[str, Words]] = {
    "order.placed": {
        BUYER: Words(
            "placed_buyer",
            N_("{shop}: we got your order {code}, {amount} to pay on delivery. The workshop will call you. {link}"),
        ),
        ARTISAN: Words(
            "placed_artisan",
            N_("New order {code}: {amount}, {name}. Call to confirm: {studio}"),
            N_("New order {code}"),
        ),
    },
    "shipment.handed_over": {
        BUYER: Words(
            "handed_over", N_("{shop}: your parcel {code} is on its way. Please have {amount} ready in cash. {link}")
        ),
    },
    "shipment.at_point": {
        BUYER: Words(
            "at_point", N_("{shop}: your parcel {code} waits for you at {desk}. Please bring {amount} in cash. {link}")
        ),
    },
    "shipment.attempt_failed": {
        BUYER: Words(
            "attempt_failed",
            N_("{shop}: the courier could not hand over your parcel {code} and will try again. {link}"),
        ),
    },
    "shipment.delivered": {
        BUYER: Words("delivered", N_("{shop}: your parcel {code} was delivered. Thank you.")),
    },
    "order.cancelled": {
        BUYER: Words("cancelled_buyer", N_("{shop}: your order {code} is cancelled. Nothing is to be paid. {link}")),
        ARTISAN: Words(
            "cancelled_artisan", N_("Order {code} was cancelled. {studio}"), N_("Order {code} was cancelled")
        ),
    },
    "stock.low": {
        ARTISAN: Words(
            "stock_low",
            N_("Few pieces are left of {product}: {left}. {studio}"),
            N_("Few pieces are left of {product}"),
        ),
    },
}
VERBS = frozenset(TOLD)
JOB = "notifications.tell"

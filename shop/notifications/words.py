"""What is said about a journal entry, to the buyer and to the artisan: one sentence each, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.plumbing.i18n import N_

BUYER, ARTISAN = "buyer", "artisan"


@dataclass(frozen=True)
class Words:
    """A message: an English msgid with the places {shop} {code} {amount} {link} {name} {desk} {studio}.

    {product} and {left} stand in one about the stock, {why} and {day} in an answer of the desk.
    """

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
    "order.placed_unpaid": {
        BUYER: Words(
            "placed_unpaid_buyer", N_("{shop}: we got your order {code}, {amount} to pay before it leaves. {link}")
        ),
        ARTISAN: Words(
            "placed_unpaid_artisan",
            N_("New order {code}: {amount}, {name}. It waits to be paid: {studio}"),
            N_("New order {code}"),
        ),
    },
    "payment.collected": {
        BUYER: Words("paid_buyer", N_("{shop}: the money for your order {code} has come. Thank you. {link}")),
        ARTISAN: Words(
            "paid_artisan",
            N_("Order {code} is paid: {amount}, {name}. Confirm it: {studio}"),
            N_("Order {code} is paid"),
        ),
    },
    "payment.proof_sent": {
        ARTISAN: Words(
            "receipt_artisan",
            N_("A receipt has come for order {code}: {amount}, {name}. Look at it: {studio}"),
            N_("A receipt for order {code}"),
        ),
    },
    "payment.proof_refused": {
        BUYER: Words(
            "receipt_again",
            N_("{shop}: the receipt for your order {code} did not show the payment. Please send another. {link}"),
        ),
    },
    "shipment.handed_over": {
        BUYER: Words(
            "handed_over", N_("{shop}: your parcel {code} is on its way. Please have {amount} ready in cash. {link}")
        ),
    },
    "shipment.handed_over_paid": {
        BUYER: Words("handed_over_paid", N_("{shop}: your parcel {code} is on its way. It is paid already. {link}")),
    },
    "shipment.at_point": {
        BUYER: Words(
            "at_point", N_("{shop}: your parcel {code} waits for you at {desk}. Please bring {amount} in cash. {link}")
        ),
    },
    "shipment.at_point_paid": {
        BUYER: Words(
            "at_point_paid", N_("{shop}: your parcel {code} waits for you at {desk}. It is paid already. {link}")
        ),
    },
    "shipment.attempt_failed": {
        BUYER: Words(
            "attempt_failed",
            N_("{shop}: the courier could not hand over your parcel {code} and will try again. {link}"),
        ),
    },
    "shipment.delivered": {
        BUYER: Words("delivered", N_("{shop}: your parcel {code} was delivered. Thank you. {link}")),
    },
    "order.cancelled": {
        BUYER: Words("cancelled_buyer", N_("{shop}: your order {code} is cancelled. Nothing is to be paid. {link}")),
        ARTISAN: Words(
            "cancelled_artisan", N_("Order {code} was cancelled. {studio}"), N_("Order {code} was cancelled")
        ),
    },
    "order.contested": {
        ARTISAN: Words(
            "contested",
            N_("Order {code}: the customer says that the parcel did not come back because of them. Answer: {studio}"),
            N_("Order {code}: a parcel is contested"),
        ),
    },
    "stock.low": {
        ARTISAN: Words(
            "stock_low",
            N_("Few pieces are left of {product}: {left}. {studio}"),
            N_("Few pieces are left of {product}"),
        ),
    },
    "store.verified": {
        ARTISAN: Words(
            "store_verified",
            N_("{shop}: your registration is verified. Your page says so now. {studio}"),
            N_("Your registration is verified"),
        ),
    },
    "store.refused": {
        ARTISAN: Words(
            "store_refused",
            N_("{shop}: your registration could not be verified. {why} {studio}"),
            N_("Your registration could not be verified"),
        ),
    },
    "store.expiring": {
        ARTISAN: Words(
            "store_expiring",
            N_("{shop}: your card is valid until {day}. Send the new one in good time. {studio}"),
            N_("Your card ends on {day}"),
        ),
    },
    "store.expired": {
        ARTISAN: Words(
            "store_expired",
            N_("{shop}: your card has ended, your page no longer shows that you are verified. {studio}"),
            N_("Your card has ended"),
        ),
    },
    "product.allowed": {
        ARTISAN: Words("product_allowed", N_("{shop}: “{name}” may be sold. {studio}"), N_("“{name}” may be sold")),
    },
    "product.refused": {
        ARTISAN: Words(
            "product_refused",
            N_("{shop}: “{name}” may not be sold. {why} {studio}"),
            N_("“{name}” may not be sold"),
        ),
    },
}
VERBS = frozenset(TOLD)
# A stage of a parcel's way is told while it is in one of these states.
STILL_TRUE: Mapping[str, frozenset[str]] = {
    "shipment.handed_over": frozenset({"handed_over", "in_transit"}),
    "shipment.at_point": frozenset({"at_point"}),
    "shipment.attempt_failed": frozenset({"attempt_failed", "in_transit"}),
    "shipment.delivered": frozenset({"delivered"}),
}
JOB = "notifications.tell"

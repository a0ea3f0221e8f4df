"""What people read about an order: one pure function of the three machines, told to the buyer and to the artisan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from markupsafe import Markup

from shop.core.money import Money
from shop.plumbing.formats import date_long, money, money_text
from shop.plumbing.i18n import N_, _, _m

Progress = Literal["done", "now", "todo", "failed"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English msgid and its values: amounts and days are written in the reader's language when it is said."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """Say it as plain text."""
        return _(self.message, **{key: _plain(value) for key, value in self.values.items()})

    def __html__(self) -> str:
        """Say it as HTML, everything that people typed escaped."""
        return self.markup()

    def markup(self) -> Markup:
        """Say it as HTML."""
        shown = {key: money(v) if isinstance(v, Money) else _plain(v) for key, v in self.values.items()}
        return _m(self.message, **shown)


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way: `label` is an English msgid."""

    key: str
    label: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Story:
    """How an order stands: in one word of state, steps and a sentence for each reader.

    `key` names the moment (to_confirm, to_pack, …) for icons and filters.
    """

    key: str
    buyer: Sentence
    artisan: Sentence
    buyer_steps: tuple[Step, ...]
    artisan_steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the story depends on. An order without a parcel or a payment tells it by its own state."""

    order: str
    shipment: str = "preparing"
    payment: str = "pending"
    kind: str = "home"
    artisan: str = ""
    carrier: str = ""
    desk: str = ""
    collect: Money = field(default_factory=lambda: Money(0))
    cancel_reason: str = ""
    tries: int = 0
    call_at: datetime | date | None = None
    prepaid: bool = False  # the money comes before the parcel leaves
    receipt: bool = False  # a receipt of the buyer waits to be looked at


_KEYS = {
    "preparing": "to_pack", "labelled": "to_hand_over", "handed_over": "on_the_way", "in_transit": "on_the_way",
    "at_point": "at_desk", "attempt_failed": "attempt_failed", "returning": "coming_back", "returned": "returned",
    "lost": "lost", "delivered": "delivered", "cancelled": "to_pack",
}  # fmt: skip


def story(facts: Facts) -> Story:
    """Tell how an order stands. Every combination of the three machines has its sentences, even one that can't be."""
    key = moment(facts)
    values = {
        "artisan": facts.artisan, "carrier": facts.carrier, "desk": facts.desk, "amount": facts.collect,
        "n": facts.tries, "day": facts.call_at,
    }  # fmt: skip
    buyer, artisan = _SENTENCES[_spoken(key, facts)]
    return Story(
        key=key,
        buyer=Sentence(buyer, values),
        artisan=Sentence(artisan, values),
        buyer_steps=_steps(_buyer_labels(facts), _reached(key, facts, _BUYER_AT), key),
        artisan_steps=_steps(_artisan_labels(facts), _reached(key, facts, _ARTISAN_AT), key),
    )


def moment(facts: Facts) -> str:
    """Return the one word for how an order stands."""
    if facts.order == "cancelled":
        return "returned" if facts.shipment == "returned" else "lost" if facts.shipment == "lost" else "cancelled"
    if facts.order == "placed":
        return "to_pay" if facts.prepaid and facts.payment in {"pending", "failed", "cancelled"} else "to_confirm"
    if facts.order == "completed" or facts.shipment == "delivered":
        return {"settled": "paid", "refunded": "refunded"}.get(facts.payment, "delivered")
    return _KEYS[facts.shipment]


def _spoken(key: str, facts: Facts) -> str:
    """Return which sentence fits the moment best."""
    free = not facts.collect
    finer = {
        "to_pay": "receipt"
        if facts.receipt
        else "not_paid"
        if facts.payment == "failed"
        else key
        if free
        else "deposit",
        "to_confirm": "no_answer"
        if facts.tries
        else "put_off"
        if facts.call_at
        else "paid_first"
        if facts.prepaid
        else key,
        "paid": "in_hand" if facts.kind == "hand" else key,
        "refunded": "in_hand_refunded" if facts.kind == "hand" else key,
        "delivered": (
            "delivered_unpaid" if facts.payment != "collected" else "delivered_prepaid" if facts.prepaid else key
        ),
        "at_desk": "at_some_desk" if not facts.desk else "at_desk_paid" if free else key,
        "on_the_way": "on_the_way_paid" if free else key,
        "attempt_failed": "attempt_failed_paid" if free else key,
        "cancelled": f"cancelled_{facts.cancel_reason}" if facts.cancel_reason in _OWN_WORDS else key,
    }
    return finer.get(key, key)


def _call(facts: Facts) -> str:
    return "no_answer" if facts.tries else "put_off" if facts.call_at else ""


_OWN_WORDS = frozenset({"buyer", "unreachable", "out_of_stock", "unpaid"})

# moment → what the buyer reads, what the artisan reads
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "to_pay": (N_("{artisan} sends the parcel once the money has come."), N_("Waiting for the money.")),
    "deposit": (
        N_("{artisan} confirms the order once the deposit has come. {amount} to the courier."),
        N_("Waiting for the deposit. The courier collects {amount}."),
    ),
    "receipt": (
        N_("Your receipt is here. {artisan} looks whether the money has come."),
        N_("A receipt has come. See whether the money is on your account."),
    ),
    "not_paid": (
        N_("The payment did not work, and nothing was taken. Please try again."),
        N_("The buyer's payment did not work so far."),
    ),
    "to_confirm": (N_("{artisan} calls you before sending."), N_("Waiting for you to confirm.")),
    "paid_first": (N_("Paid. {artisan} looks at your order now."), N_("Paid. Confirm it, then pack.")),
    "no_answer": (
        N_("{artisan} tried to call you, and will try again. Please keep your phone near."),
        N_("No answer so far. Calls made: {n}."),
    ),
    "put_off": (N_("{artisan} calls you again on {day}."), N_("To be called again on {day}.")),
    "to_pack": (N_("Confirmed. {artisan} is preparing your parcel."), N_("Confirmed: to be packed and labelled.")),
    "to_hand_over": (
        N_("Your parcel is packed and waits for the courier."),
        N_("Labelled: to be handed over to {carrier}."),
    ),
    "on_the_way": (N_("On its way, {amount} to pay."), N_("With {carrier}, {amount} to collect.")),
    "on_the_way_paid": (N_("On its way, nothing to pay."), N_("With {carrier}, nothing to collect.")),
    "at_desk": (
        N_("Your parcel waits for you at {desk}. {amount} to pay."),
        N_("At the desk {desk}, {amount} to collect."),
    ),
    "at_some_desk": (
        N_("Your parcel waits for you at the desk of {carrier}."),
        N_("At the desk of {carrier}, to be fetched by the buyer."),
    ),
    "at_desk_paid": (
        N_("Your parcel waits for you at {desk}. Nothing to pay."),
        N_("At the desk {desk}, nothing to collect."),
    ),
    "attempt_failed": (
        N_("The courier did not find you and will come again. {amount} to pay."),
        N_("{carrier} did not find the buyer. A call can help."),
    ),
    "attempt_failed_paid": (
        N_("The courier did not find you and will come again. Nothing to pay."),
        N_("{carrier} did not find the buyer. A call can help."),
    ),
    "coming_back": (
        N_("The parcel was not taken and is going back to {artisan}."),
        N_("Coming back to you. Nothing will be collected."),
    ),
    "returned": (
        N_("The parcel went back to {artisan}. Nothing to pay."),
        N_("Returned. The pieces are in stock again."),
    ),
    "lost": (
        N_("The parcel was lost on the way. {artisan} will call you."),
        N_("Lost on the way. Ask {carrier} for the compensation."),
    ),
    "delivered": (N_("Delivered and paid. Thank you."), N_("Delivered. {carrier} holds {amount} for you.")),
    "delivered_prepaid": (N_("Delivered and paid. Thank you."), N_("Delivered. It was paid before.")),
    "delivered_unpaid": (N_("Delivered. Thank you."), N_("Delivered, but no payment is known. Ask {carrier}.")),
    "refunded": (N_("Delivered, then refunded."), N_("Delivered, then refunded.")),
    "in_hand_refunded": (
        N_("Bought face to face, then refunded."), N_("Sold from hand to hand, then refunded."),
    ),
    "paid": (N_("Delivered and paid. Thank you."), N_("Delivered, and the money has reached you.")),
    "in_hand": (N_("Bought and paid face to face. Thank you."), N_("Sold from hand to hand, paid in cash.")),
    "cancelled": (N_("This order is cancelled. Nothing to pay."), N_("Cancelled. The pieces are in stock again.")),
    "cancelled_buyer": (
        N_("You cancelled this order. Nothing to pay."),
        N_("Cancelled by the buyer. The pieces are in stock again."),
    ),
    "cancelled_unreachable": (
        N_("Cancelled: {artisan} could not reach you by phone. You can order again."),
        N_("Cancelled: no answer. Calls made: {n}. The pieces are in stock again."),
    ),
    "cancelled_unpaid": (
        N_("Cancelled: the money did not come in time. You can order again."),
        N_("Cancelled: not paid in time. The pieces are in stock again."),
    ),
    "cancelled_out_of_stock": (
        N_("Cancelled: {artisan} has none left. Nothing to pay."),
        N_("Cancelled: none left."),
    ),
}  # fmt: skip

_PLACED, _CONFIRMED, _PACKED = N_("Order received"), N_("Confirmed by phone"), N_("Parcel ready")
_SENT, _AT_DESK, _DELIVERED, _PAID = N_("On its way"), N_("At the desk"), N_("Delivered"), N_("Money received")
_HANDED_OVER, _PAID_FIRST = N_("Handed over"), N_("Paid and confirmed")
_ARTISAN = (
    ("placed", _PLACED), ("confirmed", _CONFIRMED), ("packed", _PACKED), ("sent", _HANDED_OVER),
    ("delivered", _DELIVERED), ("paid", _PAID),
)  # fmt: skip

_IN_HAND = (("placed", N_("Sold")), ("paid", _PAID))

# How many steps are done at each moment; the next one is under way.
_BUYER_AT = {"to_pay": 1, "to_confirm": 1, "to_pack": 2, "to_hand_over": 2, "on_the_way": 3, "attempt_failed": 3,
             "at_desk": 4, "delivered": 9, "paid": 9, "refunded": 9, "coming_back": 3, "returned": 3, "lost": 3,
             "cancelled": 1}  # fmt: skip
_ARTISAN_AT = {"to_pay": 1, "to_confirm": 1, "to_pack": 2, "to_hand_over": 3, "on_the_way": 4, "attempt_failed": 4,
               "at_desk": 4, "delivered": 5, "paid": 9, "refunded": 9, "coming_back": 4, "returned": 4, "lost": 4,
               "cancelled": 1}  # fmt: skip
_ENDS = {
    "cancelled": N_("Cancelled"), "coming_back": N_("Coming back"), "returned": N_("Returned"), "lost": N_("Lost"),
    "refunded": N_("Money given back"),
}  # fmt: skip


def _artisan_labels(facts: Facts) -> tuple[tuple[str, str], ...]:
    return _IN_HAND if facts.kind == "hand" else _ARTISAN


def _buyer_labels(facts: Facts) -> tuple[tuple[str, str], ...]:
    if facts.kind == "hand":
        return _IN_HAND[:1]
    desk = (("at_desk", _AT_DESK),) if facts.kind == "desk" else ()
    confirmed = _PAID_FIRST if facts.prepaid else _CONFIRMED
    head = (("placed", _PLACED), ("confirmed", confirmed), ("packed", _PACKED), ("sent", _SENT))
    return (*head, *desk, ("delivered", _DELIVERED))


def _reached(key: str, facts: Facts, table: Mapping[str, int]) -> int:
    """Return how many steps are done; a cancelled order may have been confirmed and packed before."""
    if key == "cancelled" and facts.shipment == "labelled":
        return 3
    return table[key]


def _steps(labels: tuple[tuple[str, str], ...], done: int, key: str) -> tuple[Step, ...]:
    if key in _ENDS:
        past = tuple(Step(name, label, "done") for name, label in labels[:done])
        return (*past, Step(key, _ENDS[key], "now" if key == "coming_back" else "failed"))
    return tuple(
        Step(name, label, "done" if at < done else "now" if at == done else "todo")
        for at, (name, label) in enumerate(labels)
    )


def _plain(value: object) -> object:
    if isinstance(value, Money):
        return money_text(value)
    return date_long(value) if isinstance(value, date) else value

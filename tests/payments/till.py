"""A workshop's till in tests: a method whose outside answers as it is told, and orders that wait to be paid by it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from shop.checkout import service as checkout
from shop.core import clock
from shop.core.errors import Declined, Forged, Unavailable
from shop.core.money import Money
from shop.orders.models import Order
from shop.payments import setup
from shop.payments.contract import Ask, Begun, Fact, Notice, Offer, Plugin, setting
from shop.payments.methods import METHODS
from shop.payments.models import Payment
from shop.payments.queries import payments
from shop.plumbing.db import session, transaction
from shop.plumbing.http import Outbound
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal
from tests.checkout.cast import AMINA, YACINE, Workshop, basket, choose

OUTSIDE = Outside(Seal("a key of tests that is long enough"), Outbound(), "https://hirfa.example")
CCP = {"holder": "Amina Benali", "ccp": "12345678", "ccp_check": "28", "bank": "", "rib": "", "days": 3}


@dataclass(frozen=True)
class Settings:
    """A secret, so that there is one to be sealed."""

    password: str = setting("Password", secret=True)


@dataclass
class Bank:
    """The outside of the card: what it knows, by our reference, and how it answers."""

    known: dict[str, Fact] = field(default_factory=dict)
    given_back: dict[str, int] = field(default_factory=dict)
    begun: int = 0
    looked_up: int = 0
    silent: bool = False
    cut: bool = False  # what is asked happens, and no answer comes
    asked_in_transaction: list[str] = field(default_factory=list)

    def pay(self, payment: Payment, amount: Money | None = None) -> None:
        """Take the buyer's money."""
        self.known[payment.reference] = replace(
            self.known[payment.reference], state="collected", amount=amount or payment.amount
        )

    def answer(self, fact: Fact) -> Fact:
        """Answer, unless the line is cut."""
        if self.cut:
            raise Unavailable("cut")
        return fact


@dataclass(frozen=True)
class Card:
    """A method by card: it redirects, can be asked, expires, and gives back."""

    settings: Settings
    bank: Bank

    key = "card"

    def offer(self, ask: Ask) -> Offer | None:
        return Offer("By card", wait_h=1) if ask.amount.currency == "DZD" and ask.stores_in_purchase == 1 else None

    def start(self, ask: Ask) -> Fact:
        self._speak()
        if ask.reference not in self.bank.known:
            self.bank.begun += 1
            self.bank.known[ask.reference] = Fact(
                ask.reference, "pending", ask.amount, external=f"ext-{ask.reference}",
                redirect=f"https://bank.example/{ask.reference}",
            )  # fmt: skip
        return self.bank.answer(self.bank.known[ask.reference])

    def look_up(self, begun: Begun) -> Fact:
        self.bank.looked_up += 1
        self._speak()
        return self.bank.answer(self.bank.known.get(begun.reference, Fact(begun.reference, "cancelled", begun.amount)))

    def expire(self, begun: Begun) -> Fact:
        self._speak()
        known = self.bank.known.get(begun.reference)
        if known is not None and known.state == "pending":
            self.bank.known[begun.reference] = replace(known, state="cancelled", redirect="")
        return self.look_up(begun)

    def refund(self, begun: Begun, amount: Money, reference: str) -> Fact:
        self._speak()
        others = sum(minor for name, minor in self.bank.given_back.items() if name != reference)
        if others + amount.minor > self.bank.known[begun.reference].amount.minor:
            raise Declined("more than was taken")
        self.bank.given_back[reference] = amount.minor
        return self.bank.answer(Fact(reference, "refunded", amount, external=f"back-{reference}"))

    def read(self, notice: Notice) -> list[Fact]:
        if notice.headers.get("signature") != "right":
            raise Forged("not from the bank")
        event, reference = notice.body.decode().split()
        return [Fact(reference, "unknown", Money(0), event=event)]

    def _speak(self) -> None:
        if self.bank.silent:
            raise Unavailable("nobody answers")


@contextmanager
def card_method() -> Iterator[Bank]:
    """Bring the card in, for as long as the block lasts."""
    bank, usable = Bank(), METHODS.usable
    build: Callable[[Settings, object], Card] = lambda settings, _http: Card(settings, bank)  # noqa: E731
    usable["card"] = Plugin(
        key="card", title="By card", settings=Settings, build=build, hosts=("https://bank.example",)
    )  # type: ignore[index]
    try:
        yield bank
    finally:
        del usable["card"]  # type: ignore[attr-defined]


def takes(shop: Workshop, method: str, values: dict[str, object] | None = None) -> None:
    """Turn a method of a workshop on."""
    with transaction():
        setup.set_up(shop.id, method, values or {}, on=True, seal=OUTSIDE.seal, by=AMINA)


def waiting(shop: Workshop, method: str, *, pieces: int = 1) -> tuple[Order, Payment]:
    """Order something that is paid before it leaves."""
    cart = basket({shop.variant: pieces})
    choices = [replace(each, method=method) for each in choose(cart)]
    seen = checkout.review(cart.id, YACINE, choices)
    with transaction():
        placed = checkout.place(
            cart.id, key=secrets.token_hex(8), details=YACINE, choices=choices, review_hash=seen.hash
        )
    return of(placed.order_ids[0])


def of(order_id: int) -> tuple[Order, Payment]:
    """Return an order and its newest payment, as they stand."""
    session.rollback()
    order = session.get_one(Order, order_id, populate_existing=True)
    return order, payments(order.store_id, [order.id])[order.id][-1]


def all_of(order: Order) -> list[Payment]:
    """Return all payments of an order, the oldest first."""
    session.rollback()
    return payments(order.store_id, [order.id])[order.id]


def notice(reference: str, event: str = "e1", signature: str = "right") -> Notice:
    """Write a notice as the bank does."""
    return Notice(f"{event} {reference}".encode(), {"signature": signature}, clock.now())

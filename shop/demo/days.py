"""The demo's orders: placed through the real checkout, carried on by the real verbs, each at its own past moment."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from shop.cart import service as carts
from shop.catalogue.models import Product, Variant
from shop.checkout import queries as checkout_queries
from shop.checkout import service as checkout
from shop.checkout.words import Choice, Details
from shop.core import clock
from shop.core.money import Money
from shop.demo.cast import BUYERS, Buyer
from shop.demo.offers import WELCOME
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.fulfilment.booking import book
from shop.orders.models import Order, Purchase
from shop.payments import attempts
from shop.payments.contract import Fact
from shop.payments.queries import payment_of
from shop.plumbing import geography
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.links import digest, new_token
from shop.settlement import service as settlement
from shop.sharing import service as sharing
from shop.shipping.models import Shipment
from shop.stores.models import Store

AMINA, MAATKA, ISMAHANE, MZAB, ALFA, COPPER = (
    "atelier-amina", "terre-de-maatkas", "parfums-ismahane", "tapis-du-mzab", "alfa-et-palme", "cuivres-de-la-medina",
)  # fmt: skip
CAME_BY = "ww if q  i f"  # the shared links that buyers followed, one after the other; a space: none


@dataclass(frozen=True)
class Tale:
    """What becomes of one purchase: from which shops, how many days ago, and how far it got."""

    shops: tuple[str, ...]
    days_ago: float
    fate: str
    desk: bool = False
    code: str = ""
    method: str = "cash_on_delivery"
    ended: float = 0  # how many days ago its last step was


def _several(shop: str, fate: str, *days: float) -> list[Tale]:
    return [Tale((shop,), each, fate, desk=number % 3 == 2) for number, each in enumerate(days)]


TALES: Sequence[Tale] = (
    *_several(AMINA, "placed", 0.02, 0.05, 0.1, 0.3),
    *_several(AMINA, "no_answer", 0.5, 0.9),
    *_several(AMINA, "postponed", 1.2),
    Tale((AMINA, MAATKA), 0.15, "placed"),
    Tale((AMINA, MAATKA, ISMAHANE), 0.4, "placed"),
    *_several(AMINA, "confirmed", 0.6, 0.7, 0.8, 1.0, 1.1),
    *_several(AMINA, "labelled", 1.3, 1.4, 1.5),
    *_several(AMINA, "handed_over", 2, 2.2),
    *_several(AMINA, "in_transit", 3, 3.3),
    *_several(AMINA, "at_point", 4.2),
    *_several(AMINA, "attempt_failed", 4.5),
    *_several(AMINA, "returning", 7),
    *_several(AMINA, "returned", 12, 14),
    *_several(AMINA, "delivered", 6, 8, 9, 13),
    *_several(AMINA, "settled", 16, 17, 18, 20, 22),
    *_several(AMINA, "cancelled", 5, 11),
    *_several(AMINA, "fake", 13),
    *_several(ISMAHANE, "placed", 0.2),
    *_several(ISMAHANE, "confirmed", 0.9, 1.2),
    *_several(ISMAHANE, "labelled", 1.6),
    *_several(ISMAHANE, "in_transit", 3),
    *_several(ISMAHANE, "delivered", 7, 9),
    *_several(ISMAHANE, "settled", 19),
    *_several(MAATKA, "confirmed", 1),
    *_several(MAATKA, "handed_over", 2.5),
    *_several(MAATKA, "delivered", 8),
    *_several(MZAB, "placed", 0.35),
    *_several(MZAB, "delivered", 10),
    *_several(MZAB, "wrong_number", 3),
    *_several(ALFA, "placed", 0.25),
    *_several(ALFA, "labelled", 1.4),
    *_several(ALFA, "returned", 15),
    *_several(COPPER, "confirmed", 0.8),
    *_several(COPPER, "lost", 21),
    *_several(COPPER, "settled", 18),
    Tale((AMINA,), 4, "delivered", code=WELCOME),
    Tale((AMINA,), 8.5, "delivered", code=WELCOME),
    Tale((AMINA,), 0.85, "confirmed", code=WELCOME),
)


# Purchases of before whose buyer orders again now: of five parcels she took each; of three he sent two back; one taken.
BUYER_OF = {26: 0, 27: 0, 30: 0, 31: 0, 32: 0, 24: 1, 25: 1, 33: 1, 34: 2}


def tell(owners: dict[str, Actor]) -> int:
    """Place and carry on what has not been placed yet; return how many purchases were."""
    chance = random.Random(16)  # noqa: S311 - the same story each time
    now = clock.now()
    told = 0
    for number, tale in sorted(enumerate(TALES), key=lambda each: -each[1].days_ago):
        buyer = BUYERS[(BUYER_OF.get(number, number) * 7) % len(BUYERS)]
        pieces = [chance.choice((1, 1, 1, 2, 3)) for _ in range(6)]
        key = f"demo-purchase-{number}"
        if session.scalar(select(Purchase.id).where(Purchase.key_hash == digest(key))) is None:
            tell_one(tale, number, buyer=buyer, pieces=pieces, key=key, now=now, owners=owners)
            told += 1
    _remit(owners, now)
    return told


def tell_one(
    tale: Tale, number: int, *, buyer: Buyer, pieces: list[int], key: str, now: datetime, owners: dict[str, Actor]
) -> list[Order]:
    """Place a purchase and carry it on, paid first where it is paid by card; return its orders."""
    at = now - timedelta(days=tale.days_ago)
    with clock.standing_at(at):
        orders = _place(tale, number, buyer, pieces, key)
        for order in orders if tale.method != "cash_on_delivery" else ():
            _pay(order)
    for order in orders:
        slug = session.get_one(Store, order.store_id).slug
        _live(_steps(order.store_id, order.id, tale.fate, owners[slug]), at, now - timedelta(days=tale.ended))
    return orders


def _pay(order: Order) -> None:
    payment = payment_of(order.store_id, order.id)
    assert payment is not None
    with transaction():
        fact = Fact(payment.reference, "collected", payment.amount)
        attempts.record_fact(order.store_id, payment.id, fact, by=SYSTEM)


def _place(tale: Tale, number: int, buyer: Buyer, pieces: list[int], key: str) -> list[Order]:
    with transaction():
        cart = carts.open_cart(new_token())
        for place, slug in enumerate(tale.shops):
            for variant_id in _goods(slug, number + place)[: 1 + (number % 2)]:
                carts.add(cart.id, variant_id, pieces=pieces[place])
        commune = geography.commune(buyer.commune)
        details = Details(
            phone=f"+2135500002{BUYER_OF.get(number, number):02d}", name=buyer.name, wilaya_code=commune.wilaya_code,
            commune_code=commune.code, address=buyer.address, note="", language=buyer.language,
        )  # fmt: skip
        choices = _choices(cart.id, details, tale)
        seen = checkout_queries.review(cart.id, details, choices)
        placed = checkout.place(cart.id, key=key, details=details, choices=choices, review_hash=seen.hash)
        letter = CAME_BY[number % len(CAME_BY)]
        if letter.strip():
            sharing.credit(placed.order_ids, {each.store_id: letter for each in seen.parcels})
    return list(session.scalars(select(Order).where(Order.id.in_(placed.order_ids)).order_by(Order.id)))


def _goods(slug: str, number: int) -> list[int]:
    """Return variants of a shop of which there are most, or which are made to order, another one first each time."""
    wanted = (
        select(Variant.id).join(Product, Product.id == Variant.product_id).join(Store, Store.id == Variant.store_id)
        .where(Store.slug == slug, Product.state == "published")
        .where(or_(Variant.on_hand >= 4, Product.made_to_order_days.is_not(None)))
        .order_by(Variant.on_hand.desc(), Variant.id).limit(5)
    )  # fmt: skip
    found = list(session.scalars(wanted))
    turn = number % len(found)
    return found[turn:] + found[:turn]


def _choices(cart_id: int, details: Details, tale: Tale) -> list[Choice]:
    choices = []
    for offer in checkout_queries.offered(cart_id, wilaya_code=details.wilaya_code, commune_code=details.commune_code):
        kind = "desk" if tale.desk and any(q.kind == "desk" and q.points for q in offer.quotes) else "home"
        quote = next(q for q in offer.quotes if q.kind == kind)
        desk = quote.points[0].desk_id if kind == "desk" else None
        choices.append(
            Choice(
                store_id=offer.parcel.store_id, kind=kind, account_id=quote.account_id, price=quote.price,
                method=tale.method, desk_id=desk, code=tale.code,
            )
        )  # fmt: skip
    return choices


def _live(steps: Sequence[Callable[[], None]], begun: datetime, ended: datetime) -> None:
    """Carry an order on, its steps spread evenly between two moments."""
    for number, step in enumerate(steps, start=1):
        with clock.standing_at(begun + (ended - begun) * number / (len(steps) + 1)):
            step()


def _steps(store_id: int, order_id: int, fate: str, by: Actor) -> list[Callable[[], None]]:
    def call(outcome: str, **more: object) -> Callable[[], None]:
        def act() -> None:
            with transaction():
                fulfilment.call(store_id, order_id, outcome, by=by, **more)  # type: ignore[arg-type]

        return act

    def scan(word: str) -> Callable[[], None]:
        def act() -> None:
            with transaction():
                fulfilment.scan(store_id, _parcel(order_id), word, by=by)

        return act

    def label() -> None:
        book(store_id, [_parcel(order_id)], by=by)
        with transaction():
            documents.print_labels(store_id, [_parcel(order_id)], paper="100x150", start=1, by=by)

    def hand_over() -> None:
        with transaction():
            fulfilment.hand_over(store_id, [_parcel(order_id)], by=by)

    early: dict[str, list[Callable[[], None]]] = {
        "placed": [],
        "no_answer": [call("no_answer")],
        "postponed": [call("postponed", call_at=clock.today() + timedelta(days=2), note="En voyage")],
        "cancelled": [call("no_answer"), call("cancelled", reason="changed_mind")],
        "fake": [call("fake")],
        "wrong_number": [call("wrong_number")],
    }
    if fate in early:
        return early[fate]
    whole = [call("confirmed"), label, hand_over]
    ways = {
        "confirmed": whole[:1], "labelled": whole[:2], "handed_over": whole,
        "in_transit": [*whole, scan("in_transit")],
        "at_point": [*whole, scan("in_transit"), scan("ready_for_pickup")],
        "attempt_failed": [*whole, scan("in_transit"), scan("attempt_failed")],
        "returning": [*whole, scan("attempt_failed"), scan("returning")],
        "returned": [*whole, scan("attempt_failed"), scan("returning"), scan("returned")],
        "lost": [*whole, scan("in_transit"), scan("lost")],
        "delivered": [*whole, scan("in_transit"), scan("delivered")],
        "settled": [*whole, scan("in_transit"), scan("delivered")],
    }  # fmt: skip
    return ways[fate]


def _remit(owners: dict[str, Actor], now: datetime) -> None:
    """Settle what is told to be settled: one remittance per shop; Amina's came 200 DA short on one parcel."""
    for slug, by in owners.items():
        store_id = session.scalar(select(Store.id).where(Store.slug == slug)) or 0
        by_carrier: dict[str, list[int]] = {}
        for number, tale in enumerate(TALES):
            if tale.fate == "settled" and tale.shops == (slug,):
                order, title = _told(number)
                by_carrier.setdefault(title, []).append(order.id)
        for title, order_ids in by_carrier.items():
            _settle(store_id, title, order_ids, now - timedelta(days=2), by)


def _settle(store_id: int, title: str, order_ids: list[int], at: datetime, by: Actor) -> None:
    payments = [payment_of(store_id, each) for each in order_ids]
    waiting = [each for each in payments if each is not None and each.state == "collected"]
    if not waiting:
        return
    lines = [(each.id, each.amount, Money(0)) for each in waiting]
    if len(lines) > 3:
        lines[1] = (lines[1][0], lines[1][1] - Money.dinars(200), Money(0))
    with clock.standing_at(at), transaction():
        settlement.record_remittance(
            store_id, carrier_title=title, received_on=clock.today(), lines=lines, by=by, reference=f"VRS-{at:%y%m%d}"
        )


def _told(number: int) -> tuple[Order, str]:
    row = session.execute(
        select(Order, Shipment.carrier_title).join(Purchase, Purchase.id == Order.purchase_id)
        .join(Shipment, Shipment.order_id == Order.id)
        .where(Purchase.key_hash == digest(f"demo-purchase-{number}"))
    ).one()  # fmt: skip
    return row[0], row[1]


def _parcel(order_id: int) -> int:
    return session.scalars(
        select(Shipment.id).where(Shipment.order_id == order_id, Shipment.state != "cancelled")
    ).one()

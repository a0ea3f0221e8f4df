"""Links that hold pieces: kept for whoever has them, used once, free again after their time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit, work
from shop.catalogue.models import Variant
from shop.checkout import links
from shop.checkout import service as checkout
from shop.checkout.links import LinkClosed
from shop.checkout.models import OrderLink, Reservation
from shop.checkout.words import Choice, Details, Placed
from shop.core import clock
from shop.core.errors import NotFound, OutOfStock, PriceChanged, Refused
from shop.core.making import ready_on
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from tests.checkout.cast import AMINA, YACINE, Workshop, offered, ordered, workshop
from tests.checkout.test_crowd import at_once
from tests.checkout.test_queue import made_to_order, queued

CROWD = 20


def made(shop: Workshop, pieces: int = 2, *, hours: int = 48, kind: str = "product") -> tuple[OrderLink, str]:
    with transaction():
        return links.open_link(shop.id, {shop.variant.id: pieces}, kind=kind, hours=hours, language="fr", by=AMINA)


def chosen(link: OrderLink) -> list[Choice]:
    offer = offered(link.cart_id, wilaya_code="31", commune_code="3101")[0]
    quote = next(each for each in offer.quotes if each.kind == "home")
    return [
        Choice(store_id=link.store_id, kind="home", account_id=quote.account_id, price=quote.price,
               method="cash_on_delivery")
    ]  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """What the form of a link's check page sends."""

    link_id: int
    details: Details
    choices: list[Choice]
    seen: str

    def confirm(self, key: str) -> Placed:
        with transaction():
            return links.place_by_link(
                self.link_id, key=key, details=self.details, choices=self.choices, review_hash=self.seen
            )


def looked_at(link: OrderLink, details: Details = YACINE) -> Sent:
    choices = chosen(link)
    return Sent(
        link.id, details, choices, checkout.review(link.cart_id, details, choices, held=links.held_by(link)).hash
    )


def breaches() -> list[str]:
    session.rollback()
    return [f"{each.rule}: {each.what}" for each in audit.findings()]


def test_a_link_keeps_its_pieces_from_everybody_else(app: Flask) -> None:
    shop = workshop(stock=2)
    link, token = made(shop)
    assert shop.on_hand() == 0
    assert links.held_by(link) == {shop.variant.id: 2}
    assert len(token) >= 22  # 128 bits and more
    assert token not in str(list(session.scalars(select(OrderLink.token_hash))))
    with pytest.raises(OutOfStock), transaction():
        links.open_link(shop.id, {shop.variant.id: 1}, kind="product", hours=2, language="fr", by=AMINA)
    assert breaches() == []


def test_whoever_has_the_link_orders_what_it_keeps_once(app: Flask) -> None:
    shop = workshop(stock=2)
    link, token = made(shop)
    sent = looked_at(link)
    placed = sent.confirm("first")
    order = session.get_one(Order, placed.order_ids[0])
    assert (order.state, order.goods_minor, shop.on_hand()) == ("placed", 120_000, 0)
    assert sent.confirm("first") == replace(placed, repeated=True)
    with pytest.raises(LinkClosed, match="used"):
        sent.confirm("second")
    again = links.link_by_token(token)
    assert again is not None
    assert (links.state_of(again), again.order_id) == ("used", order.id)
    assert breaches() == []


def test_a_refused_confirmation_leaves_the_link_as_it_was(app: Flask) -> None:
    shop = workshop(stock=2)
    link, _token = made(shop)
    sent = looked_at(link)
    with transaction():
        session.execute(update(Variant).where(Variant.id == shop.variant.id).values(price_minor=70_000))
    with pytest.raises(PriceChanged):
        sent.confirm("first")
    assert links.state_of(link) == "open"
    assert links.held_by(link) == {shop.variant.id: 2}
    assert breaches() == []


def test_after_its_time_nothing_is_ordered_and_the_job_frees_the_pieces_once(app: Flask) -> None:
    shop = workshop(stock=3)
    link, _token = made(shop, hours=2)
    late, _token = made(shop, 1, hours=24)
    sent = looked_at(link)
    with clock.standing_at(clock.now() + timedelta(hours=3)):
        assert links.state_of(link) == "expired"
        with pytest.raises(LinkClosed, match="over"):
            sent.confirm("late")
        assert shop.on_hand() == 0
        assert links.expire_due() == 1
        assert links.expire_due() == 0
        assert shop.on_hand() == 2
        assert links.state_of(late) == "open"
    assert breaches() == []


def test_of_what_is_made_to_order_a_link_keeps_a_place_in_the_queue(app: Flask) -> None:
    shop = made_to_order(most=2, capacity=1)
    link, _token = made(shop)
    assert queued(shop.product.id) == (2, False)
    with pytest.raises(OutOfStock):
        made(shop, 1)
    with pytest.raises(OutOfStock):
        ordered(shop)
    assert breaches() == []
    sent = looked_at(link)
    order = session.get_one(Order, sent.confirm("first").order_ids[0])
    ready = ready_on(clock.today(), lead_days=3, capacity=1, ahead=0, pieces=2)
    assert order.promised_from is not None
    assert order.promised_from - ready <= timedelta(days=5), "she does not wait for her own pieces as well"
    assert queued(shop.product.id) == (2, False)
    assert breaches() == []


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_a_place_in_the_queue_is_free_again_after_its_link(app: Flask, end: str) -> None:
    shop = made_to_order(most=2)
    link, _token = made(shop, hours=2)
    if end == "withdrawn":
        with transaction():
            links.withdraw(shop.id, link.id, by=AMINA)
    else:
        with clock.standing_at(clock.now() + timedelta(hours=3)):
            links.expire_due()
    assert queued(shop.product.id) == (0, True)
    assert breaches() == []


def test_the_audit_sees_a_place_that_nobody_keeps(app: Flask) -> None:
    shop = made_to_order(most=2)
    link, _token = made(shop, 1)
    with transaction():
        session.execute(update(Reservation).where(Reservation.link_id == link.id).values(pieces=2))
    assert [each.split(":")[0] for each in breaches()] == ["I2 queue"]


def test_the_job_comes_round_by_itself(app: Flask) -> None:
    shop = workshop(stock=2)
    made(shop, hours=2)
    settings, signer = app.extensions["hirfa_settings"], app.extensions["hirfa_signer"]
    assert work.PERIODIC["links.expire"] <= 300
    with clock.standing_at(clock.now() + timedelta(hours=3)):
        work.handlers(settings, signer)["links.expire"]({})
    assert shop.on_hand() == 2


def test_the_artisan_takes_a_link_back_and_a_stranger_does_not(app: Flask) -> None:
    shop, other = workshop(stock=2), workshop("Parfums Ismahane", stock=2)
    link, _token = made(shop)
    with pytest.raises(NotFound), transaction():
        links.withdraw(other.id, link.id, by=AMINA)
    with transaction():
        links.withdraw(shop.id, link.id, by=AMINA)
    assert shop.on_hand() == 2
    with pytest.raises(LinkClosed, match="withdrawn"), transaction():
        links.withdraw(shop.id, link.id, by=AMINA)
    assert links.open_links(shop.id) == []
    assert breaches() == []


def test_a_link_holds_only_what_is_hers_and_never_nothing(app: Flask) -> None:
    shop, other = workshop(stock=2), workshop("Parfums Ismahane", stock=2)
    for pieces, error in ({other.variant.id: 1}, NotFound), ({}, Refused), ({shop.variant.id: 3}, OutOfStock):
        with pytest.raises(error), transaction():
            links.open_link(shop.id, pieces, kind="chat", hours=2, language="fr", by=AMINA)
    assert (shop.on_hand(), other.on_hand()) == (2, 2)
    assert session.scalar(select(func.count()).select_from(OrderLink)) == 0


def test_twenty_people_with_one_link_make_one_order(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=3)
        link, _token = made(shop, 3)
        sent = [looked_at(link, replace(YACINE, phone=f"+2136610000{at:02d}")) for at in range(CROWD)]
        session.rollback()

    def tap(at: int) -> Callable[[], object]:
        return lambda: sent[at].confirm(f"tap {at}")

    answers = at_once(application, [tap(at) for at in random.Random(3).sample(range(CROWD), CROWD)], threads=CROWD)
    assert sum(isinstance(each, Placed) for each in answers) == 1
    assert sum(isinstance(each, LinkClosed) for each in answers) == CROWD - 1
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Order)) == 1
        assert session.scalar(select(Variant.on_hand)) == 0
        assert breaches() == []


def test_a_tap_in_the_last_moment_and_the_job_never_both_win(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=10)
        sent = [looked_at(made(shop, 1, hours=2)[0]) for _each in range(8)]
        session.rollback()
        over = clock.now() + timedelta(hours=2)

    def tap(at: int) -> Callable[[], object]:
        def act() -> object:
            with clock.standing_at(over - timedelta(seconds=1)):
                return sent[at].confirm(f"tap {at}")

        return act

    def expire() -> object:
        with clock.standing_at(over):
            return links.expire_due()

    at_once(application, [*(tap(at) for at in range(8)), expire, expire], threads=10)
    with application.app_context():
        placed = session.scalar(select(func.count()).select_from(Order)) or 0
        assert session.scalar(select(Variant.on_hand)) == 10 - placed
        assert breaches() == []


def test_without_the_guard_one_link_is_used_many_times(application: Flask) -> None:
    """The control: look whether the link is open, then order. It must break the rule that the guard keeps."""
    with application.app_context():
        shop = workshop(stock=20)
        link, _token = made(shop, 1)
        link_id = link.id
        session.rollback()

    def careless(at: int) -> Callable[[], object]:
        def act() -> object:
            state = session.scalar(select(OrderLink.state).where(OrderLink.id == link_id))
            session.rollback()
            time.sleep(0.05)
            if state != "open":
                return None
            with transaction():
                session.execute(update(OrderLink).where(OrderLink.id == link_id).values(state="used"))
            return at

        return act

    used = at_once(application, [careless(at) for at in range(12)], threads=12)
    assert sum(each is not None for each in used) > 1

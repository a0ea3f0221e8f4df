"""Messages: the right words to the right people, in their language, each once, and again when nobody answered."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select, update

from shop.catalogue import service as catalogue
from shop.checkout import service as checkout
from shop.core import clock
from shop.core.errors import Unavailable
from shop.fulfilment import service as fulfilment
from shop.notifications.models import Notice
from shop.notifications.service import Post, tell
from shop.notifications.words import JOB, TOLD
from shop.orders.models import Order, Purchase
from shop.plumbing import jobs, mail
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.links import Signer, tracking_path
from shop.plumbing.mail import ConsoleMailer, Mailer
from shop.shipping.contract import ParcelScan
from shop.shipping.models import Shipment
from shop.stores import service as stores
from tests.checkout.cast import AMINA, YACINE, Workshop, basket, confirmed, handed_over, parcel, place, workshop

BASE = "https://hirfa.example"
SIGNER = Signer("k" * 40)


@dataclass
class Phone:
    """A messenger that keeps what it was given; `silent` gives no answer."""

    got: list[tuple[str, str, str]] = field(default_factory=list)
    silent: bool = False

    def send(self, to_e164: str, text: str, *, reference: str) -> None:
        if self.silent:
            raise Unavailable("no answer")
        self.got.append((to_e164, text, reference))


@dataclass
class Letters:
    """A mail server that keeps what it receives."""

    got: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        self.got.append(envelope.content)  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def letters() -> Iterator[tuple[Letters, str]]:
    """A mail server on a free port, and its address."""
    kept = Letters()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, f"smtp://127.0.0.1:{port}"
    controller.stop()


def _run(phone: Phone, mailer: Mailer | None = None) -> int:
    post = Post(BASE, SIGNER, mailer or ConsoleMailer(), phone)
    return jobs.run_all({JOB: lambda payload: tell(post, payload), "fulfilment.book": lambda _payload: None})


STAGES = {"وصلت": "placed", "في الطريق": "way", "في انتظاركم": "desk", "تعذّر": "failed", "تم تسليم": "delivered"}
BARQ = Actor("carrier", name="Barq Express")


def _to(phone: Phone, order: Order) -> list[str]:
    return [text for number, text, _reference in phone.got if number == order.phone]


def _stage(text: str) -> str:
    return next(stage for words, stage in STAGES.items() if words in text)


def _shop() -> Workshop:
    shop = workshop()
    with transaction():
        shop.store.email, shop.store.language = "amina@atelier.example", "fr"
        session.merge(shop.store)
    return shop


def test_a_placed_order_is_told_to_both_each_in_her_language(app: Flask, phone: Phone, letters: object) -> None:
    kept, address = letters  # type: ignore[misc]
    shop = _shop()
    placed = place(basket({shop.variant: 1}))
    _run(phone, mail.mailer(address, sender="Hirfa <shop@hirfa.example>"))
    to = {number: text for number, text, _reference in phone.got}
    assert "وصلت طلبيتكم" in to[YACINE.phone]
    assert BASE + tracking_path(SIGNER, "ar", placed.purchase_code) in to[YACINE.phone]
    assert to["+213550000001"].startswith("Nouvelle commande")
    letter = email.message_from_bytes(kept.got[0], policy=email.policy.default)
    assert letter["subject"].startswith("Nouvelle commande")
    assert letter["to"] == "amina@atelier.example"


def test_everything_is_told_once_however_often_the_job_runs(app: Flask, phone: Phone) -> None:
    shop = _shop()
    place(basket({shop.variant: 1}))
    _run(phone)
    count = len(phone.got)
    post = Post(BASE, SIGNER, ConsoleMailer(), phone)
    for entry_id in session.scalars(select(Notice.entry_id).distinct()).all():
        tell(post, {"entry": entry_id})
    assert len(phone.got) == count
    assert len({reference for *_rest, reference in phone.got}) == count


def test_what_nobody_answered_to_is_sent_when_they_answer_again(app: Flask, phone: Phone) -> None:
    shop = _shop()
    place(basket({shop.variant: 1}))
    phone.silent = True
    with time_machine.travel(clock.now(), tick=False) as traveller:
        _run(phone)
        assert phone.got == []
        phone.silent = False
        traveller.shift(60)
        _run(phone)
    assert len(phone.got) == 2
    assert session.scalars(select(Notice).where(Notice.sent_at.is_(None))).all() == []


def test_the_way_of_a_parcel_is_told_to_the_buyer(app: Flask, phone: Phone) -> None:
    shop = _shop()
    order, shipment = handed_over(shop)
    _run(phone)
    for word in ("in_transit", "ready_for_pickup", "attempt_failed", "delivered"):
        with transaction():
            fulfilment.scan(shop.id, parcel(shop, order).id, word, by=AMINA)
        _run(phone)
    hers = _to(phone, order)
    link = BASE + tracking_path(SIGNER, "ar", session.scalars(select(Purchase.code)).one())
    assert [_stage(text) for text in hers] == ["placed", "way", "desk", "failed", "delivered"]
    assert all(text.endswith(link) for text in hers)
    assert "مكتب Barq Express" in hers[2]  # nobody had chosen a desk: the courier took it to one
    assert shipment.id


def test_a_stage_is_told_once_however_often_the_parcel_comes_to_it(app: Flask, phone: Phone) -> None:
    shop = _shop()
    order, shipment = handed_over(shop)
    _run(phone)
    for n, word in enumerate(("attempt_failed", "out_for_delivery", "attempt_failed", "attempt_failed", "delivered")):
        said = ParcelScan(key=f"scan-{n}", tracking="", word=word, at=clock.now())
        for _again in range(2):
            with transaction():
                fulfilment.record(shop.id, shipment.id, [said], by=BARQ)
            _run(phone)
    assert [_stage(text) for text in _to(phone, order)] == ["placed", "way", "failed", "delivered"]


def test_what_a_parcel_has_left_behind_is_not_told(app: Flask, phone: Phone) -> None:
    shop = _shop()
    order, shipment = handed_over(shop)
    now = clock.now()
    said = [
        ParcelScan(key=word, tracking="", word=word, at=now + timedelta(minutes=n))
        for n, word in enumerate(("in_transit", "ready_for_pickup", "attempt_failed", "delivered"))
    ]
    with transaction():
        fulfilment.record(shop.id, shipment.id, said, by=BARQ)
    _run(phone)
    late = ParcelScan(key="late", tracking="", word="ready_for_pickup", at=now + timedelta(hours=9))
    with transaction():
        fulfilment.record(shop.id, shipment.id, [late], by=BARQ)
    _run(phone)
    assert [_stage(text) for text in _to(phone, order)] == ["placed", "delivered"]


def test_what_waited_for_its_gateway_is_not_sent_once_the_parcel_went_on(app: Flask, phone: Phone) -> None:
    shop = _shop()
    order, shipment = handed_over(shop)
    _run(phone)
    phone.silent = True
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for word in ("ready_for_pickup", "delivered"):
            with transaction():
                fulfilment.scan(shop.id, shipment.id, word, by=AMINA)
            _run(phone)
        phone.silent = False
        traveller.shift(3600)
        _run(phone)
    assert [_stage(text) for text in _to(phone, order)] == ["placed", "way", "delivered"]


def test_a_workshop_may_keep_silent_about_the_way(app: Flask, phone: Phone) -> None:
    shop = _shop()
    with transaction():
        stores.update_profile(shop.id, by=AMINA, silent_way=True)
    order, shipment = handed_over(shop)
    for word in ("ready_for_pickup", "delivered"):
        _run(phone)
        with transaction():
            fulfilment.scan(shop.id, shipment.id, word, by=AMINA)
    _run(phone)
    assert [_stage(text) for text in _to(phone, order)] == ["placed"]


def test_a_parcel_that_was_paid_before_comes_without_a_word_about_cash(app: Flask, phone: Phone) -> None:
    shop = _shop()
    order, shipment = handed_over(shop)
    with transaction():
        session.execute(update(Shipment).where(Shipment.id == shipment.id).values(collect_minor=0))
    _run(phone)
    with transaction():
        fulfilment.scan(shop.id, shipment.id, "ready_for_pickup", by=AMINA)
    _run(phone)
    way, desk = _to(phone, order)[1:]
    assert "ثمنه مدفوع" in way
    assert "ثمنه مدفوع" in desk
    assert "نقدا" not in way + desk


def test_a_buyer_who_cancels_is_not_told_but_the_artisan_is(app: Flask, phone: Phone) -> None:
    shop = _shop()
    placed = place(basket({shop.variant: 1}), details=replace(YACINE, language="fr"))
    _run(phone)
    phone.got.clear()
    order_code = session.scalar(select(Purchase.code).where(Purchase.code == placed.purchase_code)) or ""
    with transaction():
        checkout.cancel_by_buyer(placed.purchase_code, order_code)
    _run(phone)
    assert [number for number, *_rest in phone.got] == ["+213550000001"]


def test_an_artisan_who_cancels_tells_the_buyer(app: Flask, phone: Phone) -> None:
    shop = _shop()
    order, _shipment = confirmed(shop)
    _run(phone)
    phone.got.clear()
    with transaction():
        fulfilment.cancel(shop.id, order.id, "out_of_stock", by=AMINA)
    _run(phone)
    assert [number for number, *_rest in phone.got] == [order.phone]


def test_no_message_is_longer_than_two_text_messages_without_its_link() -> None:
    for told in TOLD.values():
        for words in told.values():
            assert len(words.text) < 150


def test_the_artisan_hears_once_of_few_pieces_that_were_sold_and_not_of_those_she_gave(
    app: Flask, phone: Phone
) -> None:
    shop = workshop(stock=3)
    place(basket({shop.variant: 2}))
    _run(phone)
    link = f"{BASE}/studio/{shop.store.slug}/stock/{shop.variant.id}"
    few = [text for to, text, _reference in phone.got if to == "+213550000001" and text.endswith(link)]
    assert len(few) == 1
    assert ": 1. " in few[0]
    with transaction():
        catalogue.move(shop.id, shop.variant.id, 5, reason="made", by=AMINA)
    with transaction():
        catalogue.move(shop.id, shop.variant.id, -6, reason="gift", by=AMINA)
    _run(phone)
    assert sum(text.endswith(link) for _to, text, _reference in phone.got) == 1

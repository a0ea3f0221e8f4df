"""What the desk answers reaches the owner in her language, with the reason."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from shop.catalogue import service as catalogue
from shop.catalogue.forbidden import waiting_reviews
from shop.core import clock
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.stores import queries, service, verification
from tests.checkout.cast import Workshop
from tests.notifications.test_telling import BASE, Phone, _run, _shop

NADIA = Actor("operator", 1, "Nadia")


def _sent(shop: Workshop) -> int:
    with transaction():
        service.keep_card(shop.id, "a" * 24, by=SYSTEM)
        verification.submit(shop.id, by=SYSTEM)
    return queries.submissions(shop.id)[0].id


def test_verified_refused_and_ending_are_told_in_her_language(app: Flask) -> None:
    shop, phone = _shop(), Phone()
    sent = _sent(shop)
    with transaction():
        verification.refuse(shop.id, sent, reason="unreadable", note="Un reflet.", by=NADIA)
    with transaction():
        service.update_profile(shop.id, by=SYSTEM, register_expires=clock.today() + timedelta(days=5))
        verification.submit(shop.id, by=SYSTEM)
    with transaction():
        verification.verify(shop.id, queries.submissions(shop.id)[0].id, by=NADIA)
    with transaction():
        verification.remind_due()
    _run(phone)
    texts = [text for number, text, _reference in phone.got if number == "+213550000001"]
    assert len(texts) == 3
    assert "n’a pas pu être vérifiée. La photo de la carte n’est pas lisible. Un reflet." in texts[0]
    assert "est vérifiée" in texts[1]
    assert "est valable jusqu’au" in texts[2]
    assert all(f"{BASE}/studio/atelier-amina/settings/legal" in text for text in texts)


def test_the_answer_about_a_product_is_told_with_its_name(app: Flask) -> None:
    shop, phone = _shop(), Phone()
    with transaction():
        made = catalogue.create_product(
            shop.id, by=SYSTEM, craft="pottery", names={"fr": "Baume"}, price=Money.dinars(500), stock=1,
            description_fr="remède",
        )  # fmt: skip
        catalogue.add_picture(shop.id, made.id, "pic", width=9, height=9, by=SYSTEM)
        catalogue.publish(shop.id, made.id, by=SYSTEM)
    with transaction():
        catalogue.answer_review(waiting_reviews()[0][0].id, "refused", note="Pas de promesse.", by=NADIA)
    _run(phone)
    texts = [text for _number, text, _reference in phone.got]
    link = f"{BASE}/studio/atelier-amina/products/{made.id}"
    assert texts == [f"Atelier Amina : « Baume » ne peut pas être vendu. Pas de promesse. {link}"]
    session.rollback()

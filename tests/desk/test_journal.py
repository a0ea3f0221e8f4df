"""The journal shows what happened, and nobody's phone."""

from __future__ import annotations

import re

from flask import Flask

from shop.plumbing import journal
from shop.plumbing.db import transaction
from shop.plumbing.journal import BUYER, SYSTEM, Actor
from tests.people import Person
from tests.studio.conftest import Shop


def happened(application: Flask, shop: Shop, count: int) -> None:
    """Write entries about orders of the shop."""
    with application.app_context(), transaction():
        for n in range(1, count + 1):
            journal.record("order.confirmed", subject="order", subject_id=n, store_id=shop.store_id, by=SYSTEM, total=n)


def test_it_pages_by_key_the_newest_first(application: Flask, operator: Person, shop: Shop) -> None:
    happened(application, shop, 60)
    first = operator.get("/desk/journal", verb="order").text
    assert first.count("order.confirmed") == 51  # 50 lines, and the filter's hint
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    happened(application, shop, 3)  # what comes meanwhile moves no page
    second = operator.get(following[1].replace("&amp;", "&")).text
    assert second.count("order.confirmed") == 11
    assert "total: <bdi>10</bdi>" in second
    assert 'rel="next"' not in second


def test_it_is_filtered_by_store_verb_subject_and_day(application: Flask, operator: Person, shop: Shop) -> None:
    happened(application, shop, 4)
    assert operator.get("/desk/journal", subject="order 3").text.count("total: ") == 1
    assert operator.get("/desk/journal", subject="order").text.count("total: ") == 4
    assert operator.get("/desk/journal", verb="store.opened").text.count("total: ") == 0
    assert operator.get("/desk/journal", store=str(shop.store_id), verb="order").text.count("total: ") == 4
    assert operator.get("/desk/journal", store="platform").text.count("total: ") == 0
    assert "Nothing found" in operator.get("/desk/journal", day="2020-01-01").text
    assert "Choose a day." in operator.get("/desk/journal", day="hier").text
    for odd in ({"before": "x"}, {"before": "9" * 30}, {"store": "-1"}, {"subject": "order 9999999999999999999"}):
        assert operator.get("/desk/journal", **odd).status_code == 200


def test_no_phone_address_or_word_of_a_person_is_shown(application: Flask, operator: Person, shop: Shop) -> None:
    with application.app_context(), transaction():
        yacine = Actor("buyer", None, "Yacine Kaci")
        journal.record(
            "order.placed", subject="order", subject_id=1, store_id=shop.store_id, by=yacine, phone="+213661223344",
            note="porte bleue", nested={"email": "yacine@example.dz", "pieces": 2}, day="2026-11-23", total=125000,
            text="appeler le 0661 22 33 44 ou le ٠٦٦١٢٢٣٣٤٤, yacine@example.dz",
        )  # fmt: skip
        journal.record("order.called", subject="order", subject_id=1, store_id=shop.store_id, by=BUYER)
    page = operator.get("/desk/journal").text
    for secret in ("661223344", "0661 22 33 44", "porte bleue", "yacine@", "Yacine"):
        assert secret not in page
    assert "A customer" in page
    assert "125000" in page
    assert "2026-11-23" in page

"""'Tell me when it is back': kept once, read in any spelling, limited, and never from another site."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue.models import Wish
from shop.plumbing.db import session, transaction
from shop.web.storefront import wishes
from tests.checkout.cast import Workshop
from tests.storefront.buying import Buyer


def _kept(application: Flask) -> list[tuple[int, str, str]]:
    with application.app_context():
        return [
            (each.variant_id, each.phone, each.language) for each in session.scalars(select(Wish).order_by(Wish.id))
        ]


def _sell_out(application: Flask, shop: Workshop) -> None:
    with application.app_context(), transaction():
        session.merge(shop.variant).on_hand = 0


def test_who_misses_something_leaves_her_phone_on_its_page(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    _sell_out(application, amina)
    yacine.open(f"/p/{amina.product.id}-{amina.product.slug}")
    page = yacine.press("/wishes", phone="٠٥٥٠ ١٢ ٣٤ ٥٦")
    assert page.path == f"/en/p/{amina.product.id}-{amina.product.slug}"
    assert "We will write to you when it is back." in page.text
    assert _kept(application) == [(amina.variant.id, "+213550123456", "en")]


def test_the_same_wish_twice_is_one(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    for phone in ("0550123456", "+213 550 12 34 56"):
        yacine.send("/wishes", {"variant": amina.variant.id, "phone": phone})
    assert len(_kept(application)) == 1


def test_a_number_that_cannot_be_read_is_said_and_kept(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    page = yacine.send("/wishes", {"variant": amina.variant.id, "phone": "0550 12"})
    assert page.status == 422
    assert page.title.startswith("Error:")
    assert page.problems == ["The number must have 10 digits, for example 0550 12 34 56."]
    assert page.value_of("phone") == "0550 12"
    assert _kept(application) == []
    page = yacine.press("/wishes", phone="0550123456")
    assert page.status == 200
    assert len(_kept(application)) == 1


@pytest.mark.parametrize("variant", ["", "x", "0", "999999", "9" * 30, "1\x00"])
def test_a_wish_for_nothing_is_not_found(yacine: Buyer, variant: str) -> None:
    assert yacine.send("/wishes", {"variant": variant, "phone": "0550123456"}).status == 404


def test_a_phone_has_so_many_wishes_a_day(
    application: Flask, yacine: Buyer, amina: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishes, "MOST_OF_A_PHONE", 1)
    fields = {"variant": amina.variant.id, "phone": "0550123456"}
    assert yacine.send("/wishes", fields).status == 200
    page = yacine.send("/wishes", fields)
    assert page.status == 429
    assert page.problems == ["Too many messages were asked for from here today. Please call us."]


def test_another_site_cannot_wish(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    fields = {"variant": amina.variant.id, "phone": "0550123456"}
    answer = yacine.client.post("/en/wishes", data=fields, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert _kept(application) == []

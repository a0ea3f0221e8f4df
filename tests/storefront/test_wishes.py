"""'Tell me when it is back': kept once, read in any spelling, limited, and never from another site."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue import service as catalogue
from shop.catalogue.models import Wish
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.web.storefront import wishes
from tests.checkout.cast import Workshop
from tests.storefront.buying import Buyer


def _kept(application: Flask) -> list[tuple[int, str, str]]:
    with application.app_context():
        return [
            (each.variant_id, each.phone, each.language) for each in session.scalars(select(Wish).order_by(Wish.id))
        ]


@pytest.fixture
def sold_out(application: Flask, amina: Workshop) -> Workshop:
    """Amina's soap, all sold."""
    with application.app_context(), transaction():
        catalogue.count_stock(amina.id, amina.variant.id, 0, by=SYSTEM)
    return amina


def test_who_misses_something_leaves_her_phone_on_its_page(application: Flask, sold_out: Workshop) -> None:
    yacine = Buyer(application, "fr")
    yacine.open(f"/p/{sold_out.product.id}-{sold_out.product.slug}")
    page = yacine.press("/wishes", phone="٠٥٥٠ ١٢ ٣٤ ٥٦")
    assert page.path == f"/fr/p/{sold_out.product.id}-{sold_out.product.slug}"
    assert page.answer.request.args["wished"] == "1"
    assert _kept(application) == [(sold_out.variant.id, "+213550123456", "fr")]


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


@pytest.mark.parametrize("typed", ["", "055", "abc"])
def test_a_bad_phone_gets_a_sentence_and_stays(application: Flask, sold_out: Workshop, typed: str) -> None:
    yacine = Buyer(application, "ar")
    yacine.open(f"/p/{sold_out.product.id}-{sold_out.product.slug}")
    page = yacine.press("/wishes", phone=typed)
    assert page.status == 422
    assert page.problems
    assert page.value_of("phone") == typed
    assert _kept(application) == []


@pytest.mark.parametrize("variant", ["", "x", "0", "999999", "9" * 30, "²"])
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


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_cannot_wish_in_her_name(
    application: Flask, yacine: Buyer, sold_out: Workshop, headers: dict[str, str]
) -> None:
    fields = {"variant": sold_out.variant.id, "phone": "0550123456"}
    assert yacine.send("/wishes", fields, headers=headers).status == 403
    assert _kept(application) == []

"""Asking to be told when something is back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue import service as catalogue
from shop.catalogue.models import Wish
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.checkout.cast import Workshop
from tests.storefront.buying import Buyer


@pytest.fixture
def sold_out(application: Flask, amina: Workshop) -> Workshop:
    """Amina's soap, all sold."""
    with application.app_context(), transaction():
        catalogue.count_stock(amina.id, amina.variant.id, 0, by=SYSTEM)
    return amina


def _wishes(application: Flask) -> list[tuple[str, str]]:
    with application.app_context():
        found = [(row[0], row[1]) for row in session.execute(select(Wish.phone, Wish.language))]
        session.remove()  # type: ignore[attr-defined]
    return found


def test_she_leaves_her_phone_once_and_is_told_so(application: Flask, sold_out: Workshop) -> None:
    yacine = Buyer(application, "fr")
    for typed in ("0550 12 34 56", "+213550123456"):
        yacine.open(f"/p/{sold_out.product.id}-{sold_out.product.slug}")
        page = yacine.press("/wishes", phone=typed)
        assert page.path == f"/fr/p/{sold_out.product.id}-{sold_out.product.slug}"
        assert page.answer.request.args["wished"] == "1"
    assert _wishes(application) == [("+213550123456", "fr")]


@pytest.mark.parametrize("typed", ["", "055", "abc"])
def test_a_bad_phone_gets_a_sentence_and_stays(
    application: Flask, yacine: Buyer, sold_out: Workshop, typed: str
) -> None:
    yacine.open(f"/p/{sold_out.product.id}-{sold_out.product.slug}")
    page = yacine.press("/wishes", phone=typed)
    assert page.status == 422
    assert page.problems
    assert page.value_of("phone") == typed
    assert _wishes(application) == []


@pytest.mark.parametrize("variant", ["", "x", "999999", "9" * 30])
def test_an_unknown_article_is_not_found(yacine: Buyer, variant: str) -> None:
    assert yacine.send("/wishes", {"variant": variant, "phone": "0550123456"}).status == 404


def test_another_site_cannot_ask_in_her_name(yacine: Buyer, sold_out: Workshop) -> None:
    fields = {"variant": sold_out.variant.id, "phone": "0550123456"}
    assert yacine.send("/wishes", fields, headers={"Sec-Fetch-Site": "cross-site"}).status == 403

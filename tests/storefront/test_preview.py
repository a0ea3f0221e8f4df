"""The look before the others: members see the shop as buyers will, nobody else sees anything."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue import options
from shop.catalogue import service as catalogue
from shop.catalogue.models import Product, Variant
from shop.catalogue.options import OptionRow
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from tests.people import Person, sign_in
from tests.studio.conftest import Shop, joined, make_ready, open_shop


@pytest.fixture
def draft(application: Flask) -> Shop:
    """A shop that is not open, with a product that is ready and one that is a draft."""
    with application.app_context():
        with transaction():
            made = stores.create_store(name="Terre et feu", craft="pottery", wilaya_code="15", by=SYSTEM)
            make_ready(made.id)
            catalogue.create_product(
                made.id, by=SYSTEM, craft="pottery", names={"fr": "Cruche"}, price=Money.dinars(900), stock=1
            )
        found = Shop(made.id, made.slug)
        session.remove()  # type: ignore[attr-defined]
    return found


@pytest.fixture
def nour(application: Flask, draft: Shop) -> Person:
    """Its owner."""
    return joined(application, draft, sign_in(application, "Nour", "+213661203040"), "owner")


def products(application: Flask) -> list[int]:
    """Return the products' numbers."""
    with application.app_context():
        return list(session.scalars(select(Product.id).order_by(Product.id)))


def variants(application: Flask, product_id: int) -> list[int]:
    """Return the numbers of a product's choices, in their order."""
    with application.app_context():
        wanted = select(Variant.id).where(Variant.product_id == product_id)
        return list(session.scalars(wanted.order_by(Variant.position)))


def test_members_see_the_shop_and_its_products_in_every_language(application: Flask, draft: Shop, nour: Person) -> None:
    for lang, sentence in (("en", "Only you see this page"), ("fr", "Vous seuls voyez cette page")):
        page = nour.get(f"/{lang}/preview/{draft.slug}")
        assert page.status_code == 200
        assert f'<html lang="{lang}"' in page.text
        assert sentence in page.text
        assert "Bol" in page.text
        assert "Cruche" in page.text
    for number in products(application):
        url = f"/en/preview/{draft.slug}/{number}"
        assert url in nour.get(f"/en/preview/{draft.slug}").text
        page = nour.get(url)
        assert page.status_code == 200
        assert "Only you see this page" in page.text
        assert "/cart/lines" not in page.text, "its buttons do nothing"
        assert page.headers["Cache-Control"] == "no-store"


def test_everybody_else_sees_nothing_of_it(application: Flask, draft: Shop, nour: Person) -> None:
    sami = sign_in(application, "Sami", "+213550000013")
    visitor = application.test_client()
    number = products(application)[0]
    for path in (f"/en/preview/{draft.slug}", f"/en/preview/{draft.slug}/{number}"):
        assert sami.get(path).status_code == 404
        assert visitor.get(path).location.startswith("/studio/sign-in")
        assert nour.get(path).status_code == 200
        assert visitor.get(path).status_code == 302, "nobody gets the page that a member has seen"
    assert visitor.get(f"/en/@{draft.slug}").status_code == 404
    assert visitor.get(f"/en/p/{number}-bol").status_code == 404
    assert "Bol" not in visitor.get("/en/crafts/").text


def test_what_is_sold_out_is_looked_at_without_leaving_the_preview(
    application: Flask, draft: Shop, nour: Person
) -> None:
    number = products(application)[1]
    size = OptionRow({"fr": "Taille"}, [{"fr": "Petite"}, {"fr": "Grande"}])
    with application.app_context(), transaction():
        options.set_options(draft.store_id, number, [size, OptionRow({"fr": "Anse"}, [{"fr": "Une"}])], by=SYSTEM)
    page = nour.get(f"/en/preview/{draft.slug}/{number}")
    big = variants(application, number)[1]
    sold_out = nour.get(f"/en/preview/{draft.slug}/{number}", variant=big)
    assert "Grande" in page.text
    leads = re.findall(r'href="([^"]+variant=[^"]+)"', sold_out.text)
    assert leads
    for lead in leads:
        assert nour.get(lead.replace("&amp;", "&")).status_code == 200, lead


def test_a_product_of_another_shop_is_not_there(application: Flask, draft: Shop, nour: Person) -> None:
    other = open_shop(application, "Atelier Amina")
    with application.app_context(), transaction():
        made = catalogue.create_product(
            other.store_id, by=SYSTEM, craft="soap", names={"fr": "Savon"}, price=Money.dinars(600), stock=1
        )
    assert nour.get(f"/en/preview/{draft.slug}/{made.id}").status_code == 404

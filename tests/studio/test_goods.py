"""Labels, tags and the poster from the artisan's phone: filled in with what is known, and nothing is kept."""

from __future__ import annotations

import pytest
import zxingcpp
from flask import Flask
from sqlalchemy import select

from shop.catalogue.models import Product
from shop.documents.models import ProductTax
from shop.plumbing.db import session, transaction
from tests.documents.cast import printed
from tests.studio.day import Day, a_day
from tests.studio.test_labels import pages, words


def product(day: Day) -> int:
    with day.application.app_context():
        found = session.scalars(select(Product).where(Product.store_id == day.store_id)).one()
        with transaction():
            session.get_one(Product, found.id).materials_fr = "Huile d'olive, soude, eau"
        number = found.id
        session.remove()  # type: ignore[attr-defined]
    return number


FORM = {"paper": "60x40", "copies": "3", "start": "1", "languages": "fr"}


def test_a_label_is_filled_in_with_what_is_known(application: Flask) -> None:
    day = a_day(application)
    path = f"/products/{product(day)}"
    assert f"{path}/papers" in day.page(path)
    page = day.page(f"{path}/papers")
    assert "Huile d&#39;olive, soude, eau" in page
    assert 'value="300 g"' in page
    answer = day.lila.get(f"{day.url}{path}/labels.pdf", **FORM, ingredients="Olea", lot="L7", best_before="11/2028")
    assert answer.mimetype == "application/pdf"
    assert pages(answer.data) == [(60, 40)] * 3
    text = words(answer.data)
    for word in ("Savon d'olive", "Olea", "L7", "11/2028", "Atelier Amina"):
        assert word in text, word


@pytest.mark.parametrize(
    "wrong",
    [{"paper": "a3"}, {"copies": "0"}, {"copies": "x"}, {"start": "22", "paper": "a4x21"}, {"languages": "de"},
     {"ingredients": "x" * 800}, {"lot": "x" * 50}],
)  # fmt: skip
def test_a_wrong_label_is_said_and_what_was_typed_stays(application: Flask, wrong: dict[str, str]) -> None:
    day = a_day(application)
    number = product(day)
    answer = day.amina.get(f"{day.url}/products/{number}/labels.pdf", **{**FORM, "precautions": "Rincer", **wrong})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "Rincer" in answer.text
    assert day.amina.get(f"{day.url}/products/{number}/labels.pdf").status_code == 422


def test_tags_lead_to_the_products_page(application: Flask) -> None:
    day = a_day(application)
    number = product(day)
    assert "d&#39;olive" in day.page("/tags")
    answer = day.amina.get(day.url + "/tags.pdf", products=number, paper="60x40", copies=2, start=1)
    assert pages(answer.data) == [(60, 40)] * 2
    assert "600 DA" in words(answer.data).replace("\u00a0", " ")
    (code,) = zxingcpp.read_barcodes(printed(answer.data).convert("L"))
    assert code.text.startswith("http://127.0.0.1:8000/")
    answer = application.test_client().get(code.text.removeprefix("http://127.0.0.1:8000"), follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path.endswith(f"/p/{number}-savon")


def test_tags_of_nothing_too_many_or_somebody_elses_are_said(application: Flask) -> None:
    day = a_day(application)
    number = product(day)
    for asked in ({}, {"products": 999_999}, {"products": number + 1}, {"products": number, "copies": 500}):
        answer = day.amina.get(day.url + "/tags.pdf", **{"paper": "60x40", "copies": 1, "start": 1, **asked})
        assert answer.status_code == 422, asked
        assert "There is a problem" in answer.text


def test_the_poster_leads_to_the_shop(application: Flask) -> None:
    day = a_day(application)
    answer = day.amina.get(day.url + "/poster.pdf?paper=a5")
    assert pages(answer.data) == [(148, 210)]
    (code,) = zxingcpp.read_barcodes(printed(answer.data, dots_per_mm=4).convert("L"))
    answer = application.test_client().get(code.text.removeprefix("http://127.0.0.1:8000"), follow_redirects=True)
    assert answer.request.path.endswith("/@atelier-amina")
    assert day.amina.get(day.url + "/poster.pdf?paper=a0").status_code == 404
    assert "/poster.pdf?paper=a4" in day.page("/documents")


def test_a_product_has_a_rate_of_its_own_when_the_shop_charges_vat(application: Flask) -> None:
    day = a_day(application)
    path = f"/products/{product(day)}"
    assert "VAT of this product" not in day.page(f"{path}/papers")
    day.send("/settings/invoices", {"kind": "invoice", "charges_vat": "y", "vat_rate": "19"})
    assert "VAT of this product" in day.page(f"{path}/papers")
    assert "VAT of this product" not in day.page(f"{path}/papers", who=day.lila)
    assert day.send(f"{path}/tax", {"rate": "9"}).status_code == 303
    assert 'value="9" selected' in day.page(f"{path}/papers")
    assert day.send(f"{path}/tax", {"rate": "12"}).status_code == 422
    assert day.send(f"{path}/tax", {"rate": "9"}, who=day.lila).status_code == 403
    assert day.send(f"{path}/tax", {"rate": ""}).status_code == 303
    with application.app_context():
        assert session.scalars(select(ProductTax)).all() == []

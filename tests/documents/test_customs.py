"""Customs papers of an order that goes abroad: the form, the invoice, the data; every field of the forms is there."""

from __future__ import annotations

import csv
import io

import pypdfium2
import pytest
from sqlalchemy import update

from shop.core.errors import NotFound
from shop.core.money import Money
from shop.documents import customs, engine
from shop.plumbing.db import session, transaction
from shop.shipping.abroad_models import ZoneAbroad
from shop.shipping.customs_facts import rates
from tests.checkout.cast import Workshop, basket, place
from tests.checkout.test_abroad import leaves, placed, shop
from tests.payments.till import of

__all__ = ["shop"]
pytestmark = pytest.mark.usefixtures("app")

SOAP = {"customs_fr": "Savon à l’huile d’olive", "customs_en": "Olive oil soap, handmade", "hs_more": "0010"}


def texts(pdf: bytes) -> list[str]:
    """What can be read on each page."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    """The pages in millimetres."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [(round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)) for page in document]


def told(shop: Workshop, **facts: object) -> customs.Declaration:
    leaves(shop, **(SOAP | facts))
    order, _payment = placed(shop, pieces=1)
    return customs.declaration(order)


def test_a_small_packet_bears_the_short_form_and_its_invoice(shop: Workshop) -> None:
    found = told(shop)
    assert (found.form, found.value, found.net_g, found.gross_g) == ("CN22", Money.dinars(600), 100, 300)
    pdf = engine.customs_pdf(found)
    assert sizes(pdf) == [(105, 148), (210, 297)]
    form, invoice = texts(pdf)
    for field in (
        "CN 22", "Algérie Poste", "Vente de marchandises / Sale of goods", "Savon à l’huile d’olive", "Olive oil soap",
        "3401.11.00.10", "0.100", "600.00 DZD", "0.300", "Amina Benali", "Sarah Martin", "69003 Lyon", "FRANCE",
        "(8)",
    ):  # fmt: skip
        assert field in form, field
    for field in ("COMMERCIAL INVOICE", "Duties and taxes", "2100.00 DZD", "1500.00 DZD", "123456789012345", "DZ"):
        assert field in invoice, field


def test_a_parcel_bears_the_long_form(shop: Workshop) -> None:
    with transaction():
        session.execute(update(ZoneAbroad).values(service="parcel"))
    found = told(shop)
    assert found.form == "CN23"
    pdf = engine.customs_pdf(found)
    assert sizes(pdf) == [(210, 148), (210, 297)]
    form = texts(pdf)[0]
    for field in (
        "CN 23", "De / From", "À / To", "+33612345678", "+213550000001", "amina@atelier.example", "(1)", "(2)", "(3)",
        "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "1500.00 DZD", "(10)", "(11)", "(12)", "(13)", "(14)", "(15)", "IOSS",
        found.order, "3401.11.00.10",
    ):  # fmt: skip
        assert field in form, field


def test_what_the_shop_corrects_is_right_on_the_next_print(shop: Workshop) -> None:
    leaves(shop, **SOAP)
    order, _payment = placed(shop)
    leaves(shop, hs_code="340130", hs_more="", net_weight_g=90)
    found = customs.declaration(order)
    assert (found.goods[0].hs, found.net_g) == ("340130", 90)


def test_the_data_has_every_field_and_calculates_nothing(shop: Workshop) -> None:
    found = told(shop, customs_fr="=1+1")
    rows = list(csv.DictReader(io.StringIO(customs.advance_data(found).removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == 1
    assert tuple(rows[0]) == customs.FIELDS
    assert rows[0]["description"].startswith("'=1+1")
    for field, value in {
        "hs_code": "3401110010", "origin_country": "DZ", "quantity": "1", "net_weight_g": "100", "value": "600.00",
        "addressee_postcode": "69003", "addressee_city": "Lyon", "addressee_country": "FR", "sender_country": "DZ",
        "gross_weight_g": "300", "currency": "DZD", "form": "CN22",
    }.items():  # fmt: skip
        assert rows[0][field] == value, field


def test_what_stays_in_algeria_has_no_customs_papers(shop: Workshop) -> None:
    made = place(basket({shop.variant: 1}))
    order, _payment = of(made.order_ids[0])
    with pytest.raises(NotFound):
        customs.declaration(order)


def test_every_rate_says_its_day_and_its_source() -> None:
    assert len(rates()) >= 2
    assert all(each.source and 100_000 < each.thousandths < 400_000 for each in rates())

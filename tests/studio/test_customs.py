"""Customs papers on the page of an order: where it goes abroad, and nowhere else."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from shop.catalogue.models import Product
from shop.documents.service import print_labels
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.documents.test_customs import sizes
from tests.documents.test_stations import paired
from tests.studio.day import Day, a_day


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def abroad(day: Day) -> str:
    """An order that is confirmed and goes to Lyon; return its code."""
    code = day.confirmed()
    with day.application.app_context():
        with transaction():
            there = {"wilaya_code": "FR", "commune_code": "FR", "city": "Lyon", "postcode": "69003"}
            session.execute(update(Order).where(Order.code == code).values(there))
            session.execute(update(Product).values(abroad=True, hs_code="340111", net_weight_g=90, customs_fr="Savon"))
        session.remove()  # type: ignore[attr-defined]
    return code


def test_the_page_of_an_order_abroad_gives_form_invoice_and_data(day: Day) -> None:
    code = abroad(day)
    page = day.page(f"/orders/{code}")
    assert "69003 Lyon · FR – France" in page
    assert "Customs form CN23 and commercial invoice" in page  # nobody said that it is a small packet
    assert "300 SDR of" in page
    form = day.lila.get(f"{day.url}/orders/{code}/customs.pdf")
    assert form.mimetype == "application/pdf"
    assert f"CN23-{code}.pdf" in form.headers["Content-Disposition"]
    data = day.amina.get(f"{day.url}/orders/{code}/customs.csv")
    assert "340111" in data.text
    assert data.mimetype == "text/csv"


def test_an_order_at_home_has_none(day: Day) -> None:
    code = day.confirmed()
    assert "customs.pdf" not in day.page(f"/orders/{code}")
    assert day.amina.get(f"{day.url}/orders/{code}/customs.pdf").status_code == 404
    assert day.amina.get(f"{day.url}/orders/{code}/customs.csv").status_code == 404


def test_label_form_and_invoices_are_one_file(day: Day) -> None:
    code = abroad(day)
    home = day.confirmed()
    answer = day.send("/labels", {"shipments": [day.parcel(home).id, day.parcel(code).id], "paper": "a6"})
    batch = str(answer.location).removeprefix(day.url)
    page = day.page(batch)
    assert "1 parcel leaves the country" in page
    assert f'action="{day.url}{batch}/customs.pdf"' in page
    answer = day.lila.get(f"{day.url}{batch}/customs.pdf?copies=2")
    assert answer.mimetype == "application/pdf"
    assert sizes(answer.data) == [(105, 148), (105, 148), (210, 148), (210, 297), (210, 297)]
    assert len(sizes(day.amina.get(f"{day.url}{batch}/customs.pdf?copies=99").data)) == 4, "one of what can't be read"
    alone = day.send("/labels", {"shipments": [day.parcel(home).id], "paper": "a5"})
    path = str(alone.location).removeprefix(day.url)
    assert "customs.pdf" not in day.page(path)
    assert day.amina.get(f"{day.url}{path}/customs.pdf").status_code == 404


def test_the_page_says_what_a_station_prints_of_them(day: Day) -> None:
    code = abroad(day)

    def said(paper: str) -> str:
        answer = day.send("/labels", {"shipments": [day.parcel(code).id], "paper": paper})
        return day.page(str(answer.location).removeprefix(day.url))

    alone, here = "Print stations print only the labels", "form and three invoices come out"
    page = said("a4x4")
    assert (alone in page, here in page) == (False, False), "there is no station"
    paired(day, "zpl-203")
    page = said("a4x2")
    assert (alone in page, here in page) == (True, False), "a label printer has no A4"
    paired(day, "pdf")
    page = said("a4x4")
    assert (alone in page, here in page) == (False, True)
    page = said("a6")
    assert (alone in page, here in page) == (True, False)


def test_a_changed_product_says_that_the_label_is_old_until_its_carrier_was_asked(day: Day) -> None:
    code = abroad(day)
    with day.application.app_context():
        with transaction():
            print_labels(day.store_id, [day.parcel(code).id], paper="a6", start=1, by=SYSTEM)
        assert "changed after its label" not in day.page(f"/orders/{code}")
        with transaction():
            session.execute(update(Product).values(net_weight_g=95))
        session.remove()  # type: ignore[attr-defined]
    assert "What customs is told of this parcel was changed after its label was printed" in day.page(f"/orders/{code}")
    answer = day.send("/labels", {"shipments": [day.parcel(code).id], "paper": "a5"})
    page = day.page(str(answer.location).removeprefix(day.url))
    assert "refused by its carrier" not in page, "a parcel abroad needs no price at home"
    assert "changed after its label" not in day.page(f"/orders/{code}")

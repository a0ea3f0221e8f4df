"""Customs papers on the page of an order: where it goes abroad, and nowhere else."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from shop.catalogue.models import Product
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
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

"""Invoices from the artisan's phone: one tap, one number, the very paper; cancelled by a credit note; the register."""

from __future__ import annotations

import csv
import io
import re

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import update

from shop.core import clock
from shop.core.cells import cell
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from tests.studio.day import Day, a_day
from tests.studio.test_labels import pages, words

YEAR = clock.today().year


def papers(page: str) -> list[str]:
    """Return the numbers of the papers that a page opens, keeps and sends, each once."""
    return list(dict.fromkeys(re.findall(r"/invoices/([FBA]-\d{4}-\d{4})\.pdf", page)))


def test_one_tap_issues_the_invoice_and_a_second_one_finds_it(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    assert "Issue the invoice" in day.page(f"/orders/{code}")
    for _tap in range(2):
        answer = day.send(f"/orders/{code}/invoice", who=day.lila)
        assert (answer.status_code, answer.location) == (303, f"{day.url}/orders/{code}#papers")
    page = day.page(f"/orders/{code}")
    assert papers(page) == [f"F-{YEAR}-0001"]
    assert "Issue the invoice" not in page
    assert f"Invoice F-{YEAR}-0001 issued" in page
    paper = day.amina.get(f"{day.url}/invoices/F-{YEAR}-0001.pdf")
    assert paper.mimetype == "application/pdf"
    assert pages(paper.data) == [(210, 297)]
    assert f"F-{YEAR}-0001" in words(paper.data)
    assert papers(day.page("/documents")) == []  # the place of papers leads to the orders
    assert f"F-{YEAR}-0001" in day.page("/documents")


def test_what_cannot_be_invoiced_is_said(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    assert "Issue the invoice" not in day.page(f"/orders/{code}")
    answer = day.send(f"/orders/{code}/invoice")
    assert answer.status_code == 409
    assert "once it is confirmed" in answer.text
    answer = day.send(f"/orders/{code}/credit-note")
    assert answer.status_code == 422
    assert "no invoice to cancel" in answer.text


def test_a_cancelled_order_asks_for_its_credit_note(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    day.send(f"/orders/{code}/invoice")
    day.send(f"/orders/{code}/cancellation", {"reason": "out_of_stock"})
    assert "must be cancelled by a credit note" in day.page(f"/orders/{code}")
    assert "To cancel by a credit note" in day.page("/documents")
    assert day.send(f"/orders/{code}/credit-note", {"reason": "Épuisé"}).status_code == 303
    page = day.page(f"/orders/{code}")
    assert papers(page) == [f"F-{YEAR}-0001", f"A-{YEAR}-0001"]
    assert "must be cancelled" not in page
    assert "To cancel by a credit note" not in day.page("/documents")
    crossed = words(day.amina.get(f"{day.url}/invoices/F-{YEAR}-0001.pdf").data)
    assert "ANNUL" in crossed


def test_the_contract_is_there_from_the_first_moment(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    paper = day.lila.get(f"{day.url}/orders/{code}/contract.pdf")
    assert pages(paper.data) == [(210, 297)]
    # it is in the buyer's Arabic: readers of PDF turn a code in its lines round, so its title is asked
    with pypdfium2.PdfDocument(paper.data) as document:
        assert code in document.get_metadata_value("Title")


def test_the_owner_says_how_invoices_are_issued(application: Flask) -> None:
    day = a_day(application)
    page = day.page("/settings/invoices")
    assert 'value="invoice" checked' in page
    sent = {"kind": "voucher", "automatic": "y", "charges_vat": "y", "vat_rate": "9", "legal_form": "SARL"}
    assert day.send("/settings/invoices", sent).status_code == 303
    page = day.page("/settings/invoices")
    assert 'value="voucher" checked' in page
    assert 'value="SARL"' in page
    assert day.lila.get(day.url + "/settings/invoices").status_code == 403
    code = day.labelled()
    sheet = day.send("/hand-over", {"shipments": day.parcel(code).id, "action": "sheet"})
    assert sheet.status_code == 303
    assert papers(day.page(f"/orders/{code}")) == [f"B-{YEAR}-0001"]


@pytest.mark.parametrize("wrong", [{"kind": "receipt"}, {"vat_rate": "12"}, {"legal_form": "x" * 99}])
def test_a_wrong_rule_is_said_at_its_field_and_what_was_typed_stays(application: Flask, wrong: dict[str, str]) -> None:
    day = a_day(application)
    answer = day.send("/settings/invoices", {"kind": "voucher", "vat_rate": "9", "legal_form": "Coopérative", **wrong})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "Coopérative" in answer.text or "legal_form" in wrong
    assert 'value="invoice" checked' in day.page("/settings/invoices")


def register(day: Day, month: str = "") -> list[dict[str, str]]:
    """Return the lines of the register of a month."""
    answer = day.amina.get(day.url + "/register.csv" + (f"?month={month}" if month else ""))
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    text = answer.data.decode("utf-8-sig")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_register_tells_each_order_of_the_month(application: Flask) -> None:
    day = a_day(application)
    sold, waiting = day.delivered(), day.ordered()
    day.send(f"/orders/{sold}/invoice")
    first, second = register(day)
    assert [first["Order"], second["Order"]] == [sold, waiting]
    assert (first["Invoice"], second["Invoice"]) == (f"F-{YEAR}-0001", "")
    assert (first["Total incl. tax"], first["VAT"], first["Payment"]) == ("1100,00", "0,00", "In cash, on delivery")
    assert (first["Buyer"], first["Goods"], first["State"]) == ("Yacine Haddad", "1 × Savon d'olive", "Delivered")
    assert "0550" not in str(first)
    assert register(day, "2020-01") == []
    assert day.amina.get(day.url + "/register.csv?month=2026-13").status_code == 404
    assert day.lila.get(day.url + "/register.csv").status_code == 403


@pytest.mark.parametrize("typed", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_of_the_register_is_a_formula(application: Flask, typed: str) -> None:
    assert cell(typed) == f"'{typed}"
    day = a_day(application)
    code = day.ordered()
    with application.app_context(), transaction():
        session.execute(update(Order).where(Order.code == code).values(buyer_name=typed))
    (line,) = register(day)
    assert line["Buyer"].startswith("'")


def test_a_stranger_gets_no_paper(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    day.send(f"/orders/{code}/invoice")
    for url in (day.url, "/studio/atelier-sami"):
        for path in (f"/invoices/F-{YEAR}-0001.pdf", f"/orders/{code}/contract.pdf"):
            assert day.sami.get(url + path).status_code == 404
        assert day.sami.post(f"{url}/orders/{code}/credit-note").status_code == 404

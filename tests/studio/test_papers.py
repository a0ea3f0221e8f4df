"""An order's papers from the artisan's phone: a company on the invoice, money given back, many invoices in one file."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from shop.core import clock
from shop.core.money import Money
from shop.documents import invoices, service
from shop.plumbing import i18n
from shop.plumbing.db import transaction
from shop.settlement import service as settlement
from tests.checkout.cast import AMINA
from tests.studio.day import Day, a_day
from tests.studio.test_invoices import YEAR, papers, register
from tests.studio.test_labels import pages, words

SARL = {
    "company-name": "SARL Zitoun", "company-register_number": "31/00-7654321B18", "company-nif": "1234 5678 9012 345",
    "company-nis": "٠" * 15,
}  # fmt: skip

BACK = {"amount": "1100", "proof": "In her hand"}  # all of it


def paid(day: Day) -> str:
    """An order whose cash has reached Amina."""
    code = day.delivered()
    payment = day.payment(code)
    with day.application.app_context(), i18n.speaking("en"), transaction():
        settlement.record_remittance(
            day.store_id, carrier_title="Barq Express", received_on=clock.today(), reference=code, by=AMINA,
            lines=[(payment.id, payment.amount, Money(0))],
        )  # fmt: skip
    return code


def invoiced(day: Day) -> str:
    """A confirmed order with its invoice; return the number of the paper."""
    code = day.confirmed()
    with day.application.app_context(), transaction():
        return invoices.issue(day.store_id, day.order(code).id, by=AMINA).code


def test_a_company_is_written_once_and_stands_on_the_invoice(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    assert "Invoice for a company" in day.page(f"/orders/{code}")
    answer = day.send(f"/orders/{code}/company", SARL, who=day.lila)
    assert (answer.status_code, answer.location) == (303, f"{day.url}/orders/{code}#papers")
    page = day.page(f"/orders/{code}")
    for kept in ("SARL Zitoun", "31/00-7654321B18", "123456789012345", "0" * 15):
        assert f'value="{kept}"' in page, kept
    day.send(f"/orders/{code}/invoice")
    paper = words(day.amina.get(f"{day.url}/invoices/F-{YEAR}-0001.pdf").data)
    for word in ("SARL Zitoun", "31/00-7654321B18", "123456789012345", "0" * 15, "Yacine Haddad"):
        assert word in paper, word
    assert 'name="company-name"' not in day.page(f"/orders/{code}")
    answer = day.send(f"/orders/{code}/company", {"company-name": "Autre"})
    assert answer.status_code == 422
    assert "Cancel it first" in answer.text
    assert 'value="SARL Zitoun"' in day.page(f"/orders/{day.confirmed()}")  # the same phone is not asked twice


def test_a_company_without_its_name_is_said_and_an_unusual_number_is_kept(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    answer = day.send(f"/orders/{code}/company", {"company-nif": "12345"})
    assert answer.status_code == 422
    assert 'href="#company-name"' in answer.text
    assert "Write the name of the company." in answer.text
    assert 'value="12345"' in answer.text
    assert day.send(f"/orders/{code}/company", {**SARL, "company-nif": "12345"}).status_code == 303
    assert "A NIF usually has 15 or 20 digits." in day.page(f"/orders/{code}")
    assert day.send(f"/orders/{code}/company", {}).status_code == 303
    assert "SARL Zitoun" not in day.page(f"/orders/{code}")


def test_giving_the_money_back_issues_the_credit_note_and_brings_the_pieces_back(application: Flask) -> None:
    day = a_day(application)
    code = paid(day)
    day.send(f"/orders/{code}/invoice")
    assert "Give the money back" in day.page(f"/orders/{code}")
    assert "Give the money back" not in day.page(f"/orders/{code}", who=day.lila)
    assert day.send(f"/orders/{code}/refund", who=day.lila).status_code == 403
    before = day.on_hand()
    answer = day.send(f"/orders/{code}/refund", {**BACK, "restock": "1", "reason": "Abîmé"})
    assert (answer.status_code, answer.location) == (303, f"{day.url}/orders/{code}")
    page = day.page(f"/orders/{code}")
    assert f"The credit note A-{YEAR}-0001 cancels the invoice." in page
    assert papers(page) == [f"F-{YEAR}-0001", f"A-{YEAR}-0001"]
    assert day.on_hand() == before + 1
    for gone in ("Give the money back", "Issue the invoice", "must be cancelled", "To collect"):
        assert gone not in page, gone
    assert "Given back" in day.page("/money")
    day.send(f"/orders/{code}/refund", BACK)  # from another phone
    again = day.page(f"/orders/{code}")
    assert re.search(r"already changed\..* You, \d\d:\d\d: Credit note A-\d+-0001 issued", again)
    assert papers(again) == papers(page)
    (line,) = register(day)
    assert line["Given back on"] != ""
    assert line["Credit note"] == f"A-{YEAR}-0001"


def test_money_that_is_still_with_the_carrier_cannot_be_given_back(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    assert "Give the money back" not in day.page(f"/orders/{code}")
    day.send(f"/orders/{code}/refund", BACK)
    assert "The money was given back." not in day.page(f"/orders/{code}")
    assert day.payment(code).state == "collected"


def test_invoices_come_in_one_file_ticked_or_a_whole_month(application: Flask) -> None:
    day = a_day(application)
    numbers = [invoiced(day) for _each in range(3)]
    page = day.page("/documents")
    assert all(f'value="{number}"' in page for number in numbers)
    assert f'formaction="{day.url}/register.csv"' in page
    assert "register.csv" not in day.page("/documents", who=day.lila)
    ticked = day.lila.get(f"{day.url}/invoices.pdf?numbers={numbers[2]}&numbers={numbers[0]}&numbers={numbers[2]}").data
    assert pages(ticked) == [(210, 297)] * 2
    assert words(ticked).index(numbers[2]) < words(ticked).index(numbers[0])
    assert numbers[1] not in words(ticked)
    whole = day.amina.get(f"{day.url}/invoices.pdf").data
    assert len(pages(whole)) == 3
    assert words(whole).count("Page 1 sur 1") == 3  # each counts its own pages
    assert day.amina.get(f"{day.url}/invoices.pdf?numbers=F-{YEAR}-0099").status_code == 404
    assert day.amina.get(f"{day.url}/invoices.pdf?month=2026-13").status_code == 404


def test_a_month_ends_with_its_last_day_in_algiers(application: Flask) -> None:
    day = a_day(application)
    with clock.standing_at(clock.now().replace(year=2027, month=3, day=31, hour=23, minute=30)):
        number = invoiced(day)
        assert number in words(day.amina.get(f"{day.url}/invoices.pdf?month=2027-04").data)
        answer = day.amina.get(f"{day.url}/invoices.pdf?month=2027-03")
        assert (answer.status_code, answer.location) == (303, f"{day.url}/documents")
        assert "There is nothing to print." in day.page("/documents")


def test_more_papers_than_one_file_holds_are_refused_in_words(
    application: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = a_day(application)
    for _each in range(2):
        invoiced(day)
    monkeypatch.setattr(service, "MOST_TOGETHER", 1)
    answer = day.amina.get(f"{day.url}/invoices.pdf")
    assert answer.status_code == 303
    assert "At most 1 papers fit in one file." in day.page("/documents")


def test_nothing_is_to_collect_from_a_parcel_that_comes_back(application: Flask) -> None:
    day = a_day(application)
    code = day.handed_over()
    assert "To collect" in day.page(f"/orders/{code}")
    day.send(f"/orders/{code}/scans", {"word": "returning"})
    assert "To collect" not in day.page(f"/orders/{code}")


def test_a_cancelled_order_stays_in_the_register_of_its_month_with_the_day_of_its_end(application: Flask) -> None:
    day = a_day(application)
    with clock.standing_at(clock.now().replace(year=2027, month=2, day=28)):
        code = day.confirmed()
    with clock.standing_at(clock.now().replace(year=2027, month=3, day=2)):
        day.send(f"/orders/{code}/cancellation", {"reason": "out_of_stock"})
        assert register(day) == []
        (line,) = register(day, "2027-02")
    assert (line["Order"], line["State"], line["Cancelled on"]) == (code, "Cancelled", "02/03/2027")

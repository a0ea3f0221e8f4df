"""A company buys: its invoice names it with its numbers, as they were when it was issued."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.customers import queries as customers
from shop.customers import service as customer_service
from shop.documents import invoices, service
from shop.documents.models import Invoice
from shop.documents.register import register_csv
from shop.orders.companies import CompanyWord, company_of, last_of
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import transaction
from tests.checkout.cast import AMINA, Workshop, confirmed, delivered, ordered, workshop
from tests.documents.test_companions import texts

SARL = CompanyWord(name="SARL Zitoun", register_number="31/00-7654321B18", nif="0" * 15, nis="1" * 15)


def name_company(shop: Workshop, order: Order, said: CompanyWord = SARL) -> None:
    with transaction():
        invoices.name_company(shop.id, order.id, said, by=AMINA)


def issue(shop: Workshop, order: Order) -> Invoice:
    with transaction():
        return invoices.issue(shop.id, order.id, by=AMINA)


def test_the_invoice_names_the_company_its_numbers_and_who_ordered(app: Flask) -> None:
    shop = workshop()
    order = confirmed(shop)[0]
    name_company(shop, order)
    issued = issue(shop, order)
    (page,) = texts(service.invoice_pdf(issued))
    for words in ("SARL Zitoun", "31/00-7654321B18", "0" * 15, "1" * 15, "Yacine Haddad", "Oliviers"):
        assert words in page, words
    (line,) = register_csv(shop.id, clock.today()).decode().splitlines()[1:]
    assert "SARL Zitoun" in line


def test_a_person_has_no_numbers_on_the_invoice(app: Flask) -> None:
    shop = workshop()
    order = confirmed(shop)[0]
    assert issue(shop, order).content["buyer"].keys() == {"name", "street", "place"}


def test_once_issued_the_company_waits_for_a_credit_note(app: Flask) -> None:
    shop = workshop()
    order = confirmed(shop)[0]
    before = service.invoice_pdf(issue(shop, order))
    with pytest.raises(Refused, match="issued already"):
        name_company(shop, order)
    with transaction():
        invoices.credit(shop.id, order.id, reason="", by=AMINA)
    name_company(shop, order)
    again = issue(shop, order)
    assert again.content["buyer"]["name"] == "SARL Zitoun"
    assert b"SARL" not in before


def test_it_is_written_over_taken_off_and_told_once_for_each_change(app: Flask) -> None:
    shop, other = workshop(), workshop("Atelier Sami")
    order = ordered(shop)
    for said in (SARL, SARL, CompanyWord(name="EURL Zitoun"), CompanyWord(), CompanyWord()):
        name_company(shop, order, said)
    assert company_of(shop.id, order.id) is None
    told = [each.verb for each in journal.timeline("order", order.id, store_id=shop.id)]
    assert told.count("order.company") == 3
    with pytest.raises(Refused, match="name of the company"):
        name_company(shop, order, CompanyWord(nif="1" * 15))
    with pytest.raises(NotFound):
        name_company(other, order)


def test_the_company_of_the_last_order_is_known_the_next_time_in_this_shop_only(app: Flask) -> None:
    shop, other = workshop(), workshop("Atelier Sami")
    first = ordered(shop)
    name_company(shop, first)
    second = ordered(shop)
    known = last_of(shop.id, second.phone)
    assert known is not None
    assert known.name == "SARL Zitoun"
    assert last_of(other.id, second.phone) is None
    assert last_of(shop.id, "") is None
    assert company_of(shop.id, second.id) is None


def test_what_is_kept_of_a_customer_tells_the_company_and_forgetting_takes_it_off(app: Flask) -> None:
    shop = workshop()
    with clock.standing_at(clock.now() - timedelta(days=40)):
        order = delivered(shop)[0]
        name_company(shop, order)
    told = customers.everything(shop.id, customers.customer(shop.id, order.code))
    assert told["orders"][0]["company"]["nif"] == SARL.nif
    with transaction():
        customer_service.erase(shop.id, order.phone, by=AMINA)
    assert company_of(shop.id, order.id) is None

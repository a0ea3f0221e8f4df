"""Import and export in the studio: a sheet sent, looked at, confirmed; lists taken out, and no file does harm."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop.catalogue.models import Product, Variant
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.spreadsheets.models import SheetItem
from tests.people import Person
from tests.spreadsheets.sheets import run_jobs, sheet_csv
from tests.studio.conftest import Shop
from tests.studio.day import a_day
from tests.studio.test_products import SOAP


def send(person: Person, shop: Shop, content: bytes, name: str = "produits.csv") -> TestResponse:
    return person.post(f"{shop.url}/sheets", file=(io.BytesIO(content), name))


def work(application: Flask) -> None:
    with application.app_context():
        run_jobs(application)
        session.remove()  # type: ignore[attr-defined]


def table(answer: TestResponse) -> list[list[str]]:
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_sheet_is_sent_looked_at_confirmed_and_written(application: Flask, shop: Shop, helper: Person) -> None:
    answer = send(helper, shop, sheet_csv([("A", "Savon", 650, 12, "", ""), ("B", "", "cher", 1, "", "")]))
    assert answer.status_code == 303
    waiting = helper.get(answer.location).text
    assert "Nothing is written yet." in waiting
    assert 'hx-trigger="every 2s"' in waiting
    work(application)
    looked = helper.get(answer.location).text
    assert "Write 1 product" in looked
    assert "Line 3:" in looked
    assert "every 2s" not in looked
    assert helper.post(f"{answer.location}/confirmation").status_code == 303
    assert "Your products are being written." in helper.get(answer.location).text
    work(application)
    done = helper.get(answer.location).text
    assert "1 product was written." in done
    assert "add a photograph to each" in done
    with application.app_context():
        assert session.scalars(select(Product.reference)).all() == ["A"]
    helper.post(f"{answer.location}/confirmation")
    assert "already dealt with" in helper.get(answer.location).text


def test_the_report_is_paged_and_filtered(application: Flask, shop: Shop, amina: Person) -> None:
    rows = [(f"R{n}", "Savon", 650 if n % 2 else "cher", 1, "", "") for n in range(120)]
    url = send(amina, shop, sheet_csv(rows)).location
    work(application)
    page = amina.get(url, verdict="wrong").text
    assert page.count("Line ") >= 50
    assert "Savon" in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    rest = amina.get(following[1].replace("&amp;", "&")).text
    assert "R118" in rest
    assert "R118" not in page
    assert "R1<" not in page


@pytest.mark.parametrize(("content", "said"), [(b"", "This file is empty."), (b"PKnothing", "cannot be read"),
                                               (b"hello\r\nworld", "headers was not found")])  # fmt: skip
def test_a_file_that_is_no_sheet_is_refused_at_its_field(
    application: Flask, shop: Shop, amina: Person, content: bytes, said: str
) -> None:
    answer = send(amina, shop, content)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'href="#file"' in answer.text
    assert "<title>Error:" in answer.text


def test_no_file_at_all_is_said_too(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/sheets")
    assert answer.status_code == 422
    assert "Choose the file that you filled in." in answer.text


def test_the_refused_lines_are_downloaded_with_their_reasons(application: Flask, shop: Shop, amina: Person) -> None:
    url = send(amina, shop, sheet_csv([("A", "=1+1", "cher", 1, "", "")])).location
    work(application)
    lines = table(amina.get(f"{url}/refused.csv"))
    assert lines[0][:3] == ["What is wrong", "reference", "name_fr"]
    assert "write the amount in dinars" in lines[1][0]
    assert lines[1][1:3] == ["A", "'=1+1"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_sent_back_as_it_is(application: Flask, shop: Shop, amina: Person, kind: str) -> None:
    answer = amina.get(f"{shop.url}/sheets/template.{kind}")
    assert answer.status_code == 200
    assert f".{kind}" in answer.headers["Content-Disposition"]
    url = send(amina, shop, answer.get_data(), f"template.{kind}").location
    work(application)
    assert "Write 2 products" in amina.get(url).text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_what_was_exported_changes_nothing_when_it_is_sent_back(
    application: Flask, shop: Shop, amina: Person, kind: str, lang: str
) -> None:
    amina.post("/studio/account/language", {"language": lang})
    amina.post(f"{shop.url}/products/new", SOAP | {"name": "=SUM(1;2) Savon", "price": "1250,50"})
    amina.post(f"{shop.url}/products/new", SOAP | {"name": "صابون"})
    answer = amina.get(f"{shop.url}/sheets/products.{kind}")
    url = send(amina, shop, answer.get_data(), f"p.{kind}").location
    work(application)
    with application.app_context():
        assert session.scalars(select(SheetItem.verdict)).all() == ["same", "same"]
    assert amina.get(url).status_code == 200


def test_an_export_of_before_the_sales_takes_no_sold_piece_back(application: Flask) -> None:
    day = a_day(application)
    exported = day.amina.get(f"{day.url}/sheets/products.csv").get_data()
    day.ordered()
    before = stock(application, day.store_id)
    url = day.amina.post(f"{day.url}/sheets", file=(io.BytesIO(exported), "p.csv")).location
    work(application)
    day.amina.post(f"{url}/confirmation")
    work(application)
    assert stock(application, day.store_id) == before


def stock(application: Flask, store_id: int) -> list[int]:
    with application.app_context():
        return list(session.scalars(select(Variant.on_hand).where(Variant.store_id == store_id).order_by(Variant.id)))


def test_csv_has_the_mark_and_the_delimiter_that_excel_wants(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP | {"name": "=cmd|'/C calc'!A0"})
    content = amina.get(f"{shop.url}/sheets/products.csv").get_data()
    assert content.startswith(b"\xef\xbb\xbfReference;")
    assert b";'=cmd|'/C calc'!A0;" in content or b";\"'=cmd" in content
    assert b"\r\n" in content


def test_a_workbook_holds_text_as_text_and_runs_from_right_to_left_in_arabic(
    application: Flask, shop: Shop, amina: Person
) -> None:
    amina.post("/studio/account/language", {"language": "ar"})
    amina.post(f"{shop.url}/products/new", SOAP | {"name": "=1+1"})
    content = amina.get(f"{shop.url}/sheets/products.xlsx").get_data()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    assert "المرجع" in rows[0]
    assert "=1+1" in rows[1]
    assert 650.0 in rows[1]
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert 'rightToLeft="1"' in xml
    assert "<f>" not in xml


@pytest.mark.parametrize("what", ["orders", "customers"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_orders_and_customers_go_to_the_owner_and_the_journal_says_so(application: Flask, what: str, kind: str) -> None:
    day = a_day(application)
    day.ordered()
    day.delivered()
    with application.app_context(), transaction():
        for order in session.scalars(select(Order)):
            order.buyer_name, order.address = "=HYPERLINK(1) Yacine", "@home"
    assert day.lila.post(f"{day.url}/sheets/{what}", {"kind": kind}).status_code in {403, 404}
    answer = day.amina.post(f"{day.url}/sheets/{what}", {"kind": kind})
    assert answer.status_code == 200
    content = answer.get_data()
    if kind == "csv":
        lines = table(answer)
        assert "'=HYPERLINK(1) Yacine" in lines[1]
        assert "0550 12 34 56" in lines[1]
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert "=HYPERLINK(1) Yacine" in rows[1]
        assert "0550 12 34 56" in rows[1]
    with application.app_context():
        told = session.scalars(select(Entry).where(Entry.verb == "sheet.exported")).one()
        assert told.data == {"what": what}
        assert told.account_id == day.amina.account_id


def test_a_helper_sees_no_lists_of_people(application: Flask, shop: Shop, helper: Person, amina: Person) -> None:
    assert "sheets/customers" not in helper.get(f"{shop.url}/sheets").text
    assert "sheets/customers" in amina.get(f"{shop.url}/sheets").text


def test_an_unknown_kind_of_file_is_not_there(application: Flask, shop: Shop, amina: Person) -> None:
    assert amina.get(f"{shop.url}/sheets/products.exe").status_code == 404
    assert amina.post(f"{shop.url}/sheets/orders", {"kind": "exe"}).status_code == 404


def test_a_reference_is_hers_to_write_and_names_one_product(application: Flask, shop: Shop, amina: Person) -> None:
    for name in ("Savon", "Savon noir"):
        amina.post(f"{shop.url}/products/new", SOAP | {"name": name})
    with application.app_context():
        first, second = session.scalars(select(Product.id).order_by(Product.id))
    words = {"name_fr": "Savon", "craft": "soap", "weight_g": "100", "reference": "SAV-1"}
    assert amina.post(f"{shop.url}/products/{first}", words).status_code == 303
    again = amina.post(f"{shop.url}/products/{second}", words)
    assert again.status_code == 422
    assert "Another product of yours has this reference." in again.text
    assert 'href="#reference"' in again.text
    assert amina.post(f"{shop.url}/products/{second}", words | {"reference": "#7"}).status_code == 422
    assert "SAV-1" in amina.get(f"{shop.url}/sheets/products.csv").get_data(as_text=True)
    assert amina.post(f"{shop.url}/products/{first}", words | {"reference": ""}).status_code == 303
    assert amina.post(f"{shop.url}/products/{second}", words).status_code == 303

"""Customers and sales of before Hirfa in the studio: brought by the owner, told, handed out, forgotten."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask

from tests.spreadsheets.sheets import sheet_csv
from tests.studio.day import Day, a_day
from tests.studio.test_sheets import work

HEADERS = ("reference", "day", "name", "phone", "wilaya", "what", "amount", "outcome")
SALES = (("1", "14/10/2025", "Lamia Ferhat", "0661770001", "Oran", "2 savons", 1300, "taken"),
         ("2", "02/11/2025", "Yacine", "0550123456", "Oran", "1 coffret", 2500, "refused"))  # fmt: skip


def bring(application: Flask, day: Day, topic: str = "past", content: bytes = b"") -> str:
    """Send a sheet as the owner and have it written; return its address."""
    body = content or sheet_csv(SALES, HEADERS)
    answer = day.amina.post(f"{day.url}/sheets", topic=topic, file=(io.BytesIO(body), "ventes.csv"))
    assert answer.status_code == 303, answer.text
    work(application)
    day.amina.post(f"{answer.location}/confirmation")
    work(application)
    return str(answer.location)


def test_sales_of_before_are_brought_and_told_on_the_page_of_each_customer(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    assert "from before Hirfa" not in day.page("/customers")
    url = bring(application, day)
    page = day.amina.get(url).text
    assert "Sheet of sales from before Hirfa" in page
    assert "2 lines were written." in page
    assert "Customers from before Hirfa" in day.page("/customers")
    listed = day.page("/customers/before")
    assert "Lamia Ferhat" in listed
    address = listed.split("Lamia Ferhat")[0].rpartition('href="')[2].split('"')[0]
    lamia = day.amina.get(address).text
    for shown in ("2 savons", "Handed over and paid", "1\u00a0300\u00a0DA", "counts in no stock"):
        assert shown in lamia
    yacine = day.page(f"/customers/{code}")
    for shown in ("Before Hirfa", "1 coffret", "Refused at delivery"):
        assert shown in yacine
    assert "1 refused" not in yacine
    assert "paid in all" not in yacine


def test_who_orders_here_since_has_one_page(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    bring(application, day)
    listed = day.page("/customers/before?q=Yacine")
    assert "Lamia" not in listed
    address = listed.split("/customers/before/")[1].split('"')[0]
    assert day.amina.get(f"{day.url}/customers/before/{address}").location.endswith(f"/customers/{code}")
    answer = day.send(f"/customers/before/{address}/erasure", {"sure": "1"})
    assert answer.location.endswith(f"/customers/{code}")
    assert "1 coffret" in day.page(f"/customers/{code}")


def test_somebody_of_before_is_handed_out_and_forgotten(application: Flask) -> None:
    day = a_day(application)
    bring(application, day)
    number = day.page("/customers/before?q=0661+77").split("/customers/before/")[1].split('"')[0]
    told = json.loads(day.page(f"/customers/before/{number}/data.json"))
    assert told["before"]["sales"][0]["what"] == "2 savons"
    assert day.send(f"/customers/before/{number}/erasure", {}).status_code == 400
    assert day.send(f"/customers/before/{number}/erasure", {"sure": "1"}).status_code == 303
    assert "Lamia" not in day.page("/customers/before")
    assert day.amina.get(f"{day.url}/customers/before/{number}").status_code == 404
    assert day.send(f"/customers/before/{number}/erasure", {"sure": "1"}).status_code == 404


@pytest.mark.parametrize("topic", ["customers", "past"])
def test_lists_of_people_are_the_owners_business(application: Flask, topic: str) -> None:
    day = a_day(application)
    content = sheet_csv(SALES, HEADERS)
    refused = day.lila.post(f"{day.url}/sheets", topic=topic, file=(io.BytesIO(content), "v.csv"))
    assert refused.status_code == 422
    assert 'name="topic"' not in day.lila.get(f"{day.url}/sheets").text
    url = bring(application, day, topic)
    assert "ventes.csv" not in day.lila.get(f"{day.url}/sheets").text
    assert "ventes.csv" in day.amina.get(f"{day.url}/sheets").text
    assert day.lila.get(url).status_code == 404
    assert day.lila.post(f"{url}/confirmation").status_code == 404
    assert day.lila.post(f"{url}/dropping").status_code == 404
    assert day.lila.get(f"{url}/refused.csv").status_code == 404
    assert day.lila.get(f"{day.url}/customers/before").status_code == 403


def test_a_sheet_about_something_else_is_refused_in_words(application: Flask) -> None:
    day = a_day(application)
    body = sheet_csv([("A", "Savon", 650)], ("reference", "name_fr", "price"))
    answer = day.amina.post(f"{day.url}/sheets", topic="customers", file=(io.BytesIO(body), "p.csv"))
    assert answer.status_code == 422
    assert "headers was not found" in answer.text
    assert 'value="customers" checked' in answer.text


@pytest.mark.parametrize("topic", ["products", "customers", "past", "other"])
def test_each_topic_has_its_template(application: Flask, topic: str) -> None:
    day = a_day(application)
    answer = day.amina.get(f"{day.url}/sheets/template.xlsx", topic=topic)
    assert answer.status_code == (404 if topic == "other" else 200)


def test_sales_of_before_go_out_to_the_owner_only(application: Flask) -> None:
    day = a_day(application)
    bring(application, day)
    assert day.lila.post(f"{day.url}/sheets/past", {"kind": "csv"}).status_code == 403
    content = day.amina.post(f"{day.url}/sheets/past", {"kind": "csv"}).get_data(as_text=True)
    assert "Lamia Ferhat;0661 77 00 01;" in content

"""The customers' pages: who sees what, what is kept as proof, what is handed out and what is forgotten."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.studio.day import Day, a_day


def sold(day: Day) -> str:
    """Sell a soap from hand to hand to somebody who leaves her name; return the order's code."""
    form = {"v1": "1", "action": "check"}
    page = day.send("/sale", form).text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    sent = {**form, "action": "sell", "seen": seen, "key": "k", "name": "=Leila", "phone": "0661000001"}
    return day.send("/sale", sent).location.rpartition("=")[2]


def test_the_owner_sees_all_and_a_helper_what_an_order_needs(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    page = day.page("/customers")
    assert "Yacine Haddad" in page
    assert "1 order" in page
    whole = day.page(f"/customers/{code}")
    assert "1\u00a0100\u00a0DA" in whole
    assert "paid in all" in whole
    assert day.lila.get(day.url + "/customers").status_code == 403
    part = day.page(f"/customers/{code}", who=day.lila)
    assert code in part
    for hidden in ("paid in all", "Forget this customer", "All data", "News by message"):
        assert hidden not in part
    assert f"/customers/{code}" in day.page(f"/orders/{code}", who=day.lila)
    assert day.sami.get(f"{day.url}/customers/{code}").status_code == 404


def test_a_note_is_kept_and_an_empty_one_is_said(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    answer = day.send(f"/customers/{code}/notes", {"text": " "}, who=day.lila)
    assert (answer.status_code, 'href="#text"' in answer.text) == (422, True)
    assert day.send(f"/customers/{code}/notes", {"text": "Ring twice"}, who=day.lila).status_code == 303
    assert "Ring twice" in day.page(f"/customers/{code}")


AGREED = {"channel": "whatsapp", "answer": "yes", "place": "Fair of Oran", "wording": "Yes, send me news"}


def test_what_was_agreed_stands_with_its_proof(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    assert day.page(f"/customers/{code}").count("never asked") == 3
    assert day.send(f"/customers/{code}/consents", AGREED).status_code == 303
    page = day.page(f"/customers/{code}")
    for shown in ("agrees", "Fair of Oran", "Yes, send me news"):
        assert shown in page
    assert day.send(f"/customers/{code}/consents", AGREED, who=day.lila).status_code == 403


@pytest.mark.parametrize("left", list(AGREED))
def test_a_proof_that_lacks_something_keeps_what_was_typed(application: Flask, left: str) -> None:
    day = a_day(application)
    code = day.ordered()
    answer = day.send(f"/customers/{code}/consents", AGREED | {left: ""})
    assert (answer.status_code, f'href="#{left}"' in answer.text) == (422, True)
    assert left == "place" or "Fair of Oran" in answer.text


def test_all_data_is_handed_out_and_no_cell_is_a_formula(application: Flask) -> None:
    day = a_day(application)
    code = sold(day)
    answer = day.amina.get(f"{day.url}/customers/{code}/data.json")
    assert json.loads(answer.text)["orders"][0]["name"] == "=Leila"
    assert "no-store" in answer.headers["Cache-Control"]
    table = day.amina.get(f"{day.url}/customers/{code}/data.csv")
    assert table.headers["Content-Disposition"] == f'attachment; filename="customer-{code}.csv"'
    assert ";'=Leila;0661000001;" in table.text


def test_forgetting_is_refused_while_an_order_runs_and_done_otherwise(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    assert day.send(f"/customers/{code}/erasure").status_code == 400
    answer = day.send(f"/customers/{code}/erasure", {"sure": "1"})
    assert (answer.status_code, code in answer.text, "still running" in answer.text) == (422, True, True)
    day.send(f"/orders/{code}/calls", {"outcome": "cancelled", "reason": "changed_mind"})
    answer = day.send(f"/customers/{code}/erasure", {"sure": "1"})
    assert answer.status_code == 303
    page = day.amina.get(answer.location).text
    assert "1 order follows by itself" in page

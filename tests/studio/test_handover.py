"""Handing over: ticked or typed, counted, and one sheet for one carrier."""

from __future__ import annotations

from flask import Flask

from tests.studio.day import a_day
from tests.studio.test_labels import pages, words


def test_nothing_is_ticked_before_it_was_counted(application: Flask) -> None:
    day = a_day(application)
    day.labelled()
    page = day.page("/hand-over")
    assert " checked" not in page
    assert "<span data-counted>0</span> / 1" in page


def test_typing_the_last_characters_counts_a_parcel_without_javascript(application: Flask) -> None:
    day = a_day(application)
    codes = [day.labelled() for _order in range(3)]
    first, second, third = (day.parcel(code) for code in codes)
    page = day.send("/hand-over", {"action": "add", "code": first.reference[-5:].lower()}).text
    assert "<span data-counted>1</span> / 3" in page
    assert first.reference in page
    page = day.send("/hand-over", {"code": second.reference[-5:], "shipments": first.id}).text
    assert "<span data-counted>2</span> / 3" in page
    assert third.reference[-4:] in page.split("Still missing:")[1].split("</p>")[0]
    assert day.parcel(codes[0]).state == "labelled"


def test_a_wrong_ending_is_said_and_the_count_stays(application: Flask) -> None:
    day = a_day(application)
    counted = day.parcel(day.labelled())
    for typed in ("ZZZZ", "1", "%%%%", "é"):
        answer = day.send("/hand-over", {"action": "add", "code": typed, "shipments": counted.id})
        assert answer.status_code == 422
        assert 'href="#code"' in answer.text
        assert "<span data-counted>1</span> / 1" in answer.text


def test_the_sheet_counts_parcels_and_cash_and_a_second_tap_is_the_same_sheet(application: Flask) -> None:
    day = a_day(application)
    codes = [day.labelled(), day.labelled()]
    chosen = {"action": "sheet", "shipments": [day.parcel(code).id for code in codes]}
    answer = day.send("/hand-over", chosen)
    assert answer.status_code == 303
    assert day.send("/hand-over", chosen).location == answer.location
    page = day.amina.get(answer.location).text
    assert "Hand-over sheet" in page
    assert "2\u00a0200\u00a0DA" in page
    assert "parcels handed over" in page
    pdf = day.amina.get(answer.location + ".pdf")
    assert pages(pdf.data) == [(210, 297)]
    assert all(code in words(pdf.data) for code in codes)
    assert {day.parcel(code).state for code in codes} == {"handed_over"}


def test_nothing_ticked_makes_no_sheet(application: Flask) -> None:
    day = a_day(application)
    code = day.labelled()
    answer = day.send("/hand-over", {"action": "sheet"})
    assert answer.status_code == 422
    assert "at least one parcel" in answer.text
    assert day.parcel(code).state == "labelled"


def test_a_parcel_that_is_not_labelled_is_not_handed_over(application: Flask) -> None:
    day = a_day(application)
    code, ready = day.confirmed(), day.labelled()
    ids = [day.parcel(code).id, day.parcel(ready).id]
    answer = day.send("/hand-over", {"action": "sheet", "shipments": ids})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert (day.parcel(code).state, day.parcel(ready).state) == ("preparing", "labelled")


def test_a_helper_may_and_a_stranger_may_not(application: Flask) -> None:
    day = a_day(application)
    code = day.labelled()
    fields = {"action": "sheet", "shipments": day.parcel(code).id}
    assert day.sami.post(day.url + "/hand-over", fields).status_code == 404
    elsewhere = day.sami.post("/studio/atelier-sami/hand-over", fields)
    assert "at least one parcel" in elsewhere.text  # as if it weren't there
    assert day.parcel(code).state == "labelled"
    made = day.send("/hand-over", fields, who=day.lila).location
    assert day.sami.get(made).status_code == 404
    assert day.sami.get(made + ".pdf").status_code == 404
    assert day.sami.get(made.replace("atelier-amina", "atelier-sami")).status_code == 404

"""A carrier's list on the phone: brought, its columns said once, looked at, written down once."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from shop.core import clock
from tests.studio.day import Day, a_day


def tracking(day: Day, code: str) -> str:
    box = day.parcel(code)
    return box.tracking or box.reference


def bring(day: Day, **fields: object) -> str:
    """Send a list; return where it leads."""
    given = {"carrier": "Barq Express", "received_on": clock.today().isoformat(), "reference": "VRS-7", **fields}
    answer = day.send("/money/statements", given)
    assert answer.status_code == 303, answer.text
    return answer.location.removeprefix(day.url)


def write(day: Day, at: str, **fields: object) -> str:
    """Write a list down; return the page of its remittance."""
    answer = day.send(at + "/confirmation", {"received_on": clock.today().isoformat(), "reference": "VRS-7", **fields})
    assert answer.status_code == 303, answer.text
    return day.page(answer.location.removeprefix(day.url))


def test_a_pasted_message_is_looked_at_then_written(application: Flask) -> None:
    day = a_day(application)
    whole, short, road = day.delivered(), day.delivered(), day.handed_over()
    a, b, c = (tracking(day, code) for code in (whole, short, road))
    text = f"دفعة\n{a} ١١٠٠ دج\n{b} : 1 000 DA\n{c} 1100\nyal-9Z8Y7 700"
    at = bring(day, text=text)
    page = day.page(at)
    for said in (
        "1 parcel is all there", "1 parcel lacks money", "1 parcel is paid and not marked as delivered",
        "1 tracking number is not known here", "Nothing is written yet",
    ):  # fmt: skip
        assert said in page, said
    assert f"/orders/{short}" in day.page(at + "?outcome=short")
    assert day.payment(whole).state == "collected"
    made = write(day, at)
    assert [day.payment(code).state for code in (whole, short, road)] == ["settled", "settled", "pending"]
    assert "100\u00a0DA</span> missing" in made
    assert "yal-9Z8Y7" in made
    again = bring(day, text=text, reference="other")
    assert "This list was already written down" in write(day, again)


def test_parcels_that_are_paid_early_are_marked_as_delivered_when_she_says_so(application: Flask) -> None:
    day = a_day(application)
    road = day.handed_over()
    at = bring(day, text=f"{tracking(day, road)} 1100 DA")
    assert "None of these parcels is marked as delivered" in day.page(at)
    assert day.send(at + "/confirmation", {"received_on": clock.today().isoformat()}).status_code == 422
    write(day, at, delivered="1")
    assert (day.order(road).state, day.parcel(road).state, day.payment(road).state) == (
        "completed",
        "delivered",
        "settled",
    )


def test_the_columns_of_a_file_are_said_once(application: Flask) -> None:
    day = a_day(application)
    first, second = day.delivered(), day.delivered()
    content = f"Client;Montant;N° de suivi;Frais\nYacine;1 100;{tracking(day, first)};500\nTotal;1 100;;500\n".encode()
    at = bring(day, file=(io.BytesIO(content), "versement.csv"))
    page = day.page(at)
    assert "What the columns mean" in page
    assert "Yacine" in page
    wrong = day.send(at + "/columns", {"column-0": "", "column-1": "collected", "column-2": "", "column-3": ""})
    assert wrong.status_code == 422
    assert 'href="#column-0"' in wrong.text
    chosen = {"column-0": "", "column-1": "collected", "column-2": "tracking", "column-3": "fee"}
    assert day.send(at + "/columns", chosen).status_code == 303
    assert "1 parcel is all there" in day.page(at)
    other = bring(
        day, file=(io.BytesIO(f"Frais;N° de suivi;Montant\n500;{tracking(day, second)};1100\n".encode()), "b.csv")
    )
    assert "1 parcel is all there" in day.page(other)
    assert "600\u00a0DA" in write(day, at)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({}, "file"), ({"text": "Bonjour"}, "text"), ({"text": "x" * 100_001}, "text"),
        ({"text": "yal-1A2B3 100", "received_on": "some day"}, "received_on"),
        ({"text": "yal-1A2B3 100", "carrier": "Nobody"}, "carrier"),
        ({"file": (b"%PDF-1.4", "a.pdf")}, "file"), ({"file": (b"PK\x03\x04 no workbook", "a.xlsx")}, "file"),
        ({"file": (b"", "a.csv")}, "file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(application: Flask, fields: dict[str, object], at: str) -> None:
    day = a_day(application)
    given = {"carrier": "Barq Express", "received_on": clock.today().isoformat(), "reference": "VRS-7", **fields}
    if "file" in given:
        content, name = given["file"]  # type: ignore[misc]
        given["file"] = (io.BytesIO(content), name)
    answer = day.send("/money/statements", given)
    assert answer.status_code == 422
    assert f'href="#{at}' in answer.text
    assert 'value="VRS-7"' in answer.text


def test_a_list_is_set_aside_and_is_the_owners_alone(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    at = bring(day, text=f"{tracking(day, code)} 1100 DA")
    assert day.lila.get(day.url + at).status_code == 403
    assert day.sami.get(day.url + at).status_code == 404
    assert day.sami.get("/studio/atelier-sami" + at).status_code == 404
    assert day.send(at + "/dropping").status_code == 303
    assert day.amina.get(day.url + at).status_code == 404
    assert day.payment(code).state == "collected"


def test_the_same_reference_is_refused_and_what_was_typed_stays(application: Flask) -> None:
    day = a_day(application)
    first, second = day.delivered(), day.delivered()
    write(day, bring(day, text=f"{tracking(day, first)} 1100"))
    at = bring(day, text=f"{tracking(day, second)} 1100")
    answer = day.send(at + "/confirmation", {"received_on": clock.today().isoformat(), "reference": "VRS-7"})
    assert answer.status_code == 422
    assert 'href="#reference' in answer.text
    assert day.payment(second).state == "collected"


def test_a_list_of_no_carrier_is_asked_whose_it_is(application: Flask) -> None:
    day = a_day(application)
    code = day.handed_over()
    pasted = {"received_on": clock.today().isoformat(), "text": f"{tracking(day, code)} 1100"}
    for fields in (pasted, {**pasted, "carrier": ""}):
        answer = day.send("/money/statements", fields)
        assert answer.status_code == 422
        assert "Please choose one." in answer.text
        assert tracking(day, code) in answer.text
    assert day.send("/money/statements", {**pasted, "carrier": "Barq Express"}).status_code == 303

"""The number of the counter: written on the order, followed by the buyer, found in the carrier's list."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import update

from shop.audit import findings
from shop.plumbing.db import session, transaction
from shop.settlement import matching
from shop.settlement.reading import Line
from shop.shipping.models import CarrierAccount, Shipment
from tests.studio.day import Day, a_day

POST = "EE000000005DZ"


@pytest.fixture
def day(application: Flask) -> Day:
    """A workshop that sends its parcels by the post."""
    made = a_day(application)
    with application.app_context(), transaction():
        session.execute(update(CarrierAccount).where(CarrierAccount.store_id == made.store_id).values(
            carrier="algerie_poste", title="Algérie Poste"
        ))  # fmt: skip
    return made


def say(day: Day, code: str, number: str) -> int:
    """Write a number down as Amina; return the status of the answer."""
    return day.send(f"/orders/{code}/number", {"number": number}).status_code


def buyers_page(day: Day, code: str) -> str:
    """Open the buyer's own page, by the link that the order's page sends her."""
    found = re.search(r"/(?:fr|ar|en)/t/[\w/.~-]+", unquote(day.page(f"/orders/{code}")))
    assert found
    return str(day.application.test_client().get(found[0]).text)


def test_a_number_is_written_followed_and_told(day: Day) -> None:
    code = day.handed_over()
    reference = day.parcel(code).reference
    assert "aptracking" not in buyers_page(day, code)
    assert say(day, code, "ee 0000 0000 5 dz") == 303
    parcel = day.parcel(code)
    assert (parcel.tracking, parcel.reference) == (POST, reference)
    assert f"The carrier’s number {POST}" in day.page(f"/orders/{code}")
    page = buyers_page(day, code)
    assert POST in page
    assert "https://aptracking.poste.dz/" in page


def test_a_mistyped_number_is_refused_and_stays_in_the_field(day: Day) -> None:
    code = day.labelled()
    answer = day.send(f"/orders/{code}/number", {"number": "EE000000006DZ"})
    assert answer.status_code == 422
    assert 'value="EE000000006DZ"' in answer.text
    assert "look at the receipt" in answer.text
    assert day.parcel(code).tracking != "EE000000006DZ"


def test_two_parcels_never_bear_one_number(day: Day) -> None:
    first, second = day.labelled(), day.handed_over()
    assert say(day, first, POST) == 303
    answer = day.send(f"/orders/{second}/number", {"number": POST})
    assert answer.status_code == 422
    assert f"Order {first} has this number already." in answer.text
    assert say(day, first, "") == 303, "nothing takes it away"
    assert day.parcel(first).tracking == day.parcel(first).reference
    assert say(day, second, POST) == 303


def test_a_parcel_that_waits_for_its_label_takes_none(day: Day) -> None:
    code = day.confirmed()
    assert "Number that the carrier gave" not in day.page(f"/orders/{code}")
    assert say(day, code, POST) == 303
    assert day.parcel(code).tracking != POST


def test_the_money_is_found_by_it(day: Day, application: Flask) -> None:
    code = day.delivered()
    assert say(day, code, POST) == 303
    with application.app_context():
        parcel = session.get_one(Shipment, day.parcel(code).id)
        line = Line((POST,), parcel.collect.minor, 0, None)
        assert [each.outcome for each in matching.match(day.store_id, [line])] == ["matched"]
        assert list(findings()) == []


def test_a_carrier_that_gives_numbers_itself_asks_for_none(day: Day, application: Flask) -> None:
    code = day.handed_over()
    with application.app_context(), transaction():
        session.execute(update(CarrierAccount).values(carrier="own_delivery"))
    assert "Number that the carrier gave" not in day.page(f"/orders/{code}")
    assert say(day, code, POST) == 303
    assert day.parcel(code).tracking != POST

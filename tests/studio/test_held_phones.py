"""Numbers that pay first for a while, as the artisan asks it on a refused parcel and as the buyer meets it."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.core.money import Money
from shop.payments.contract import Ask
from shop.payments.tills import till
from tests.studio.day import Day, a_day
from tests.studio.test_outcome import sent_back

CCP = {"holder": "Amina Benali", "ccp": "12345678", "ccp_check": "28", "days": "3", "on": "y"}


@pytest.fixture
def day(application: Flask) -> Day:
    made = a_day(application)
    made.send("/settings/payments/transfer", CCP)
    return made


def test_it_is_asked_listed_and_lifted(day: Day) -> None:
    code = sent_back(day)
    assert "Ask to be paid before next time" in day.page(f"/orders/{code}")
    assert day.send(f"/orders/{code}/phone", {"asks": "before"}, who=day.lila).status_code == 403
    assert day.send(f"/orders/{code}/phone", {"asks": "gold"}).status_code == 422
    assert day.send(f"/orders/{code}/phone", {"asks": "before"}).status_code == 303
    page = day.page(f"/orders/{code}")
    assert "All is to be paid before, until" in page
    assert "This number is asked to pay first" in page
    listed = day.page("/phones")
    assert code in listed
    assert "0550\u00a012\u00a034\u00a056" in listed
    path = listed.partition("/phones/")[2].partition('"')[0]
    assert day.send(f"/phones/{path}").status_code == 303
    assert "Nothing is asked of any number" in day.page("/phones")
    day.send(f"/phones/{path}")
    assert "This had ended already." in day.page("/phones")
    assert "Nothing more is asked of this number" in day.page(f"/orders/{code}")


def test_a_deposit_is_asked_of_a_number_once_its_amount_is_said(day: Day) -> None:
    code = sent_back(day)
    at = f"/orders/{code}/phone"
    assert "say first how much that is" in day.page(f"/orders/{code}")
    refused = day.send(at, {"asks": "deposit"})
    assert refused.status_code == 422
    assert "Say first how much a deposit is" in refused.text
    cash = {"deposit": "500", "deposit_of": "held", "deposit_rule": "kept", "on": "y"}
    assert day.send("/settings/payments/cash_on_delivery", cash).status_code == 303
    assert "Ask a deposit next time" in day.page(f"/orders/{code}")
    assert day.send(at, {"asks": "deposit"}).status_code == 303
    with day.application.app_context():
        found = till(day.store_id)
        asked = [
            [each.value for each in found.offers(Ask("", Money.dinars(1100), "en", wilaya_code="31", held=held))]
            for held in ("deposit", "")
        ]
    assert asked == [["cash_on_delivery+transfer", "transfer"], ["cash_on_delivery", "transfer"]]

"""Numbers that pay first for a while, as the artisan asks it on a refused parcel and as the buyer meets it."""

from __future__ import annotations

import pytest
from flask import Flask

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

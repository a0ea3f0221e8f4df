"""She exchanges what was delivered from the order's page, once; both orders say so."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop.orders.models import Exchange, OrderLine
from shop.plumbing.db import session
from tests.studio.day import Day, a_day

CONFIRM = {"action": "confirm"}


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def line_of(day: Day, code: str) -> int:
    with day.application.app_context():
        return session.scalars(select(OrderLine.id).where(OrderLine.order_id == day.order(code).id)).one()


def exchanges(day: Day) -> int:
    with day.application.app_context():
        return len(session.scalars(select(Exchange)).all())


def test_a_delivered_order_is_exchanged_in_two_taps_and_both_orders_say_so(day: Day) -> None:
    assert "Exchange the parcel" not in day.page(f"/orders/{day.handed_over()}")
    code = day.delivered()
    assert "Exchange the parcel" in day.page(f"/orders/{code}")
    page = day.page(f"/orders/{code}/exchange", day.lila)
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    form = {f"line-{line_of(day, code)}": "1", "collect": "", "key": key[1], "action": "confirm"}
    answer = day.send(f"/orders/{code}/exchange", form)
    assert answer.status_code == 303
    assert day.send(f"/orders/{code}/exchange", form).location == answer.location, "a double tap is one exchange"
    second = answer.location.rpartition("/")[2]
    again = day.send(f"/orders/{code}/exchange", {"collect": "5"})
    assert again.location == answer.location, "one exchange is enough: it is shown"
    assert "It is exchanged by order" in day.page(f"/orders/{code}")
    page = day.page(f"/orders/{second}")
    assert all(each in page for each in ("It exchanges order", code, "The courier takes back:", "Savon d&#39;olive"))
    assert (day.order(second).state, day.parcel(second).collect_minor) == ("confirmed", 0)
    assert "They are back" not in page
    before = day.on_hand()
    day.send(f"/orders/{second}/goods-back")
    assert day.on_hand() == before, "nothing was taken back yet"


def test_what_is_wrong_is_said_and_what_was_typed_stays(day: Day) -> None:
    code = day.delivered()
    name = f"line-{line_of(day, code)}"
    nothing = day.send(f"/orders/{code}/exchange", {name: "0", "collect": "150", **CONFIRM})
    assert (nothing.status_code, "at least one piece" in nothing.text) == (422, True)
    assert 'value="150"' in nothing.text
    dear = day.send(f"/orders/{code}/exchange", {name: "1", "collect": "601", **CONFIRM})
    assert (dear.status_code, 'href="#collect"' in dear.text) == (422, True)
    assert day.send(f"/orders/{code}/exchange", {name: "x", "collect": "much", **CONFIRM}).status_code == 422
    placed = day.send(f"/orders/{day.ordered()}/exchange", {name: "1", **CONFIRM})
    assert (placed.status_code, "Only what was delivered" in placed.text) == (422, True)
    less = day.send(f"/orders/{code}/exchange", {name: "1", "collect": "150", f"step-{name[5:]}": "-1"})
    assert (less.status_code, 'value="150"' in less.text, f'name="{name}" value="0"' in less.text) == (200, True, True)
    assert exchanges(day) == 0, "a step without a script confirms nothing"

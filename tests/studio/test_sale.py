"""Selling from hand to hand on a phone: tap, look at the total, take the money."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop import audit
from shop.catalogue.models import Variant
from shop.documents import invoices
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.studio.day import Day, a_day, bar


def checked(day: Day, pieces: object = "2") -> dict[str, str]:
    """Tap so many pieces and return what the page that shows the total would send."""
    answer = day.send("/sale", {"v1": pieces, "action": "check"})
    assert answer.status_code == 200
    fields = dict(re.findall(r'name="(key|seen|v1)" value="([^"]*)"', answer.text))
    assert "1\u00a0200\u00a0DA" in bar(answer.text)
    return {**fields, "action": "sell"}


def test_two_soaps_are_sold_at_the_fair(application: Flask) -> None:
    day = a_day(application)
    form = checked(day)
    for _twice in range(2):
        answer = day.send("/sale", form)
        assert answer.status_code == 303
    assert "Sold: 1\u00a0200\u00a0DA, in your hand." in day.amina.get(answer.location).text
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.kind, order.state, order.phone) == ("hand", "completed", "")
        assert list(audit.findings()) == []
        code = order.code
    page = day.page(f"/orders/{code}").split("<main")[1].split("</main>")[0]
    assert "Sold from hand to hand" in page
    assert "tel:" not in page
    assert "Print" not in page
    assert code in day.page("/orders?step=done")
    money = " ".join(re.sub(r"<[^>]+>", " ", day.page("/money")).split())
    assert "In cash, from hand to hand 1 order 1 200 DA" in money


def test_without_javascript_plus_and_minus_count(application: Flask) -> None:
    day = a_day(application)
    page = day.send("/sale", {"v1": "1", "step-1": "1"}).text
    assert 'name="v1" value="2"' in page
    assert "1\u00a0200\u00a0DA" in bar(page)
    assert 'name="v1" value="0"' in day.send("/sale", {"v1": "0", "step-1": "-1"}).text


@pytest.mark.parametrize("pieces", ["0", "", "much", "-3", "99999", "²"])
def test_nothing_or_too_much_is_not_sold(application: Flask, pieces: str) -> None:
    day = a_day(application)
    answer = day.send("/sale", {"v1": pieces, "action": "check"})
    assert answer.status_code == 422
    assert 'href="#tiles"' in answer.text


def test_a_price_that_changed_meanwhile_is_looked_at_first(application: Flask) -> None:
    day = a_day(application)
    form = checked(day)
    with application.app_context():
        with transaction():
            session.get_one(Variant, 1).price_minor = 70_000
        session.remove()  # type: ignore[attr-defined]
    answer = day.send("/sale", form)
    assert (answer.status_code, "1\u00a0400\u00a0DA" in answer.text) == (409, True)
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_name_is_kept_and_a_wrong_phone_is_said(application: Flask) -> None:
    day = a_day(application)
    form = checked(day)
    answer = day.send("/sale", form | {"name": "Yacine", "phone": "0550"})
    assert (answer.status_code, 'href="#phone"' in answer.text, 'value="Yacine"' in answer.text) == (422, True, True)
    assert day.send("/sale", form | {"name": "Yacine", "phone": "0550 12 34 56"}).status_code == 303
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.buyer_name, order.phone) == ("Yacine", "+213550123456")


def test_a_sale_is_undone_on_the_page_that_follows_it(application: Flask) -> None:
    day = a_day(application)
    sold = day.send("/sale", checked(day)).location
    page = day.amina.get(sold).text
    undo = re.search(r'action="([^"]*/undo)"', page)
    assert undo is not None
    assert page.index("</form>") < page.index(undo[1]), "a form stands in no other form"
    code = sold.partition("sold=")[2]
    answer = day.send(f"/sale/{code}/undo", {})
    told = day.amina.get(answer.location).text
    assert "The sale is undone: its pieces are back. Give back 1\u00a0200\u00a0DA." in told
    again = day.amina.get(day.send(f"/sale/{code}/undo", {}).location).text
    assert "within a minute only" in again
    assert "Sale undone" in again
    with application.app_context():
        assert session.scalars(select(Order.state)).all() == ["cancelled"]
        assert list(audit.findings()) == []


def test_a_sale_with_an_invoice_is_not_undone_behind_its_back(application: Flask) -> None:
    day = a_day(application)
    code = day.send("/sale", checked(day)).location.partition("sold=")[2]
    with application.app_context(), transaction():
        order = session.scalars(select(Order)).one()
        invoices.issue(order.store_id, order.id, by=SYSTEM)
    answer = day.send(f"/sale/{code}/undo", {})
    assert "has an invoice already" in day.amina.get(answer.location).text
    with application.app_context():
        assert session.scalars(select(Order.state)).all() == ["completed"]
        assert list(audit.findings()) == []


def test_a_price_is_agreed_and_seen_before_the_money_is_taken(application: Flask) -> None:
    day = a_day(application)
    form = checked(day) | {"agreed": "1 000", "reason": "three together"}
    page = day.send("/sale", form | {"action": "agree"}).text
    assert "1\u00a0000\u00a0DA" in bar(page)
    assert "three together" in page
    changed = day.send("/sale", form)
    assert changed.status_code == 409, "the money is not taken at a price that she did not see"
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    assert day.send("/sale", form | {"seen": seen[1]}).status_code == 303
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.total_minor, order.discount_minor) == (100_000, 20_000)
        code = order.code
        assert list(audit.findings()) == []
    assert "Agreed price: three together" in re.sub("<[^>]+>", "", day.page(f"/orders/{code}"))


@pytest.mark.parametrize(("typed", "field"), [
    ({"agreed": "much"}, "agreed"), ({"agreed": "1300", "reason": "x"}, "agreed"), ({"agreed": "900"}, "reason"),
])  # fmt: skip
def test_a_wrong_agreed_price_is_said_at_its_field_and_kept(
    application: Flask, typed: dict[str, str], field: str
) -> None:
    day = a_day(application)
    for action in ("agree", "sell"):
        answer = day.send("/sale", checked(day) | typed | {"action": action, "name": "Yacine"})
        assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), action
        assert f'value="{typed["agreed"]}"' in answer.text
        assert 'value="Yacine"' in answer.text

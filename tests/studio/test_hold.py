"""Holds: an order whose pieces are not set aside stands apart, with its reason; lifted or given up in one tap."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.catalogue.models import Product, Variant
from shop.plumbing import i18n
from shop.plumbing.db import session
from shop.shipping.models import CarrierAccount
from shop.stores.models import Store
from tests.checkout import cast
from tests.studio.day import Day, a_day
from tests.trust.unpaid import first


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def held(day: Day) -> str:
    """Order more than half of what there is, from somewhere; return the code."""
    with day.application.app_context(), i18n.speaking("en"):
        shop = cast.Workshop(
            session.get_one(Store, day.store_id), *first(Product, day), *first(Variant, day),
            *first(CarrierAccount, day),
        )  # fmt: skip
        return cast.left_in_stock(shop.variant, shop.variant.on_hand).code


def test_it_stands_apart_with_its_reason_and_is_lifted_in_one_tap(day: Day) -> None:
    code = held(day)
    page = day.page()
    section = page.partition('id="held"')[2].partition("</section>")[0]
    assert code in section
    assert "many orders wait from this phone or this place" in section
    assert "I called, it is real" in section
    assert f"Give up order {code}" in section
    assert f"/orders/{code}/hold" in day.page("/orders?step=to_confirm")
    answer = day.send(f"/orders/{code}/hold", {"back": "today"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/studio/atelier-amina/")
    page = day.page()
    assert "The pieces are set aside." in page
    assert 'id="held"' not in page
    again = day.send(f"/orders/{code}/hold")
    assert again.status_code == 303
    assert "already changed" in day.page(f"/orders/{code}")


def test_when_too_few_are_left_it_says_so_and_waits_on(day: Day) -> None:
    code = held(day)
    day.ordered(pieces=2)
    answer = day.send(f"/orders/{code}/hold")
    assert answer.status_code == 422
    assert "Too few pieces are left for this order" in answer.text
    assert f"/orders/{code}/hold" in day.page(f"/orders/{code}")


def test_it_is_given_up_in_one_tap(day: Day) -> None:
    code = held(day)
    assert day.send(f"/orders/{code}/calls", {"outcome": "fake", "back": "today"}).status_code == 303
    assert code not in day.page("/orders?step=to_confirm")

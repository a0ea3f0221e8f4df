"""A gift at the checkout: its fold is there where it can be paid before, and what lacks is said at its field."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.orders.models import Order
from shop.plumbing.db import session
from tests.checkout.cast import Workshop
from tests.payments.till import CCP, takes
from tests.storefront.buying import ORAN, ORAN_CITY, YACINE, Buyer, Page

GIFT = {"gift": "y", "payer": "+33 6 12 34 56 78", "gift_words": "عيد سعيد"}


@pytest.fixture
def shop(application: Flask, amina: Workshop) -> Workshop:
    with application.app_context():
        takes(amina, "transfer", CCP)
        session.remove()  # type: ignore[attr-defined]
    return amina


def sent(application: Flask, shop: Workshop, **typed: str) -> tuple[Buyer, Page]:
    buyer = Buyer(application)
    buyer.add(shop)
    buyer.open("/checkout")
    buyer.press("/checkout", button={"update": "1"}, **{**YACINE, "wilaya": ORAN, "commune": ""})
    form = buyer.page.form("/checkout")
    fields = buyer.page.filled(form) | {
        "commune": ORAN_CITY, f"delivery-{shop.id}": buyer.page.ways(shop.id)["home"], "payment": "transfer",
    }  # fmt: skip
    return buyer, buyer.send(form.get("action"), fields | GIFT | typed)


def test_a_gift_goes_its_way_and_is_found_by_its_givers_number(application: Flask, shop: Workshop) -> None:
    buyer, page = sent(application, shop)
    assert page.path.endswith("/check")
    assert "A gift: paid before, no price in the parcel." in page.text
    assert "عيد سعيد" in page.text
    buyer.press("/checkout/confirmation")
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.gift, order.gift_words, order.payer_phone) == (True, "عيد سعيد", "+33612345678")
        code = order.code
        session.remove()  # type: ignore[attr-defined]
    hers = Buyer(application)
    assert hers.send("/t", {"code": code, "digits": "3456"}).status == 422, "who receives it reads no price there"
    assert hers.send("/t", {"code": code, "digits": "5678"}).status == 200


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"payer": ""}, "Write your own number too"), ({"payer": "12"}, "The number must have 10 digits"),
        ({"payment": "cash_on_delivery"}, "A gift is paid before it leaves"),
    ],
)  # fmt: skip
def test_what_lacks_is_said_at_its_field(
    application: Flask, shop: Workshop, typed: dict[str, str], sentence: str
) -> None:
    _buyer, page = sent(application, shop, **typed)
    assert page.status == 422
    assert any(sentence in each for each in page.problems)


def test_where_only_a_courier_takes_money_there_are_no_gifts(application: Flask, amina: Workshop) -> None:
    buyer = Buyer(application)
    buyer.add(amina)
    assert "It is a gift" not in buyer.open("/checkout").text

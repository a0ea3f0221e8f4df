"""An order from a message: the form fills by rules, is mended, and becomes a link or an order confirmed by phone."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from shop import audit
from shop.cart.models import Cart
from shop.catalogue.models import Variant
from shop.checkout import links
from shop.checkout.models import OrderLink
from shop.orders.models import Order
from shop.payments import queries as payments
from shop.payments.queries import payment_of
from shop.plumbing.db import session
from shop.sharing.models import OrderSource
from shop.shipping.queries import live_shipment
from tests.payments.till import CCP, takes
from tests.storefront.buying import Buyer
from tests.studio.day import Day, a_day, bar

MESSAGE = "Yacine 0550 12 34 56 Oran, 2 savons d'olive svp"
HOME = "home.1.50000"


def whole(**change: object) -> dict[str, object]:
    """Fill in the form as it stands once all is known."""
    fields = {
        "message": MESSAGE, "line-0-variant": "1", "line-0-pieces": "2", "phone": "0550 12 34 56", "name": "Yacine",
        "wilaya": "31", "commune": "3101", "delivery-1": HOME, "address": "12 rue des Oliviers", "due": "170000",
        "key": "one tap",
    }  # fmt: skip
    return fields | change


def sent(day: Day, action: str, **change: object) -> TestResponse:
    return day.send("/orders/new", whole(**change) | {"action": action})


def on_hand(day: Day) -> int:
    with day.application.app_context():
        found = session.scalar(select(Variant.on_hand).where(Variant.id == 1)) or 0
        session.remove()  # type: ignore[attr-defined]
    return found


def breaches(day: Day) -> list[str]:
    with day.application.app_context():
        found = [f"{each.rule}: {each.what}" for each in audit.findings()]
        session.remove()  # type: ignore[attr-defined]
    return found


def test_the_form_fills_from_the_message_and_says_what_is_not_sure(application: Flask) -> None:
    day = a_day(application)
    answer = day.send("/orders/new", {"action": "read", "message": MESSAGE})
    assert answer.status_code == 200
    page = answer.text
    assert 'name="phone" type="tel" value="0550123456"' in page
    assert 'name="name" type="text" value="Yacine"' in page
    assert '<option value="31" selected>' in page
    assert '<option value="1" selected>' in page
    assert 'name="line-0-pieces" value="2"' in page
    assert '<a href="#commune">Which commune of Oran?</a>' in page
    assert "2 savons d&#39;olive" in page
    assert MESSAGE.split(",")[0] in page


def test_an_empty_message_is_asked_for(application: Flask) -> None:
    day = a_day(application)
    answer = day.send("/orders/new", {"action": "read", "message": "  "})
    assert (answer.status_code, 'href="#message"' in answer.text) == (422, True)


def test_the_link_is_shown_once_with_the_words_to_send_it(application: Flask) -> None:
    day = a_day(application)
    before = on_hand(day)
    answer = sent(day, "link", speaks="fr")
    assert answer.status_code == 303
    page = day.amina.get(answer.location.split("#")[0]).text
    assert "https://wa.me/213550123456?text=Bonjour%20Yacine" in page
    assert "sms:+213550123456" in page
    assert "/fr/o/" in page
    assert "/fr/o/" in bar(page).replace("%2F", "/")
    assert "/fr/o/" not in day.page("/links")
    assert "Yacine" in day.page("/links")
    assert "1 link keeps pieces" in day.page("/orders")
    assert on_hand(day) == before - 2
    assert breaches(day) == []


def test_the_customer_opens_the_link_looks_and_confirms(application: Flask) -> None:
    day = a_day(application)
    url = made_link(day)
    yacine = Buyer(application, "fr")
    page = yacine.open(url)
    assert page.path.endswith("/check")
    for shown in ("Yacine", "0550 12 34 56", "12 rue des Oliviers", "1 700 DA", "Qui vend", "Conditions de vente"):
        assert shown in page.text, shown
    assert page.answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.answer.headers["Cache-Control"]
    yacine.press("/confirmation")
    assert "/t/" in yacine.page.path
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.state, order.buyer_name, order.total_minor, order.kind) == ("placed", "Yacine", 170_000, "home")
        assert session.scalars(select(OrderSource.source)).all() == ["chat"]
    assert yacine.open(url).status == 410
    assert breaches(day) == []


def made_link(day: Day, **change: object) -> str:
    """Make a link from the form and return its address below the host."""
    page = day.amina.get(sent(day, "link", speaks="fr", **change).location.split("#")[0]).text
    found = re.search(r'value="[^"]*(/fr/o/[^"]+)"', page)
    assert found is not None
    return found[1]


def test_what_is_wrong_or_missing_the_customer_mends_herself(application: Flask) -> None:
    day = a_day(application)
    url = made_link(day, name="", commune="", **{"delivery-1": ""})
    yacine = Buyer(application, "fr")
    page = yacine.open(url)
    assert page.path.endswith("/details")
    yacine.press("/details", button={"update": "1"}, commune="3105")
    way = yacine.page.ways(1)["desk"]
    yacine.press("/details", name="Yacine Haddad", commune="3105", **{"delivery-1": way, "payment": "cash_on_delivery"})
    assert yacine.page.path.endswith("/check"), yacine.page.problems
    yacine.press("/confirmation")
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.buyer_name, order.commune_code, order.kind) == ("Yacine Haddad", "3105", "desk")


def test_two_taps_are_one_order_and_a_forwarded_link_is_over(application: Flask) -> None:
    day = a_day(application)
    url = made_link(day)
    yacine, friend = Buyer(application, "fr"), Buyer(application, "fr")
    for buyer in (yacine, friend):
        buyer.open(url)
    form = yacine.page.filled(yacine.page.form("/confirmation"))
    first = yacine.send(f"{url}/confirmation", form).path
    assert yacine.send(f"{url}/confirmation", form).path == first
    assert friend.press("/confirmation").status == 410
    assert "utilisé" in friend.page.text
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_confirmed_by_phone_it_is_an_order_to_pack(application: Flask) -> None:
    day = a_day(application)
    before = on_hand(day)
    answer = sent(day, "now")
    assert answer.status_code == 303
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.state, order.total_minor, order.phone) == ("confirmed", 170_000, "+213550123456")
        payment, parcel = payment_of(1, order.id), live_shipment(1, order.id)
        assert payment is not None
        assert parcel is not None
        assert (payment.state, parcel.state, parcel.collect_minor) == ("pending", "preparing", 170_000)
    assert "Print the label" in bar(day.page(f"/orders/{answer.location.rsplit('/', 1)[1]}"))
    assert sent(day, "now").status_code == 303
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Order)) == 1
    assert on_hand(day) == before - 2
    assert breaches(day) == []


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"phone": "05501"}, "phone"),
        ({"name": ""}, "name"),
        ({"wilaya": ""}, "wilaya"),
        ({"commune": ""}, "commune"),
        ({"delivery-1": ""}, "delivery-1"),
        ({"delivery-1": "home.1.100"}, "delivery-1"),
        ({"address": ""}, "address"),
        ({"line-0-variant": "", "line-0-pieces": ""}, "line-0-variant"),
        ({"line-0-pieces": "0"}, "line-0-variant"),
        ({"line-0-pieces": "999"}, "line-0-variant"),
        ({"line-0-variant": "2"}, "line-0-variant"),
        ({"due": "160000"}, "totals"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_message_stays(
    application: Flask, change: dict[str, object], at: str
) -> None:
    day = a_day(application)
    answer = sent(day, "now", **change)
    assert answer.status_code == 422
    assert f'href="#{at}"' in answer.text
    assert "2 savons d" in answer.text
    with application.app_context():
        assert session.scalar(select(func.count()).select_from(Order)) == 0


def test_a_helper_makes_links_and_a_stranger_does_not(application: Flask) -> None:
    day = a_day(application)
    assert day.send("/orders/new", whole() | {"action": "link"}, who=day.lila).status_code == 303
    for path in ("/orders/new", "/links", "/sale", "/products/1/link"):
        assert day.sami.get(day.url + path).status_code == 404
        assert day.amina.get(day.url + path).status_code == 200


def test_a_private_link_of_a_product_is_made_and_withdrawn(application: Flask) -> None:
    day = a_day(application)
    before = on_hand(day)
    assert day.send("/products/1/link", {"variant": "1", "pieces": "9999", "hours": "2"}).status_code == 422
    assert day.send("/products/1/link", {"variant": "1", "pieces": "1"}).status_code == 422
    answer = day.send("/products/1/link", {"variant": "1", "pieces": "3", "hours": "24"})
    page = day.amina.get(answer.location.split("#")[0]).text
    assert "https://wa.me/?text=" in page
    assert on_hand(day) == before - 3
    with application.app_context():
        link = links.open_links(1)[0].link.id
        session.remove()  # type: ignore[attr-defined]
    for said in ("withdrawn. Its pieces are free", "has withdrawn this link"):
        assert day.send(f"/links/{link}/withdrawal").status_code == 303
        assert said in day.page("/links")
    assert on_hand(day) == before
    assert breaches(day) == []


def asks_a_deposit(day: Day, *, transfer: bool = True) -> None:
    with day.application.app_context():
        shop = day._workshop()
        if transfer:
            takes(shop, "transfer", dict(CCP))
        takes(shop, "cash_on_delivery", {"deposit": 500})
        session.remove()  # type: ignore[attr-defined]


def test_a_deposit_that_is_due_is_asked_for_and_the_page_to_pay_is_there_to_send(application: Flask) -> None:
    day = a_day(application)
    asks_a_deposit(day)
    shown = sent(day, "update").text
    assert 'value="cash_on_delivery+transfer" checked' in shown
    assert "500\u00a0DA now, 1\u00a0200\u00a0DA to the courier" in shown
    assert "It is confirmed once this is paid" in shown
    first, second = sent(day, "now"), sent(day, "now")
    assert (first.status_code, first.location) == (303, second.location)
    page = day.amina.get(first.location).text
    assert "Send the customer the page to pay" in page
    assert "Send the page to pay" in bar(page)
    assert "%2Ft%2F" in bar(page)
    assert "Shall%20we%20confirm" not in page
    with application.app_context():
        order = session.scalars(select(Order)).one()
        parcel = live_shipment(order.store_id, order.id)
        assert parcel is not None
        assert (order.state, parcel.collect.minor) == ("placed", 120_000)
        session.remove()  # type: ignore[attr-defined]
    assert breaches(day) == []


def test_another_way_to_pay_is_chosen_and_a_link_leaves_the_choice_to_the_customer(application: Flask) -> None:
    day = a_day(application)
    asks_a_deposit(day)
    answer = sent(day, "now", payment="transfer")
    assert "Send the page to pay" in day.amina.get(answer.location).text
    answer = sent(day, "link", key="a link")
    assert answer.status_code == 303
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert [each.method for each in payments.of_order(order.store_id, order.id)] == ["transfer"]
        link = session.scalars(select(OrderLink)).one()
        assert not session.get_one(Cart, link.cart_id).details.get("payment")
        session.remove()  # type: ignore[attr-defined]


def test_without_a_way_to_pay_a_deposit_she_reads_so(application: Flask) -> None:
    day = a_day(application)
    asks_a_deposit(day, transfer=False)
    answer = sent(day, "now")
    assert answer.status_code == 422
    assert "no way to pay one is open here" in answer.text

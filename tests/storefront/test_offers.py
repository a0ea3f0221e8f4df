"""What buyers see of offers: struck only what was asked, one total everywhere, a code that says why it fails."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from shop import audit
from shop.catalogue import service as catalogue
from shop.checkout import links
from shop.core import clock
from shop.offers import service
from shop.offers.models import Offer
from shop.orders.models import Order
from shop.plumbing import limits
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.web.storefront import codes
from tests.checkout.cast import Workshop
from tests.offers.cast import dinars, offer, ordered
from tests.storefront.buying import ORAN, ORAN_CITY, YACINE, Buyer, Page

CONFIRM = "/checkout/confirmation"


def made(application: Flask, shop: Workshop, **given: object) -> int:
    with application.app_context():
        found = offer(shop, **given)
        session.remove()  # type: ignore[attr-defined]
    return found


def costs(application: Flask, shop: Workshop, *prices: int) -> None:
    with application.app_context():
        for price in prices:
            with transaction():
                catalogue.set_price(shop.id, shop.variant.id, dinars(price), by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]


def only_order(application: Flask) -> Order:
    with application.app_context():
        found = session.scalars(select(Order)).one()
        assert list(audit.findings()) == []
    return found


def struck(page: Page) -> list[str]:
    return page.texts("//p[contains(@class, 'price-l')]//s")


def product(shop: Workshop) -> str:
    return f"/p/{shop.product.id}-{shop.product.slug}"


# -- a price is struck only where it was asked ---------------------------------------------------------------------


def test_a_product_shows_its_price_before_and_how_long_the_offer_lasts(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    made(application, amina, percent=15, until_day=clock.today() + timedelta(days=3))
    page = yacine.open(product(amina))
    assert struck(page) == ["Price before: 600 DA"]
    assert "510 DA" in page.texts("//p[contains(@class, 'price-l')]")[0]
    assert "Ramadan: 15% off, until " in page.text


def test_a_price_that_was_raised_is_never_the_price_before(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    costs(application, amina, 550, 800)
    made(application, amina, percent=50)
    page = yacine.open(product(amina))
    assert struck(page) == ["Price before: 550 DA"]
    assert "400 DA" in page.text
    costs(application, amina, 1200)
    assert struck(yacine.open(product(amina))) == []
    assert "600 DA" in yacine.page.text


@pytest.mark.parametrize(
    "given",
    [
        {"minimum": dinars(1000)}, {"code": "AID"}, {"kind": "amount", "amount": dinars(100)},
        {"kind": "delivery"}, {"from_day": clock.today() + timedelta(days=1)}, {"product_ids": "another"},
    ],
)  # fmt: skip
def test_what_does_not_count_for_one_piece_strikes_nothing(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop, given: dict[str, object]
) -> None:
    shop = ismahane if given.get("product_ids") else amina
    made(application, shop, **{k: v for k, v in given.items() if k != "product_ids"})
    page = yacine.open(product(amina))
    assert struck(page) == []
    assert ("Ramadan" in page.text) == (given.keys() & {"minimum", "kind"} != set())


def test_a_page_that_is_kept_follows_the_offer_and_the_day(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    """Pages are kept by the shop's version and by the day: what begins or ends with a day is never shown late."""
    last = clock.today() + timedelta(days=1)
    assert struck(yacine.open(product(amina))) == []
    offer_id = made(application, amina, from_day=last, until_day=last)
    assert struck(yacine.open(product(amina))) == []
    with clock.standing_at(clock.now() + timedelta(days=1)):
        assert struck(yacine.open(product(amina))) == ["Price before: 600 DA"]
        with application.app_context(), transaction():
            service.pause(amina.id, offer_id, by=SYSTEM)
        assert struck(yacine.open(product(amina))) == []
    with application.app_context(), transaction():
        service.resume(amina.id, offer_id, by=SYSTEM)
    with clock.standing_at(clock.now() + timedelta(days=2)):
        assert struck(yacine.open(product(amina))) == []


# -- one total from the basket to the courier ----------------------------------------------------------------------


def test_basket_details_check_and_order_say_the_same(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    made(application, amina, percent=15)
    yacine.client.set_cookie("wilaya", "31")
    yacine.add(amina, 2)
    basket = yacine.open("/cart").text
    assert "-180 DA" in basket
    assert "1 520 DA" in basket
    yacine.fill_details(amina)
    assert "-180 DA" in yacine.page.text
    assert "1 520 DA" in yacine.page.text
    assert "1 520 DA" in yacine.open("/checkout").text
    yacine.open("/checkout/check")
    tracked = yacine.press(CONFIRM).text
    assert "1 520 DA in cash" in tracked
    assert "Offer “Ramadan”: 180 DA taken off" in tracked
    assert only_order(application).total == dinars(1520)


def test_delivery_that_is_offered_says_so_and_before_it_what_is_missing(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    made(application, amina, name="Colis", kind="delivery", minimum=dinars(1000))
    yacine.client.set_cookie("wilaya", "31")
    yacine.add(amina)
    assert "from 1 000 DA of articles, 400 DA more." in yacine.open("/cart").text
    yacine.add(amina)
    page = yacine.open("/cart").text
    assert "500 DA offered" in page
    assert "1 200 DA" in page
    yacine.fill_details(amina)
    assert "500 DA offered" in yacine.page.text
    assert "the delivery is free for you" in yacine.press(CONFIRM).text
    order = only_order(application)
    assert (order.delivery.minor, order.total) == (0, dinars(1200))


# -- codes ---------------------------------------------------------------------------------------------------------


def test_no_code_is_asked_for_where_no_code_exists(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    made(application, amina)
    yacine.add(amina)
    assert yacine.fill_details(amina).path.endswith("/check")
    assert "code-" not in yacine.open("/checkout").answer.text


def test_a_code_is_tried_counts_and_replaces_what_gives_less(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    made(application, amina)
    made(application, amina, name="Bienvenue", code="BIENVENUE", percent=20)
    yacine.add(amina)
    yacine.fill_details(amina)
    yacine.open("/checkout")
    tried = {f"code-{amina.id}": "bien venue"}
    page = yacine.press("/checkout", button={"update": f"code-{amina.id}", **tried})
    assert "The code BIENVENUE counts, in place of “Ramadan”." in page.text
    assert "980 DA" in page.text
    assert page.problems == []
    checked = yacine.press("/checkout")
    assert "in place of “Ramadan”" in checked.text
    yacine.press(CONFIRM)
    order = only_order(application)
    assert (order.discount, order.offer_code, order.total) == (dinars(120), "BIENVENUE", dinars(980))


def test_a_code_that_gives_less_stays_unused_and_the_page_says_so(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    made(application, amina, percent=30)
    made(application, amina, name="Petit", code="PETIT", percent=5)
    yacine.add(amina)
    page = yacine.fill_details(amina, **{f"code-{amina.id}": "petit"})
    assert "The code PETIT is right, but “Ramadan” takes more off" in page.text
    yacine.press(CONFIRM)
    order = only_order(application)
    assert (order.discount, order.offer_code) == (dinars(180), "")


@pytest.mark.parametrize(
    ("given", "typed", "sentence"),
    [
        ({}, "NULLEPART", "has no offer with this code"),
        ({"minimum": dinars(5000)}, "AID", "This code counts from 5 000 DA of articles."),
        ({"most_uses": 1}, "AID", "has been used as often as it may be"),
        ({"most_per_phone": 1}, "AID", "already used with this phone number"),
        ({"from_day": clock.today() + timedelta(days=2)}, "AID", "This code counts from "),
        ({"over": True}, "AID", "This code ended on "),
        ({"paused": True}, "AID", "has stopped this code"),
    ],
)  # fmt: skip
def test_a_code_that_does_not_count_says_why_at_its_field_and_nothing_typed_is_lost(
    application: Flask, yacine: Buyer, amina: Workshop, given: dict[str, object], typed: str, sentence: str
) -> None:
    offer_id = made(application, amina, code="AID", **{k: v for k, v in given.items() if k not in {"over", "paused"}})
    made(application, amina, name="Autre", code="AUTRE", percent=1)
    with application.app_context(), transaction():
        if given.get("over"):
            yesterday = clock.today() - timedelta(days=1)
            session.execute(
                update(Offer).where(Offer.id == offer_id).values(until_day=yesterday, from_day=yesterday)
            )  # fmt: skip
        if given.get("paused"):
            service.pause(amina.id, offer_id, by=SYSTEM)
    if given.keys() & {"most_uses", "most_per_phone"}:
        with application.app_context():
            ordered(amina, code="AID")
    yacine.add(amina)
    page = yacine.fill_details(amina, **{f"code-{amina.id}": typed})
    assert page.status == 422
    assert any(sentence in each for each in page.problems), page.problems
    assert page.body.xpath(f'//span[@id="code-{amina.id}-e"]')
    assert page.value(f"code-{amina.id}") == typed
    assert page.value("name") == "Yacine Haddad"
    assert page.body.xpath("//details[@open]//input[starts-with(@name, 'code-')]")
    again = yacine.press("/checkout", **{f"code-{amina.id}": ""})
    assert again.path.endswith("/check")


def test_an_offer_that_ends_before_the_last_tap_orders_nothing_and_shows_the_new_total(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    offer_id = made(application, amina)
    coded = made(application, amina, code="AID", percent=50)
    yacine.add(amina)
    yacine.fill_details(amina)
    with application.app_context(), transaction():
        service.pause(amina.id, offer_id, by=SYSTEM)
    page = yacine.press(CONFIRM)
    assert "Nothing has been ordered" in page.text
    assert "1 100 DA" in page.text
    yacine.open("/checkout")
    yacine.press("/checkout", **{f"code-{amina.id}": "AID"})
    with application.app_context(), transaction():
        service.pause(amina.id, coded, by=SYSTEM)
    page = yacine.press(CONFIRM)
    assert any("has stopped this code" in each for each in page.problems)
    with application.app_context():
        assert session.scalars(select(Order)).all() == []


def test_who_orders_by_a_private_link_may_try_a_code_and_keeps_it(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    made(application, amina, code="AID", percent=20)
    with application.app_context():
        with transaction():
            wanted, hours = {amina.variant.id: 2}, 48
            _link, token = links.open_link(amina.id, wanted, kind="product", hours=hours, language="en", by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]
    details = f"/o/{token}/details"
    yacine.open(details)
    yacine.press(details, button={"update": "1"}, **{**YACINE, "wilaya": ORAN, "commune": ""})
    way = {f"delivery-{amina.id}": yacine.page.ways(amina.id)["home"]}
    tried = {"update": f"code-{amina.id}", f"code-{amina.id}": "EID"}
    page = yacine.press(details, button=tried, commune=ORAN_CITY, payment="cash_on_delivery", **way)
    assert any("has no offer with this code" in each for each in page.problems)
    page = yacine.press(details, button={**tried, f"code-{amina.id}": "aid"})
    assert "The code AID counts." in page.text
    drawn = yacine.open(f"/o/{token}/parcels?wilaya=31&commune=3101&delivery-{amina.id}={way[f'delivery-{amina.id}']}")
    assert "1 460 DA" in drawn.text
    yacine.open(details)
    yacine.press(details)
    yacine.press("/confirmation")
    order = only_order(application)
    assert (order.discount, order.offer_code, order.total) == (dinars(240), "AID", dinars(1460))


def test_guessing_a_code_ends_after_ten_tries_and_nothing_typed_is_lost(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    made(application, amina, code="AID", percent=20)
    field = f"code-{amina.id}"
    yacine.add(amina)
    yacine.fill_details(amina, **{field: "GUESS0"})
    for at in range(1, codes.MOST_OF_A_BASKET):
        page = yacine.press("/checkout", button={"update": field, field: f"GUESS{at}"})
        assert any("has no offer with this code" in each for each in page.problems)
    page = yacine.press("/checkout", button={"update": field, field: "AID"})
    assert page.status == 429
    assert any("Too many codes were tried" in each for each in page.problems)
    assert (page.value(field), page.value("name")) == ("AID", "Yacine Haddad")
    assert "The code AID counts" not in page.text
    page = yacine.press("/checkout", **{field: "AID"})
    assert page.status == 429, "it is refused as well when the whole form is sent"
    page = yacine.press("/checkout", **{field: ""})
    assert page.path.endswith("/check"), "without a code she orders all the same"


def test_the_same_code_again_is_no_new_try_and_a_right_one_stays(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    made(application, amina, code="AID", percent=20)
    yacine.add(amina)
    for _turn in range(codes.MOST_OF_A_BASKET + 2):
        assert yacine.fill_details(amina, **{f"code-{amina.id}": "a i d"}).path.endswith("/check")


@pytest.mark.parametrize(("what", "key", "most"), [
    ("phone", "+213550123456", codes.MOST_OF_A_PHONE), ("network", "127.0.0.1/32", codes.MOST_OF_A_NETWORK),
])  # fmt: skip
def test_a_new_basket_does_not_begin_the_count_of_a_phone_or_a_network_again(
    application: Flask, yacine: Buyer, amina: Workshop, what: str, key: str, most: int
) -> None:
    made(application, amina, code="AID", percent=20)
    with application.app_context(), transaction():
        for _turn in range(most):
            limits.allow(f"offer codes of a {what}", key, most=most, within_s=codes.HOUR_S)
    yacine.add(amina)
    page = yacine.fill_details(amina, **{f"code-{amina.id}": "AID"})
    assert (page.status, page.value(f"code-{amina.id}")) == (429, "AID")


def test_a_look_at_another_place_tries_no_code(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    made(application, amina, code="AID", percent=20)
    yacine.add(amina)
    drawn = f"/checkout/parcels?wilaya=31&commune=3101&code-{amina.id}="
    assert yacine.open(drawn + "AID").text == yacine.open(drawn + "NONE").text


def test_two_workshops_each_have_their_own_offer(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    made(application, amina, percent=10)
    made(application, ismahane, kind="delivery")
    yacine.client.set_cookie("wilaya", "31")
    yacine.add(amina)
    yacine.add(ismahane)
    assert "2 540 DA" in yacine.open("/cart").text
    yacine.fill_details(amina, ismahane)
    assert "2 540 DA" in yacine.page.text
    yacine.press(CONFIRM)
    with application.app_context():
        totals = {each.store_id: each.total for each in session.scalars(select(Order))}
        assert totals == {amina.id: dinars(1040), ismahane.id: dinars(1500)}
        assert list(audit.findings()) == []


# -- one price everywhere ------------------------------------------------------------------------------------------


def test_cards_machines_and_the_shared_picture_say_what_is_paid_now(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    until = clock.today() + timedelta(days=9)
    before = yacine.open(product(amina)).body.xpath("//meta[@property='og:image']/@content")
    made(application, amina, percent=10, until_day=until)
    page = yacine.open(product(amina))
    (data,) = [json.loads(each) for each in page.texts("//script[@type='application/ld+json']") if "Offer" in each]
    assert (data["offers"]["price"], data["offers"]["priceValidUntil"]) == ("540.00", until.isoformat())
    assert page.body.xpath("//meta[@property='product:price:amount']/@content") == ["540.00"]
    for listed in ("/", "/crafts/soap", f"/@{amina.store.slug}"):
        assert "540 DA" in yacine.open(listed).texts("//li[contains(@class, 'card')]//p[@class='price']"), listed
    (address,) = page.body.xpath("//meta[@property='og:image']/@content")
    assert [address] != before
    picture = yacine.client.get(urlsplit(address).path)
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert "immutable" in picture.headers["Cache-Control"]
    assert Image.open(io.BytesIO(picture.data)).size == (1200, 630)
    old = yacine.client.get(urlsplit(before[0]).path)
    assert (old.status_code, old.location) == (302, urlsplit(address).path)


def test_a_shared_picture_is_drawn_once_and_takes_the_place_of_the_one_before(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    kept = Path(application.instance_path) / "drawn"

    def files() -> dict[str, int]:
        (address,) = yacine.open(product(amina)).body.xpath("//meta[@property='og:image']/@content")
        assert yacine.client.get(urlsplit(address).path).status_code == 200
        return {each.name: each.stat().st_mtime_ns for each in kept.rglob("*.jpg")}

    first = files()
    assert files() == first
    costs(application, amina, 650)
    assert len(files()) == 1
    assert files().keys() != first.keys()

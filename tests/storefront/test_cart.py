"""The basket as its visitor sees it: her cookies, her pieces, what has changed since, and how to bring things back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from shop.app import create_app
from shop.cart.models import Cart
from shop.catalogue import service as catalogue
from shop.core import clock
from shop.core.money import Money
from shop.plumbing.db import db, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings
from shop.stores import service as stores
from tests.checkout.cast import Workshop
from tests.counting import statements
from tests.storefront.buying import Buyer


def _line_id(buyer: Buyer) -> str:
    action = buyer.page.form("/removal").get("action")
    return action.split("/")[-2]


def _cookies(answer_headers: list[str]) -> dict[str, str]:
    return {each.split("=")[0]: each for each in answer_headers}


def test_the_first_piece_makes_the_basket_and_its_cookies(yacine: Buyer, amina: Workshop) -> None:
    answer = yacine.client.post("/fr/cart/lines", data={"variant": amina.variant.id, "pieces": "2"})
    assert answer.status_code == 303
    assert answer.location.startswith("/fr/cart")
    cookies = _cookies(answer.headers.getlist("Set-Cookie"))
    assert "HttpOnly" in cookies["cart"]
    assert "SameSite=Lax" in cookies["cart"]
    assert "Max-Age=15552000" in cookies["cart"]
    assert "HttpOnly" not in cookies["basket"]
    assert yacine.cookie("basket") == "2"
    assert yacine.cookie("lang") == "fr"


def test_the_cookie_of_the_basket_travels_by_https_only_where_there_is_https(
    application: Flask, settings: Settings, amina: Workshop
) -> None:
    base = "https://hirfa.example"
    secure = create_app(replace(settings, base_url=base))
    answer = secure.test_client().post(
        "/fr/cart/lines", data={"variant": amina.variant.id, "pieces": "1"}, base_url=base
    )  # fmt: skip
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 3
    assert all("Secure" in each for each in cookies)
    with secure.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_token_of_a_basket_is_stored_hashed(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    with application.app_context():
        assert yacine.cookie("cart") not in session.query(Cart).one().token_hash


def test_each_workshop_has_its_own_card(yacine: Buyer, amina: Workshop, ismahane: Workshop) -> None:
    yacine.add(amina, 2)
    page = yacine.add(ismahane)
    assert page.texts("//section//h2") == ["Atelier Amina", "Senteurs d'Ismahane"]
    assert "from 2 workshops: you receive 2 parcels" in page.text
    assert "2 700 DA" in page.text
    assert yacine.cookie("basket") == "3"


def test_pieces_change_by_number_and_by_the_buttons_beside_it(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    line = f"/cart/lines/{_line_id(yacine)}"
    assert yacine.press(line, pieces="4").filled(yacine.page.form(line))["pieces"] == "4"
    assert yacine.press(line, button={"step": "1"}).filled(yacine.page.form(line))["pieces"] == "5"
    assert yacine.press(line, button={"step": "-1"}).filled(yacine.page.form(line))["pieces"] == "4"
    assert yacine.press(line, pieces="٢").filled(yacine.page.form(line))["pieces"] == "2"
    assert yacine.cookie("basket") == "2"


def test_more_than_there_are_is_capped_and_said(yacine: Buyer, amina: Workshop) -> None:
    page = yacine.add(amina, 9)
    assert page.filled(page.form(f"/cart/lines/{_line_id(yacine)}"))["pieces"] == "5"
    assert "not more pieces" in page.text


@pytest.mark.parametrize("typed", ["abc", "-3", "1000", "1e3", "", "9" * 300])
def test_what_is_no_number_of_pieces_gets_a_sentence(yacine: Buyer, amina: Workshop, typed: str) -> None:
    yacine.add(amina)
    page = yacine.press(f"/cart/lines/{_line_id(yacine)}", pieces=typed)
    assert page.status == 422
    assert page.problems
    assert page.title.startswith("Error:")
    assert page.filled(page.form(f"/cart/lines/{_line_id(yacine)}"))["pieces"][:3] == typed[:3]


def test_a_removed_line_comes_back(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina, 3)
    line = _line_id(yacine)
    gone = yacine.press(f"/{line}/removal")
    assert "Your basket is empty" in gone.text
    assert yacine.cookie("basket") == ""
    back = yacine.press(f"/{line}/undo")
    assert back.filled(back.form(f"/cart/lines/{line}"))["pieces"] == "3"
    assert yacine.cookie("basket") == "3"


def test_the_basket_stays_when_the_language_changes(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina, 2)
    page = yacine.open("/ar/cart")
    assert page.body.get("lang") == "ar"
    assert page.filled(page.form(f"/cart/lines/{_line_id(yacine)}"))["pieces"] == "2"


def test_a_changed_price_is_said_and_must_be_seen_before_ordering(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    yacine.add(amina, 2)
    with application.app_context(), transaction():
        catalogue.set_price(amina.id, amina.variant.id, Money.dinars(700), by=SYSTEM)
    page = yacine.open("/cart")
    assert page.texts("//s") == ["1 200 DA"]
    assert "1 400 DA" in page.text
    assert not page.body.xpath("//main//a[contains(@href, '/checkout')]")
    page = yacine.press("/cart/changes")
    assert page.texts("//s") == []
    assert page.body.xpath("//main//a[contains(@href, '/checkout')]")


def test_fewer_pieces_than_wanted_are_said_and_followed_when_seen(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    yacine.add(amina, 4)
    with application.app_context(), transaction():
        catalogue.count_stock(amina.id, amina.variant.id, 1, by=SYSTEM)
    page = yacine.open("/cart")
    assert "Only 1 piece is left" in page.text
    page = yacine.press("/cart/changes")
    assert page.filled(page.form(f"/cart/lines/{_line_id(yacine)}"))["pieces"] == "1"


def test_what_is_sold_out_or_hidden_leaves_when_seen(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    yacine.add(amina)
    yacine.add(ismahane)
    with application.app_context(), transaction():
        catalogue.count_stock(amina.id, amina.variant.id, 0, by=SYSTEM)
        catalogue.hide(ismahane.id, ismahane.product.id, by=SYSTEM)
    page = yacine.open("/cart")
    assert "sold out" in page.text
    assert "no longer for sale" in page.text
    assert "Your basket is empty" in yacine.press("/cart/changes").text


def test_a_workshop_on_holiday_blocks_the_order_with_its_day(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    yacine.add(amina)
    with application.app_context(), transaction():
        stores.close_until(amina.id, clock.today() + timedelta(days=5), by=SYSTEM)
    page = yacine.open("/cart")
    assert "on holiday until" in page.text
    assert not page.body.xpath("//main//a[contains(@href, '/checkout')]")


def test_delivery_to_the_remembered_wilaya_is_in_the_sum(yacine: Buyer, amina: Workshop, ismahane: Workshop) -> None:
    yacine.client.set_cookie("wilaya", "31")
    yacine.add(amina)
    page = yacine.add(ismahane)
    assert "1 000 DA" in page.text
    assert "3 100 DA" in page.text


def test_what_is_sold_out_cannot_be_added(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    with application.app_context(), transaction():
        catalogue.count_stock(amina.id, amina.variant.id, 0, by=SYSTEM)
    page = yacine.send("/cart/lines", {"variant": amina.variant.id, "pieces": "1"})
    assert page.status == 200
    assert "sold out" in page.text
    assert yacine.cookie("basket") == ""


@pytest.mark.parametrize("variant", ["", "0", "abc", "999999", "9" * 40, "-1", "1.5"])
def test_an_unknown_article_is_not_found(yacine: Buyer, amina: Workshop, variant: str) -> None:
    assert yacine.send("/cart/lines", {"variant": variant, "pieces": "1"}).status == 404


def test_a_form_from_another_site_is_refused(yacine: Buyer, amina: Workshop) -> None:
    fields = {"variant": amina.variant.id, "pieces": "1"}
    assert yacine.send("/cart/lines", fields, headers={"Origin": "https://evil.example"}).status == 403
    assert yacine.send("/cart/lines", fields, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert yacine.send("/cart/lines", fields, headers={"Sec-Fetch-Site": "same-origin"}).status == 200


def test_the_forms_of_a_basket_need_its_token(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    line = _line_id(yacine)
    for address in (f"/cart/lines/{line}", f"/cart/lines/{line}/removal", f"/cart/lines/{line}/undo", "/cart/changes"):
        assert yacine.send(address, {"pieces": "2"}).status == 403
        assert yacine.send(address, {"pieces": "2", "csrf": "x" * 24}).status == 403
    assert yacine.cookie("basket") == "1"


def test_the_line_of_another_basket_is_not_found(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    theirs = _line_id(yacine)
    sami = Buyer(application)
    sami.add(amina)
    csrf = sami.page.filled(sami.page.form("/removal"))["csrf"]
    assert sami.send(f"/cart/lines/{theirs}/removal", {"csrf": csrf}).status == 404
    assert sami.send(f"/cart/lines/{theirs}", {"csrf": csrf, "pieces": "3"}).status == 404
    assert "Savon" in yacine.open("/cart").text


def test_a_strange_cookie_is_an_empty_basket(yacine: Buyer, amina: Workshop) -> None:
    for value in ("x", "é" * 300, "../../etc", "0"):
        yacine.client.set_cookie("cart", value)
        assert "Your basket is empty" in yacine.open("/cart").text
    yacine.add(amina)
    assert yacine.cookie("cart") not in {"x", "0"}
    assert len(yacine.cookie("cart")) == 32


def test_adding_again_adds_to_the_line(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina, 2)
    token = yacine.cookie("cart")
    page = yacine.add(amina, 2)
    assert page.filled(page.form(f"/cart/lines/{_line_id(yacine)}"))["pieces"] == "4"
    assert yacine.cookie("cart") == token


def test_the_basket_is_nobody_elses_to_keep(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    assert yacine.open("/cart").answer.headers["Cache-Control"] == "no-store"


def test_a_basket_is_read_in_few_statements(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    yacine.add(amina)
    yacine.add(ismahane)
    yacine.client.set_cookie("wilaya", "31")
    with application.app_context(), statements() as seen:
        yacine.open("/cart")
    assert len(seen) <= 5, "\n".join(seen)

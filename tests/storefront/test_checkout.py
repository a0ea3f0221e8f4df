"""Ordering in three steps without JavaScript: nothing typed is lost, nothing is ordered twice or unseen."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop.cart.models import Cart
from shop.catalogue import service as catalogue
from shop.catalogue.models import Product
from shop.core.money import Money
from shop.orders.models import Order, OrderLine, Purchase
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import service as shipping
from shop.shipping.models import Shipment
from shop.shipping.service import RateRow
from shop.stores import service as stores
from tests.checkout.cast import Workshop, add_product
from tests.counting import statements
from tests.storefront.buying import ORAN, ORAN_CITY, YACINE, Buyer, Page

CONFIRM = "/checkout/confirmation"


def _orders(application: Flask) -> list[Order]:
    with application.app_context():
        found = list(session.scalars(select(Order).order_by(Order.id)))
        session.expunge_all()
        session.remove()  # type: ignore[attr-defined]
    return found


def _count(application: Flask, table: type) -> int:
    with application.app_context():
        found = session.scalar(select(func.count()).select_from(table)) or 0
        session.remove()  # type: ignore[attr-defined]
    return found


def _on_hand(application: Flask, shop: Workshop) -> int:
    with application.app_context():
        return shop.on_hand()


def _checked(buyer: Buyer, *shops: Workshop, kind: str = "home") -> Page:
    for shop in shops:
        buyer.add(shop)
    return buyer.fill_details(*shops, kind=kind)


# -- the whole way --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_two_workshops_are_bought_from_without_javascript(
    application: Flask, amina: Workshop, ismahane: Workshop, lang: str
) -> None:
    yacine = Buyer(application, lang)
    page = yacine.buy(amina, ismahane)
    assert page.status == 200
    assert page.path.startswith(f"/{lang}/t/")
    one, two = _orders(application)
    assert (one.purchase_id, one.phone, one.buyer_name) == (two.purchase_id, "+213550123456", "Yacine Haddad")
    assert (one.wilaya_code, one.commune_code, one.address) == ("31", "3101", "12 rue des Oliviers")
    assert (one.total, two.total) == (Money.dinars(1100), Money.dinars(2000))
    assert one.language == lang
    assert _count(application, Payment) == _count(application, Shipment) == 2
    assert _on_hand(application, amina) == 4
    assert yacine.cookie("basket") == ""


def test_the_check_shows_every_line_the_cash_of_each_parcel_the_sellers_and_the_terms(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    yacine.add(amina, 3)
    yacine.add(ismahane)
    page = yacine.fill_details(amina, ismahane)
    assert page.path == "/en/checkout/check"
    for said in ("3 × 600 DA", "1 800 DA", "2 300 DA", "2 000 DA", "4 300 DA", "0550 12 34 56", "12 rue des Oliviers",
                 "15/1234", "123456789012345", "Terms of sale", "Nothing is ordered yet"):  # fmt: skip
        assert said in page.text, said
    assert {each.get("href") for each in page.body.xpath("//main//a")} >= {"/en/checkout", "/en/cart"}
    assert _orders(application) == []


def test_a_heavy_parcel_says_what_it_costs_more(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    with application.app_context(), transaction():
        session.execute(update(Product).where(Product.id == amina.product.id).values(weight_g=6_100))
        shipping.change_carrier(
            amina.id, amina.carrier.id, by=SYSTEM, included_g=5_000, per_kg_minor=100_00, cm3_per_kg=5_000
        )
    said = "200 DA of it for a parcel of 7 kg"
    assert said in _checked(yacine, amina).text
    assert said in yacine.open("/cart").text
    assert yacine.open("/checkout").text.count(said) == 2, "to the home and to the desk"


def test_parcels_may_travel_differently(application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop) -> None:
    yacine.add(amina)
    yacine.add(ismahane)
    yacine.open("/checkout")
    yacine.press("/checkout", button={"update": "1"}, wilaya=ORAN)
    ways = {f"delivery-{amina.id}": yacine.page.ways(amina.id)["home"],
            f"delivery-{ismahane.id}": yacine.page.ways(ismahane.id)["desk"]}  # fmt: skip
    yacine.press("/checkout", **YACINE, commune=ORAN_CITY, payment="cash_on_delivery", **ways)
    yacine.press(CONFIRM)
    assert [each.kind for each in _orders(application)] == ["home", "desk"]


# -- what is asked --------------------------------------------------------------------------------------------------


def test_nothing_is_chosen_beforehand(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    yacine.open("/checkout")
    page = yacine.press("/checkout", button={"update": "1"}, wilaya=ORAN)
    assert page.body.xpath("//input[@type='radio'][@checked]") == []
    assert page.value("commune") == ""


def test_the_wilayas_are_all_there_and_the_communes_follow_the_choice(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    page = yacine.open("/checkout")
    wilayas = page.texts("//select[@name='wilaya']/option")
    assert len(wilayas) == 70
    assert "31 – Oran" in wilayas
    assert len(page.texts("//select[@name='commune']/option")) == 1
    page = yacine.press("/checkout", button={"update": "1"}, wilaya=ORAN, **YACINE)
    assert "Oran" in page.texts("//select[@name='commune']/option")
    assert (page.value("phone"), page.value("name")) == (YACINE["phone"], YACINE["name"])
    assert page.status == 200


def test_what_was_typed_is_kept_when_something_is_wrong(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    typed = {
        "phone": "0550 12",
        "name": "ياسين <b>",
        "address": "حي 12\nعمارة 4",
        "note": "Merci d'appeler",
        "wilaya": ORAN,
    }
    yacine.open("/checkout")
    page = yacine.press("/checkout", **typed)
    assert page.status == 422
    assert page.title.startswith("Error:")
    for name, value in typed.items():
        assert (page.value(name) or "").replace("\r\n", "\n") == value
    assert page.problems[0].startswith("The number must have 10 digits")
    assert {each.get("href") for each in page.body.xpath("//div[contains(@class, 'errs')]//a")} >= {
        "#phone", "#commune", "#payment", f"#delivery-{amina.id}",
    }  # fmt: skip
    for href in page.body.xpath("//div[contains(@class, 'errs')]//a/@href"):
        assert page.body.xpath(f"//*[@id='{href[1:]}']"), href
    again = yacine.open("/checkout")
    assert again.value("name") == "ياسين <b>"


@pytest.mark.parametrize(
    "typed", ["+213550123456", "00213 550 12 34 56", "0550.12.34.56", "٠٥٥٠ ١٢ ٣٤ ٥٦", "550123456"]
)
def test_a_phone_is_read_however_it_is_written(application: Flask, yacine: Buyer, amina: Workshop, typed: str) -> None:
    yacine.buy(amina, phone=typed)
    assert [each.phone for each in _orders(application)] == ["+213550123456"]


@pytest.mark.parametrize("typed", ["", "0550 12 34", "0123456789", "abc", "+3361", "0550123456789", "💥" * 30])
def test_a_bad_phone_gets_a_sentence_at_its_field(yacine: Buyer, amina: Workshop, typed: str) -> None:
    yacine.add(amina)
    page = yacine.fill_details(amina, phone=typed)
    assert page.status == 422
    assert len(page.problems) == 1
    assert page.texts("//*[@id='phone-e']") == page.problems
    assert page.value("phone") == typed


def test_an_address_is_needed_only_for_a_home(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    page = yacine.fill_details(amina, address="  ")
    assert page.problems == ["Write the address where the parcel goes."]
    page = yacine.press("/checkout", **{f"delivery-{amina.id}": page.ways(amina.id)["desk"]})
    assert page.path == "/en/checkout/check"


def test_a_place_that_is_not_served_is_said(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    yacine.open("/checkout")
    page = yacine.press("/checkout", button={"update": "1"}, wilaya="01")
    assert "Atelier Amina does not deliver to this place" in page.text
    page = yacine.press("/checkout", **YACINE, commune="0101", payment="cash_on_delivery")
    assert page.status == 422
    assert any("does not deliver" in each for each in page.problems)


def test_a_commune_of_another_wilaya_is_not_taken(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    page = yacine.fill_details(amina, commune="1601")
    assert page.status == 422
    assert page.problems == ["Please choose your commune."]


@pytest.mark.parametrize(
    ("field", "value"),
    [("payment", "card"), ("payment", "x" * 5000), ("wilaya", "99"), ("wilaya", "٣١"), ("commune", "' OR 1=1 --"),
     ("delivery", "home.1.1"), ("delivery", "home.999999.50000"), ("delivery", "desk"), ("name", "\u202e" * 9)],
)  # fmt: skip
def test_what_no_browser_would_send_is_refused_in_words(
    application: Flask, yacine: Buyer, amina: Workshop, field: str, value: str
) -> None:
    _checked(yacine, amina)
    yacine.open("/checkout")
    page = yacine.press("/checkout", **{f"delivery-{amina.id}" if field == "delivery" else field: value})
    assert page.status == 422
    assert page.problems
    assert _orders(application) == []


def test_details_survive_going_back_from_the_check(yacine: Buyer, amina: Workshop) -> None:
    _checked(yacine, amina)
    page = yacine.open("/checkout")
    assert (page.value("phone"), page.value("commune")) == (YACINE["phone"], ORAN_CITY)
    assert page.value(f"delivery-{amina.id}") == page.ways(amina.id)["home"]
    assert page.value("payment") == "cash_on_delivery"


def test_the_fragment_for_htmx_has_the_communes_the_ways_and_the_sum(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    found = yacine.open("/checkout/parcels?wilaya=31")
    assert "Oran" in found.texts("//select[@name='commune']/option")
    home = found.ways(amina.id)["home"]
    found = yacine.open(f"/checkout/parcels?wilaya=31&commune=3101&delivery-{amina.id}={home}")
    assert "1 100 DA" in found.text
    assert found.body.xpath("//*[@id='totals']")
    assert found.body.xpath("//*[@id='due']")
    assert yacine.open("/checkout").value("commune") == ""


def test_an_empty_basket_has_nothing_to_check_out(yacine: Buyer, amina: Workshop) -> None:
    assert yacine.open("/checkout").path == "/en/cart"
    assert yacine.open("/checkout/check").path == "/en/cart"
    assert yacine.client.get("/en/checkout/parcels").status_code == 204


def test_the_check_asks_for_what_is_missing(yacine: Buyer, amina: Workshop) -> None:
    yacine.add(amina)
    page = yacine.open("/checkout/check")
    assert page.path == "/en/checkout"
    assert page.problems


# -- once, and only what was seen -----------------------------------------------------------------------------------


def test_a_double_tap_a_refresh_and_going_back_make_no_second_order(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    page = _checked(yacine, amina)
    form = page.form(CONFIRM)
    fields = page.filled(form)
    first = yacine.send(form.get("action"), fields)
    second = yacine.send(form.get("action"), fields)
    assert first.path == second.path
    assert yacine.open(first.path).status == 200
    assert yacine.open("/checkout/check").path == first.path
    assert yacine.open("/checkout").path == first.path
    assert len(_orders(application)) == 1
    assert _on_hand(application, amina) == 4


def test_a_second_tab_makes_no_second_order(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    one = _checked(yacine, amina)
    two = yacine.open("/checkout/check")
    keys = [each.filled(each.form(CONFIRM)) for each in (one, two)]
    assert keys[0]["key"] != keys[1]["key"]
    pages = [yacine.send(f"{CONFIRM}", fields) for fields in keys]
    assert pages[0].path == pages[1].path
    assert len(_orders(application)) == 1


def test_the_key_of_somebody_elses_order_is_a_conflict(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    page = _checked(yacine, amina)
    key = page.filled(page.form(CONFIRM))["key"]
    yacine.press(CONFIRM)
    sami = Buyer(application)
    page = _checked(sami, amina)
    fields = {**page.filled(page.form(CONFIRM)), "key": key}
    page = sami.send(CONFIRM, fields)
    assert page.status == 409
    assert yacine.page.path not in page.answer.get_data(as_text=True)
    assert len(_orders(application)) == 1


def test_after_an_order_the_basket_begins_anew(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    yacine.buy(amina)
    yacine.add(amina)
    page = yacine.open("/checkout")
    assert page.value("phone") == YACINE["phone"]
    assert page.value("payment") is None
    assert page.value("note") == ""
    yacine.fill_details(amina)
    yacine.press(CONFIRM)
    assert len(_orders(application)) == 2


def test_a_price_that_changed_at_the_last_moment_is_shown_before_anything_is_ordered(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    _checked(yacine, amina)
    with application.app_context(), transaction():
        catalogue.set_price(amina.id, amina.variant.id, Money.dinars(700), by=SYSTEM)
    page = yacine.press(CONFIRM)
    assert page.path == "/en/cart"
    assert "700 DA" in page.text
    assert "Nothing has been ordered" in page.text
    assert _orders(application) == []
    yacine.press("/cart/changes")
    page = yacine.open("/checkout/check")
    assert "1 200 DA" in page.text
    yacine.press(CONFIRM)
    assert [each.total for each in _orders(application)] == [Money.dinars(1200)]


def test_what_changed_must_be_seen_in_the_basket_before_the_check(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    _checked(yacine, amina)
    with application.app_context(), transaction():
        catalogue.set_price(amina.id, amina.variant.id, Money.dinars(500), by=SYSTEM)
    page = yacine.open("/checkout/check")
    assert page.path == "/en/cart"
    assert page.texts("//s") == ["600 DA"]
    yacine.press("/cart/changes")
    assert yacine.open("/checkout/check").path == "/en/checkout/check"


def test_a_delivery_price_that_changed_is_chosen_again(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    _checked(yacine, amina)
    with application.app_context(), transaction():
        rows = [RateRow(wilaya_code="31", home=Money.dinars(650), desk=Money.dinars(300))]
        shipping.set_rates(amina.id, amina.carrier.id, rows, by=SYSTEM)
    page = yacine.press(CONFIRM)
    assert page.path == "/en/checkout"
    assert page.problems == ["The price of this delivery has changed. Please choose again."]
    assert page.value("phone") == YACINE["phone"]
    yacine.press("/checkout", **{f"delivery-{amina.id}": page.ways(amina.id)["home"]})
    yacine.press(CONFIRM)
    assert [each.total for each in _orders(application)] == [Money.dinars(1250)]


def test_terms_that_changed_are_shown_again(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    _checked(yacine, amina)
    with application.app_context(), transaction():
        stores.update_profile(amina.id, terms_en="No returns of cut soap.", by=SYSTEM)
    page = yacine.press(CONFIRM)
    assert page.path == "/en/checkout/check"
    assert "No returns of cut soap." in page.text
    assert "Nothing has been ordered" in page.text
    assert yacine.press(CONFIRM).path.startswith("/en/t/")


def test_one_parcel_sold_out_in_between_stops_both(
    application: Flask, yacine: Buyer, amina: Workshop, ismahane: Workshop
) -> None:
    _checked(yacine, amina, ismahane)
    with application.app_context(), transaction():
        catalogue.count_stock(ismahane.id, ismahane.variant.id, 0, by=SYSTEM)
    page = yacine.press(CONFIRM)
    assert page.path == "/en/cart"
    assert "sold out" in page.text
    assert _orders(application) == []
    assert _on_hand(application, amina) == 5
    yacine.press("/cart/changes")
    assert yacine.open("/checkout/check").status == 200
    yacine.press(CONFIRM)
    assert len(_orders(application)) == 1


def test_a_workshop_that_closed_in_between_stops_the_order(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    _checked(yacine, amina)
    with application.app_context(), transaction():
        stores.suspend(amina.id, reason="papers", by=SYSTEM)
    page = yacine.press(CONFIRM)
    assert page.path == "/en/cart"
    assert _orders(application) == []


def test_an_eleventh_order_of_a_phone_within_an_hour_waits(application: Flask, amina: Workshop) -> None:
    with application.app_context(), transaction():
        catalogue.count_stock(amina.id, amina.variant.id, 50, by=SYSTEM)
    for _each in range(10):
        assert Buyer(application).buy(amina).path.startswith("/en/t/")
    late = Buyer(application)
    page = late.buy(amina)
    assert page.status == 429
    assert "Too many orders" in page.text
    assert len(_orders(application)) == 10
    assert late.open("/cart").texts("//section//h2") == ["Atelier Amina"]


# -- the doors ------------------------------------------------------------------------------------------------------


def test_the_forms_need_their_token_and_their_origin(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    page = _checked(yacine, amina)
    fields = page.filled(page.form(CONFIRM))
    bare = {name: value for name, value in fields.items() if name != "csrf"}
    assert yacine.send(CONFIRM, bare).status == 403
    assert yacine.send("/checkout", bare).status == 403
    sami = Buyer(application)
    sami.add(amina)
    assert yacine.send(CONFIRM, {**fields, "csrf": sami.page.filled(sami.page.form("/removal"))["csrf"]}).status == 403
    assert yacine.send(CONFIRM, fields, headers={"Origin": "https://evil.example"}).status == 403
    assert yacine.send(CONFIRM, fields, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert _orders(application) == []


def test_what_is_typed_at_checkout_is_never_cached(yacine: Buyer, amina: Workshop) -> None:
    page = _checked(yacine, amina)
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert yacine.open("/checkout").answer.headers["Cache-Control"] == "no-store"


def test_names_and_notes_are_shown_as_they_were_typed_and_never_run(
    application: Flask, yacine: Buyer, amina: Workshop
) -> None:
    yacine.add(amina)
    nasty = "<script>alert(1)</script>\"'{{7*7}}"
    page = yacine.fill_details(amina, name=nasty, address=nasty, note=nasty)
    assert page.text.count(nasty) == 3
    assert not page.body.xpath("//script[contains(text(), 'alert')]")


# -- what it costs --------------------------------------------------------------------------------------------------


def test_placing_a_one_line_order_takes_few_statements(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    page = _checked(yacine, amina)
    fields = page.filled(page.form(CONFIRM))
    with application.app_context(), statements() as seen:
        answer = yacine.client.post(f"/en{CONFIRM}", data=fields)
    assert answer.status_code == 303
    assert answer.location.startswith("/en/t/")
    assert len(seen) <= 26, "\n".join(each.split("\n")[0][:100] for each in seen)


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_pages_stay_within_six_kilobytes(
    application: Flask, amina: Workshop, ismahane: Workshop, lang: str
) -> None:
    with application.app_context(), transaction():
        for shop in (amina, ismahane):
            add_product(shop.store, stock=5)
    buyer = Buyer(application, lang)
    for shop in (amina, ismahane):
        buyer.add(shop)
    sizes = {"cart": _packed(buyer.open("/cart"))}
    buyer.fill_details(amina, ismahane)
    sizes["check"] = _packed(buyer.open("/checkout/check"))
    sizes["details"] = _packed(buyer.open("/checkout"))
    buyer.open("/checkout/check")
    sizes["tracking"] = _packed(buyer.press(CONFIRM))
    sizes["find"] = _packed(buyer.open("/t"))
    assert {name: size for name, size in sizes.items() if size > 6 * 1024} == {}


def _packed(page: Page) -> int:
    return len(gzip.compress(page.answer.data, 6))


def test_an_order_leaves_the_rows_it_should(application: Flask, yacine: Buyer, amina: Workshop) -> None:
    yacine.buy(amina)
    assert [_count(application, each) for each in (Purchase, Order, OrderLine, Payment, Shipment, Cart)] == [1] * 6

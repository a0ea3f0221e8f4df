"""The opening of a shop, screen by screen: saved when sent, gone on with where it was left."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts import service as accounts
from shop.catalogue.models import Picture, Product
from shop.plumbing.db import session, transaction
from shop.shipping.models import DeliveryRate
from shop.stores.models import Member, Store
from shop.web.studio.wizard_frame import SCREENS
from tests.people import Person, sign_in
from tests.studio.conftest import Shop
from tests.studio.photographs import photograph

URL = "/studio/terre-et-feu/opening"
WHO = {"person": "Nour Benyoucef", "name": "Terre et feu", "action": "save"}
CRAFT = {"craft": "pottery", "wilaya_code": "15", "commune_code": "1501", "action": "save"}
PRODUCT = {"name": "Assiette bleue", "price": "2400", "stock": "6", "craft": "pottery", "key": "k1", "action": "save"}
DELIVERY = {"carrier": "rate_sheet", "title": "Barq Express", "home_own": "400", "desk_own": "250", "sure_own": "1",
            "home_near": "٥٠٠", "desk_near": "", "sure_near": "1", "home_last": "1000", "action": "save"}  # fmt: skip
PAPERS = {"legal_name": "Nour Benyoucef", "register_type": "artisan_card", "register_number": "15/0412/24",
          "nif": "123 456 789 012 345", "address": "Villa 44", "phone": "0661203040", "email": "nour@terre.example",
          "paper": "a4x4", "action": "save"}  # fmt: skip


@pytest.fixture
def nour(application: Flask) -> Person:
    """Somebody who has signed up and has no shop."""
    return sign_in(application, "Nour", "+213661203040")


def store(application: Flask) -> Store:
    """Return her shop."""
    with application.app_context():
        return session.scalars(select(Store).where(Store.slug == "terre-et-feu")).one()


def begun(nour: Person) -> None:
    """Send the first two screens."""
    assert nour.post("/studio/opening", WHO).location == "/studio/opening/craft"
    assert nour.post("/studio/opening/craft", CRAFT).location == f"{URL}/product"


def test_five_screens_open_a_shop(application: Flask, nour: Person) -> None:
    assert "/studio/opening" in nour.get("/studio/").text
    begun(nour)
    made = store(application)
    assert (made.state, made.craft, made.commune_code, made.phone) == ("draft", "pottery", "1501", "+213661203040")
    assert made.artisan_fr == "Nour Benyoucef"
    assert nour.get(URL).location == f"{URL}/product"
    sent = nour.post(f"{URL}/product", PRODUCT, photos=(photograph(), "a.jpg"))
    assert sent.location == f"{URL}/delivery"
    assert nour.post(f"{URL}/delivery", DELIVERY).location == f"{URL}/papers"
    assert nour.get(URL).location == f"{URL}/papers"
    assert nour.post(f"{URL}/papers", PAPERS).location == "/studio/terre-et-feu/#opening"
    made = store(application)
    assert (made.nif, made.paper, made.email) == ("123456789012345", "a4x4", "nour@terre.example")
    page = nour.get("/studio/terre-et-feu/").text
    assert "Still missing" not in page
    assert 'action="/studio/terre-et-feu/settings/opening"' in page
    assert application.test_client().get("/en/@terre-et-feu").status_code == 404
    assert nour.post("/studio/terre-et-feu/settings/opening").status_code == 303
    assert "Assiette bleue" in application.test_client().get("/en/@terre-et-feu").text


def test_only_the_zones_that_she_confirms_are_ever_shown_to_buyers(application: Flask, nour: Person) -> None:
    begun(nour)
    nour.post(f"{URL}/delivery", DELIVERY)
    with application.app_context():
        rates = {row.wilaya_code: row for row in session.scalars(select(DeliveryRate))}
    assert rates["15"].home_minor == 40_000
    assert (rates["16"].home_minor, rates["16"].desk_minor) == (50_000, None)
    assert "31" not in rates
    assert "11" not in rates, "its figures stand in the form, but nobody ticked them"
    page = nour.get(f"{URL}/delivery").text
    assert 'name="home_near" value="٥٠٠"' in page
    assert 'name="home_last" value="1000"' in page, "what was not confirmed is not lost"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sure_own": "", "sure_near": ""}, "Confirm at least one group of wilayas"),
        ({"home_own": "cher"}, "Write the price in whole dinars"),
        ({"home_near": "", "desk_near": ""}, "Write a price for this group"),
        ({"carrier": ""}, "Please choose who delivers."),
        ({"title": ""}, "Write the name of the company"),
    ],
)
def test_prices_that_cannot_be_read_are_told_and_kept(
    application: Flask, nour: Person, change: dict[str, str], sentence: str
) -> None:
    begun(nour)
    fields = {name: text for name, text in (DELIVERY | change).items() if text or not name.startswith("sure_")}
    answer = nour.post(f"{URL}/delivery", fields)
    assert answer.status_code == 422
    assert answer.text.count(sentence) >= 2, "in the summary and at its place"
    assert 'name="home_last" value="1000"' in answer.text
    with application.app_context():
        assert session.scalars(select(DeliveryRate)).all() == []


def test_sending_the_delivery_again_makes_no_second_carrier(application: Flask, nour: Person) -> None:
    begun(nour)
    for _tap in range(2):
        nour.post(f"{URL}/delivery", DELIVERY)
    nour.post(f"{URL}/delivery", DELIVERY | {"sure_own": "1", "home_own": "450"})
    with application.app_context():
        rows = session.scalars(select(DeliveryRate).where(DeliveryRate.wilaya_code == "15")).all()
    assert [row.home_minor for row in rows] == [45_000]


def test_what_is_typed_is_kept_before_it_is_sent(application: Flask, nour: Person) -> None:
    kept = nour.post("/studio/opening", {"person": "Nour B", "name": "Terre", "action": "keep", "smuggled": "x"})
    assert kept.status_code == 204
    assert 'value="Terre"' in nour.get("/studio/opening").text
    begun(nour)
    half = {"legal_name": "Nour", "nif": "12", "phone": "06", "action": "keep"}
    assert nour.post(f"{URL}/papers", half).status_code == 204
    page = nour.get(f"{URL}/papers").text
    assert 'name="nif" type="text" value="12"' in page
    assert 'name="phone" type="tel" value="06"' in page
    assert store(application).nif == "", "nothing counts before it is sent"
    assert nour.post(f"{URL}/papers", PAPERS).status_code == 303
    assert 'value="123456789012345"' in nour.get(f"{URL}/papers").text


def test_going_back_loses_nothing(application: Flask, nour: Person) -> None:
    begun(nour)
    assert 'value="Terre et feu"' in nour.get(f"{URL}/who").text
    assert nour.post(f"{URL}/who", WHO | {"name": "Terre, feu"}).location == f"{URL}/craft"
    assert '<option value="1501" selected>' in nour.get(f"{URL}/craft").text
    assert nour.post(f"{URL}/craft", CRAFT | {"craft": "leather"}).location == f"{URL}/product"
    assert (store(application).name, store(application).craft) == ("Terre, feu", "leather")


def test_a_second_tap_makes_no_second_shop_and_no_second_photograph(application: Flask, nour: Person) -> None:
    begun(nour)
    assert nour.post("/studio/opening/craft", CRAFT).location == URL
    for _tap in range(2):
        sent = nour.post(f"{URL}/product", PRODUCT, photos=(photograph(), "a.jpg"))
        assert sent.location == f"{URL}/delivery"
    with application.app_context():
        assert len(session.scalars(select(Member).where(Member.account_id == nour.account_id)).all()) == 1
        assert len(session.scalars(select(Product)).all()) == 1
        assert len(session.scalars(select(Picture)).all()) == 1


def test_a_product_without_a_photograph_stays_a_draft_and_says_why(application: Flask, nour: Person) -> None:
    begun(nour)
    answer = nour.post(f"{URL}/product", PRODUCT)
    assert answer.status_code == 422
    assert "Add one photograph at least." in answer.text
    assert 'value="Assiette bleue"' in answer.text
    assert 'value="Assiette bleue"' in nour.get(f"{URL}/product").text
    assert nour.post(f"{URL}/product", PRODUCT, photos=(photograph(), "a.jpg")).status_code == 303
    with application.app_context():
        (made,) = session.scalars(select(Product))
    assert made.state == "published"
    assert "It is ready." in nour.get(f"{URL}/product").text


def test_what_the_law_asks_of_a_soap_keeps_it_a_draft_and_says_so(application: Flask, nour: Person) -> None:
    begun(nour)
    sent = nour.post(f"{URL}/product", PRODUCT | {"craft": "soap"}, photos=(photograph(), "a.jpg"))
    assert sent.location == f"{URL}/delivery", "she goes on: the formalities can come later"
    assert "Your product is kept as a draft." in nour.get(sent.location).text
    with application.app_context():
        (made,) = session.scalars(select(Product))
    assert made.state == "draft"
    assert f'href="/studio/terre-et-feu/products/{made.id}"' in nour.get("/studio/terre-et-feu/").text
    assert nour.get(f"{URL}/product").status_code == 200


def test_communes_follow_the_wilaya_without_losing_the_craft(nour: Person) -> None:
    nour.post("/studio/opening", WHO)
    page = nour.post("/studio/opening/craft", CRAFT | {"wilaya_code": "31", "action": "communes"}).text
    assert '<option value="3101">' in page
    assert '<option value="pottery" selected>' in page


def test_today_lists_what_lacks_each_with_the_way_there(application: Flask, nour: Person) -> None:
    begun(nour)
    page = nour.get("/studio/terre-et-feu/").text
    assert f'href="{URL}/product"' in page
    assert f'href="{URL}/delivery"' in page
    assert f'href="{URL}/papers#nif"' in page
    refused = nour.post("/studio/terre-et-feu/settings/opening")
    assert refused.status_code == 422
    assert "Say what delivery costs" in refused.text
    assert store(application).state == "draft"


def test_an_unfinished_shop_is_gone_on_with(nour: Person) -> None:
    begun(nour)
    assert nour.get("/studio/opening").location == URL
    assert nour.get("/studio/opening/craft").location == URL


def test_a_screen_that_does_not_exist_is_not_there(shop: Shop, amina: Person) -> None:
    assert amina.get(f"{shop.url}/opening/nothing").status_code == 404


def test_a_helper_opens_no_shop(shop: Shop, helper: Person) -> None:
    for screen in SCREENS:
        assert helper.get(f"{shop.url}/opening/{screen}").status_code == 403


def test_the_name_in_arabic_letters_is_the_arabic_one(application: Flask, nour: Person) -> None:
    nour.post("/studio/opening", WHO | {"person": "نور بن يوسف"})
    nour.post("/studio/opening/craft", CRAFT)
    made = store(application)
    assert (made.artisan_ar, made.artisan_fr) == ("نور بن يوسف", "")


def test_the_language_of_her_papers_is_hers(application: Flask, nour: Person) -> None:
    with application.app_context(), transaction():
        accounts.set_language(nour.account_id, "ar")
    begun(nour)
    assert store(application).language == "ar"

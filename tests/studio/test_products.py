"""A product in two minutes, changed every day, never losing what was typed."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue.models import Picture, Product, StockMovement, Variant
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from shop.stores import service as stores
from shop.stores.models import Store
from tests.people import Person
from tests.studio.conftest import Shop
from tests.studio.photographs import photograph

# A craft of which the law asks nothing: what soaps and perfumes must declare is tested in test_formalities.py.
SOAP = {"name": "Savon à l'olive", "price": "650", "stock": "12", "craft": "wood", "action": "publish"}


def products(application: Flask) -> list[Product]:
    """Return every product of the database."""
    with application.app_context():
        return list(session.scalars(select(Product).order_by(Product.id)))


def only_variant(application: Flask) -> Variant:
    """Return the one variant of the database."""
    with application.app_context():
        return session.scalars(select(Variant)).one()


def test_a_product_with_photograph_name_and_price_is_in_the_shop(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "savon.jpg"), key="k1")
    assert answer.status_code == 303
    made = products(application)[0]
    assert (made.state, made.name_fr, made.price_minor, made.in_stock) == ("published", "Savon à l'olive", 65_000, True)
    assert made.cover
    assert "It is in the shop" in amina.get(answer.location).text


def test_a_name_in_arabic_letters_is_the_arabic_name(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP | {"name": "صابون الزيتون"}, photos=(photograph(), "a.jpg"))
    assert products(application)[0].name_ar == "صابون الزيتون"


def test_arabic_digits_are_read_in_prices_and_stock(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP | {"price": "١٬٢٥٠".replace("٬", " "), "stock": "٧"},
               photos=(photograph(), "a.jpg"))  # fmt: skip
    variant = only_variant(application)
    assert (variant.price_minor, variant.on_hand) == (125_000, 7)


def test_a_wrong_price_keeps_the_photograph_and_all_that_was_typed(
    application: Flask, shop: Shop, amina: Person
) -> None:
    answer = amina.post(f"{shop.url}/products/new", SOAP | {"price": "cher"}, photos=(photograph(), "a.jpg"), key="k")
    assert answer.status_code == 422
    assert "Error:" in answer.text
    assert "Write the amount in dinars" in answer.text
    assert 'value="cher"' in answer.text
    assert "Savon à l&#39;olive" in answer.text
    draft = re.search(r'name="draft" value="(\d+)"', answer.text)
    assert draft is not None
    assert "1 photograph is kept" in answer.text
    again = amina.post(f"{shop.url}/products/new", SOAP, draft=draft[1], key="k")
    assert again.status_code == 303
    (made,) = products(application)
    assert (made.state, made.price_minor) == ("published", 65_000)
    with application.app_context():
        assert len(session.scalars(select(Picture)).all()) == 1


def test_a_missing_name_keeps_the_photograph_under_the_name_of_the_day(
    application: Flask, shop: Shop, amina: Person
) -> None:
    answer = amina.post(f"{shop.url}/products/new", SOAP | {"name": ""}, photos=(photograph(), "a.jpg"))
    assert answer.status_code == 422
    assert 'id="name"' in answer.text
    assert 'value=""' in answer.text
    assert products(application)[0].name_en.startswith("Draft of ")
    draft = re.search(r'name="draft" value="(\d+)"', answer.text)
    assert draft is not None
    amina.post(f"{shop.url}/products/new", SOAP, draft=draft[1])
    (made,) = products(application)
    assert (made.name_fr, made.name_en) == ("Savon à l'olive", "")


def test_a_page_of_text_renamed_to_jpg_is_refused_in_words_and_the_good_photograph_stays(
    application: Flask, shop: Shop, amina: Person
) -> None:
    photos = [(photograph(), "good.jpg"), (io.BytesIO(b"<html><script>alert(1)</script></html>"), "bad.jpg")]
    answer = amina.post(f"{shop.url}/products/new", SOAP, photos=photos)
    assert answer.status_code == 422
    assert "bad.jpg: Please choose a photograph" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "1 photograph is kept" in answer.text
    assert 'value="650"' in answer.text
    assert products(application)[0].state == "draft"


def test_the_same_form_sent_again_makes_no_second_product(application: Flask, shop: Shop, amina: Person) -> None:
    for _time in range(2):
        answer = amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"), key="same")
        assert answer.status_code == 303
    assert len(products(application)) == 1


def test_without_a_photograph_it_stays_a_draft_and_says_why(application: Flask, shop: Shop, amina: Person) -> None:
    answer = amina.post(f"{shop.url}/products/new", SOAP)
    assert "Add one photograph at least." in amina.get(answer.location).text
    assert products(application)[0].state == "draft"


def test_in_a_shop_that_is_not_open_a_product_waits_for_the_day(application: Flask, shop: Shop, amina: Person) -> None:
    with application.app_context(), transaction():
        session.get_one(Store, shop.store_id).state = "draft"
    answer = amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    assert "Customers see it when your shop opens." in amina.get(answer.location).text
    (made,) = products(application)
    assert made.state == "published"
    assert application.test_client().get(f"/en/p/{made.id}-{made.slug}").status_code == 404


def test_price_and_stock_change_from_the_list(application: Flask, shop: Shop, helper: Person) -> None:
    helper.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    prefix = f"p{made.id}-"
    url = f"{shop.url}/products/{made.id}/price-and-stock"
    assert helper.post(url, {f"{prefix}price": "٧٠٠", f"{prefix}on_hand": "0"}).status_code == 303
    variant = only_variant(application)
    assert (variant.price_minor, variant.on_hand) == (70_000, 0)
    page = helper.get(f"{shop.url}/products").text
    assert "Sold out" in page
    assert "700" in page
    with application.app_context():
        reasons = [row.reason for row in session.scalars(select(StockMovement).order_by(StockMovement.id))]
        verbs = set(session.scalars(select(Entry.verb)))
    assert reasons == ["initial", "counted"]
    assert {"product.created", "product.published", "product.price", "stock.counted"} <= verbs


@pytest.mark.parametrize(("price", "on_hand"), [("0", "1"), ("abc", "1"), ("650", "-1"), ("", ""), ("650", "1.5")])
def test_wrong_figures_are_said_at_their_field_and_change_nothing(
    application: Flask, shop: Shop, amina: Person, price: str, on_hand: str
) -> None:
    amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    prefix = f"p{made.id}-"
    answer = amina.post(
        f"{shop.url}/products/{made.id}/price-and-stock", {f"{prefix}price": price, f"{prefix}on_hand": on_hand}
    )
    assert answer.status_code == 422
    assert f'value="{price}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    variant = only_variant(application)
    assert (variant.price_minor, variant.on_hand) == (65_000, 12)


def test_everything_else_is_written_afterwards(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    url = f"{shop.url}/products/{made.id}"
    words = {
        "name_ar": "صابون", "name_fr": "Savon", "name_en": "Soap", "craft": "perfume", "weight_g": "١٢٠",
        "description_fr": "Fait main.\nSéché six semaines.", "fragile": "1", "made_to_order_days": "5",
    }  # fmt: skip
    assert amina.post(url, words).status_code == 303
    (now,) = products(application)
    assert (now.name_ar, now.name_en, now.craft, now.weight_g, now.fragile) == ("صابون", "Soap", "perfume", 120, True)
    assert (now.description_fr, now.made_to_order_days) == ("Fait main.\nSéché six semaines.", 5)
    assert "Made to order" in amina.get(f"{shop.url}/products").text


def test_a_product_keeps_a_name_in_one_language_at_least(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    answer = amina.post(
        f"{shop.url}/products/{made.id}", {"craft": "soap", "weight_g": "100", "name_fr": "", "description_fr": "Kept"}
    )
    assert answer.status_code == 422
    assert "Write the product&#39;s name in one language at least." in answer.text
    assert "Kept" in answer.text
    assert products(application)[0].name_fr == "Savon à l'olive"


def test_a_hidden_product_leaves_the_shop_and_comes_back(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    url = f"{shop.url}/products/{made.id}"
    amina.post(f"{url}/hiding")
    assert products(application)[0].state == "hidden"
    amina.post(f"{url}/publication")
    assert products(application)[0].state == "published"


def test_choices_have_their_own_names_prices_and_stock(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    first = only_variant(application)
    rows = {
        "v0-id": str(first.id), "v0-label_fr": "Petit", "v0-price": "650", "v0-on_hand": "12",
        "v1-label_ar": "كبير", "v1-price": "٩٠٠", "v1-on_hand": "3",
        "v2-price": "", "v2-on_hand": "", "v2-label_fr": "",
    }  # fmt: skip
    assert amina.post(f"{shop.url}/products/{made.id}/variants", rows).status_code == 303
    with application.app_context():
        found = [
            (v.label_fr, v.label_ar, v.price_minor, v.on_hand)
            for v in session.scalars(select(Variant).order_by(Variant.position))
        ]
    assert found == [("Petit", "", 65_000, 12), ("", "كبير", 90_000, 3)]
    hidden = rows | {"v0-hidden": "1"}
    del hidden["v1-label_ar"], hidden["v1-price"], hidden["v1-on_hand"]
    amina.post(f"{shop.url}/products/{made.id}/variants", hidden)
    assert products(application)[0].price_minor in {65_000, 90_000}


def test_a_second_choice_without_a_name_is_refused_at_its_field(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    first = only_variant(application)
    rows = {"v0-id": str(first.id), "v0-price": "650", "v0-on_hand": "12", "v1-price": "900", "v1-on_hand": "x"}
    answer = amina.post(f"{shop.url}/products/{made.id}/variants", rows)
    assert answer.status_code == 422
    assert "Write what makes this choice different" in answer.text
    assert 'href="#v1-on_hand"' in answer.text
    assert 'value="900"' in answer.text


def test_a_choice_of_another_product_is_not_found(application: Flask, shop: Shop, amina: Person) -> None:
    for _time in range(2):
        amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    first, second = products(application)
    with application.app_context():
        foreign = session.scalars(select(Variant.id).where(Variant.product_id == second.id)).one()
    rows = {"v0-id": str(foreign), "v0-price": "1", "v0-on_hand": "1"}
    assert amina.post(f"{shop.url}/products/{first.id}/variants", rows).status_code == 404


def test_a_draft_is_published_with_what_was_just_typed(application: Flask, shop: Shop, amina: Person) -> None:
    amina.post(f"{shop.url}/products/new", SOAP | {"action": "draft"}, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    words = {"name_fr": "Savon doux", "craft": "wood", "weight_g": "90", "action": "publish"}
    amina.post(f"{shop.url}/products/{made.id}", words)
    (now,) = products(application)
    assert (now.state, now.name_fr, now.weight_g) == ("published", "Savon doux", 90)


def test_another_shops_product_and_choices_are_not_found(
    application: Flask, shop: Shop, neighbour: Shop, amina: Person, sami: Person
) -> None:
    amina.post(f"{shop.url}/products/new", SOAP, photos=(photograph(), "a.jpg"))
    (made,) = products(application)
    with application.app_context(), transaction():
        stores.add_member(neighbour.store_id, sami.account_id, "owner", by=SYSTEM)
    for page in ("", "/pictures", "/variants"):
        assert sami.get(f"{neighbour.url}/products/{made.id}{page}").status_code == 404
    for page in ("", "/pictures", "/variants", "/publication", "/hiding", "/price-and-stock"):
        assert sami.post(f"{neighbour.url}/products/{made.id}{page}").status_code in {404, 409}
    assert sami.post(f"{neighbour.url}/products/new", SOAP, draft=str(made.id)).status_code == 404
    assert sami.get(f"{shop.url}/products").status_code == 404
    assert products(application)[0].state == "published"


def test_the_list_pages_by_key_and_finds_by_name(application: Flask, shop: Shop, amina: Person) -> None:
    from shop.catalogue import service
    from shop.core.money import Money

    with application.app_context(), transaction():
        for n in range(32):
            service.create_product(
                shop.store_id,
                by=SYSTEM,
                craft="soap",
                names={"fr": f"Savon numéro {n}"},
                price=Money.dinars(10),
                stock=1,
            )
    first = amina.get(f"{shop.url}/products").text
    assert first.count('class="panel ware"') == 30
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = amina.get(following[1].replace("&amp;", "&")).text
    assert second.count('class="panel ware"') == 2
    found = amina.get(f"{shop.url}/products", q="numéro 31").text
    assert found.count('class="panel ware"') == 1

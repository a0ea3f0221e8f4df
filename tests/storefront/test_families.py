"""What a buyer reads and chooses: facts in her language, two options, a text for the maker, a day, a closed queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.catalogue import details, options
from shop.catalogue import service as catalogue
from shop.catalogue.models import Variant
from shop.core import clock
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from tests.catalogue.test_options import SCENT, SIZE
from tests.checkout.cast import basket, place, workshop
from tests.formalities import declare
from tests.storefront.buying import Buyer


@dataclass(frozen=True)
class Soap:
    """A soap of Amina's, by its numbers."""

    id: int
    slug: str
    product_id: int
    variant_id: int


@pytest.fixture
def amina(application: Flask) -> Soap:
    with application.app_context():
        made = workshop()
        with transaction():
            declare(made.product.id)
        found = Soap(made.id, made.store.slug, made.product.id, made.variant.id)
        session.remove()  # type: ignore[attr-defined]
    return found


def page(client: FlaskClient, shop: Soap, lang: str = "fr", query: str = "") -> str:
    return client.get(f"/{lang}/p/{shop.product_id}-savon{query}", follow_redirects=True).text


def test_facts_care_and_precautions_are_read_in_the_language_of_the_reader_or_the_next_best(
    application: Flask, amina: Soap, client: FlaskClient
) -> None:
    with application.app_context(), transaction():
        details.say(amina.id, amina.product_id, {"scent": {"fr": "Rose"}, "care": {}}, by=SYSTEM)
    french, arabic = page(client, amina), page(client, amina, "ar")
    assert "Sodium Olivate, Aqua, Glycerin" in french
    assert "12 mois" in french
    assert "12 شهرا" in arabic
    assert "Usage externe." in arabic
    assert "مكتوب بالفرنسية" in arabic or 'lang="fr"' in arabic
    assert "en cours" in french
    assert "porte-savon" in french, "the family's own care text"


def test_each_option_is_a_group_of_chips_and_a_pair_without_stock_is_struck(
    application: Flask, amina: Soap, client: FlaskClient
) -> None:
    with application.app_context():
        with transaction():
            options.set_options(amina.id, amina.product_id, [SIZE, SCENT], by=SYSTEM)
        found = options.options_of(amina.product_id)
        (small, _large), (rose, jasmine) = found.first, found.second
        sold_out = found.variant_of(small.id, jasmine.id)
        session.remove()  # type: ignore[attr-defined]
    text = page(client, amina)
    assert text.count('name="o1"') == 1, "the other size has nothing left: a struck link"
    assert f'name="o2" value="{rose.id}" checked' in text
    assert f"variant={sold_out}" in text
    assert "<s>Jasmin</s>" in text
    buyer, product = Buyer(application), {"product": str(amina.product_id), "pieces": "1"}
    buyer.send("/cart/lines", product | {"o1": str(small.id), "o2": str(rose.id)})
    assert "100 g, Rose" in buyer.open("/cart").text
    gone = client.post("/fr/cart/lines", data=product | {"o1": str(small.id), "o2": str(jasmine.id)})
    assert gone.location.endswith("told=sold_out")
    assert client.post("/fr/cart/lines", data=product | {"o1": "999", "o2": "1"}).status_code == 404


def test_a_text_for_the_maker_is_asked_kept_and_shown(application: Flask, amina: Soap, client: FlaskClient) -> None:
    with application.app_context(), transaction():
        catalogue.update_product(
            amina.id,
            amina.product_id,
            by=SYSTEM,
            personal_fr="Prénom à graver",
            personal_most=8,
            personal_required=True,
        )
    assert "Prénom à graver" in page(client, amina)
    sent = {"variant": str(amina.variant_id), "pieces": "1"}
    missing = client.post("/fr/cart/lines", data=sent)
    assert missing.status_code == 422
    assert 'href="#personal"' in missing.text
    long = client.post("/fr/cart/lines", data=sent | {"personal": "Abderrahmane"})
    assert long.status_code == 422
    assert 'value="Abderrahmane"' in long.text
    buyer = Buyer(application)
    buyer.send("/cart/lines", sent | {"personal": "<b>Ali"})
    assert "Text: <b>Ali" in buyer.open("/cart").text


def test_a_full_queue_says_when_it_opens_and_a_piece_that_exists_once_asks_for_no_wish(
    application: Flask, amina: Soap, client: FlaskClient
) -> None:
    with application.app_context():
        with transaction():
            catalogue.update_product(
                amina.id, amina.product_id, by=SYSTEM, made_to_order_days=2, capacity_week=5, queue_most=2
            )
        assert "prêt vers le" in page(client, amina)
        place(basket({session.get_one(Variant, amina.variant_id): 2}))
        session.remove()  # type: ignore[attr-defined]
    closed = page(client, amina)
    assert "rouvre" in closed or "reprend vers le" in closed
    assert 'id="buy"' not in closed
    assert "wish-phone" not in closed, "nobody would write: no piece comes back into stock"
    with application.app_context(), transaction():
        catalogue.update_product(amina.id, amina.product_id, by=SYSTEM, made_to_order_days=None, queue_most=None)
        catalogue.count_stock(amina.id, amina.variant_id, 0, by=SYSTEM)
        catalogue.update_product(amina.id, amina.product_id, by=SYSTEM, one_of_a_kind=True)
    sold = page(client, amina)
    assert "Vendu" in sold
    assert "wish-phone" not in sold


def test_the_holiday_message_stands_on_shop_product_and_basket(
    application: Flask, amina: Soap, client: FlaskClient
) -> None:
    buyer = Buyer(application)
    buyer.send("/cart/lines", {"variant": str(amina.variant_id), "pieces": "1"})
    with application.app_context(), transaction():
        day = clock.today() + timedelta(days=5)
        stores.close_until(amina.id, day, message="Retour le 10, inchallah", by=SYSTEM)
        slug = amina.slug
    for text in (page(client, amina), client.get(f"/fr/@{slug}").text, buyer.open("/cart").text):
        assert "Retour le 10, inchallah" in text


def test_the_photograph_of_a_choice_stands_first(application: Flask, amina: Soap, client: FlaskClient) -> None:
    with application.app_context(), transaction():
        options.set_options(amina.id, amina.product_id, [SIZE], by=SYSTEM)
        keys = ["a" * 24, "b" * 24]
        shots = [
            catalogue.add_picture(amina.id, amina.product_id, key, width=9, height=9, by=SYSTEM).id for key in keys
        ]
        other = amina.variant_id + 1
        options.show_by(amina.id, amina.product_id, {other: shots[1]}, by=SYSTEM)
    first, second = page(client, amina), page(client, amina, query=f"?variant={other}")
    assert first.index(keys[0]) < first.index(keys[1])
    gallery = second[second.index('id="picture-1"') :]
    assert gallery.index(keys[1]) < gallery.index(keys[0])

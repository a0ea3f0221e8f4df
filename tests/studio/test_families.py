"""What a product's page asks by its family: formalities, lots, options, costs, a text, a queue, a holiday message."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from shop.catalogue.details import said_of
from shop.catalogue.models import Lot, Product, Variant
from shop.core import clock
from shop.plumbing.db import session
from shop.stores.models import Store
from tests.people import Person
from tests.studio.conftest import Shop
from tests.studio.photographs import photograph
from tests.studio.test_products import SOAP, products

REAL_SOAP = SOAP | {"craft": "soap"}
WORDS = {"name_fr": "Savon à l'olive", "craft": "soap", "weight_g": "150", "origin": "DZ"}
LAW = {
    "a-inci": "Sodium Olivate, Aqua", "a-net_content": "100 g", "a-period_after_opening": "١٢",
    "a-precautions_fr": "Usage externe.", "a-authorisation": "16/2024/7", "a-authorised_on": "2024-03-12",
}  # fmt: skip


def soap(application: Flask, shop: Shop, amina: Person) -> str:
    """Make a soap, which stays a draft, and return the address of its page."""
    answer = amina.post(f"{shop.url}/products/new", REAL_SOAP, photos=(photograph(), "savon.jpg"))
    assert answer.status_code == 303
    return f"{shop.url}/products/{products(application)[0].id}"


def test_a_soap_is_kept_as_a_draft_with_links_to_what_the_law_asks(
    application: Flask, shop: Shop, amina: Person
) -> None:
    url = soap(application, shop, amina)
    assert products(application)[0].state == "draft"
    page = amina.get(url).text
    assert 'href="#a-inci"' in page
    assert 'id="a-inci"' in page
    assert "Write the net content." in page
    answer = amina.post(url, WORDS | LAW | {"action": "publish"})
    assert "It is in the shop" in amina.get(answer.location).text
    with application.app_context():
        said = said_of([1])[1]
    assert said["period_after_opening"] == {"": "12"}
    assert said["precautions"] == {"fr": "Usage externe."}


def test_a_wrong_figure_of_the_family_is_said_at_its_field_and_nothing_is_lost(
    application: Flask, shop: Shop, amina: Person
) -> None:
    url = soap(application, shop, amina)
    answer = amina.post(
        url, WORDS | LAW | {"a-period_after_opening": "un an", "a-authorised_on": "hier", "length": "-3"}
    )
    assert answer.status_code == 422
    for kept in ("un an", "hier", "Sodium Olivate, Aqua", "16/2024/7"):
        assert kept in answer.text
    for field in ("a-period_after_opening", "a-authorised_on", "length"):
        assert f'href="#{field}"' in answer.text
    with application.app_context():
        assert said_of([1]) == {}


def test_a_text_to_put_on_it_needs_a_name(application: Flask, shop: Shop, amina: Person) -> None:
    url = soap(application, shop, amina)
    answer = amina.post(url, WORDS | {"personal_most": "12"})
    assert answer.status_code == 422
    assert 'href="#personal_fr"' in answer.text
    assert amina.post(url, WORDS | {"personal_most": "12", "personal_ar": "الاسم"}).status_code == 303
    assert products(application)[0].personal_most == 12


def test_box_customs_and_queue_are_kept(application: Flask, shop: Shop, amina: Person) -> None:
    url = soap(application, shop, amina)
    more = {"length": "12", "width": "8", "height": "5", "hs_code": "340111", "made_to_order_days": "4",
            "capacity_week": "6", "queue_most": "12", "family": "wood"}  # fmt: skip
    assert amina.post(url, WORDS | more).status_code == 303
    made = products(application)[0]
    assert (made.length_mm, made.width_mm, made.height_mm, made.hs_code) == (120, 80, 50, "340111")
    assert (made.made_to_order_days, made.capacity_week, made.queue_most, made.family) == (4, 6, 12, "wood")
    assert "What the law asks" not in amina.get(url).text
    assert amina.post(url, WORDS | {"hs_code": "999999"}).status_code == 422


def test_the_meter_says_what_each_language_lacks(application: Flask, shop: Shop, amina: Person) -> None:
    url = soap(application, shop, amina)
    amina.post(url, WORDS | {"description_fr": "Doux."})
    page = amina.get(url).text
    assert "Missing: name, description" in page
    assert page.count("<meter") == 3


def test_what_it_costs_is_the_owners_alone(application: Flask, shop: Shop, amina: Person, helper: Person) -> None:
    url = soap(application, shop, amina)
    answer = amina.post(f"{url}/costs", {"materials": "140,50", "packaging": ""})
    assert answer.status_code == 303
    made = products(application)[0]
    assert (made.materials_minor, made.packaging_minor) == (14_050, None)
    assert "140,50" in amina.get(f"{url}/costs").text
    assert amina.post(f"{url}/costs", {"materials": "cher"}).status_code == 422
    assert helper.get(f"{url}/costs").status_code == 403
    assert helper.post(f"{url}/costs", {"materials": "1"}).status_code == 403
    assert "costs" not in helper.get(url).text
    helper.post(url, WORDS | {"materials_minor": "5", "materials": "5"})
    assert products(application)[0].materials_minor == 14_050


def test_lots_are_written_down_sold_in_turn_and_found(application: Flask, shop: Shop, amina: Person) -> None:
    url = soap(application, shop, amina)
    day = clock.today() + timedelta(days=400)
    assert amina.post(f"{url}/lots", {"code": "L1", "best_before": day.isoformat(), "pieces": "٦٠"}).status_code == 303
    assert amina.post(f"{url}/lots", {"code": "L2", "made_on": "2026-13-40"}).status_code == 422
    assert amina.post(f"{url}/lots", {"code": "L1"}).status_code == 422
    assert amina.post(f"{url}/lots", {"code": "L2"}).status_code == 303
    with application.app_context():
        assert [(each.code, each.pieces, each.current) for each in session.scalars(select(Lot).order_by(Lot.id))] == [
            ("L1", 60, False), ("L2", None, True),
        ]  # fmt: skip
    assert amina.post(f"{url}/lots/1").status_code == 303
    page = amina.get(f"{url}/lots").text
    assert page.index("Sold now") > page.index("L2")
    assert "Now: lot" in amina.get(url).text


def test_two_options_make_a_choice_of_each_pair(application: Flask, shop: Shop, amina: Person) -> None:
    url = soap(application, shop, amina)
    typed = {"o1-name_fr": "Poids", "o1-values_fr": "100 g\n\n 250 g ", "o1-values_ar": "100 غ\n250 غ",
             "o2-name_fr": "Parfum", "o2-values_fr": "Rose\nJasmin"}  # fmt: skip
    answer = amina.post(f"{url}/options", typed)
    assert answer.location.endswith("/variants")
    page = amina.get(f"{url}/variants").text
    assert "v3-price" in page
    assert "v4-price" not in page
    assert "250 g, Jasmin" in page
    rows = {f"v{n}-{name}": value for n in range(4)
            for name, value in (("id", str(n + 1)), ("price", str(600 + n)), ("on_hand", str(n)))}  # fmt: skip
    assert amina.post(f"{url}/variants", rows).status_code == 303
    with application.app_context():
        found = session.execute(
            select(Variant.label_fr, Variant.price_minor, Variant.on_hand).order_by(Variant.id)
        ).all()
    assert found[3] == ("250 g, Jasmin", 60_300, 3)


def test_options_that_do_not_go_together_are_said_at_their_fields(
    application: Flask, shop: Shop, amina: Person
) -> None:
    url = soap(application, shop, amina)
    answer = amina.post(
        f"{url}/options", {"o1-name_fr": "Poids", "o1-values_fr": "100 g\n250 g", "o1-values_ar": "100"}
    )
    assert answer.status_code == 422
    assert 'href="#o1-values_ar"' in answer.text
    assert "250 g" in answer.text
    assert amina.post(f"{url}/options", {"o1-values_fr": "100 g"}).status_code == 422
    assert amina.post(f"{url}/options", {"o1-name_fr": "Poids", "o1-values_fr": "x" * 41}).status_code == 422


def test_a_holiday_has_a_message_in_her_words(application: Flask, shop: Shop, amina: Person) -> None:
    day = (clock.today() + timedelta(days=9)).isoformat()
    amina.post(f"{shop.url}/settings/holiday", {"until": day, "message": "Retour avec de nouveaux parfums"})
    assert "Retour avec de nouveaux parfums" in amina.get(f"/fr/@{shop.slug}").text
    amina.post(f"{shop.url}/settings/holiday", {"action": "back"})
    with application.app_context():
        assert session.scalars(select(Store.closed_message).where(Store.id == shop.store_id)).one() == ""


def test_one_of_a_kind_with_several_in_stock_is_refused_in_words(application: Flask, shop: Shop, amina: Person) -> None:
    url = soap(application, shop, amina)
    answer = amina.post(url, WORDS | {"one_of_a_kind": "1"})
    assert answer.status_code == 422
    assert "There is only one of it" in answer.text
    with application.app_context():
        assert not session.scalars(select(Product.one_of_a_kind)).one()


def test_what_keeps_a_thing_at_home_is_said_on_its_page_and_at_its_field(
    application: Flask, shop: Shop, amina: Person
) -> None:
    url = soap(application, shop, amina)
    sent = WORDS | {"abroad": "1", "hs_typed": "٣٤٠١.١١.٠٠", "net_weight_g": "100"}
    answer = amina.post(url, sent)
    assert answer.status_code == 422
    assert 'href="#customs_fr"' in answer.text
    assert amina.post(url, sent | {"customs_fr": "Savon à l’huile d’olive", "hs_typed": "34"}).status_code == 422
    assert not products(application)[0].abroad
    assert amina.post(url, sent | {"customs_fr": "Savon à l’huile d’olive"}).status_code == 303
    kept = products(application)[0]
    assert (kept.abroad, kept.hs_code, kept.hs_more, kept.net_weight_g) == (True, "340111", "00", 100)
    page = amina.get(url).text
    assert 'value="3401.11.00"' in page
    assert "it is not offered to the countries of the European Union" in page

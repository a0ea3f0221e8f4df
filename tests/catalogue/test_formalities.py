"""What the law asks of a product is said in sentences, and keeps it out of the shop until it is there."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.catalogue import details, lots
from shop.catalogue import service as catalogue
from shop.catalogue.families import CAUTIONS, FAMILIES, ORIGINS
from shop.catalogue.formalities import lacking, meters
from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores.models import CRAFTS
from tests.checkout.cast import Workshop, workshop
from tests.formalities import ANSWERS, declare

FOOD, SOAP = FAMILIES["food"], FAMILIES["soap"]


@pytest.fixture
def shop(app: Flask) -> Workshop:
    return workshop()


def made(shop: Workshop, craft: str = "soap") -> Product:
    with transaction():
        product = catalogue.create_product(
            shop.id, craft=craft, names={"fr": "Crème"}, price=Money.dinars(900), stock=2, by=SYSTEM
        )
        catalogue.add_picture(shop.id, product.id, f"pic{product.id}", width=9, height=9, by=SYSTEM)
    return product


def test_every_craft_has_its_family_and_every_family_is_whole() -> None:
    assert set(CRAFTS) == set(FAMILIES)
    for family in FAMILIES.values():
        keys = [each.key for each in family.all]
        assert len(keys) == len(set(keys)), family.key
        assert {key for duty in family.duties for key in duty.keys} <= {*keys, "maker", "lot", "lot_date"}
        assert all(len(code) == 6 and code.isdigit() for code, _words in family.hs)
        assert not family.caution or family.caution in CAUTIONS
        assert family.weight_g > 0
        assert all(family.box_mm)
    assert next(iter(ORIGINS)) == "DZ"


def test_nothing_said_lacks_everything_and_the_mandatory_things_come_first() -> None:
    found = lacking(SOAP, {}, maker=False, lot=False, lot_date=False)
    assert [each.field for each in found] == [
        "inci", "net_content", "period_after_opening", "precautions", "authorisation", "authorised_on", "maker", "lot",
    ]  # fmt: skip
    assert [each.mandatory for each in found] == [True] * 7 + [False]


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ({"keeps_months": {"": "24"}}, {"period_after_opening"}),
        ({"in_progress": {"": "1"}}, {"authorisation", "authorised_on"}),
        ({"authorisation": {"": "16/2024/7"}}, {"authorisation"}),
        ({"precautions": {"ar": "للاستعمال الخارجي"}}, {"precautions"}),
        ({"precautions": {"ar": ""}}, set()),
    ],
)
def test_any_of_the_answers_to_a_duty_is_enough(said: dict[str, dict[str, str]], gone: set[str]) -> None:
    before = {each.field for each in lacking(SOAP, {}, maker=True, lot=True, lot_date=True)}
    after = {each.field for each in lacking(SOAP, said, maker=True, lot=True, lot_date=True)}
    assert before - after == gone


def test_food_is_good_until_the_date_of_its_lot() -> None:
    fields = {each.field for each in lacking(FOOD, {}, maker=True, lot=True, lot_date=False)}
    assert "keeps_months" in fields
    assert fields - {each.field for each in lacking(FOOD, {}, maker=True, lot=True, lot_date=True)} == {"keeps_months"}


@pytest.mark.parametrize("craft", sorted(set(CRAFTS) - {"soap", "perfume", "food"}))
def test_of_most_crafts_nothing_is_asked(shop: Workshop, craft: str) -> None:
    product = made(shop, craft)
    with transaction():
        catalogue.publish(shop.id, product.id, by=SYSTEM)


def test_a_soap_stays_out_of_the_shop_until_it_says_what_the_law_asks(shop: Workshop) -> None:
    product = made(shop)
    with pytest.raises(Refused) as refused, transaction():
        catalogue.publish(shop.id, product.id, by=SYSTEM)
    assert refused.value.field == "inci"
    with transaction():
        declare(product.id)
    assert [each.field for each in details.lacking_of(product)] == ["lot"]
    with transaction():
        lots.add_lot(shop.id, product.id, "L1", by=SYSTEM)
        catalogue.publish(shop.id, product.id, by=SYSTEM)
    assert details.lacking_of(product) == []


def test_a_product_of_another_family_than_its_craft_answers_to_that_one(shop: Workshop) -> None:
    product = made(shop, "wood")
    with transaction():
        catalogue.update_product(shop.id, product.id, by=SYSTEM, family="food")
    with pytest.raises(Refused) as refused, transaction():
        catalogue.publish(shop.id, product.id, by=SYSTEM)
    assert refused.value.field == "allergens"


def test_weight_box_and_care_in_packing_come_with_the_family(shop: Workshop) -> None:
    product = made(shop, "pottery")
    family = FAMILIES["pottery"]
    assert (product.weight_g, product.fragile) == (family.weight_g, True)
    assert (product.length_mm, product.width_mm, product.height_mm) == family.box_mm
    assert product.origin == "DZ"


def test_what_is_said_can_be_changed_and_taken_back_and_only_there(shop: Workshop) -> None:
    product, other = made(shop), workshop("Sami")
    with transaction():
        details.say(shop.id, product.id, {"inci": ANSWERS["inci"]}, by=SYSTEM)
        details.say(shop.id, product.id, {"scent": {"fr": "Rose", "ar": "ورد"}}, by=SYSTEM)
    with transaction():
        details.say(shop.id, product.id, {"scent": {"fr": "", "ar": "ورد"}}, by=SYSTEM)
    assert details.said_of([product.id])[product.id] == {"inci": ANSWERS["inci"], "scent": {"ar": "ورد"}}
    with pytest.raises(NotFound), transaction():
        details.say(other.id, product.id, {"scent": {"fr": "Lilas"}}, by=SYSTEM)
    with pytest.raises(ValueError, match="family"), transaction():
        details.say(shop.id, product.id, {"allergens": {"fr": "Lait"}}, by=SYSTEM)


def test_one_lot_is_sold_at_a_time(shop: Workshop) -> None:
    product, today = made(shop), clock.today()
    with transaction():
        first = lots.add_lot(shop.id, product.id, "L1", by=SYSTEM, best_before=today)
        lots.add_lot(shop.id, product.id, "L2", by=SYSTEM)
    assert [(each.code, each.current) for each in lots.lots_of(shop.id, product.id)] == [("L2", True), ("L1", False)]
    with transaction():
        lots.sell_lot(shop.id, product.id, first.id, by=SYSTEM)
    assert [each.code for each in lots.lots_of(shop.id, product.id) if each.current] == ["L1"]
    session.rollback()
    for code, field in (("L1", "code"), (" ", "code")):
        with pytest.raises(Refused) as refused, transaction():
            lots.add_lot(shop.id, product.id, code, by=SYSTEM)
        assert refused.value.field == field
    with pytest.raises(Refused) as refused, transaction():
        lots.add_lot(shop.id, product.id, "L3", by=SYSTEM, made_on=today, best_before=today)
    assert refused.value.field == "best_before"
    sami = workshop("Sami")
    with pytest.raises(NotFound), transaction():
        lots.sell_lot(sami.id, product.id, first.id, by=SYSTEM)


def test_a_meter_counts_only_what_some_language_says() -> None:
    texts = {
        "name": {"ar": "صابون", "fr": "Savon", "en": ""}, "description": {"ar": "", "fr": "Doux", "en": ""},
        "materials": {"ar": "", "fr": "", "en": ""},
    }  # fmt: skip
    ar, fr, en = meters(texts, [{"ar": "", "fr": "Un savon", "en": ""}])
    assert (ar.there, ar.lacking) == (("name",), ("description", "alt"))
    assert (fr.there, fr.lacking) == (("name", "description", "alt"), ())
    assert (en.there, en.lacking) == ((), ("name", "description", "alt"))

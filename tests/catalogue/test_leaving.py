"""What leaves the country: customs codes, what is asked of each thing, what stays at home."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.catalogue import details, leaving, service
from shop.catalogue.families import FAMILIES
from shop.catalogue.models import Product
from shop.core.errors import Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from tests.checkout.cast import Workshop, workshop

AMINA = Actor("member", 1, "Amina")
WHOLE = {"abroad": True, "hs_code": "340111", "net_weight_g": 100, "customs_fr": "Savon à l’huile d’olive, fait main"}


@pytest.fixture
def shop(app: Flask) -> Workshop:
    """Amina's workshop."""
    return workshop()


def made(shop: Workshop, craft: str = "soap", name: str = "Savon doux", **fields: object) -> Product:
    with transaction():
        return service.create_product(
            shop.id, by=AMINA, craft=craft, names={"fr": name}, price=Money.dinars(500), stock=3, **fields
        )


def let_go(product: Product, **fields: object) -> None:
    with transaction():
        service.update_product(product.store_id, product.id, by=AMINA, **(WHOLE | fields))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("340111", "340111"), ("3401.11", "340111"), ("3401 11 00 10", "3401110010"), ("34011", None),
        ("34011100100", None), ("770000", None), ("990000", None), ("34O111", None), ("", None),
    ],
)  # fmt: skip
def test_a_customs_code_has_six_to_ten_digits_of_a_chapter_that_exists(typed: str, read: str | None) -> None:
    assert leaving.read_hs(typed) == read


def test_a_code_is_shown_in_the_manner_of_tariffs() -> None:
    assert leaving.shown_hs("340111") == "3401.11"
    assert leaving.shown_hs("3401110010") == "3401.11.00.10"


def test_every_family_proposes_codes_that_exist() -> None:
    assert all(leaving.read_hs(code) == code for family in FAMILIES.values() for code, _words in family.hs)
    assert all(family.hs for family in FAMILIES.values())


@pytest.mark.parametrize(
    ("lacking", "field", "sentence"),
    [
        ({"hs_code": ""}, "hs_code", leaving.NO_HS), ({"net_weight_g": None}, "net_weight_g", leaving.NO_NET),
        ({"net_weight_g": 900}, "net_weight_g", leaving.NET_ABOVE),
        ({"customs_fr": ""}, "customs_fr", leaving.NO_WORDS),
        ({"customs_fr": "Cadeau"}, "customs_fr", leaving.EMPTY_WORDS),
        ({"customs_en": "gift articles"}, "customs_en", leaving.EMPTY_WORDS),
        ({"description_fr": "Une pièce archéologique."}, "abroad", leaving.KEPT_HOME),
        ({"name_ar": "عاج"}, "abroad", leaving.KEPT_HOME),
    ],
)  # fmt: skip
def test_what_customs_would_refuse_is_refused_at_the_product(
    shop: Workshop, lacking: dict[str, object], field: str, sentence: str
) -> None:
    product = made(shop)
    with pytest.raises(Refused) as refused:
        let_go(product, **lacking)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    let_go(product)
    assert session.get_one(Product, product.id).abroad


def test_what_is_sold_at_home_only_is_asked_nothing(shop: Workshop) -> None:
    product = made(shop)
    let_go(product, abroad=False, hs_code="", net_weight_g=None, customs_fr="")
    assert not session.get_one(Product, product.id).abroad


def test_a_flammable_perfume_stays_and_an_oil_goes(shop: Workshop) -> None:
    perfume = made(shop, "perfume", "Nuit", weight_g=300)
    with pytest.raises(Refused) as refused:
        let_go(perfume, hs_code="330300")
    assert refused.value.message == leaving.BURNS
    with transaction():
        details.say(shop.id, perfume.id, {"strength": {"": "oil"}}, by=AMINA)
    let_go(perfume, hs_code="330300")


def test_silver_leaves_with_its_hallmark(shop: Workshop) -> None:
    ring = made(shop, "jewellery", "Bague", weight_g=120)
    with pytest.raises(Refused) as refused:
        let_go(ring, hs_code="711311", customs_fr="Bague en argent")
    assert refused.value.message == leaving.UNMARKED
    with transaction():
        details.say(shop.id, ring.id, {"hallmark": {"": "Tête de gazelle"}}, by=AMINA)
    let_go(ring, hs_code="711311", customs_fr="Bague en argent")


@pytest.mark.parametrize(
    ("country", "hs_code", "eu_file", "goes"),
    [
        ("FR", "340111", "", False), ("FR", "340111", "CPNP 12345, Maison Test, Lyon", True),
        ("GB", "340111", "", True), ("FR", "691200", "", True), ("DE", "330749", "", False),
    ],
)  # fmt: skip
def test_a_cosmetic_enters_the_european_union_with_its_file_only(
    country: str, hs_code: str, eu_file: str, goes: bool
) -> None:
    assert leaving.goes_to(country, hs_code=hs_code, eu_file=eu_file) is goes

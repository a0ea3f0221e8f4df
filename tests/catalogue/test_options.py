"""Two options: every pair of values is a choice with its own price, stock and photograph."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.catalogue import options, queries
from shop.catalogue import service as catalogue
from shop.catalogue.models import Variant
from shop.catalogue.options import OptionRow
from shop.catalogue.service import VariantRow
from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from tests.checkout.cast import Workshop, workshop

SIZE = OptionRow({"fr": "Poids", "ar": "الوزن"}, [{"fr": "100 g", "ar": "100 غ"}, {"fr": "250 g", "ar": "250 غ"}])
SCENT = OptionRow({"fr": "Parfum"}, [{"fr": "Rose", "ar": "ورد"}, {"fr": "Jasmin", "ar": "ياسمين"}])


@pytest.fixture
def shop(app: Flask) -> Workshop:
    return workshop()


def write(shop: Workshop, *rows: OptionRow) -> list[tuple[str, int, bool]]:
    """Write the options and return the variants as they are now: label, pieces, hidden."""
    with transaction():
        options.set_options(shop.id, shop.product.id, rows, by=SYSTEM)
    return variants(shop)


def variants(shop: Workshop) -> list[tuple[str, int, bool]]:
    session.rollback()
    session.expire_all()
    wanted = select(Variant).where(Variant.product_id == shop.product.id).order_by(Variant.position, Variant.id)
    return [(each.label_fr, each.on_hand, each.hidden) for each in session.scalars(wanted)]


def test_the_only_kind_becomes_the_first_pair_and_keeps_its_stock(shop: Workshop) -> None:
    assert write(shop, SIZE, SCENT) == [
        ("100 g, Rose", 5, False), ("100 g, Jasmin", 0, False), ("250 g, Rose", 0, False), ("250 g, Jasmin", 0, False),
    ]  # fmt: skip
    arabic = session.scalars(select(Variant.label_ar).where(Variant.id == shop.variant.id)).one()
    assert arabic == "100 غ، ورد"
    prices = set(session.scalars(select(Variant.price_minor).where(Variant.product_id == shop.product.id)))
    assert prices == {60_000}


def test_choices_that_she_had_go_on_under_the_value_of_the_same_name(shop: Workshop) -> None:
    rows = [
        VariantRow({"fr": "250 g"}, Money.dinars(900), 7, variant_id=shop.variant.id),
        VariantRow({"fr": "100 g"}, Money.dinars(600), 3),
    ]
    with transaction():
        catalogue.set_variants(shop.id, shop.product.id, rows, by=SYSTEM)
    assert write(shop, SIZE, SCENT) == [
        ("100 g, Rose", 3, False), ("100 g, Jasmin", 0, False), ("250 g, Rose", 7, False), ("250 g, Jasmin", 0, False),
    ]  # fmt: skip


def test_renaming_a_value_keeps_its_pairs_and_a_value_that_goes_hides_them(shop: Workshop) -> None:
    write(shop, SIZE, SCENT)
    renamed = OptionRow(SCENT.names, [{"fr": "Rose ancienne"}, {"fr": "Jasmin"}])
    assert write(shop, SIZE, renamed)[0] == ("100 g, Rose ancienne", 5, False)
    only_rose = OptionRow(SCENT.names, renamed.values[:1])
    after = write(shop, SIZE, only_rose)
    assert [each for each in after if not each[2]] == [
        ("100 g, Rose ancienne", 5, False),
        ("250 g, Rose ancienne", 0, False),
    ]
    assert sum(each[2] for each in after) == 2


def test_without_options_the_pairs_stay_as_a_plain_list(shop: Workshop) -> None:
    before = write(shop, SIZE, SCENT)
    assert write(shop) == before
    assert not options.options_of(shop.product.id)


def test_too_many_pairs_and_nameless_options_are_refused(shop: Workshop) -> None:
    many = OptionRow({"fr": "N"}, [{"fr": str(n)} for n in range(12)])
    nameless, empty = OptionRow({"fr": ""}, SIZE.values), OptionRow({"fr": "N"}, [])
    for rows in ([many, OptionRow({"fr": "M"}, many.values[:3])], [nameless], [empty]):
        with pytest.raises(Refused), transaction():
            options.set_options(shop.id, shop.product.id, rows, by=SYSTEM)
    sami = workshop("Sami")
    with pytest.raises(NotFound), transaction():
        options.set_options(sami.id, shop.product.id, [SIZE], by=SYSTEM)


def test_a_photograph_shows_a_variant_until_it_goes_away(shop: Workshop) -> None:
    write(shop, SIZE)
    with transaction():
        shots = [catalogue.add_picture(shop.id, shop.product.id, key, width=9, height=9, by=SYSTEM).id for key in "ab"]
        options.show_by(shop.id, shop.product.id, {shop.variant.id: shots[1]}, by=SYSTEM)
    view = queries.product_page(shop.product.id)
    assert view is not None
    assert view.options.faces[shop.variant.id].picture_id == shots[1]
    with pytest.raises(NotFound), transaction():
        options.show_by(shop.id, shop.product.id, {shop.variant.id: 999}, by=SYSTEM)
    with transaction():
        catalogue.remove_picture(shop.id, shop.product.id, shots[1], by=SYSTEM)
    assert options.options_of(shop.product.id).faces[shop.variant.id].picture_id is None


def test_what_exists_once_is_counted_once(shop: Workshop) -> None:
    with pytest.raises(Refused) as refused, transaction():
        catalogue.update_product(shop.id, shop.product.id, by=SYSTEM, one_of_a_kind=True)
    assert refused.value.field == "one_of_a_kind"
    with transaction():
        catalogue.count_stock(shop.id, shop.variant.id, 1, by=SYSTEM)
        catalogue.update_product(shop.id, shop.product.id, by=SYSTEM, one_of_a_kind=True)
    for act in (
        lambda: catalogue.count_stock(shop.id, shop.variant.id, 2, by=SYSTEM),
        lambda: catalogue.restock(shop.id, shop.variant.id, 1, reason="restocked", by=SYSTEM),
    ):
        with pytest.raises(Refused), transaction():
            act()
    assert shop.on_hand() == 1

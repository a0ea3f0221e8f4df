"""Products as the artisan keeps them: what the listing reads follows every change at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from shop.catalogue import queries, search
from shop.catalogue import service as catalogue
from shop.catalogue.listing import Filter, listing
from shop.catalogue.models import Product, Variant
from shop.catalogue.service import VariantRow
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from tests.checkout.cast import Workshop, workshop
from tests.formalities import declare


@pytest.fixture
def shop(app: Flask) -> Workshop:
    """Amina's workshop, with a soap at 600 DA."""
    return workshop()


def _draft(shop: Workshop, **more: object) -> Product:
    with transaction():
        made = catalogue.create_product(
            shop.id, craft="soap", names={"fr": "Savon noir"}, price=Money.dinars(900), stock=2, by=SYSTEM, **more
        )
        declare(made.id)
        return made


def _shown(product_id: int) -> Product:
    session.rollback()
    session.expire_all()
    return session.get_one(Product, product_id)


def _pictured(shop: Workshop, product_id: int, *keys: str) -> list[int]:
    with transaction():
        return [catalogue.add_picture(shop.id, product_id, key, width=9, height=9, by=SYSTEM).id for key in keys]


def test_a_draft_is_nowhere_until_it_has_a_picture_and_is_published(shop: Workshop) -> None:
    draft = _draft(shop)
    with pytest.raises(Refused) as refused, transaction():
        catalogue.publish(shop.id, draft.id, by=SYSTEM)
    assert refused.value.field == "photos"
    assert queries.product_page(draft.id) is None
    _pictured(shop, draft.id, "one")
    with transaction():
        catalogue.publish(shop.id, draft.id, by=SYSTEM)
    assert queries.product_page(draft.id) is not None
    with pytest.raises(InvalidTransition), transaction():
        catalogue.publish(shop.id, draft.id, by=SYSTEM)


def test_what_is_for_sale_for_the_first_time_is_new_and_only_then(shop: Workshop) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        old = _draft(shop)
        _pictured(shop, old.id, "one")
        traveller.shift(timedelta(days=30))
        newer = _draft(shop)
        _pictured(shop, newer.id, "two")
        with transaction():
            catalogue.publish(shop.id, newer.id, by=SYSTEM)
        traveller.shift(timedelta(days=1))
        with transaction():
            catalogue.publish(shop.id, old.id, by=SYSTEM)
        assert listing(Filter()).items[0].product_id == old.id
        traveller.shift(timedelta(days=1))
        with transaction():
            catalogue.hide(shop.id, newer.id, by=SYSTEM)
            catalogue.publish(shop.id, newer.id, by=SYSTEM)
        assert listing(Filter()).items[0].product_id == old.id


def test_the_lowest_shown_price_and_the_version_follow_the_choices(shop: Workshop) -> None:
    before = _shown(shop.product.id).version
    rows = [
        VariantRow({"fr": "100 g"}, Money.dinars(600), 5, variant_id=shop.variant.id),
        VariantRow({"fr": "50 g"}, Money.dinars(350), 0),
        VariantRow({"fr": "20 g"}, Money.dinars(100), 9, hidden=True),
    ]
    with transaction():
        catalogue.set_variants(shop.id, shop.product.id, rows, by=SYSTEM)
    product = _shown(shop.product.id)
    assert (product.price_minor, product.in_stock) == (35_000, True)
    assert product.version > before
    with transaction():
        catalogue.count_stock(shop.id, shop.variant.id, 0, by=SYSTEM)
    assert not _shown(shop.product.id).in_stock


def test_choices_left_out_are_hidden_and_one_is_always_shown(shop: Workshop) -> None:
    with transaction():
        catalogue.set_variants(shop.id, shop.product.id, [VariantRow({"fr": "Rose"}, Money.dinars(1), 1)], by=SYSTEM)
    session.expire_all()
    assert session.get_one(Variant, shop.variant.id).hidden
    for rows in ([], [VariantRow({}, Money.dinars(1), 1, hidden=True)]):
        with pytest.raises(Refused, match="at least one choice"), transaction():
            catalogue.set_variants(shop.id, shop.product.id, rows, by=SYSTEM)


def test_what_was_sold_while_she_typed_stays_sold(shop: Workshop) -> None:
    for typed, left in ((5, 4), (8, 7), (0, 0)):
        with transaction():
            catalogue.count_stock(shop.id, shop.variant.id, 5, by=SYSTEM)
            catalogue.take(shop.id, shop.variant.id, 1, order_id=1, by=SYSTEM)
            catalogue.count_stock(shop.id, shop.variant.id, typed, seen=5, by=SYSTEM)
        assert shop.on_hand() == left


def test_the_first_picture_is_the_cover(shop: Workshop) -> None:
    one, two = _pictured(shop, shop.product.id, "one", "two")
    assert _shown(shop.product.id).cover == "one"
    with transaction():
        catalogue.move_picture(shop.id, shop.product.id, two, 0, by=SYSTEM)
    assert _shown(shop.product.id).cover == "two"
    with transaction():
        assert catalogue.remove_picture(shop.id, shop.product.id, two, by=SYSTEM) == "two"
    assert _shown(shop.product.id).cover == "one"
    with transaction():
        catalogue.describe_picture(shop.id, shop.product.id, one, {"fr": "Un savon"}, by=SYSTEM)
    view = queries.product_page(shop.product.id)
    assert view is not None
    assert [picture.alt_fr for picture in view.pictures] == ["Un savon"]


def test_a_workshop_that_moves_takes_its_products_along(shop: Workshop) -> None:
    with transaction():
        search.index(shop.product.id)
        stores.update_profile(shop.id, wilaya_code="31", name="Savons du port", by=SYSTEM)
        catalogue.follow_store(shop.id, "31")
    assert [card.wilaya_code for card in listing(Filter(wilaya="31")).items] == ["31"]
    assert [card.store_name for card in search.find("وهران", Filter()).items] == ["Savons du port"]
    assert search.find("amina", Filter()).items == []


def test_another_workshop_changes_nothing(shop: Workshop) -> None:
    sami = workshop("Sami")
    (picture,) = _pictured(shop, shop.product.id, "one")
    row = VariantRow({}, Money.dinars(1), 1, variant_id=shop.variant.id)
    for touch in (
        lambda: catalogue.update_product(sami.id, shop.product.id, name_fr="x", by=SYSTEM),
        lambda: catalogue.hide(sami.id, shop.product.id, by=SYSTEM),
        lambda: catalogue.publish(sami.id, shop.product.id, by=SYSTEM),
        lambda: catalogue.set_price(sami.id, shop.variant.id, Money.dinars(1), by=SYSTEM),
        lambda: catalogue.set_variants(sami.id, sami.product.id, [row], by=SYSTEM),
        lambda: catalogue.add_picture(sami.id, shop.product.id, "k", width=1, height=1, by=SYSTEM),
        lambda: catalogue.remove_picture(sami.id, shop.product.id, picture, by=SYSTEM),
        lambda: catalogue.move_picture(sami.id, sami.product.id, picture, 0, by=SYSTEM),
        lambda: catalogue.describe_picture(sami.id, shop.product.id, picture, {}, by=SYSTEM),
    ):
        with pytest.raises(NotFound), transaction():
            touch()
    assert queries.studio_product(sami.id, shop.product.id) is None


def test_no_name_no_price_and_no_unknown_field(shop: Workshop) -> None:
    with pytest.raises(Refused), transaction():
        catalogue.create_product(shop.id, craft="soap", names={}, price=Money.dinars(1), stock=0, by=SYSTEM)
    with pytest.raises(Refused), transaction():
        catalogue.update_product(shop.id, shop.product.id, name_ar="", name_fr="", name_en="", by=SYSTEM)
    with pytest.raises(Refused), transaction():
        catalogue.set_price(shop.id, shop.variant.id, Money.dinars(0), by=SYSTEM)
    with pytest.raises(ValueError, match="state"), transaction():
        catalogue.update_product(shop.id, shop.product.id, state="published", by=SYSTEM)

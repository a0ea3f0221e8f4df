"""Listings and search: the right products, in few statements, the same on both databases."""

from __future__ import annotations

import base64

import pytest
from flask import Flask

from shop.catalogue import search
from shop.catalogue import service as catalogue
from shop.catalogue.listing import Filter, listing
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from shop.stores.models import Store
from tests.checkout.cast import workshop
from tests.counting import statements
from tests.formalities import declare

GOODS = (
    ("soap", {"fr": "Savon à l’huile d’olive et au romarin", "ar": "صابون زيت الزيتون وإكليل الجبل"}, 650),
    ("soap", {"fr": "Savon à la rose", "ar": "صابون الورد"}, 700),
    ("perfume", {"fr": "Eau de rose de Constantine", "ar": "ماء ورد قسنطينة"}, 3400),
    ("pottery", {"fr": "Grand bol aux losanges", "ar": "صحن كبير بمعينات"}, 4200),
    ("weaving", {"ar": "زربية صوف معقودة يدويًا"}, 38_000),
)


DEEP = pytest.param(base64.urlsafe_b64encode(b"[" * 6000).decode(), id="deep")


@pytest.fixture
def shop(app: Flask) -> Store:
    """A workshop that sells five things of several crafts."""
    made = workshop().store
    with transaction():
        for craft, names, price in GOODS:
            product = catalogue.create_product(
                made.id, craft=craft, names=names, price=Money.dinars(price), stock=3, by=SYSTEM
            )
            catalogue.add_picture(made.id, product.id, f"pic-{product.id}", width=9, height=9, by=SYSTEM)
            declare(product.id)
            catalogue.publish(made.id, product.id, by=SYSTEM)
    return made


def _found(query: str, **wanted: object) -> list[str]:
    session.rollback()
    return [card.names["fr"] or card.names["ar"] for card in search.find(query, Filter(**wanted)).items]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("savon rose", "Savon à la rose"),
        ("SAVON À LA ROSE", "Savon à la rose"),
        ("olive", "Savon à l’huile d’olive et au romarin"),
        ("romarn", "Savon à l’huile d’olive et au romarin"),  # a letter left out
        ("romarrin", "Savon à l’huile d’olive et au romarin"),  # a letter too many
        ("romatin", "Savon à l’huile d’olive et au romarin"),  # a letter wrong
        ("roamrin", "Savon à l’huile d’olive et au romarin"),  # two letters swapped
        ("losang", "Grand bol aux losanges"),  # a beginning
        ("الزيتون", "Savon à l’huile d’olive et au romarin"),
        ("زيتون", "Savon à l’huile d’olive et au romarin"),
        ("اكليل", "Savon à l’huile d’olive et au romarin"),
        ("زربيه", "زربية صوف معقودة يدويًا"),
        ("ماء قسنطينه", "Eau de rose de Constantine"),
    ],
)
def test_a_word_is_found_however_it_is_spelled(shop: Store, query: str, first: str) -> None:
    assert _found(query)[:1] == [first]


@pytest.mark.parametrize("query", ["", "   ", "savon zzzzqq", "%", "'; --", "😀", "ال"])
def test_what_is_not_there_is_not_found(shop: Store, query: str) -> None:
    assert _found(query) == []


def test_every_word_must_be_there_and_filters_hold(shop: Store) -> None:
    assert set(_found("rose")) == {"Savon à la rose", "Eau de rose de Constantine"}
    assert _found("rose", craft="perfume") == ["Eau de rose de Constantine"]
    assert _found("rose", max_minor=100_000) == ["Savon à la rose"]


def test_a_hidden_product_and_a_suspended_workshop_are_not_found(shop: Store) -> None:
    bowl = next(card for card in listing(Filter()).items if card.craft == "pottery")
    with transaction():
        catalogue.hide(shop.id, bowl.product_id, by=SYSTEM)
    assert _found("losanges") == []
    with transaction():
        stores.suspend(shop.id, reason="test", by=SYSTEM)
    assert _found("rose") == []
    assert listing(Filter()).items == []


def test_a_renamed_product_is_found_under_its_new_name_only(shop: Store) -> None:
    bowl = next(card for card in listing(Filter()).items if card.craft == "pottery")
    with transaction():
        catalogue.update_product(shop.id, bowl.product_id, name_fr="Soupière bleue", name_ar="", by=SYSTEM)
    assert _found("soupiere") == ["Soupière bleue"]
    assert _found("losanges") == []


@pytest.mark.parametrize("sort", ["new", "cheap", "dear"])
def test_pages_follow_one_another_without_a_gap_or_a_repetition(shop: Store, sort: str) -> None:
    whole = [card.product_id for card in listing(Filter(sort=sort), limit=50).items]
    seen: list[int] = []
    after = None
    while True:
        page = listing(Filter(sort=sort), after=after, limit=2)
        seen += [card.product_id for card in page.items]
        after = page.next
        if after is None:
            break
    assert seen == whole
    assert len(whole) == 6


@pytest.mark.parametrize("after", [DEEP, "²", "x", "////", "bnVsbA", "WzEsIDJd" * 9, "WyJ4IiwgMV0", "WzFlOTk5LDFd"])
@pytest.mark.parametrize("sort", ["new", "cheap", "dear"])
def test_a_cursor_that_makes_no_sense_gives_the_first_page(shop: Store, after: str, sort: str) -> None:
    assert len(listing(Filter(sort=sort), after=after).items) == 6


@pytest.mark.parametrize("after", ["²", "٣", "-1", "x", "99999", "1" * 5000])
def test_a_search_that_continues_nowhere_begins_again(shop: Store, after: str) -> None:
    assert len(search.find("rose", Filter(), after=after).items) == 2


def test_prices_beyond_all_prices_are_prices(shop: Store) -> None:
    assert len(listing(Filter(max_minor=10**12)).items) == 6
    assert listing(Filter(min_minor=10**12)).items == []


def test_listing_and_search_take_the_same_few_statements_for_any_number_of_rows(shop: Store) -> None:
    for limit in (1, 48):
        session.rollback()
        with statements() as few:
            listing(Filter(), limit=limit)
        assert len(few) == 1
        with statements() as several:
            search.find("rose savon", Filter(), limit=limit)
        assert len(several) <= 3

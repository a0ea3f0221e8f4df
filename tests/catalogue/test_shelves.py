"""Stock by hand: with a reason, counted shelf by shelf, and a word in time when few pieces are left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shop import audit
from shop.catalogue import service as catalogue
from shop.catalogue import shelves
from shop.catalogue.models import Product, Variant
from shop.core.errors import NotFound, OutOfStock, Refused
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Entry
from tests.checkout import cast
from tests.checkout.cast import AMINA, Workshop, workshop


def move(shop: Workshop, delta: int, reason: str, note: str = "") -> None:
    with transaction():
        catalogue.move(shop.id, shop.variant.id, delta, reason=reason, note=note, by=AMINA)


def few(shop: Workshop) -> int | None:
    return session.scalar(select(shelves.low_count(shop.id)))


def falls(shop: Workshop) -> int:
    session.rollback()
    return len(session.scalars(select(Entry.id).where(Entry.verb == "stock.low", Entry.scope == shop.id)).all())


def test_every_movement_tells_who_when_why_and_what_was_left(app: Flask) -> None:
    shop = workshop(stock=5)
    move(shop, 4, "made", "second batch")
    cast.ordered(shop, pieces=2)
    move(shop, -1, "broken")
    told = [(each.movement.reason, each.movement.delta, each.balance, each.movement.by_name)
            for each in shelves.history(shop.id, shop.variant.id)]  # fmt: skip
    assert told == [("broken", -1, 6, "Amina"), ("sold", -2, 7, ""), ("made", 4, 9, "Amina"), ("initial", 5, 5, "")]
    assert shelves.history(shop.id, shop.variant.id)[2].movement.note == "second batch"
    assert list(audit.findings()) == []


def test_the_history_goes_on_where_its_page_ended(app: Flask) -> None:
    shop = workshop(stock=5)
    for _time in range(4):
        move(shop, 1, "made")
    first = shelves.history(shop.id, shop.variant.id, limit=2)
    rest = shelves.history(shop.id, shop.variant.id, before=first[-1].movement.id, limit=9)
    assert [each.balance for each in first + rest] == [9, 8, 7, 6, 5]


@pytest.mark.parametrize(
    ("delta", "reason", "field"),
    [(-1, "made", "reason"), (2, "broken", "reason"), (2, "sold", "reason"), (0, "made", "pieces"), (1, "", "reason"),
     (1, "initial", "reason")],
)  # fmt: skip
def test_a_reason_that_goes_the_other_way_is_refused_at_its_field(
    app: Flask, delta: int, reason: str, field: str
) -> None:
    shop = workshop(stock=5)
    with pytest.raises(Refused) as refused:
        move(shop, delta, reason)
    assert refused.value.field == field
    assert shop.on_hand() == 5


def test_more_than_there_is_neither_breaks_nor_is_given(app: Flask) -> None:
    shop = workshop(stock=2)
    with pytest.raises(OutOfStock):
        move(shop, -3, "gift")
    assert shop.on_hand() == 2


def test_a_stranger_moves_nothing_and_reads_nothing(app: Flask) -> None:
    shop, other = workshop(), workshop("Parfums Ismahane")
    with pytest.raises(NotFound), transaction():
        catalogue.move(other.id, shop.variant.id, 1, reason="made", by=AMINA)
    with pytest.raises(NotFound), transaction():
        catalogue.tell_below(other.id, shop.variant.id, 5, by=AMINA)
    with pytest.raises(NotFound):
        shelves.shelf(other.id, shop.variant.id)
    assert shelves.history(other.id, shop.variant.id) == []
    assert shelves.shelves_of(other.id, [shop.variant.id]) == []


def test_she_is_told_once_for_each_fall_below_what_she_wants(app: Flask) -> None:
    shop = workshop(stock=3)
    cast.ordered(shop)
    assert (falls(shop), few(shop)) == (0, 0)  # two are left, as many as she wants
    cast.ordered(shop)
    assert (falls(shop), few(shop)) == (1, 1)
    cast.ordered(shop)
    assert falls(shop) == 1  # it was below already
    move(shop, 5, "made")
    assert few(shop) == 0
    cast.ordered(shop, pieces=4)
    assert (falls(shop), few(shop)) == (2, 1)
    assert [each.variant.id for each in shelves.low_shelves(shop.id)] == [shop.variant.id]


def test_a_piece_that_is_the_only_one_from_the_beginning_is_no_fall(app: Flask) -> None:
    shop = workshop(stock=1)
    cast.ordered(shop)
    assert (falls(shop), few(shop)) == (0, 0)


def test_another_limit_is_looked_at_at_once_and_zero_is_never(app: Flask) -> None:
    shop = workshop(stock=5)
    with transaction():
        catalogue.tell_below(shop.id, shop.variant.id, 9, by=AMINA)
    assert few(shop) == 1
    with transaction():
        catalogue.tell_below(shop.id, shop.variant.id, 0, by=AMINA)
    assert few(shop) == 0
    cast.ordered(shop, pieces=5)
    assert falls(shop) == 0


def test_only_what_is_counted_stands_on_a_shelf(app: Flask) -> None:
    shop = workshop(stock=5)
    with transaction():
        cast.add_product(shop.store, stock=0, made_to_order_days=5)
        hidden = catalogue.create_product(
            shop.id, by=SYSTEM, craft="soap", names={"fr": "Savon noir"}, price=shop.variant.price, stock=2
        )
        session.scalars(select(Variant).where(Variant.product_id == hidden.id)).one().hidden = True
    assert [each.variant.id for each in shelves.shelves(shop.id)] == [shop.variant.id]
    assert shelves.shelves(shop.id, text="savon noir") == []


def test_few_pieces_of_a_draft_are_nobodys_worry(app: Flask) -> None:
    shop = workshop(stock=5)
    move(shop, -4, "gift")
    assert few(shop) == 1
    with transaction():
        session.get_one(Product, shop.product.id).state = "hidden"
    assert few(shop) == 0


def test_since_when_there_are_few_stays_while_it_goes_on(app: Flask) -> None:
    shop = workshop(stock=2)
    move(shop, -1, "gift")
    since = shelves.shelf(shop.id, shop.variant.id).variant.low_since
    move(shop, -1, "broken")
    assert since is not None
    assert abs(shelves.shelf(shop.id, shop.variant.id).variant.low_since - since) < timedelta(seconds=0.001)  # type: ignore[operator]

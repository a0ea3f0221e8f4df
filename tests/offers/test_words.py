"""What an offer is worth: whole dinars, nothing lost in sharing, one offer at a time, the best for the buyer."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shop.core.money import Money
from shop.offers.words import (
    BELOW,
    NOT_YET,
    OTHER_GOODS,
    OVER,
    PAUSED,
    UNKNOWN_CODE,
    USED_BY_PHONE,
    USED_UP,
    Article,
    Standing,
    best,
    problem_of,
    read_code,
)

TODAY = date(2026, 3, 10)
SOAP, BOWL = Article(1, Money.dinars(650), 2), Article(2, Money.dinars(1200), 1)
DELIVERY = Money.dinars(500)


def standing(**given: Any) -> Standing:
    whole: dict[str, Any] = {
        "offer_id": 1, "store_id": 1, "state": "running", "name": "Ramadan", "kind": "percent", "percent": 10,
        "amount": Money(0), "code": "", "minimum": Money(0), "from_day": date(2026, 3, 1), "until_day": None,
        "most_uses": None, "most_per_phone": None, "uses": 0,
    }  # fmt: skip
    return Standing(**{**whole, **given})


AMOUNT = standing(offer_id=2, kind="amount", percent=0, amount=Money.dinars(100))
FREE = standing(offer_id=3, kind="delivery", percent=0, minimum=Money.dinars(2000))


def test_a_percentage_is_counted_piece_by_piece_in_whole_dinars() -> None:
    fifteen = standing(percent=15)
    assert fifteen.off_piece(Money.dinars(650)) == Money.dinars(98)  # 97,50 DA
    assert best([fifteen], [SOAP], DELIVERY, today=TODAY).discount == Money.dinars(196)
    assert standing(percent=10).off_piece(Money.dinars(4)) == Money(0)


def test_an_amount_off_the_whole_shop_counts_once_and_is_shared_to_the_centime() -> None:
    deal = best([AMOUNT], [SOAP, BOWL, SOAP], DELIVERY, today=TODAY)
    assert deal.discount == Money.dinars(100)
    assert sum(each.minor for each in deal.shares) == 10_000
    assert deal.shares[0] != deal.shares[1]


def test_an_amount_off_chosen_products_is_taken_off_each_piece_of_them() -> None:
    deal = best([replace(AMOUNT, product_ids=frozenset({1}))], [SOAP, BOWL], DELIVERY, today=TODAY)
    assert deal.shares == (Money.dinars(200), Money(0))


def test_nothing_is_ever_taken_off_that_is_not_there() -> None:
    chance = random.Random(5)
    for _case in range(2000):
        articles = [
            Article(
                chance.randint(1, 3), Money(chance.choice([1, 99, 100, 650, 65_000, 123_457])), chance.randint(1, 9)
            )
            for _line in range(chance.randint(1, 5))
        ]
        offer = standing(
            kind=chance.choice(["percent", "amount"]), percent=chance.randint(1, 90),
            amount=Money(chance.choice([1, 99, 10_000, 900_000])),
            product_ids=frozenset(chance.sample([1, 2, 3], chance.randint(0, 2))),
        )  # fmt: skip
        deal = best([offer], articles, DELIVERY, today=TODAY)
        assert len(deal.shares) == len(articles)
        assert all(0 <= off.minor <= each.total.minor for off, each in zip(deal.shares, articles, strict=True))


def test_the_best_offer_counts_alone_and_the_older_one_wins_a_draw() -> None:
    ten, also_ten = standing(), standing(offer_id=9)
    found = best([also_ten, ten, AMOUNT], [SOAP, BOWL], DELIVERY, today=TODAY)
    assert (found.offer, found.discount) == (ten, Money.dinars(250))


def test_free_delivery_is_worth_what_the_way_costs() -> None:
    found = best([standing(), FREE], [SOAP, BOWL], DELIVERY, today=TODAY)
    assert (found.offer, found.discount, found.delivery_off) == (FREE, Money(0), DELIVERY)
    near = best([standing(), FREE], [SOAP, BOWL], Money.dinars(200), today=TODAY)
    assert (near.discount, near.delivery_off) == (Money.dinars(250), Money(0))


def test_a_code_replaces_an_automatic_offer_only_when_it_gives_more() -> None:
    twenty, five = standing(offer_id=4, percent=20, code="AID20"), standing(offer_id=5, percent=5, code="CINQ5")
    offers = [standing(), twenty, five]
    without = best(offers, [SOAP], DELIVERY, today=TODAY)
    better, worse = (best(offers, [SOAP], DELIVERY, today=TODAY, code=each) for each in ("AID20", "CINQ5"))
    assert (without.offer, without.beaten) == (offers[0], None)
    assert (better.offer, better.instead_of, better.beaten) == (twenty, offers[0], None)
    assert (worse.offer, worse.instead_of, worse.beaten) == (offers[0], None, five)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"until_day": date(2026, 3, 9)}, OVER), ({"until_day": TODAY}, None),
        ({"from_day": date(2026, 3, 11)}, NOT_YET),
        ({"from_day": TODAY}, None), ({"state": "paused"}, PAUSED), ({"most_uses": 5, "uses": 5}, USED_UP),
        ({"most_uses": 5, "uses": 4}, None), ({"most_per_phone": 1}, USED_BY_PHONE), ({"most_per_phone": 2}, None),
        ({"minimum": Money(130_001)}, BELOW), ({"minimum": Money(130_000)}, None),
        ({"product_ids": frozenset({7})}, OTHER_GOODS),
    ],
)  # fmt: skip
def test_a_code_that_does_not_count_says_why(changes: dict[str, Any], message: str | None) -> None:
    found = problem_of(standing(code="AID", **changes), [SOAP], today=TODAY, used_by_phone=1)
    assert (found.message if found else None) == message


def test_a_code_that_nobody_knows_says_so() -> None:
    found = problem_of(None, [SOAP], today=TODAY)
    assert found is not None
    assert found.message == UNKNOWN_CODE


@pytest.mark.parametrize("typed", ["aid-20", " AID 20 ", "Aid٢٠", "A.I.D.20"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "AID20"

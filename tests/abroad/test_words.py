"""Prices in other currencies: whole minor units, always up to the step, the same wherever they are counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.abroad.words import CURRENCIES, STEPS, Article, PriceList
from shop.core.money import Money
from shop.payments.methods.stripe_amounts import UNSERVED, counted

EUR = PriceList("EUR", Money.dinars(250), 50)
NOTHING = Money(0)


@pytest.mark.parametrize(
    ("currency", "worth", "step", "dinars", "minor"),
    [
        ("EUR", 250_00, 1, 650, 260),  # 2.60
        ("EUR", 248_37, 1, 650, 262),  # 2.6170… goes up
        ("EUR", 250_00, 50, 650, 300),  # up to 50 cents
        ("EUR", 250_00, 100, 750, 300),  # exact is not moved
        ("JPY", 165_50, 1, 650, 393),  # a hundred yen are worth 165.50 DA: 392.7…
        ("JPY", 165_50, 100, 650, 400),
        ("TND", 78_90, 10, 650, 8240),  # 8.2382… to the last digit 0
        ("TND", 78_90, 500, 650, 8500),
        ("EUR", 250_00, 50, 0, 0),
    ],
)
def test_what_dinars_are_worth_is_rounded_up_to_the_step(
    currency: str, worth: int, step: int, dinars: int, minor: int
) -> None:
    assert PriceList(currency, Money(worth), step).converted(Money.dinars(dinars)) == Money(minor, currency)


def test_each_piece_is_rounded_and_a_fixed_price_is_taken_as_it_is() -> None:
    mine = PriceList("EUR", Money.dinars(250), 50, {7: 1234})
    articles = [Article(5, Money.dinars(600), 3, NOTHING), Article(7, Money.dinars(600), 2, NOTHING)]
    assert mine.asked(articles, Money.dinars(400)) == Money(3 * 250 + 2 * 1234 + 200, "EUR")


def test_a_reduction_takes_the_same_part_in_both_currencies() -> None:
    mine = PriceList("EUR", Money.dinars(250), 1, {7: 1000})
    tenth, all_of_it = Money.dinars(120), Money.dinars(1200)
    assert mine.line(Article(7, Money.dinars(600), 2, tenth)) == Money(1800, "EUR")
    assert mine.line(Article(7, Money.dinars(600), 2, all_of_it)) == Money(0, "EUR")
    assert EUR.line(Article(5, Money.dinars(600), 2, tenth)) == Money(450, "EUR")


def test_what_is_missing_asks_for_its_part_of_the_whole() -> None:
    whole = Money(1250, "EUR")
    assert EUR.rest(whole, Money.dinars(3100), Money.dinars(3100)) == whole
    assert EUR.rest(whole, Money.dinars(1550), Money.dinars(3100)) == Money(650, "EUR")


AMOUNTS = st.integers(0, 10_000_000)


@given(currency=st.sampled_from(sorted(CURRENCIES)), worth=st.integers(1, 100_000_000), at=st.integers(0, 4),
       unit=AMOUNTS, pieces=st.integers(1, 20), off=st.integers(0, 100), delivery=AMOUNTS)  # fmt: skip
def test_any_list_asks_enough_never_more_than_a_step_too_much_and_in_whole_steps(
    currency: str, worth: int, at: int, unit: int, pieces: int, off: int, delivery: int
) -> None:
    step = STEPS[Money(0, currency).decimals][at]
    mine = PriceList(currency, Money(worth), step)
    article = Article(1, Money(unit), pieces, Money(unit * pieces * off // 100))
    asked, per = mine.asked([article], Money(delivery)), mine.units * 10 ** Money(0, currency).decimals
    exact = (unit * pieces - article.discount.minor + delivery) * per
    assert exact <= asked.minor * worth < exact + (pieces + 2) * step * worth
    assert asked.minor % step == 0
    assert currency in UNSERVED or counted(asked) is not None

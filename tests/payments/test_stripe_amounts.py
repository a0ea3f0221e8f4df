"""How Stripe counts: not one unit more or less than what the buyer owes, in any currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.core.money import Money
from shop.payments.methods.stripe_amounts import LEAST, MOST, THOUSANDTHS, UNSERVED, WHOLE, charged, counted, money
from shop.testing.outside import World, running
from shop.testing.stripe_api import Stripe as Simulator
from tests.payments.stripe_account import ASK, Amina

CURRENCIES = sorted(
    WHOLE | THOUSANDTHS | UNSERVED | set(LEAST) | {"DZD", "MAD", "ISK", "UGX", "HUF", "TWD", "EGP", "SAR"}
)
LISTED_WHOLE = {
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running([Simulator]) as world:
        yield world


@pytest.mark.parametrize(
    ("minor", "currency", "stripes"),
    [
        (2500, "EUR", 2500), (50, "USD", 50), (500, "JPY", 500), (1000, "XOF", 1000), (700, "MGA", 700),
        (5120, "KWD", 5120), (5124, "KWD", None), (12340, "TND", 12340), (12341, "TND", None), (5, "ISK", 500),
        (5, "UGX", 500), (17550, "HUF", 17550), (1050, "TWD", 1050), (2500, "IQD", None),
        (250000, "DZD", 250000), (-100, "EUR", -100),
    ],
)  # fmt: skip
def test_known_amounts(minor: int, currency: str, stripes: int | None) -> None:
    assert counted(Money(minor, currency)) == stripes


def test_the_lists_are_theirs() -> None:
    assert LISTED_WHOLE - {"UGX"} == WHOLE
    assert {"BHD", "JOD", "KWD", "OMR", "TND"} == THOUSANDTHS
    assert all(Money(0, each).decimals == 0 for each in LISTED_WHOLE)
    assert all(Money(0, each).decimals == 3 for each in THOUSANDTHS)


@given(st.sampled_from(CURRENCIES), st.integers(0, 10**12))
def test_what_is_told_to_stripe_comes_back_as_it_was(currency: str, minor: int) -> None:
    told = counted(Money(minor, currency))
    assert told is None or money(told, currency.lower()) == Money(minor, currency)
    if currency not in UNSERVED | THOUSANDTHS:
        assert told is not None


@pytest.mark.parametrize("currency", ["ISK", "UGX"])
def test_a_part_of_what_has_no_parts_is_no_amount_of_ours(currency: str) -> None:
    assert money(500, currency) == Money(5, currency)
    assert money(550, currency) is None


@given(st.sampled_from(CURRENCIES), st.integers(-10, 10**12))
def test_only_what_stripe_takes_is_asked(currency: str, minor: int) -> None:
    asked = charged(Money(minor, currency))
    if asked is not None:
        assert LEAST.get(currency, 1) <= asked <= MOST
        assert currency not in THOUSANDTHS or asked % 10 == 0


@given(st.none() | st.integers() | st.booleans() | st.floats() | st.text(max_size=5), st.text(max_size=4) | st.none())
def test_what_is_no_amount_is_none(told: object, currency: object) -> None:
    found = money(told, currency)
    assert found is None or found.minor >= 0


@pytest.mark.parametrize(
    "amount",
    [
        Money(1000, "EUR"),
        Money(5000, "JPY"),
        Money(5120, "KWD"),
        Money(1500, "ISK"),
        Money(9000, "XAF"),
        Money(20000, "UGX"),
        Money(17550, "HUF"),
    ],
)
def test_amounts_go_there_and_come_back(world: World, amount: Money) -> None:
    amina = Amina(world, replace(Amina(world).settings, currencies=amount.currency))
    ask = replace(ASK, reference=f"PAMOUNT{amount.currency}", amount=amount)
    assert amina.method.offer(ask) is not None
    payment = amina.paid(ask)
    assert amina.method.look_up(payment).amount == amount
    half = Money(amount.minor // 2, amount.currency)
    assert amina.method.refund(payment, half, f"RAMOUNT{amount.currency}").amount == half

"""Cash on delivery keeps the contract of payment methods."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop.core.money import Money
from shop.payments.contract import Ask
from shop.payments.methods import METHODS
from shop.payments.methods.cash_on_delivery import (
    NOT_THERE,
    PLUGIN,
    TOO_MUCH,
    TOO_MUCH_AT_FIRST,
    CashOnDelivery,
    Settings,
)
from shop.testing.payment_kit import PaymentMethodKit


class TestCashOnDelivery(PaymentMethodKit):
    """Dinars, in Algeria, up to a cap."""

    plugin = PLUGIN

    @pytest.fixture
    def method(self) -> CashOnDelivery:
        return CashOnDelivery(Settings(most=50_000, most_first=3_000, not_in="11, ٣٣"))

    def test_it_is_offered_for_dinars_in_algeria_up_to_the_cap(self, method: CashOnDelivery, ask: Ask) -> None:
        assert method.offer(replace(ask, amount=Money(5_000_000))) is not None
        for other in (
            replace(ask, amount=Money(5_000_001)), replace(ask, amount=Money(100, "EUR")), replace(ask, country="FR"),
        ):  # fmt: skip
            assert method.offer(other) is None

    def test_what_is_beyond_a_limit_is_said_in_words(self, method: CashOnDelivery, ask: Ask) -> None:
        for changed, why in (
            ({}, ""), ({"amount": Money.dinars(50_001)}, TOO_MUCH), ({"wilaya_code": "33"}, NOT_THERE),
            ({"wilaya_code": "11"}, NOT_THERE), ({"wilaya_code": "31"}, ""),
            ({"amount": Money.dinars(3_001), "first_time": True}, TOO_MUCH_AT_FIRST),
            ({"amount": Money.dinars(3_001)}, ""), ({"country": "FR"}, ""),
        ):  # fmt: skip
            asked = replace(ask, **changed)  # type: ignore[arg-type]
            assert method.why_not(asked) == why
            assert (method.offer(asked) is None) is (bool(why) or asked.country != "DZ")
        assert method.asks_who
        assert not CashOnDelivery(Settings()).asks_who

    def test_it_stays_pending_until_a_parcel_is_delivered(self, method: CashOnDelivery, ask: Ask) -> None:
        assert method.start(ask).state == "pending"


def test_it_is_in_the_table() -> None:
    assert METHODS.usable["cash_on_delivery"] is PLUGIN


@pytest.mark.parametrize(("text", "wrong"), [("", False), ("1, 69", False), ("70", True), ("0", True), ("Alger", True)])
def test_wilayas_are_numbers(text: str, wrong: bool) -> None:
    assert bool(Settings(not_in=text).problems()) is wrong

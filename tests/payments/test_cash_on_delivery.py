"""Cash on delivery keeps the contract of payment methods."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop.core.money import Money
from shop.payments.contract import Ask
from shop.payments.methods import METHODS
from shop.payments.methods.cash_on_delivery import PLUGIN, CashOnDelivery, Settings
from shop.testing.payment_kit import PaymentMethodKit


class TestCashOnDelivery(PaymentMethodKit):
    """Dinars, in Algeria, up to a cap."""

    plugin = PLUGIN

    @pytest.fixture
    def method(self) -> CashOnDelivery:
        return CashOnDelivery(Settings(most_minor=5_000_000))

    def test_it_is_offered_for_dinars_in_algeria_up_to_the_cap(self, method: CashOnDelivery, ask: Ask) -> None:
        assert method.offer(replace(ask, amount=Money(5_000_000))) is not None
        for other in (
            replace(ask, amount=Money(5_000_001)), replace(ask, amount=Money(100, "EUR")), replace(ask, country="FR"),
        ):  # fmt: skip
            assert method.offer(other) is None

    def test_it_stays_pending_until_a_parcel_is_delivered(self, method: CashOnDelivery, ask: Ask) -> None:
        assert method.start(ask).state == "pending"


def test_it_is_in_the_table() -> None:
    assert METHODS.usable["cash_on_delivery"] is PLUGIN

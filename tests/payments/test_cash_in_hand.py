"""Cash in hand keeps the contract of payment methods, and no buyer from afar is ever offered it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop.core.money import Money
from shop.payments.contract import Ask, TakenAtOnce
from shop.payments.methods import METHODS
from shop.payments.methods.cash_in_hand import PLUGIN, CashInHand, Settings
from shop.payments.tills import till
from shop.testing.payment_kit import PaymentMethodKit
from tests.checkout.cast import workshop


class TestCashInHand(PaymentMethodKit):
    """Dinars, in Algeria, face to face."""

    plugin = PLUGIN

    @pytest.fixture
    def method(self) -> CashInHand:
        return CashInHand(Settings())

    @pytest.fixture
    def ask(self) -> Ask:
        return Ask(reference="PKIT23456789", amount=Money.dinars(2500), language="fr", face_to_face=True)

    def test_it_is_for_those_who_stand_before_each_other(self, method: CashInHand, ask: Ask) -> None:
        for other in (
            replace(ask, face_to_face=False), replace(ask, amount=Money(100, "EUR")), replace(ask, country="FR"),
        ):  # fmt: skip
            assert method.offer(other) is None

    def test_the_money_is_there_at_once(self, method: CashInHand, ask: Ask) -> None:
        assert isinstance(method, TakenAtOnce)
        assert method.take(ask).state == method.start(ask).state == "collected"


@pytest.mark.usefixtures("app")
def test_it_is_in_the_table_and_not_at_the_checkout() -> None:
    assert METHODS.usable["cash_in_hand"] is PLUGIN
    assert [each.key for each in till(workshop().id).offers(Ask("", Money.dinars(2500), "fr"))] == ["cash_on_delivery"]

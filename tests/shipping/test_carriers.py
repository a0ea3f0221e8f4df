"""The carriers that Hirfa brings along keep the contract of carriers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.shipping.carriers import CARRIERS, own_delivery, rate_sheet
from shop.shipping.carriers.own_delivery import OwnDelivery
from shop.shipping.carriers.rate_sheet import Rate, RateSheet
from shop.shipping.contract import Carrier, Parcel, Point
from shop.testing.carrier_kit import CarrierKit


class TestOwnDelivery(CarrierKit):
    """The workshop brings it itself."""

    plugin = own_delivery.PLUGIN

    @pytest.fixture
    def carrier(self) -> Carrier:
        return OwnDelivery(own_delivery.Settings(prices={"31": Money.dinars(200)}))

    def test_nothing_is_fetched_at_a_desk(self, carrier: Carrier, parcel: Parcel) -> None:
        with pytest.raises(Rejected):
            carrier.book(replace(parcel, kind="desk"))


class TestRateSheet(CarrierKit):
    """Prices typed per wilaya."""

    plugin = rate_sheet.PLUGIN

    @pytest.fixture
    def carrier(self) -> Carrier:
        rates = {"31": Rate(Money.dinars(500), Money.dinars(300)), "16": Rate(None, Money.dinars(250))}
        return RateSheet(rate_sheet.Settings(rates=rates, points=(Point("1", "Oran centre", "31"),)))

    def test_a_way_without_a_price_is_not_served(self, carrier: Carrier, parcel: Parcel) -> None:
        algiers = replace(parcel, to=replace(parcel.to, wilaya_code="16"))
        assert [quote.kind for quote in carrier.quotes(algiers)] == ["desk"]
        with pytest.raises(Rejected):
            carrier.book(algiers)

    def test_what_is_too_heavy_is_not_served(self, carrier: Carrier, parcel: Parcel) -> None:
        assert carrier.quotes(replace(parcel, weight_g=30_000))
        assert carrier.quotes(replace(parcel, weight_g=30_001)) == []


def test_they_are_in_the_table() -> None:
    assert CARRIERS.usable["own_delivery"] is own_delivery.PLUGIN
    assert CARRIERS.usable["rate_sheet"] is rate_sheet.PLUGIN

"""The carriers that Hirfa brings along keep the contract of carriers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop.core.errors import Rejected
from shop.core.money import Money
from shop.shipping.carriers import CARRIERS, algerie_poste, own_delivery, rate_sheet
from shop.shipping.carriers.algerie_poste import AlgeriePoste, PostSettings
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

    @pytest.mark.parametrize(
        ("typed", "kept"), [(" barq-٤٤ 71 ", "BARQ-4471"), ("a/1-b", "A/1-B"), ("1" * 40, "1" * 40)]
    )
    def test_a_number_is_kept_as_it_stands(self, carrier: RateSheet, typed: str, kept: str) -> None:
        assert carrier.number(typed) == kept

    @pytest.mark.parametrize("typed", ["123", "", "-1234", "colis n° 4", "1" * 41, "<b>1234"])
    def test_what_is_no_number_is_refused(self, carrier: RateSheet, typed: str) -> None:
        with pytest.raises(Rejected):
            carrier.number(typed)


class TestAlgeriePoste(CarrierKit):
    """The post: prices of a sheet, numbers of the counter."""

    plugin = algerie_poste.PLUGIN

    @pytest.fixture
    def carrier(self) -> Carrier:
        return AlgeriePoste(PostSettings(rates={"31": Rate(Money.dinars(700), None)}))

    def test_a_number_is_read_as_it_is_printed(self, carrier: AlgeriePoste) -> None:
        assert carrier.number("ee 0000 0000 5 dz") == "EE000000005DZ"

    @pytest.mark.parametrize("typed", ["EE000000006DZ", "EE000000005FR", "EE00000005DZ", "H4K7NW2XR", ""])
    def test_a_mistyped_or_foreign_number_is_refused(self, carrier: AlgeriePoste, typed: str) -> None:
        with pytest.raises(Rejected, match="look at the receipt"):
            carrier.number(typed)

    def test_it_books_under_our_own_reference_and_invents_none(self, carrier: Carrier, parcel: Parcel) -> None:
        assert carrier.book(parcel).tracking == parcel.reference


def test_they_are_in_the_table() -> None:
    assert CARRIERS.usable["algerie_poste"] is algerie_poste.PLUGIN
    assert CARRIERS.usable["own_delivery"] is own_delivery.PLUGIN
    assert CARRIERS.usable["rate_sheet"] is rate_sheet.PLUGIN

"""Prices in other currencies: kept by the owner, looked at before they are saved, and what her buyers see of them."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.abroad.queries import list_in
from shop.abroad.words import PriceList
from shop.core.money import Money
from shop.plumbing.db import session
from tests.checkout.cast import Workshop, workshop
from tests.storefront.buying import Buyer
from tests.studio.day import Day, a_day

EUROS = "/settings/currencies/EUR"
STRIPE = {"secret_key": "sk_test_simulateur51", "currencies": "EUR TND", "on": "y"}


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def kept(day: Day, currency: str = "EUR") -> PriceList | None:
    with day.application.app_context():
        found = list_in(day.store_id, currency, range(1, 9))
        session.rollback()
        return found


def shop_of(day: Day) -> Workshop:
    with day.application.app_context():
        shop: Workshop = day._workshop()
        session.expunge_all()
        return shop


def test_prices_are_looked_at_before_they_are_kept(day: Day) -> None:
    assert "Dollar of the United States" in day.page("/settings/currencies")
    typed = {"worth": "٢٥٠", "step": "10"}
    look = day.send(EUROS, {**typed, "action": "look"})
    assert look.status_code == 200
    assert "600\xa0DA" in look.text
    assert "2,40\xa0EUR" in look.text
    assert kept(day) is None, "looking keeps nothing"
    assert day.send(EUROS, typed).status_code == 303
    assert kept(day) == PriceList("EUR", Money.dinars(250), 10)
    assert "1\xa0EUR = 250\xa0DA" in day.page("/settings/currencies")
    assert "not offered yet" in day.page("/settings/currencies"), "no way to pay takes euros"
    assert "Set Stripe" in day.page(EUROS)
    day.send("/settings/payments/stripe", STRIPE)
    assert ">on<" in day.page("/settings/currencies")
    assert day.send(EUROS, {"action": "drop"}).status_code == 303
    assert kept(day) is None


def test_a_fixed_price_is_kept_and_goes_when_its_field_is_emptied(day: Day) -> None:
    name, typed = f"fixed-{shop_of(day).variant.id}", {"worth": "250", "step": "10"}
    assert day.send(EUROS, {**typed, name: "9.9 EUR"}).status_code == 303
    found = kept(day)
    assert found is not None
    assert list(found.fixed.values()) == [990]
    assert 'value="9,90"' in day.page(EUROS)
    day.send(EUROS, {**typed, name: ""})
    assert kept(day) == PriceList("EUR", Money.dinars(250), 10)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"worth": ""}, "Write how many dinars it is worth"), ({"worth": "0"}, "Write how many dinars it is worth"),
        ({"worth": "many"}, "Write the amount in dinars"), ({"worth": "9" * 8}, "Write a number from 0"),
        ({"step": "7"}, "Please choose how prices are rounded."), ({"step": ""}, "Please choose how prices"),
        ({"fixed": "12.345"}, "Write an amount, for example 12,50\xa0EUR."), ({"fixed": "0"}, "Write a price above"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    day: Day, wrong: dict[str, str], sentence: str
) -> None:
    name = f"fixed-{shop_of(day).variant.id}"
    typed = {"worth": "248", "step": "10", "fixed": "11", **wrong}
    answer = day.send(EUROS, {name if field == "fixed" else field: text for field, text in typed.items()})
    assert answer.status_code == 422
    assert answer.text.count(sentence) >= 2, "in the summary and at its field"
    assert f'value="{typed["fixed"]}"' in answer.text
    assert kept(day) is None


def test_thousandths_end_in_a_nought(day: Day) -> None:
    name = f"fixed-{shop_of(day).variant.id}"
    wrong = day.send("/settings/currencies/TND", {"worth": "78,90", "step": "10", name: "12.345"})
    assert (wrong.status_code, "0 as its last digit" in wrong.text) == (422, True)
    assert day.send("/settings/currencies/TND", {"worth": "78,90", "step": "10", name: "12.34"}).status_code == 303
    assert "7,610\xa0TND" in day.page("/settings/currencies/TND")


def test_only_the_owner_keeps_prices_and_of_her_own_things(day: Day) -> None:
    with day.application.app_context():
        other = workshop("Atelier Ismahane")
        session.expunge_all()
    typed = {"worth": "250", "step": "10", f"fixed-{other.variant.id}": "1"}
    for who, status in ((day.lila, 403), (day.sami, 404)):
        assert day.send(EUROS, typed, who=who).status_code == status
    assert day.send(EUROS, typed).status_code == 303
    assert kept(day) == PriceList("EUR", Money.dinars(250), 10)
    assert day.send("/settings/currencies/DZD", typed).status_code == 404


def test_a_buyer_sees_what_she_pays_in_euros_at_every_step(day: Day) -> None:
    day.send("/settings/payments/stripe", STRIPE)
    day.send(EUROS, {"worth": "250", "step": "10"})
    shop = shop_of(day)
    yacine = Buyer(day.application)
    yacine.add(shop)
    assert "By bank card, from any country · EUR" in yacine.open("/checkout").text, "without a delivery, too"
    page = yacine.fill_details(shop, payment="stripe.EUR")
    assert page.path.endswith("/checkout/check")
    assert "By bank card, from any country" in page.text
    assert "4,40 EUR" in page.text
    assert "This is 1 100 DA" in page.text
    assert "undertake to pay now" in page.text
    page = yacine.open("/checkout")
    assert "4,40 EUR" in page.text
    quote = page.ways(shop.id)["desk"]
    drawn = yacine.open(f"/checkout/parcels?wilaya=31&commune=3101&delivery-{shop.id}={quote}&payment=stripe.EUR")
    assert "3,60 EUR" in drawn.text, "another delivery, another amount"
    assert drawn.body.xpath('//input[@name="payment"][@checked]/@value') == ["stripe.EUR"]

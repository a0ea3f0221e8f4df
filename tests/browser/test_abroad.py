"""Somebody pays from abroad: in euros by Stripe, from the workshop's own list, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from shop.plumbing import i18n
from tests.browser.buying import bar, fill_details, put_aside, to_check
from tests.browser.conftest import MakePhone

pytestmark = pytest.mark.browser

MUSK = 22  # of Parfums Ismahane: 4 500 DA, 18,00 EUR


@pytest.mark.parametrize(("lang", "javascript"), [("ar", True), ("fr", False)], ids=["ar-js", "fr-plain"])
def test_an_order_is_paid_in_euros_and_its_price_stays_in_dinars(phone: MakePhone, lang: str, javascript: bool) -> None:
    buyer = phone(lang, javascript)
    put_aside(buyer, MUSK)
    page = fill_details(buyer, number="0555 61 00 31")
    card = page.locator("label", has=page.locator("input[name=payment][value='stripe.EUR']"))
    if javascript:
        expect(card).to_contain_text("EUR")  # the delivery that is chosen is in it
    card.tap()
    buyer.picture("abroad-ways")
    to_check(buyer, page)
    euros = re.compile(r"\d+(,\d+)?\sEUR")
    asked = euros.search(page.locator(".bar").inner_text())
    assert asked is not None
    buyer.picture("abroad-check")
    buyer.tap(bar(page))
    expect(page.locator("body")).to_contain_text(re.compile(asked[0].split(",")[0] + r".*EUR"))
    buyer.tap(page.locator("button[value='4242']"))
    with i18n.speaking(lang):
        expect(page.locator("main")).to_contain_text(i18n._("Paid and confirmed"))
    expect(page.locator("[data-news]").first).to_contain_text(asked[0])
    expect(page.locator("[data-news]").first).to_contain_text("دج" if lang == "ar" else "DA")
    buyer.picture("abroad-paid")

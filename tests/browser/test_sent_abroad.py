"""A parcel goes to France, a gift comes from there: from the basket to customs papers and a slip without a price."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from shop.plumbing import i18n
from tests.browser.buying import FLOWER_WATER, answered, bar, fill_details, put_aside, to_check
from tests.browser.conftest import MakePhone, sign_in, speak
from tests.browser.phone import Phone
from tests.browser.rooms import Bought, Rooms
from tests.browser.test_partners import ISMAHANE, STUDIO
from tests.studio.test_labels import words

pytestmark = pytest.mark.browser

LANGUAGES = pytest.mark.parametrize("lang", ["ar", "fr"])
EUROS = re.compile(r"\d+(?:,\d+)?\sEUR")
CARD = "كل عام وأنت بألف خير يا أمي"


def choose_country(page: Page, country: str) -> None:
    page.locator("#wilaya").select_option(country)
    answered(page)
    page.locator("#city").wait_for()


def pay_in_euros(buyer: Phone, page: Page, rooms: Rooms) -> tuple[Bought, str]:
    """Choose the card, look, order and pay; return the order, and what was paid."""
    page.locator("label", has=page.locator("input[name=payment][value='stripe.EUR']")).tap()
    to_check(buyer, page)
    asked = EUROS.search(page.locator(".bar").inner_text())
    assert asked is not None
    buyer.picture("sent-check")
    buyer.tap(bar(page))
    expect(page.locator("body")).to_contain_text(
        re.compile(re.split("[, ]", asked[0].replace("\u00a0", " "))[0] + r".*EUR")
    )
    buyer.tap(page.locator("button[value='4242']"))
    with i18n.speaking(buyer.lang):
        expect(page.locator("main")).to_contain_text(i18n._("Paid and confirmed"))
    return rooms.of_page(page.url), asked[0]


def at_work(phone: MakePhone, lang: str, bought: Bought) -> Phone:
    """Let Ismahane open the order."""
    ismahane = phone(lang)
    sign_in(ismahane, ISMAHANE)
    speak(ismahane)
    ismahane.open(f"{STUDIO}/orders/{bought.code}")
    return ismahane


def pdf(who: Phone, ending: str) -> str:
    """Return the words of a PDF that the order's page leads to."""
    address = who.page.locator(f"a[href*='{ending}']").first.get_attribute("href") or ""
    return words(who.context.request.get(who.base + address).body())


@LANGUAGES
def test_a_parcel_goes_to_lyon_with_its_customs_papers(phone: MakePhone, rooms: Rooms, lang: str) -> None:
    buyer = phone(lang)
    put_aside(buyer, FLOWER_WATER)
    page = buyer.open(f"/{lang}/checkout")
    choose_country(page, "BE")
    page.locator("#phone").fill("+33 6 12 34 56 78")
    page.locator("#name").fill("Sarah Martin")
    page.locator("#city").fill("Lyon")
    page.locator("#postcode").fill("69003")
    page.locator("#address").fill("5, rue des Lilas")
    page.locator("#wilaya").select_option("31")
    page.locator("#commune").wait_for()
    choose_country(page, "FR")
    expect(page.locator("#city")).to_have_value("Lyon")
    expect(page.locator("#postcode")).to_have_value("69003")
    expect(page.locator("#address")).to_have_value("5, rue des Lilas")
    way = page.locator("fieldset.travel label", has=page.locator("input[value^='home.']"))
    expect(way).to_contain_text(re.compile(r"1.600"))
    way.tap()
    answered(page)
    with i18n.speaking(lang):
        duties = i18n._(
            "Duties and taxes of the country are not included: whoever receives the parcel may have to pay them there."
        )
    expect(page.locator("#where")).to_contain_text(duties)
    buyer.picture("sent-details")
    bought, _paid = pay_in_euros(buyer, page, rooms)
    buyer.picture("sent-paid")
    ismahane = at_work(phone, lang, bought)
    expect(ismahane.page.locator("main")).to_contain_text("Lyon")
    ismahane.picture("sent-order")
    assert "69003" in pdf(ismahane, "customs.pdf")


@LANGUAGES
def test_a_gift_from_abroad_comes_without_a_price(phone: MakePhone, rooms: Rooms, lang: str) -> None:
    buyer = phone(lang)
    put_aside(buyer, FLOWER_WATER)
    page = fill_details(buyer, number="0555 61 00 32", name="Fatima Haddad")
    fold = page.locator("details", has=page.locator("#gift"))
    fold.locator("summary").tap()
    page.locator("#gift").check()
    page.locator("#payer").fill("+33 6 12 34 56 78")
    page.locator("#gift_words").fill(CARD)
    buyer.picture("gift-details")
    bought, _paid = pay_in_euros(buyer, page, rooms)
    ismahane = at_work(phone, lang, bought)
    expect(ismahane.page.locator("main")).to_contain_text(CARD)
    ismahane.picture("gift-order")
    slip = pdf(ismahane, "slips.pdf")
    assert "Fatima Haddad" in slip
    assert not re.search(r"\b(?:DA|EUR)\b|دج", slip), slip

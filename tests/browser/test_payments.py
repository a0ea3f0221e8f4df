"""Orders that are paid before they leave: by transfer with a receipt, by card on the page of its service."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from shop.plumbing import i18n
from tests.browser.buying import SOAP, bar, fill_details, put_aside, to_check
from tests.browser.conftest import AMINA, MakePhone, sign_in, speak
from tests.browser.phone import Phone
from tests.studio.photographs import photograph

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"


def order(buyer: Phone, method: str, number: str) -> Page:
    """Order a soap, to be paid in this way; return the page that follows."""
    put_aside(buyer, SOAP)
    page = fill_details(buyer, number=number)
    page.locator("label", has=page.locator(f"input[name=payment][value={method}]")).tap()
    to_check(buyer, page)
    buyer.tap(bar(page))
    return page


def code_in(page: Page) -> str:
    found = re.search(r"/t/([0-9A-Z]{7,8})/", page.url)
    assert found, page.url
    return found.group(1)


@pytest.mark.parametrize(("lang", "javascript"), [("ar", True), ("fr", False)], ids=["ar-js", "fr-plain"])
def test_a_transfer_is_shown_its_receipt_looked_at_and_the_money_said_to_have_come(
    phone: MakePhone, lang: str, javascript: bool
) -> None:
    buyer, amina = phone(lang, javascript), phone(lang, javascript)
    page = order(buyer, "transfer", "0555 61 00 01")
    code = code_in(page)
    expect(page.locator("dl.facts-2").first).to_contain_text("007 99999 0012345678 03")
    buyer.picture("transfer-accounts")
    page.locator("input[type=file]").set_input_files(
        {"name": "recu.jpg", "mimeType": "image/jpeg", "buffer": photograph((300, 400)).getvalue()}
    )
    buyer.tap(page.locator("form[enctype] button"))
    expect(page.locator("[role=status]").first).to_be_visible()
    sign_in(amina, AMINA)
    speak(amina)
    mine = amina.open(f"{STUDIO}/")
    amina.tap(mine.locator(f"a[href$='/orders/{code}#pay']"))
    assert amina.context.request.get(mine.locator("#pay a[target]").get_attribute("href") or "").ok
    amina.picture("receipt-to-look-at")
    amina.tap(mine.locator("#pay form button").first)
    expect(mine.locator(".bar button[value=confirmed]")).to_be_visible()
    buyer.page.reload()
    with i18n.speaking(lang):
        expect(page.locator("main")).to_contain_text(i18n._("Paid and confirmed"))
        expect(page.locator("#pay-1")).to_have_count(0)


@pytest.mark.parametrize(("lang", "javascript"), [("ar", False), ("fr", True)], ids=["ar-plain", "fr-js"])
def test_a_card_that_is_refused_may_try_again_and_pays(phone: MakePhone, lang: str, javascript: bool) -> None:
    buyer = phone(lang, javascript)
    page = order(buyer, "chargily", "0555 61 00 02")
    buyer.picture("card-page")
    buyer.tap(page.locator("button[value=refused]"))
    code_in(page)
    with i18n.speaking(lang):
        told, paid = i18n._("The card was refused. Nothing was taken."), i18n._("Paid and confirmed")
        expect(page.locator("main")).to_contain_text(told)  # the page finds out by itself
        buyer.picture("card-refused")
        buyer.tap(page.locator("#pay-1 button[value=chargily]").first)
        buyer.tap(page.locator("button[value=edahabia]"))
        expect(page.locator("main")).to_contain_text(paid)
        expect(page.locator("#pay-1")).to_have_count(0)
    buyer.picture("card-paid")

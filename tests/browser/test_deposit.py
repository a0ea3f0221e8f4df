"""A deposit on cash on delivery, the whole way: chosen, paid by transfer, looked at, confirmed; the courier's rest."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from shop.plumbing import i18n
from tests.browser.buying import bar, fill_details, put_aside, to_check
from tests.browser.conftest import MakePhone, sign_in, speak
from tests.studio.photographs import photograph

pytestmark = pytest.mark.browser

ISMAHANE, STUDIO = "0550 00 01 03", "/studio/parfums-ismahane"
BOX = 20  # dearer than 6 000 DA: of a first order, 1 000 DA are asked before
WAY = "cash_on_delivery+transfer"


def dinars(text: str) -> list[int]:
    """Return the amounts in a text."""
    return [int(re.sub(r"\D", "", each)) for each in re.findall(r"([\d\u00a0]+)\u00a0(?:DA|دج)", text)]


def test_a_deposit_comes_by_transfer_and_the_courier_is_told_the_rest(phone: MakePhone) -> None:
    buyer, ismahane = phone("ar"), phone("ar")
    put_aside(buyer, BOX)
    page = fill_details(buyer, number="0555 62 00 01")
    choice = page.locator("label", has=page.locator(f"input[name=payment][value='{WAY}']"))
    now, rest = dinars(choice.inner_text())[:2]
    choice.tap()
    buyer.picture("deposit-choice")
    to_check(buyer, page)
    assert (now, now + rest) == (1000, dinars(page.locator(".bar .price").inner_text())[0])
    buyer.picture("deposit-check")
    buyer.tap(bar(page))
    code = re.search(r"/t/([0-9A-Z]{7,8})/", page.url)
    assert code, page.url
    assert dinars(page.locator("#pay-1 p").first.inner_text()) == [now, rest]
    buyer.picture("deposit-to-pay")
    page.locator("input[type=file]").set_input_files(
        {"name": "recu.jpg", "mimeType": "image/jpeg", "buffer": photograph((300, 400)).getvalue()}
    )
    buyer.tap(page.locator("form[enctype] button"))
    sign_in(ismahane, ISMAHANE)
    speak(ismahane)
    mine = ismahane.open(f"{STUDIO}/orders/{code.group(1)}")
    ismahane.picture("deposit-receipt")
    ismahane.tap(mine.locator("#pay form button").first)
    ismahane.tap(mine.locator(".bar button[value=confirmed]"))
    expect(mine.locator(".bar button[name=shipments]")).to_be_visible()
    ismahane.picture("deposit-confirmed")
    buyer.page.reload()
    expect(page.locator("#pay-1")).to_have_count(0)
    assert dinars(page.locator(".note-s").first.inner_text()) == [rest]
    buyer.picture("deposit-paid")
    with i18n.speaking("ar"):
        expect(page.locator("main")).to_contain_text(i18n._("Confirmed by phone"))

"""The main job, whole: a soap and a bowl are ordered on a phone, and Amina carries hers to the cash in hand."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from shop.documents import engine
from shop.plumbing import i18n
from tests.browser.buying import BOWL, SOAP, bar, confirm, fill_details, open_product, put_aside, to_check
from tests.browser.conftest import AMINA, MakePhone, sign_in, speak
from tests.browser.phone import Phone, under_the_thumb

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_soap_is_bought_confirmed_labelled_handed_over_and_paid(
    phone: MakePhone, lang: str, javascript: bool
) -> None:
    buyer, amina = phone(lang, javascript), phone(lang, javascript)
    tracking = buy_soap_and_bowl(buyer)
    code = order_of_amina(buyer.page)
    sign_in(amina, AMINA)
    speak(amina)
    day(amina)
    confirm_after_the_call(amina, code)
    reference = print_the_label(amina, code)
    hand_over(amina, reference)
    delivered(amina, code)
    tick_off_the_money(amina, code, reference)
    page = buyer.open(tracking)
    buyer.picture("tracking-delivered")
    parcel = page.locator("section.panel", has_text="Atelier Amina").first
    with i18n.speaking(lang):
        assert parcel.locator(".tag").inner_text() == i18n._("Delivered")
    assert not parcel.locator("form[action$=cancellation]").count(), "a delivered parcel can no longer be cancelled"


def buy_soap_and_bowl(buyer: Phone) -> str:
    page = open_product(buyer, SOAP)
    under_the_thumb(bar(page))
    buyer.picture("product")
    put_aside(buyer, SOAP)
    page = put_aside(buyer, BOWL)
    change_quantity(buyer, page)
    buyer.open(f"/{buyer.lang}/cart")
    under_the_thumb(bar(page))
    buyer.picture("cart")
    phone_of_this_buyer = f"0555 {'10' if buyer.lang == 'ar' else '20'} {'30' if buyer.javascript else '40'} 50"
    buyer.open(f"/{buyer.lang}/checkout")
    under_the_thumb(bar(page))
    fill_details(buyer, number=phone_of_this_buyer)
    buyer.picture("details")
    to_check(buyer, page)
    under_the_thumb(bar(page))
    assert page.locator("section.panel .goods").count() == 2, "one parcel for each workshop"
    buyer.picture("check")
    tracking = confirm(buyer, page)
    buyer.picture("tracking")
    return tracking


def change_quantity(buyer: Phone, page: Page) -> None:
    """One soap becomes two: with JavaScript the form sends itself, without it the button does."""
    soap = page.locator("section", has_text="Atelier Amina").locator(".qty")
    assert soap.locator("input").input_value() == "1"
    buyer.tap(soap.locator("button[value='1']"))
    assert soap.locator("input").input_value() == "2"


def order_of_amina(page: Page) -> str:
    parcel = page.locator("section.panel", has_text="Atelier Amina").first
    found = re.search(r"\b[0-9A-Z]{7}-[0-9]\b|\b[0-9A-Z]{7,8}\b", parcel.locator("p.by").first.inner_text())
    assert found, parcel.inner_text()
    return found.group()


def day(amina: Phone) -> None:
    page = amina.open(f"{STUDIO}/")
    under_the_thumb(page.locator("main .job .btn").first)
    amina.picture("today")


def confirm_after_the_call(amina: Phone, code: str) -> None:
    page = amina.open(f"{STUDIO}/orders/{code}")
    under_the_thumb(bar(page))
    amina.picture("order-to-confirm")
    amina.tap(page.locator(".bar button[value=confirmed]"))
    page = amina.open(f"{STUDIO}/orders/{code}")
    assert page.locator(".bar button[name=shipments]").count() == 1
    amina.picture("order-to-pack")


def print_the_label(amina: Phone, code: str) -> str:
    page = amina.page
    under_the_thumb(bar(page))
    amina.tap(page.locator(".bar button[name=shipments]"))
    return read_the_label(amina, code)


def read_the_label(amina: Phone, code: str) -> str:
    """Read the label that is shown as a courier's scanner does; return its reference."""
    page = amina.page
    assert "/labels/" in page.url
    under_the_thumb(bar(page))
    amina.picture("labels")
    answer = amina.context.request.get(page.locator(".bar a").get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    read = barcodes(answer.body())
    page = amina.open(f"{STUDIO}/orders/{code}")
    reference = page.locator("dl.facts-2 dd .ltr, dl.facts-2 dd [dir=ltr]").first.inner_text()
    assert reference in read, (reference, read)
    amina.picture("order-to-hand-over")
    return reference


def barcodes(pdf: bytes) -> list[str]:
    """What a courier's scanner reads on the first page."""
    with Image.open(io.BytesIO(engine.page_png(pdf, 0))) as page:
        return [found.text for found in zxingcpp.read_barcodes(page)]


def hand_over(amina: Phone, *references: str) -> None:
    page = amina.page
    under_the_thumb(bar(page))
    amina.tap(bar(page))
    for reference in references:
        parcel = page.locator("label.tick", has_text=reference)
        parcel.tap()
        expect(parcel.locator("input")).to_be_checked()
    if amina.javascript:
        left = page.locator("[data-code]:not(:checked)").count()
        expect(page.locator("[data-left] .num")).to_have_count(left)
        expect(page.locator("[data-missing]")).to_be_visible(visible=left > 0)
    amina.picture("hand-over")
    amina.tap(page.locator("button[value=sheet]"))
    assert re.search(r"/hand-over/\d+$", page.url), page.locator("main").inner_text()
    under_the_thumb(bar(page))
    amina.picture("hand-over-sheet")
    sign_the_sheet(amina)
    sheet = amina.context.request.get(page.locator(".bar a").get_attribute("href") or "")
    assert sheet.body().startswith(b"%PDF")


def sign_the_sheet(amina: Phone) -> None:
    """The courier signs with a finger where there is a script to draw with, else on paper."""
    page, pad = amina.page, amina.page.locator("canvas")
    assert pad.is_visible() is amina.javascript
    if amina.javascript:
        page.locator("#name").fill("Mourad")
        pad.scroll_into_view_if_needed()
        at = pad.bounding_box()
        assert at is not None
        page.mouse.move(at["x"] + 30, at["y"] + 90)
        page.mouse.down()
        page.mouse.move(at["x"] + 200, at["y"] + 20, steps=4)
        page.mouse.up()
        amina.picture("hand-over-signed")
    amina.tap(page.locator(f"button[value={'screen' if amina.javascript else 'paper'}]"))
    expect(page.locator("form[data-sign]")).to_have_count(0)
    expect(page.locator(".note", has_text="Mourad")).to_have_count(int(amina.javascript))


def delivered(amina: Phone, code: str) -> None:
    page = amina.open(f"{STUDIO}/orders/{code}")
    amina.picture("order-on-the-way")
    if not page.locator(".bar button[value=delivered]").count():
        amina.tap(page.locator("button[name=word][value=in_transit]"))
    under_the_thumb(page.locator(".bar button[value=delivered]"))
    amina.tap(page.locator(".bar button[value=delivered]"))
    amina.picture("order-delivered")


def tick_off_the_money(amina: Phone, code: str, *references: str) -> None:
    page = amina.page
    amina.tap(bar(page))
    ticked = page.locator("label.tick:has(input[name=lines]:checked)")
    for left in reversed(range(ticked.count())):
        ticked.first.tap()
        expect(ticked).to_have_count(left)
    for reference in references:
        page.locator("ul.rows > li", has_text=reference).locator("label.tick").tap()
    page.locator("#reference").fill(f"VR {code}")
    amina.picture("remittance-new")
    amina.tap(bar(page))
    assert re.search(r"/remittances/\d+$", page.url), page.locator("main").inner_text()
    assert page.locator("ul.panel.rows > li").count() == len(references)
    amina.picture("remittance")
    page = amina.open(f"{STUDIO}/money")
    amina.picture("money")

"""Selling otherwise than by the shop's pages, on a phone: from a message, by a link, in hand, by an offer."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shop.plumbing import i18n
from tests.browser.buying import ORAN, ORAN_CITY, SOAP, bar, open_product
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.looks import faults
from tests.browser.phone import HEIGHT, WIDTH, Phone, under_the_thumb

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"
MESSAGES = {
    "ar": "السلام عليكم أنا مريم 0555123411 وهران، نحب 2 صابون زيت الزيتون بارك الله فيكم",
    "fr": "Bonjour c'est Meriem 0555 12 34 12, Oran, 2 savons à l’huile d’olive svp",
}
NAMES = {"ar": "مريم", "fr": "Meriem"}
BOTH = pytest.mark.parametrize("lang", ["ar", "fr"])
WITH_AND_WITHOUT = pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])


def at_work(phone: MakePhone, keys: dict[str, Any], lang: str, *, javascript: bool = True) -> Phone:
    """Let Amina hold her phone in one language."""
    amina = phone(lang, javascript, storage_state=keys[AMINA])
    speak(amina)
    return amina


def look(person: Phone, name: str) -> None:
    """Keep a picture of the open page; nothing may be wrong with it."""
    person.picture(f"selling-{name}")
    if not person.javascript:
        return  # the rules are scripts
    found = faults(person.page, person.lang, wide=False)
    assert not found, "\n".join(found)


def as_it_was(page: Page) -> None:
    """Load the page again after it was looked at: looking spoils it."""
    page.reload()
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


@WITH_AND_WITHOUT
@BOTH
def test_a_message_becomes_an_order_that_the_customer_confirms(
    phone: MakePhone, keys: dict[str, Any], lang: str, javascript: bool
) -> None:
    amina = at_work(phone, keys, lang, javascript=javascript)
    page = amina.open(f"{STUDIO}/orders/new")
    page.locator("#message").fill(MESSAGES[lang])
    amina.tap(page.locator("button[value=read]"))
    expect(page.locator("#name")).to_have_value(NAMES[lang])
    expect(page.locator("#wilaya")).to_have_value(ORAN)
    expect(page.locator("[name=line-0-pieces]")).to_have_value("2")
    under_the_thumb(page.locator(".bar button[value=link]"))
    with page.expect_event("load") if javascript else nullcontext():
        page.locator("#commune").select_option(ORAN_CITY)
    home = page.locator("label", has=page.locator("input[name^='delivery-'][value^='home.']")).first
    if javascript:
        amina.tap(home)
    else:
        home.tap()
    page.locator("#address").fill("12 rue des Oliviers")
    amina.picture("selling-message-filled")
    amina.tap(page.locator(".bar button[value=link]"))
    page.evaluate("scrollTo(0, 0)")
    under_the_thumb(page.locator(".bar .btn"))
    link = page.locator("#link").input_value()
    amina.picture("selling-link-made")
    meriem = phone(lang, javascript)
    there = meriem.open(link)
    if "/details" in there.url:  # without JavaScript the price of the way was not looked at before
        there.locator("label", has=there.locator("input[name^='delivery-'][value^='home.']")).first.tap()
        there.locator("label", has=there.locator("input[name=payment]")).first.tap()
        meriem.tap(bar(there))
    assert there.url.endswith("/check"), there.locator("main").inner_text()
    under_the_thumb(bar(there))
    meriem.picture("selling-link-check")
    meriem.tap(bar(there))
    assert re.search(rf"/{lang}/t/[0-9A-Z]{{7}}/", there.url), there.locator("main").inner_text()
    meriem.quietly(lambda: meriem.open(link), status=410)
    look(meriem, "link-used")


@BOTH
def test_the_pages_between_a_message_and_its_order_are_for_everybody(
    phone: MakePhone, keys: dict[str, Any], lang: str
) -> None:
    amina = at_work(phone, keys, lang)
    page = amina.open(f"{STUDIO}/orders/new")
    page.locator("#message").fill(MESSAGES[lang])
    amina.tap(page.locator("button[value=read]"))
    look(amina, "message-read")


@BOTH
def test_a_private_link_keeps_its_pieces_until_it_is_withdrawn(
    phone: MakePhone, keys: dict[str, Any], lang: str
) -> None:
    amina, buyer = at_work(phone, keys, lang), phone(lang)

    def on_the_shelf() -> int:
        return int(open_product(buyer, SOAP).locator("#buy [name=pieces]").get_attribute("data-max") or 0)

    before = on_the_shelf()
    page = amina.open(f"{STUDIO}/products/{SOAP}/link")
    under_the_thumb(bar(page))
    amina.quietly(lambda: amina.tap(bar(page)), status=422)
    assert page.locator(".errs").count() == 1
    look(amina, "product-link-wrong")
    page = amina.open(f"{STUDIO}/products/{SOAP}/link")
    page.locator("#pieces").fill("3")
    page.locator("label", has=page.locator("input[name=hours]")).first.tap()
    amina.tap(bar(page))
    look(amina, "product-link-made")
    assert on_the_shelf() == before - 3
    page = amina.open(f"{STUDIO}/links")
    amina.tap(page.locator("form[action$='/withdrawal'] button").first)
    assert on_the_shelf() == before


@WITH_AND_WITHOUT
@BOTH
def test_a_sale_from_hand_to_hand_takes_three_taps_and_can_be_undone(
    phone: MakePhone, keys: dict[str, Any], lang: str, javascript: bool
) -> None:
    amina = at_work(phone, keys, lang, javascript=javascript)
    page = amina.open(f"{STUDIO}/sale")
    more = page.locator("#tiles li", has=page.locator("button[value='1']")).first.locator("button[value='1']")
    for _time in range(2):
        due = page.locator("#due").inner_text()
        if javascript:
            more.tap()
        else:
            amina.tap(more)
        expect(page.locator("#due")).not_to_have_text(due)
    page.evaluate("scrollTo(0, 0)")
    under_the_thumb(bar(page))
    due = page.locator("#due").inner_text()
    amina.tap(bar(page))
    expect(page.locator("#total")).to_have_text(due)
    page.locator("main summary").first.tap()
    page.locator("#agreed").fill("900")
    page.locator("#reason").fill("آخر قطعة" if lang == "ar" else "dernière pièce")
    amina.tap(page.locator("button[value=agree]"))
    expect(page.locator("#total")).to_have_text(re.compile("900"))
    amina.picture("selling-sale-agreed")
    under_the_thumb(bar(page))
    amina.tap(bar(page))
    under_the_thumb(page.locator(".toast button"))
    amina.picture("selling-sold")
    amina.tap(page.locator(".toast button"))
    with i18n.speaking(lang):
        undone = i18n._("The sale is undone: its pieces are back. Give back {amount}.", amount="").partition(":")[0]
    expect(page.locator(".note").first).to_contain_text(undone)
    look(amina, "sale-undone")


@BOTH
def test_the_look_at_a_sale_is_for_everybody(phone: MakePhone, keys: dict[str, Any], lang: str) -> None:
    amina = at_work(phone, keys, lang)
    page = amina.open(f"{STUDIO}/sale")
    page.locator("#tiles button[value='1']").first.tap()
    amina.tap(bar(page))
    page.locator("main summary").first.tap()
    look(amina, "sale-check")


@BOTH
def test_a_customer_is_found_and_noted(phone: MakePhone, keys: dict[str, Any], lang: str) -> None:
    amina = at_work(phone, keys, lang)
    page = amina.open(f"{STUDIO}/customers")
    amina.tap(page.locator(".rows a").first)
    page.locator("#text").fill("Sonne deux fois")
    amina.tap(page.locator("form[action$='/notes'] button"))
    expect(page.locator("section", has=page.locator("#notes-t"))).to_contain_text("Sonne deux fois")
    look(amina, "customer")


@BOTH
def test_earnings_are_read_without_moving_a_table_sideways(phone: MakePhone, keys: dict[str, Any], lang: str) -> None:
    amina = at_work(phone, keys, lang)
    page = amina.open(f"{STUDIO}/money/earnings")
    wide = "[...document.querySelectorAll('main *')].filter(each => each.scrollWidth > each.clientWidth + 1 &&"
    wide += " getComputedStyle(each).overflowX === 'auto').map(each => each.className)"
    assert page.evaluate(wide) == []
    shown = page.evaluate(
        "(() => { const chart = document.querySelector('.bars'), drawn = chart.viewBox.baseVal.width;"
        " return parseFloat(getComputedStyle(chart.querySelector('text')).fontSize)"
        " * chart.getBoundingClientRect().width / drawn })()"
    )
    assert shown >= 13, f"the months are {shown:.1f} px high"
    look(amina, "earnings")


@BOTH
def test_an_offer_is_made_and_stands_on_the_products_page(phone: MakePhone, keys: dict[str, Any], lang: str) -> None:
    amina = at_work(phone, keys, lang)
    page = amina.open(f"{STUDIO}/offers/new")
    under_the_thumb(bar(page))
    amina.quietly(lambda: amina.tap(bar(page)), status=422)
    assert page.locator(".errs").count() == 1
    look(amina, "offer-wrong")

"""The artisan's day on a phone over 3G: a product with two photographs, an order, its label, its sheet, its money."""

from __future__ import annotations

import io
import re
import time
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

import pytest
from PIL import Image
from playwright.sync_api import expect

from shop.plumbing import i18n
from tests.browser.buying import SOAP, bar, buy_soap, confirm, fill_details, to_check
from tests.browser.conftest import AMINA, MakePhone, sign_in, speak
from tests.browser.phone import Phone, place, under_the_thumb, until
from tests.browser.proxy import slow_3g
from tests.browser.test_cut import KEPT, at_work, card, history, order_of, waiting
from tests.browser.test_purchase import (
    confirm_after_the_call,
    delivered,
    hand_over,
    print_the_label,
    read_the_label,
    tick_off_the_money,
)

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"
TWO_MINUTES_S = 120
THUMB_S = 1.5  # what a tap or the choice of a field takes a person
LETTER_S = 0.35  # and a letter typed with one thumb


@cache
def shot(colour: tuple[int, int, int]) -> bytes:
    """A photograph of twelve megapixels, lying on its side as phones write them."""
    picture = Image.effect_noise((200, 150), 40).convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC)
    picture.paste(colour, (800, 800, 3200, 2200))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


def add_a_product(amina: Phone, name: str) -> tuple[str, float]:
    """Add a product with two photographs; return its number and how long that took her, her thumb's time counted."""
    page = amina.open(f"{STUDIO}/products")
    under_the_thumb(bar(page))
    began = time.monotonic()
    amina.tap(bar(page))
    files = [{"name": f"IMG_{n}.jpg", "mimeType": "image/jpeg", "buffer": shot((200, 90 * n, 60))} for n in range(2)]
    page.locator("#photos").set_input_files(files)  # type: ignore[arg-type]
    page.locator("#name").fill(name)
    page.locator("#price").fill("650")
    page.locator("#stock").fill("6")
    page.locator("#craft").select_option("pottery")  # soap would ask for its formalities before it is in the shop
    expect(page.locator("[data-photos] li")).to_have_count(2)
    amina.picture("slow-new-product")
    page.evaluate("scrollTo(0, 0)")  # from her last field
    under_the_thumb(page.locator(".bar button[value=publish]"))
    page.locator(".bar button[value=publish]").tap()
    page.wait_for_url(re.compile(r"/products/\d+$"), wait_until="commit")
    took = time.monotonic() - began + 8 * THUMB_S + len(name + "6506") * LETTER_S
    amina.picture("slow-product-saved")
    with i18n.speaking(amina.lang):
        expect(page.locator("main .tag").first).to_have_text(i18n._("In the shop"), timeout=60_000)
    expect(page.locator(".shots img")).to_have_count(2)
    number = re.search(r"/products/(\d+)", page.url)
    assert number
    return number[1], took


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_artisans_day_over_3g(phone: MakePhone, keys: dict[str, Any], base: str, lang: str) -> None:
    with slow_3g(base) as network:
        amina = phone(lang, base_url=network.address)
        amina.base = network.address
        amina.context.set_default_timeout(60_000)
        sign_in(amina, AMINA)
        speak(amina)
        at_work(amina)
        number, took = add_a_product(amina, "صحن من الطين" if lang == "ar" else "Bol en terre")
        print(f"{lang}: a product with two photographs took {took:.0f} s")
        assert took < TWO_MINUTES_S
        first, second = (
            ordered(phone(lang), number, amina, f"0555 6{2 if lang == 'ar' else 3} 00 {buyer}")
            for buyer in ("01", "02")
        )
        references = [with_a_network(amina, first), through_a_cut(amina, second)]
        hand_over(amina, *references)
        delivered(amina, first)
        delivered(amina, second)
        tick_off_the_money(amina, second, *references)


def ordered(buyer: Phone, number: str, amina: Phone, phone_number: str) -> str:
    """Let somebody buy the new product; return the order's code."""
    page = buyer.open(f"/{buyer.lang}/p/{number}-x")
    buyer.tap(bar(page))
    to_check(buyer, fill_details(buyer, number=phone_number))
    confirm(buyer, page)
    return order_of(amina, phone_number)


def with_a_network(amina: Phone, code: str) -> str:
    """Confirm an order and print its label; return the label's reference."""
    confirm_after_the_call(amina, code)
    return print_the_label(amina, code)


def through_a_cut(amina: Phone, code: str) -> str:
    """The same, tapped while there is no network: what waits is sent by itself, nothing is lost, nothing done twice."""
    page = amina.open(f"{STUDIO}/")
    until(page, f"{KEPT}.then((paths) => paths.includes('{STUDIO}/'))")
    amina.lose_the_network()
    page.reload()
    expect(page.locator("[data-strip]")).to_be_visible()
    card(page, code).locator("form[action$='/calls'] button").tap()
    waiting(page, 1)
    card(page, code).locator("form[data-marked] button").tap()
    waiting(page, 2)
    page.reload()  # the phone is put away and taken out again
    waiting(page, 2)
    amina.find_the_network()
    amina.tap(page.locator("[data-queue] a"))  # the label can be looked at
    reference = read_the_label(amina, code)
    told = history(amina, code)
    with i18n.speaking(amina.lang):
        assert told.count(i18n._("Call {n}: the order is confirmed", n=1)) == 1
        assert told.count(i18n._("Label printed")) == 1
    return reference


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_each_task_is_finished_with_one_thumb(phone: MakePhone, keys: dict[str, Any], lang: str) -> None:
    """What section 9 of the brief names and the other tests do not look at already."""
    amina = phone(lang, storage_state=keys[AMINA])
    speak(amina)
    for path, action in {
        f"{STUDIO}/orders?step=to_confirm": ".job form[action$='/calls'] button",
        f"{STUDIO}/orders?step=to_pack": ".job button[name=shipments]",
        f"{STUDIO}/labels": ".bar button",
        f"{STUDIO}/hand-over": ".bar button",
        f"{STUDIO}/products": ".bar .btn",
        f"{STUDIO}/products/new": ".bar button",
    }.items():
        page = amina.open(path)
        under_the_thumb(page.locator(action).first)
    change_a_stock(amina)
    share_a_product(amina)
    follow_an_order(phone(lang))


def share_a_product(amina: Phone) -> None:
    """From the list of products to the message that WhatsApp opens with."""
    page = amina.open(f"{STUDIO}/products")
    amina.open(page.locator(f".ware-a[href$='/products/{SOAP}']").get_attribute("href") or "")
    under_the_thumb(page.locator(".bar a[href$='/share']"))
    amina.tap(page.locator(".bar a[href$='/share']"))
    under_the_thumb(bar(page))
    message = bar(page).get_attribute("href") or ""
    assert message.startswith("https://wa.me/?text="), message
    link = re.search(rf"{re.escape(quote(amina.base, safe=''))}%2Fs%2F[\w-]+", message)
    assert link, message
    shown = amina.context.request.get(unquote(link[0]))
    assert shown.ok
    assert "/p/" in shown.url, "it leads to the product"


def follow_an_order(buyer: Phone) -> None:
    """A buyer without her link finds her order by its number and the end of her phone's."""
    number = "0555 64 00 01" if buyer.lang == "ar" else "0555 64 00 02"
    code = re.search(r"/t/([0-9A-Z]{7})/", buy_soap(buyer, number))
    assert code
    buyer.context.clear_cookies()
    page = buyer.open(f"/{buyer.lang}/t")
    show = page.locator("main form button")
    under_the_thumb(show)
    page.locator("#code").fill(code[1])
    page.locator("#digits").fill(number.replace(" ", "")[-4:])
    under_the_thumb(show)
    buyer.tap(show)
    assert f"/t/{code[1]}/" in page.url, page.locator("main").inner_text()


def change_a_stock(amina: Phone) -> None:
    """Change a stock on the page of a product's figures, whose button is in the bar, or in the list, in its place."""
    page = amina.open(f"{STUDIO}/products")
    product = page.locator(".ware:has(form) .ware-a").first.get_attribute("href")
    amina.open(f"{product}/variants")
    under_the_thumb(bar(page))
    amina.open(f"{STUDIO}/products")
    ware = page.locator(".ware:has(form)").first
    ware.locator("summary").tap()
    save = ware.locator("form button")
    save.scroll_into_view_if_needed()
    box, covered = place(save), place(page.locator("main .bar"))
    assert box["y"] + box["height"] <= covered["y"] + 1, "the bar covers it"
    ware.locator("input[name$='-on_hand']").fill("7")
    amina.tap(save)
    with i18n.speaking(amina.lang):
        expect(page.locator(".note").first).to_have_text(i18n._("Saved."))

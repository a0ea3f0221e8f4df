"""What the small scripts add to pages that work without them, and how each falls back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.buying import ORAN, ORAN_CITY, SOAP, bar, choose_oran, fill_details, put_aside, to_check
from tests.browser.conftest import AMINA, MakePhone
from tests.browser.phone import until

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"


def test_the_badge_counts_the_basket_on_every_page(phone: MakePhone) -> None:
    buyer = phone("fr")
    page = buyer.open("/fr/")
    badge = page.locator("[data-basket] .n")
    expect(badge).to_be_hidden()
    put_aside(buyer, SOAP)
    put_aside(buyer, SOAP)
    page = buyer.open("/fr/")
    expect(badge).to_have_text("2")
    expect(page.locator("[data-basket]")).to_have_accessible_name("Panier : 2", ignore_case=True)
    page.go_back()
    expect(badge).to_have_text("2")


def test_the_menu_opens_by_itself_and_closes_at_escape_or_outside(phone: MakePhone) -> None:
    plain = phone("ar", javascript=False).open("/ar/")
    plain.locator("details.menu summary").tap()
    expect(plain.locator("details.menu nav")).to_be_visible()
    page = phone("ar").open("/ar/")
    menu = page.locator("details.menu nav")
    page.locator("details.menu summary").tap()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("details.menu summary")).to_be_focused()
    page.locator("details.menu summary").tap()
    page.touchscreen.tap(150, 29)
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_thumbnail_shows_its_picture_as_sharp_as_the_first(phone: MakePhone, lang: str) -> None:
    page = phone(lang, device_scale_factor=2).open(f"/{lang}/p/{SOAP}-x")
    second = page.locator("#picture-2 img")
    expect(second).to_have_js_property("currentSrc", page.url.split("/" + lang)[0] + "/media/soap-olive-2-480.webp")
    page.locator(".gal-t a").nth(1).tap()
    expect(page.locator(".gal-t a").nth(1)).to_have_attribute("aria-current", "true")
    expect(second).to_be_in_viewport()
    expect(second).to_have_js_property("currentSrc", page.url.split("/" + lang)[0] + "/media/soap-olive-2-900.webp")


def test_a_choice_that_was_missing_loses_its_error_when_it_is_made(phone: MakePhone) -> None:
    buyer = phone("ar")
    put_aside(buyer, SOAP)
    page = buyer.open("/ar/checkout")
    buyer.quietly(lambda: buyer.tap(bar(page)), status=422)
    wilaya = page.locator(".field:has(#wilaya)")
    expect(wilaya.locator(".err")).to_be_visible()
    choose_oran(buyer, page)
    expect(wilaya.locator(".err")).to_have_count(0)
    expect(page.locator("#wilaya")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field:has(#name) .err")).to_be_visible()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_pair_of_values_changes_the_price_and_the_page_stays(phone: MakePhone, lang: str) -> None:
    buyer = phone(lang)
    page = buyer.open(f"/{lang}/p/35-x")
    page.evaluate("window.sameDocument = true")
    for name, chip, price in (("o2", 1, "480"), ("o1", 2, "990"), ("o2", 0, "950")):
        buyer.tap(page.locator(f".chips label:has([name={name}])").nth(chip))
        expect(page.locator(".price-l")).to_contain_text(price)
        assert page.evaluate("window.sameDocument"), "it was loaded anew"
        assert page.evaluate("document.activeElement.name") == name, "the focus was lost"
    assert "o1=" in page.url


def test_the_stepper_sends_once_for_several_taps(phone: MakePhone) -> None:
    buyer = phone("ar")
    page = put_aside(buyer, SOAP)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with page.expect_navigation():  # in one go: half a second between them would be two changes
        page.evaluate("for (const _ of [1, 2]) document.querySelector(\".qty button[value='1']\").click()")
        expect(page.locator("input[name=pieces]")).to_have_value("3")
    expect(page.locator("input[name=pieces]")).to_have_value("3")
    assert len(sent) == 1, sent


def test_the_stepper_reads_arabic_digits_and_keeps_to_what_there_is(phone: MakePhone) -> None:
    page = put_aside(phone("ar"), SOAP)
    with page.expect_navigation():
        page.locator("input[name=pieces]").fill("٣")
        page.locator("input[name=pieces]").blur()
    expect(page.locator("input[name=pieces]")).to_have_value("3")
    with page.expect_navigation():
        page.locator("input[name=pieces]").fill("999")
        page.locator("input[name=pieces]").blur()
    most = int(page.locator("input[name=pieces]").get_attribute("data-max") or 0)
    expect(page.locator("input[name=pieces]")).to_have_value(str(most))
    expect(page.locator(".qty button[value='1']")).to_be_disabled()


def test_a_double_tap_orders_once(phone: MakePhone) -> None:
    buyer = phone("fr")
    put_aside(buyer, SOAP)
    page = fill_details(buyer, number="0555 99 00 01")
    to_check(buyer, page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with page.expect_navigation(url="**/t/**"):
        page.evaluate("for (const _ of [1, 2]) document.querySelector('.bar .btn').click()")
    assert len(sent) == 1, sent


def test_without_a_network_the_form_says_so_and_keeps_what_was_typed(phone: MakePhone) -> None:
    buyer = phone("fr")
    put_aside(buyer, SOAP)
    page = fill_details(buyer)
    buyer.lose_the_network()
    bar(page).tap()
    expect(page.locator("[data-said]")).to_be_visible()
    expect(page.locator("[data-said]")).to_have_attribute("role", "alert")
    expect(page.locator("#name")).to_have_value("Yacine Haddad")
    buyer.picture("details-offline")
    buyer.find_the_network()
    to_check(buyer, page)


def test_copying_says_copied_and_is_not_offered_where_it_cannot_be_done(phone: MakePhone, keys: dict[str, Any]) -> None:
    amina = phone("fr", storage_state=keys[AMINA])
    amina.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = amina.open(f"{STUDIO}/orders?step=to_confirm")
    order = page.locator(".job h3 a").first.get_attribute("href") or ""
    page = amina.open(order)
    button = page.locator("[data-copy]")
    button.tap()
    expect(button.locator("[role=status]")).to_have_text(button.get_attribute("data-done") or "?")
    assert page.evaluate("navigator.clipboard.readText()") == button.get_attribute("data-copy")
    old = phone("fr", storage_state=keys[AMINA])
    old.context.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })")
    expect(old.open(order).locator("[data-copy]")).to_be_hidden()


def test_sharing_uses_the_phones_own_sheet_or_stays_a_whatsapp_link(phone: MakePhone, keys: dict[str, Any]) -> None:
    plain = phone("fr", storage_state=keys[AMINA])
    link = plain.open(f"{STUDIO}/settings").locator("[data-share]")
    assert (link.get_attribute("href") or "").startswith("https://wa.me/")
    modern = phone("fr", storage_state=keys[AMINA])
    modern.context.add_init_script("navigator.share = async (what) => { window.shared = what; };")
    page = modern.open(f"{STUDIO}/settings")
    page.locator("[data-share]").tap()
    assert until(page, "window.shared?.url") == page.locator("[data-share]").get_attribute("data-share")
    assert page.url.endswith("/settings"), "the link is not followed as well"


def test_the_communes_follow_the_wilaya_without_a_new_page(phone: MakePhone) -> None:
    buyer = phone("ar")
    put_aside(buyer, SOAP)
    page = buyer.open("/ar/checkout")
    page.locator("#name").fill("ياسين حداد")
    expect(page.locator("button[name=update][value='1']")).to_be_hidden()
    before = page.evaluate("performance.timeOrigin")
    page.locator("#wilaya").select_option(ORAN)
    page.locator(f"#commune option[value='{ORAN_CITY}']").wait_for(state="attached")
    page.locator("#commune").select_option(ORAN_CITY)
    page.locator("fieldset.travel label").first.tap()
    expect(page.locator("#totals .total")).to_be_visible()
    expect(page.locator("#name")).to_have_value("ياسين حداد")
    assert page.evaluate("performance.timeOrigin") == before


# A camera whose reader of bars finds what the test holds before it.
CAMERA = """
window.seen = [];
window.BarcodeDetector = class { async detect() { return window.seen.map((rawValue) => ({ rawValue })); } };
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return canvas.captureStream(5);
};
"""


def test_a_camera_counts_parcels_and_says_what_is_missing_or_of_elsewhere(
    phone: MakePhone, keys: dict[str, Any]
) -> None:
    amina = phone("fr", storage_state=keys[AMINA])
    amina.context.add_init_script(CAMERA)
    page = amina.open(f"{STUDIO}/hand-over")
    codes = [str(each.get_attribute("data-code")).split()[0] for each in page.locator("[data-code]").all()]
    assert len(codes) > 1
    left, strange = page.locator("[data-left] .num"), page.locator("[data-strange]")
    expect(page.locator("[data-missing]")).to_be_hidden()
    page.locator("[data-camera]").tap()
    page.evaluate("code => { window.seen = [code] }", codes[0])
    expect(page.locator("[data-counted]")).to_have_text("1")
    expect(left).to_have_text([code[-4:] for code in codes[1:]])
    expect(strange).to_be_hidden()
    page.evaluate("window.seen = ['HOFANOTHERSHOP']")
    expect(strange).to_be_visible()
    expect(strange).to_contain_text("HOFANOTHERSHOP")
    page.evaluate("code => { window.seen = [code] }", codes[1])
    expect(page.locator("[data-counted]")).to_have_text("2")
    expect(strange).to_be_hidden()

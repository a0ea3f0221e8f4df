"""A stock changed with one thumb, the shelves counted, and a sheet taken in, on a phone in Arabic and French."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.phone import Phone, under_the_thumb

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"
SHEET = "Référence;Nom en français;Prix en dinars\r\nT-1;Savon au thym;650\r\nT-2;Savon au miel;cher\r\n"


def signed_in(phone: MakePhone, keys: dict[str, object], lang: str, *, javascript: bool) -> Phone:
    amina = phone(lang, javascript, storage_state=keys[AMINA])
    speak(amina)
    return amina


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_stock_is_changed_with_one_thumb(
    phone: MakePhone, keys: dict[str, object], lang: str, javascript: bool
) -> None:
    amina = signed_in(phone, keys, lang, javascript=javascript)
    page = amina.open(f"{STUDIO}/stock")
    amina.tap(page.locator("a[href*='/stock/']").first)
    under_the_thumb(page.locator(".bar button"))
    before = int(page.locator("#pieces").input_value())
    more = page.locator(".qty-big button[value='1']")
    for _time in range(2):
        if javascript:
            more.tap()
        else:
            amina.tap(more)
    expect(page.locator("#pieces")).to_have_value(str(before + 2))
    page.locator("label", has=page.locator("input[value=made]")).tap()
    amina.tap(page.locator(".bar button"))
    assert page.locator("#pieces").input_value() == str(before + 2)
    assert "+2" in page.locator(".moves tbody tr").first.inner_text()
    amina.picture("stock-of")


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_shelves_are_counted_and_the_differences_looked_at_before(
    phone: MakePhone, keys: dict[str, object], lang: str
) -> None:
    amina = signed_in(phone, keys, lang, javascript=True)
    page = amina.open(f"{STUDIO}/stock")
    under_the_thumb(page.locator(".bar button"))
    field = page.locator(".shelf input").first
    figure = {"ar": "77", "fr": "66"}[lang]
    field.fill(figure)
    amina.tap(page.locator(".bar button"))
    assert page.locator("button[name=one]").count() == 1
    under_the_thumb(page.locator(".bar button").first)
    amina.picture("stock-differences")
    amina.tap(page.locator(".bar button").first)
    link = page.locator("a[href*='/stock/']").first.inner_text()
    assert re.search(rf"\b{figure}\b", link), link


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_sheet_is_sent_and_its_page_follows_it_by_itself(
    phone: MakePhone, keys: dict[str, object], lang: str
) -> None:
    amina = signed_in(phone, keys, lang, javascript=True)
    page = amina.open(f"{STUDIO}/sheets")
    under_the_thumb(page.locator(".bar button"))
    name = f"savons-{lang}.csv"
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": SHEET.encode()})
    amina.tap(page.locator(".bar button"))
    page.locator(".filters").wait_for()  # the worker has looked at it, and the page has heard of it
    amina.picture("sheet-looked")
    write = page.locator(".bar button")
    if write.count():  # the other language was not here before
        under_the_thumb(write)
        amina.tap(write)
        page.locator(".note-e").wait_for()
        amina.picture("sheet-done")
    assert page.locator("a[href$='refused.csv']").count() == 1
    assert not amina.complaints, amina.complaints

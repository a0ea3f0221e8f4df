"""Photographs on their way: how far each has come, what waits for a network, what was refused and why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shop.plumbing import i18n
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.phone import Phone, place
from tests.browser.proxy import slow_3g
from tests.browser.test_cut import at_work, sent
from tests.browser.test_day import shot
from tests.studio.photographs import photograph

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina"


def a_draft(amina: Phone) -> str:
    """Make a product without photographs; return the address of its photographs."""
    page = amina.open(f"{STUDIO}/products/new")
    page.locator("#name").fill("Assiette")
    page.locator("#price").fill("900")
    page.locator("#stock").fill("2")
    page.locator("#craft").select_option("pottery")
    with page.expect_navigation(url=re.compile(r"/products/\d+$")):
        page.locator(".bar button[value=draft]").tap()
    return f"{page.url}/pictures"


def on_the_way(phone: MakePhone, keys: dict[str, Any], address: str, lang: str) -> Phone:
    """Give Amina's phone on a slow network, its worker in place."""
    amina = phone(lang, base_url=address, storage_state=keys[AMINA])
    amina.base = address
    at_work(amina)
    return amina


def choose(page: Page, *contents: bytes) -> None:
    files = [
        {"name": f"IMG_{n}.jpg", "mimeType": "image/jpeg", "buffer": each} for n, each in enumerate(contents, start=1)
    ]
    page.locator("#photos").set_input_files(files)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_photograph_says_how_far_it_has_come(phone: MakePhone, keys: dict[str, Any], base: str, lang: str) -> None:
    ready = phone(lang, storage_state=keys[AMINA])
    speak(ready)
    pictures = a_draft(ready).removeprefix(base)
    with slow_3g(base) as network:
        amina = on_the_way(phone, keys, network.address, lang)
        page = amina.open(pictures)
        seen = watched(page)
        choose(page, shot((200, 90, 60)))
        bar = page.locator("[data-photos] progress")
        expect(bar).to_be_visible()
        amina.picture("photograph-sending")
        expect(page.locator("ol .shot")).to_have_count(1)
        amina.picture("photograph-sent")
        percents = seen()
    assert len(percents) >= 3, percents
    assert percents == sorted(percents), percents


def watched(page: Page) -> Any:
    """Write down every figure that the worker tells; return what reads them, on whatever page she is then."""
    page.evaluate(
        "sessionStorage.percents = ''; navigator.serviceWorker.addEventListener('message', ({ data }) => {"
        " if (data.percent) sessionStorage.percents += data.percent + ' '; })"
    )
    return lambda: [int(each) for each in page.evaluate("sessionStorage.percents").split()]


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_photographs_wait_through_a_cut_and_the_unreadable_one_says_why(
    phone: MakePhone, keys: dict[str, Any], lang: str
) -> None:
    amina = phone(lang, storage_state=keys[AMINA])
    speak(amina)
    at_work(amina)
    page = amina.open(a_draft(amina))
    amina.lose_the_network()
    amina.expected.add(422)
    page.evaluate(
        "window.gone = 0; new MutationObserver((all) => { for (const each of all) gone += each.removedNodes.length; })"
        ".observe(document.querySelector('[data-photos] ul'), { childList: true })"
    )
    choose(page, photograph((900, 600)).getvalue(), photograph((900, 600)).getvalue()[:600])
    rows = page.locator("[data-photos] li")
    expect(rows).to_have_count(2)
    with i18n.speaking(lang):
        waits = i18n._("{name}: waiting for the network. It is sent by itself.", name="IMG_{n}.jpg")
        broken = i18n._(
            "This picture can't be opened: the file is damaged or incomplete. Please choose it again or take another."
        )
        again, away = i18n._("Send again"), i18n._("Remove")
    for n in (1, 2):
        expect(rows.nth(n - 1)).to_contain_text(waits.format(n=n))
    assert page.evaluate("gone") == 0, "a photograph keeps its row while others come"
    assert place(rows.first)["height"] < 200, "its words have room beside the picture"
    amina.picture("photographs-waiting")
    amina.find_the_network()
    expect(page.locator("ol .shot")).to_have_count(1)
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(broken)
    amina.picture("photograph-refused")
    with amina.context.expect_event("response", lambda answer: answer.status == 422):
        rows.first.get_by_role("button", name=f"{again} IMG_2.jpg").tap()
    expect(rows.first).to_contain_text(broken)
    rows.first.get_by_role("button", name=f"{away} IMG_2.jpg").tap()
    sent(page)
    expect(rows).to_have_count(0)


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_page_that_is_left_hands_its_photograph_to_the_worker(
    phone: MakePhone, keys: dict[str, Any], base: str, lang: str
) -> None:
    ready = phone(lang, storage_state=keys[AMINA])
    speak(ready)
    pictures = a_draft(ready).removeprefix(base)
    with slow_3g(base) as network:
        amina = on_the_way(phone, keys, network.address, lang)
        page = amina.open(pictures)
        choose(page, shot((200, 90, 60)))
        expect(page.locator("[data-photos] progress")).to_be_visible()
        page.goto("about:blank")
        page.goto(f"{network.address}/{lang}/help")
        sent(page)
    page = ready.open(pictures)
    expect(page.locator("ol .shot")).to_have_count(1)

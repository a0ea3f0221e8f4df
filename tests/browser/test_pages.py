"""Every page before the sign-in, in every language: axe finds nothing, nothing overflows, longer words have room."""

from __future__ import annotations

import pytest

from tests.browser.buying import BOWL, SOAP, bar, confirm, fill_details, put_aside, to_check
from tests.browser.conftest import MakePhone
from tests.browser.looks import Findings
from tests.browser.walk import PUBLIC

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_public_pages_are_for_everybody(phone: MakePhone, lang: str) -> None:
    findings = Findings(phone(lang), "public")
    for name, path in PUBLIC.items():
        findings.phone.open(f"/{lang}{path}")
        findings.look(name, wide=lang != "en")
    findings.settle()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_pages_of_an_order_are_for_everybody(phone: MakePhone, lang: str) -> None:
    buyer = phone(lang)
    findings = Findings(buyer, "order")
    put_aside(buyer, SOAP)
    page = put_aside(buyer, BOWL)
    findings.look("cart")
    page.reload()
    buyer.tap(page.locator("form[action$='/removal'] button").first)
    findings.look("cart-undo")
    put_aside(buyer, SOAP)
    buyer.open(f"/{lang}/checkout")
    findings.look("details-empty")
    buyer.open(f"/{lang}/checkout")
    buyer.quietly(lambda: buyer.tap(bar(page)), status=422)
    assert page.locator(".errs").count() == 1
    findings.look("details-wrong")
    fill_details(buyer, number="0555 77 00 01" if lang == "ar" else "0555 77 00 02")
    findings.look("details-filled")
    to_check(buyer, fill_details(buyer, number="0555 77 00 01" if lang == "ar" else "0555 77 00 02"))
    findings.look("check")
    buyer.open(f"/{lang}/checkout/check")
    tracking = confirm(buyer, page)
    findings.look("tracking")
    buyer.open(tracking)
    findings.settle()


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_pages_that_say_no_are_for_everybody(phone: MakePhone, lang: str) -> None:
    stranger = phone(lang)
    findings = Findings(stranger, "error")
    stranger.quietly(lambda: stranger.open(f"/{lang}/p/999999-x"), status=404)
    findings.look("404")
    page = stranger.open(f"/{lang}/t")
    page.locator("input[name=code]").fill("AAAAAAA")
    page.locator("input[name=digits]").fill("0000")
    stranger.quietly(lambda: stranger.tap(page.locator("main form button")), status=422)
    findings.look("order-not-found")
    page = stranger.open(f"/studio/sign-in?lang={lang}")
    findings.look("sign-in")
    page = stranger.open(f"/studio/sign-in?lang={lang}")
    page.locator("#identifier").fill("0550 99 99 99")
    page.locator("#password").fill("wrong")
    stranger.quietly(lambda: stranger.tap(page.locator("main form button:visible")), status=422)
    assert page.locator(".errs").count() == 1
    findings.look("sign-in-wrong")
    findings.settle()

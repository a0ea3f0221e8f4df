"""Every page, in every language it has: axe finds nothing, nothing overflows, longer words have room."""

from __future__ import annotations

import re

import pytest

from shop.demo.workshops import OPERATOR
from tests.browser.buying import BOWL, SOAP, bar, confirm, fill_details, put_aside, to_check
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.looks import faults
from tests.browser.phone import Phone
from tests.browser.walk import PUBLIC, kind, pages_behind

pytestmark = pytest.mark.browser

STUDIO = "/studio/atelier-amina/"


class Findings:
    """What was wrong on which page; looks at one page after the other."""

    def __init__(self, phone: Phone, area: str) -> None:
        self.phone, self.area, self.found = phone, area, list[str]()

    def look(self, name: str, *, wide: bool = True) -> None:
        """Keep a picture of the open page and write down its faults."""
        self.phone.picture(f"{self.area}-{name}")
        self.found += [f"{name}: {each}" for each in faults(self.phone.page, self.phone.lang, wide=wide)]
        self.phone.page.set_viewport_size({"width": 360, "height": 640})

    def settle(self) -> None:
        """Fail with everything that was found."""
        assert not self.found, f"{len(self.found)} faults\n" + "\n".join(self.found)


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


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_studio_is_for_everybody(phone: MakePhone, keys: dict[str, object], lang: str) -> None:
    amina = phone(lang, storage_state=keys[AMINA])
    speak(amina)
    findings = Findings(amina, "studio")
    seen = 0
    for path in pages_behind(amina, STUDIO, under="/studio/"):
        amina.open(path)
        findings.look(_file(path))
        seen += 1
    page = amina.open(f"{STUDIO}orders?step=to_pack")
    amina.tap(page.locator("button[name=shipments]").first)
    findings.look("label-batch")
    assert seen >= 25, f"only {seen} pages were found"
    findings.settle()


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_desk_is_for_everybody(phone: MakePhone, keys: dict[str, object], lang: str) -> None:
    nadia = phone(lang, storage_state=keys[OPERATOR])
    speak(nadia)
    findings = Findings(nadia, "desk")
    for path in pages_behind(nadia, "/desk/", under="/desk/"):
        nadia.open(path)
        findings.look(_file(path))
    findings.settle()


def _file(path: str) -> str:
    return re.sub(r"\W+", "-", kind(path).removeprefix("/studio/atelier-amina")).strip("-") or "today"

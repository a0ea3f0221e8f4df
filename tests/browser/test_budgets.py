"""What a page costs on a first visit over 3G: bytes as they travel, requests, nothing that jumps, nobody else asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.browser.buying import BOWL, SOAP, buy_soap, fill_details, put_aside, to_check
from tests.browser.conftest import AMINA, MakePhone, speak
from tests.browser.phone import Phone

pytestmark = pytest.mark.browser

KB = 1000


@dataclass(frozen=True)
class Budget:
    """Most of what may travel: kB of each kind and in all, and how many requests."""

    html: int
    script: int
    requests: int
    total: int
    css: int = 12
    font: int = 36
    font_ar: int = 60


HOME = Budget(html=8, script=20, requests=24, total=180)
PRODUCT = Budget(html=8, script=20, requests=18, total=150)
BUYING = Budget(html=6, script=20, requests=12, total=100)
TODAY = Budget(html=14, script=30, requests=16, total=120)


@dataclass
class Meter:
    """What travels to one page, counted by the browser itself."""

    page_url: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)

    def asked(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event.get("type", "Other")
        self.urls[event["requestId"]] = event["request"]["url"]

    def came(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = int(event["encodedDataLength"])

    def of(self, kind: str) -> int:
        return sum(size for key, size in self.bytes.items() if self.kinds[key] == kind)

    def beyond(self, budget: Budget, base: str, lang: str) -> list[str]:
        """Return what is beyond the budget, in words."""
        sums = [
            ("html", self.of("Document"), budget.html), ("css", self.of("Stylesheet"), budget.css),
            ("script", self.of("Script"), budget.script),
            ("fonts", self.of("Font"), budget.font_ar if lang == "ar" else budget.font),
            ("total", sum(self.bytes.values()), budget.total),
        ]  # fmt: skip
        found = [f"{what}: {size / KB:.1f} of {most} kB" for what, size, most in sums if size > most * KB]
        asked = [url for url in self.urls.values() if not url.startswith(("data:", "blob:"))]
        if len(asked) > budget.requests:
            found.append(f"{len(asked)} of {budget.requests} requests: {asked}")
        return found + [f"somebody else is asked: {url}" for url in asked if not url.startswith(base)]


def visit(phone: Phone, path: str, budget: Budget) -> list[str]:
    """Open a page for the first time; return what it costs beyond its budget, and how much it jumped."""
    meter = Meter()
    wire = phone.context.new_cdp_session(phone.page)
    wire.send("Network.enable")
    wire.send("Network.setExtraHTTPHeaders", {"headers": {"Accept-Encoding": "gzip"}})
    wire.on("Network.requestWillBeSent", meter.asked)
    wire.on("Network.loadingFinished", meter.came)
    phone.context.add_init_script(
        "window.jumped = 0; new PerformanceObserver((list) => { for (const each of list.getEntries())"
        " if (!each.hadRecentInput) jumped += each.value; }).observe({ type: 'layout-shift', buffered: true });"
    )
    phone.page.goto(path, wait_until="networkidle")
    found = meter.beyond(budget, phone.base, phone.lang)
    jumped = phone.page.evaluate("jumped")
    print(f"{phone.lang} {path}: {sum(meter.bytes.values()) / KB:.1f} kB, {len(meter.urls)} requests, CLS {jumped:.3f}")
    return found + ([f"CLS {jumped:.3f}"] if jumped > 0.02 else [])


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize(
    ("path", "budget"),
    [("/", HOME), ("/p/40-x", PRODUCT), ("/crafts/", HOME), ("/@atelier-amina", HOME)],
    ids=["home", "product", "listing", "store"],
)
def test_a_first_visit_stays_within_its_budget(phone: MakePhone, lang: str, path: str, budget: Budget) -> None:
    assert not visit(phone(lang, device_scale_factor=2), address_of(phone(lang), path), budget)


def address_of(before: Phone, path: str) -> str:
    """Return where an address leads in the end: a redirection is no part of the page's budget."""
    return before.open(f"/{before.lang}{path}").url


def _cart(buyer: Phone) -> str:
    put_aside(buyer, SOAP)
    return put_aside(buyer, BOWL).url


def _details(buyer: Phone) -> str:
    _cart(buyer)
    return fill_details(buyer).url


def _check(buyer: Phone) -> str:
    _cart(buyer)
    page = fill_details(buyer)
    to_check(buyer, page)
    return page.url


def _tracking(buyer: Phone) -> str:
    return buy_soap(buyer, "0555 88 00 01" if buyer.lang == "ar" else "0555 88 00 02")


@pytest.mark.parametrize("lang", ["ar", "fr"])
@pytest.mark.parametrize("reach", [_cart, _details, _check, _tracking])
def test_a_buyers_page_stays_within_its_budget(phone: MakePhone, lang: str, reach: Callable[[Phone], str]) -> None:
    before = phone(lang)
    url = reach(before)
    cold = phone(lang, device_scale_factor=2, storage_state=before.context.storage_state())
    assert not visit(cold, url, BUYING)


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_day_of_a_full_workshop_stays_within_its_budget(phone: MakePhone, keys: dict[str, Any], lang: str) -> None:
    before = phone(lang, storage_state=keys[AMINA])
    speak(before)
    cold = phone(lang, device_scale_factor=2, storage_state=keys[AMINA])
    assert not visit(cold, "/studio/atelier-amina/", TODAY)

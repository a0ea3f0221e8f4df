"""The pages of the simulated card systems on a buyer's phone: they fit, and a thumb ends them in every way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from shop.core.money import Money
from shop.payments.contract import Ask
from shop.payments.methods import chargily, satim
from shop.testing.chargily_sim import ChargilySim
from shop.testing.outside import World, running
from shop.testing.satim_sim import PASSWORD, TERMINAL, USER_NAME, SatimSim
from tests.browser.phone import WIDTH, Phone, place

pytestmark = pytest.mark.browser

METHODS = {
    "chargily": (chargily.PLUGIN, chargily.Settings("test_sk_Simulateur123"), "refused"),
    "satim": (satim.PLUGIN, satim.Settings(USER_NAME, PASSWORD, TERMINAL), "poor"),
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running([ChargilySim, SatimSim]) as world:
        yield world


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
@pytest.mark.parametrize("name", METHODS)
def test_a_buyer_pays_is_refused_or_leaves(world: World, browser: Browser, name: str, lang: str) -> None:
    world.reset()
    plugin, settings, refused = METHODS[name]
    method = plugin.build(settings, world.outbound())
    phone = Phone(browser, base=world.url, lang=lang, javascript=lang == "fr")
    ends = [(None, "collected"), (refused, "failed"), ("cancel", "cancelled")]
    for at, (choice, state) in enumerate(ends if lang != "en" else ends[:1]):
        back = f"{world.url}/control?order={at}"
        fact = method.start(Ask(f"PKIT23456{at}", Money.dinars(2500), lang, return_url=back))
        page = phone.open(fact.redirect)
        expect(page.locator(".notice")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        buttons = page.locator("button")
        assert all(place(each)["height"] >= 44 for each in buttons.all())
        phone.tap(buttons.first if choice is None else page.locator(f"button[value={choice}]"))
        assert page.url.startswith(f"{back}&")
        assert method.start(Ask(f"PKIT23456{at}", Money.dinars(2500), lang, return_url=back)).state == state
        phone.picture(f"card-page-{name}-{state}")
    phone.context.close()
    assert not phone.complaints

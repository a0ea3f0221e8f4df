"""An order behind a flood: it waits without its piece, until the artisan has called; a tap lets it go its way."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Browser, expect

from shop.core.money import Money
from shop.web.studio.calls import LIFTED
from shop.web.studio.cards import NOT_ASIDE
from tests.browser.paying import NADJET, Walk, expect_text, open_hands, unfold
from tests.browser.rooms import Rooms

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("pair", [("ar", True), ("fr", False)], ids=["ar-js", "fr-plain"])
def test_an_order_on_hold_is_lifted_by_a_tap_on_today_and_goes_the_ordinary_way(
    browser: Browser, base: str, rooms: Rooms, pair: tuple[str, bool]
) -> None:
    with open_hands(browser, rooms, pair, base) as hands:
        walk = Walk(hands, "cash_on_delivery", "hold", seller=NADJET)
        number, before = f"55{secrets.randbelow(10**7):07}", rooms.on_hand(walk.piece)
        half = before // 2
        walk.begin()
        flood = rooms.order(walk.piece, walk.way, pair[0], phone=f"+213{number}", pieces=half)
        page = walk.check_out(f"0{number}")
        walk.bought = rooms.of_page(page.url)
        expect_text(page, walk.say("The workshop sets the pieces aside once it has called you."))
        walk.buyer.picture("hold-buyer")
        assert rooms.on_hand(walk.piece) == before - half
        lift(walk)
        assert rooms.on_hand(walk.piece) == before - half - 1
        give_up(walk, flood.code)
        assert rooms.on_hand(walk.piece) == before - 1
        walk.artisan.tap(walk.at_work().locator(".bar button[value=confirmed]"))
        rooms.send(walk.order)
        walk.artisan.tap(walk.at_work().locator(".bar button[value=delivered]"))
        cost = Money.dinars(walk.order.total)
        walk.ends(
            buyer=walk.say("Delivered and paid. Thank you."),
            artisan=walk.say("Delivered. {carrier} holds {amount} for you.", carrier=walk.carrier(), amount=cost),
            money={"held": walk.order.total}, states=["collected"],
        )  # fmt: skip
        assert not hands.complaints()
    assert not rooms.breaches()


def lift(walk: Walk) -> None:
    """Lift the hold on Today: the order stands among those to confirm from then on."""
    page = walk.artisan.open(f"{walk.studio}/")
    held = page.locator("section:has(#held)")
    expect_text(page, walk.say(NOT_ASIDE))
    walk.artisan.picture("hold-today")
    form = held.locator(f"form[action$='/orders/{walk.order.code}/hold']")
    expect(form.locator("button")).to_contain_text(walk.say("I called, it is real"))
    walk.artisan.tap(form.locator("button"))
    expect_text(page, walk.say(LIFTED))
    expect(held).to_have_count(0)
    expect(page.locator(f"form[action$='/orders/{walk.order.code}/calls'] button[value=confirmed]")).to_be_visible()
    walk.artisan.picture("hold-lifted")


def give_up(walk: Walk, code: str) -> None:
    """Say of an order that it was a fake."""
    page = walk.artisan.open(f"{walk.studio}/orders/{code}")
    unfold(page, "details:has(button[value=fake])")
    walk.artisan.tap(page.locator("button[value=fake]"))

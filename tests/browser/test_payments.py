"""Orders that are paid in every way that a workshop takes, and how that ends: what the buyer and the artisan read.

Every way and end is walked twice: once with and once without JavaScript, once in Arabic and once in French.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from shop.core.money import Money
from shop.payments.methods.stripe import CLOSED
from tests.browser.paying import PAYS, REFUSES, STILL_OPEN, Hands, Walk, Walker, expect_text, open_hands, unfold
from tests.browser.rooms import Rooms

pytestmark = pytest.mark.browser

HANDS = (("ar", True), ("ar", False), ("fr", True), ("fr", False))
CARDS = ("chargily", "satim")  # of the country; Stripe's page says itself that a card was refused, and stays open
NOT_TAKEN = "The payment did not work, and nothing was taken. Please try again."
PAID = "Paid. {artisan} looks at your order now."
WALKS: dict[tuple[str, str], Walker] = {}


def walks(*methods: str, end: str) -> Callable[[Walker], Walker]:
    """Put a walk in the table, for each of these ways to pay."""

    def taken(walk: Walker) -> Walker:
        WALKS.update({(method, end): walk for method in methods})
        return walk

    return taken


@pytest.fixture(scope="module")
def hands(request: pytest.FixtureRequest, browser: Browser, base: str, rooms: Rooms) -> Iterator[Hands]:
    """The phones of one language, with scripts or without."""
    with open_hands(browser, rooms, request.param, base) as made:
        yield made


def covering() -> list[object]:
    """Return each walk on two pairs of phones, so that both languages and both settings have it; in turn."""
    found = [
        (pair, way)
        for place, way in enumerate(sorted(WALKS))
        for pair in ((HANDS[0], HANDS[3]) if place % 2 else (HANDS[1], HANDS[2]))
    ]
    return [
        pytest.param(pair, *way, id=f"{way[0]}-{way[1]}-{pair[0]}-{'js' if pair[1] else 'plain'}")
        for pair, way in sorted(found)
    ]


# Cash to the courier: nobody waits for it before the parcel leaves, so it can't run out of time.


@walks("cash_on_delivery", end="paid")
def cash_at_the_door(walk: Walk) -> None:
    walk.prepare()
    walk.hands.rooms.hand_over(walk.order)
    page = walk.buyer.open(walk.order.link)
    cost = Money.dinars(walk.order.total)
    expect_text(page, walk.say("On its way, {amount} to pay.", amount=cost))
    walk.artisan.tap(walk.at_work().locator(".bar button[value=delivered]"))
    walk.ends(
        buyer=walk.say("Delivered and paid. Thank you."),
        artisan=walk.say("Delivered. {carrier} holds {amount} for you.", carrier=walk.carrier(), amount=cost),
        money={"held": walk.order.total}, states=["collected"],
    )  # fmt: skip


@walks("cash_on_delivery", end="declined")
def refused_at_the_door(walk: Walk) -> None:
    before = walk.hands.rooms.on_hand(walk.piece)
    walk.prepare()
    walk.hands.rooms.hand_over(walk.order)
    page = walk.at_work()
    walk.artisan.tap(page.locator("form:not(details form) button[name=word][value=returning]"))
    walk.buyer.open(walk.order.link)
    expect_text(walk.buyer.page, walk.say("Going back"))
    page = walk.at_work()
    unfold(page, "details:has(button[value=returned])")
    walk.artisan.tap(page.locator("button[value=returned]"))
    assert walk.hands.rooms.on_hand(walk.piece) == before
    walk.ends(
        buyer=walk.say("It did not come back because of me"),
        artisan=walk.say("Returned. The pieces are in stock again."), states=["cancelled"],
    )  # fmt: skip


@walks("cash_on_delivery", "transfer", end="cancelled")
def cancelled_by_the_buyer(walk: Walk) -> None:
    before = walk.hands.rooms.on_hand(walk.piece)
    page = walk.prepare()
    unfold(page, "details:has(form[action$='/cancellation'])")
    walk.buyer.picture(f"{walk.name}-asked")
    walk.buyer.tap(page.locator("form[action$='/cancellation'] button"))
    expect_text(page, walk.say("The parcel is cancelled. Nothing is to be paid for it."))
    assert walk.hands.rooms.on_hand(walk.piece) == before
    walk.ends(
        buyer=walk.say("You cancelled this order. Nothing to pay."),
        artisan=walk.say("Cancelled by the buyer. The pieces are in stock again."), states=["cancelled"],
    )  # fmt: skip


@walks("cash_on_delivery", end="refunded")
def cash_given_back_in_part(walk: Walk) -> None:
    walk.prepare()
    walk.hands.rooms.deliver(walk.order, settled=True)
    walk.artisan.quietly(lambda: walk.give_back(200), status=422)
    expect_text(
        walk.artisan.page, walk.say("Write how the money went back: the number of the transfer, or who took it.")
    )
    walk.artisan.picture(f"{walk.name}-wrong")
    walk.give_back(200, proof="BaridiMob 4471")
    back = walk.say("Given back: {amount}", amount=Money.dinars(200))
    walk.ends(
        buyer=back, artisan=back, money={"received": walk.order.total, "given_back": 200}, states=["settled"],
    )  # fmt: skip


# Transfers: a person looks whether the money has come.


@walks("transfer", end="paid")
def a_transfer_that_came(walk: Walk) -> None:
    page = walk.check_out()
    walk.bought = walk.hands.rooms.of_page(page.url)
    expect(page.locator("dl.facts-2").first).to_contain_text("007 99999 0012345678 03")
    walk.buyer.picture(f"{walk.name}-accounts")
    walk.send_receipt()
    walk.buyer.picture(f"{walk.name}-sent")
    mine = walk.artisan.open(f"{walk.studio}/")
    walk.artisan.picture(f"{walk.name}-today")
    walk.artisan.tap(mine.locator(f"a[href$='/orders/{walk.order.code}#pay']"))
    assert walk.artisan.context.request.get(mine.locator("#pay a[target]").get_attribute("href") or "").ok
    walk.artisan.picture(f"{walk.name}-receipt")
    walk.artisan.tap(mine.locator("#pay form button").first)
    expect(mine.locator(".bar button[value=confirmed]")).to_be_visible()
    walk.ends(
        buyer=walk.say(PAID, artisan=walk.maker), artisan=walk.say("Paid. Confirm it, then pack."),
        money={"received": walk.order.total}, states=["settled"],
    )  # fmt: skip
    expect(walk.buyer.page.locator("#pay-1")).to_have_count(0)


@walks("transfer", end="declined")
def a_receipt_that_shows_nothing(walk: Walk) -> None:
    walk.prepare()
    walk.send_receipt()
    walk.artisan.tap(walk.at_work().locator("form[action$='/payment/again'] button"))
    expect_text(walk.artisan.page, walk.say("The buyer is asked for another receipt."))
    walk.ends(
        buyer=walk.say("The receipt did not show the payment. Please send another one, or call the workshop."),
        artisan=walk.say("Waiting for the money."), states=["pending"],
    )  # fmt: skip
    expect(walk.buyer.page.locator("input[type=file]")).to_be_visible()


@walks("transfer", end="expired")
def a_transfer_that_never_came(walk: Walk) -> None:
    before = walk.hands.rooms.on_hand(walk.piece)
    page = walk.prepare(hours_ago=71.95)
    expect(page.locator("#pay-1 input[type=file]")).to_be_visible()
    walk.hands.rooms.later(minutes=5)
    assert walk.hands.rooms.on_hand(walk.piece) == before
    walk.ends(
        buyer=walk.say("Cancelled: the money did not come in time. You can order again."),
        artisan=walk.say("Cancelled: not paid in time. The pieces are in stock again."), states=["cancelled"],
    )  # fmt: skip


@walks("transfer", end="refunded")
def a_transfer_given_back_in_part(walk: Walk) -> None:
    walk.prepare()
    page = walk.at_work()
    walk.artisan.picture(f"{walk.name}-waiting")
    walk.artisan.tap(page.locator("form[action$='/payment'] button"))
    walk.give_back(200, proof="CCP 88120")
    back = walk.say("Given back: {amount}", amount=Money.dinars(200))
    walk.ends(
        buyer=back, artisan=back, money={"received": walk.order.total, "given_back": 200}, states=["settled"],
    )  # fmt: skip


# Cards: paid on the page of their service.


@walks(*CARDS, "stripe", end="paid")
def a_card_that_pays(walk: Walk) -> None:
    page = walk.check_out()
    walk.buyer.picture(f"{walk.name}-card-page")
    walk.choose(PAYS[walk.method])
    walk.bought = walk.hands.rooms.of_page(page.url)
    walk.until_told(PAID, artisan=walk.maker)
    walk.ends(
        buyer=walk.say(PAID, artisan=walk.maker), artisan=walk.say("Paid. Confirm it, then pack."),
        money={walk.services: walk.cost}, states=["collected"],
    )  # fmt: skip
    expect(walk.buyer.page.locator("#pay-1")).to_have_count(0)


@walks(*CARDS, end="declined")
def a_card_that_is_refused_and_another_that_pays(walk: Walk) -> None:
    walk.prepare()
    walk.to_the_card_page()
    walk.choose(REFUSES[walk.method])
    walk.until_told(NOT_TAKEN)
    walk.buyer.picture(f"{walk.name}-refused")
    expect_text(walk.at_work(), walk.say("The buyer's payment did not work so far."))
    assert walk.figures() == walk.before
    walk.to_the_card_page()
    walk.choose(PAYS[walk.method])
    walk.until_told(PAID, artisan=walk.maker)
    walk.ends(
        buyer=walk.say(PAID, artisan=walk.maker), artisan=walk.say("Paid. Confirm it, then pack."),
        money={walk.services: walk.cost}, states=["cancelled", "collected"],
    )  # fmt: skip


@walks(*CARDS, end="cancelled")
def a_card_page_that_is_left(walk: Walk) -> None:
    walk.prepare()
    walk.to_the_card_page()
    walk.choose("cancel")
    walk.look_again()
    walk.until_told(NOT_TAKEN)
    expect(walk.buyer.page.locator(f"#pay-1 button[value={walk.method}]")).to_be_visible()
    walk.ends(
        buyer=walk.say(NOT_TAKEN), artisan=walk.say("The buyer's payment did not work so far."), states=["failed"]
    )


@walks(*CARDS, end="expired")
def a_card_page_that_is_opened_too_late(walk: Walk) -> None:
    before = walk.hands.rooms.on_hand(walk.piece)
    walk.prepare(hours_ago=23.95)
    walk.to_the_card_page()
    walk.hands.rooms.tell("clock", advance_s=3600)
    try:
        walk.choose(PAYS[walk.method])
        walk.look_again()
        walk.until_told(NOT_TAKEN)
    finally:
        walk.hands.rooms.tell("clock")
    walk.hands.rooms.later(minutes=5)
    assert walk.hands.rooms.on_hand(walk.piece) == before
    walk.ends(
        buyer=walk.say("Cancelled: the money did not come in time. You can order again."),
        artisan=walk.say("Cancelled: not paid in time. The pieces are in stock again."), states=["cancelled"],
    )  # fmt: skip


@walks(*CARDS, "stripe", end="refunded")
def a_card_given_back_in_part(walk: Walk) -> None:
    walk.prepare()
    walk.to_the_card_page()
    walk.choose(PAYS[walk.method])
    walk.look_again()
    walk.until_told(PAID, artisan=walk.maker)
    part = Money(200, "EUR") if walk.method == "stripe" else Money.dinars(200)
    walk.give_back(part.minor // 100, proof="BaridiMob 4471" if walk.method == "chargily" else "")
    back = walk.say("Given back: {amount}", amount=part)
    counted = 200  # dinars, or euro cents
    walk.ends(buyer=back, artisan=back, money={walk.services: walk.cost - counted}, states=["collected"])


@walks("stripe", end="declined")
def a_card_that_is_refused_on_a_page_that_takes_another(walk: Walk) -> None:
    walk.prepare()
    page = walk.to_the_card_page()
    walk.buyer.tap(page.locator(f"button[value='{REFUSES[walk.method]}']"))
    expect(page.locator("[role=alert]")).to_be_visible()
    walk.buyer.picture(f"{walk.name}-refused")
    assert walk.figures() == walk.before
    walk.choose(PAYS[walk.method])
    walk.until_told(PAID, artisan=walk.maker)
    walk.ends(
        buyer=walk.say(PAID, artisan=walk.maker), artisan=walk.say("Paid. Confirm it, then pack."),
        money={walk.services: walk.cost}, states=["collected"],
    )  # fmt: skip


@walks("stripe", end="cancelled")
def a_page_abroad_that_is_left(walk: Walk) -> None:
    walk.prepare()
    page = walk.to_the_card_page()
    walk.buyer.tap(page.locator("a.button"))
    walk.look_again()
    walk.buyer.picture(f"{walk.name}-left")
    expect_text(page, walk.say("To be paid: {amount}", amount=walk.order.asked))
    expect(page.locator("#pay-1 a.btn")).to_be_visible()
    walk.ends(
        buyer=walk.say(STILL_OPEN), artisan=walk.say("Waiting for the money."), states=["pending"]
    )  # fmt: skip


@walks("stripe", end="expired")
def a_page_abroad_that_has_closed(walk: Walk) -> None:
    before = walk.hands.rooms.on_hand(walk.piece)
    walk.prepare(hours_ago=23.95)
    page = walk.to_the_card_page()
    walk.hands.rooms.tell("clock", advance_s=25 * 3600)
    try:
        page.reload()
        walk.buyer.picture(f"{walk.name}-card-page")
        walk.buyer.tap(page.locator("a.button"))
        walk.look_again()
        walk.until_told(CLOSED)
    finally:
        walk.hands.rooms.tell("clock")
    walk.buyer.picture(f"{walk.name}-closed")
    walk.hands.rooms.later(minutes=5)
    assert walk.hands.rooms.on_hand(walk.piece) == before
    walk.ends(
        buyer=walk.say("Cancelled: the money did not come in time. You can order again."),
        artisan=walk.say("Cancelled: not paid in time. The pieces are in stock again."), states=["cancelled"],
    )  # fmt: skip


@pytest.mark.parametrize(("hands", "method", "end"), covering(), indirect=["hands"])
def test_it_ends_so_for_the_buyer_and_the_artisan(hands: Hands, method: str, end: str) -> None:
    WALKS[method, end](Walk(hands, method, f"pay-{method}-{end}"))
    assert not hands.complaints()


def test_no_rule_of_the_house_is_broken_after_all_that(rooms: Rooms) -> None:
    assert not rooms.breaches()

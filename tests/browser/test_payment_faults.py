"""Paying by card while something goes wrong: nothing is lost, nothing is charged twice, the buyer reads a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from shop.payments.attempts import NOT_NOW
from shop.payments.incidents import KINDS
from tests.browser.paying import PAYS, STILL_OPEN, Hands, Walk, double_tap, expect_text, open_hands
from tests.browser.rooms import Rooms

pytestmark = pytest.mark.browser

PAID, PAID_STUDIO = "Paid. {artisan} looks at your order now.", "Paid. Confirm it, then pack."
HANDS = [("ar", False), ("fr", True)]


@pytest.fixture(scope="module", params=HANDS, ids=["ar-plain", "fr-js"])
def hands(request: pytest.FixtureRequest, browser: Browser, base: str, rooms: Rooms) -> Iterator[Hands]:
    """The phones of one language, with scripts or without."""
    with open_hands(browser, rooms, request.param, base) as made:
        yield made


@pytest.fixture
def walk(hands: Hands, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """A purchase by Chargily; afterwards nothing goes wrong any more, and nothing went wrong on the pages."""
    yield Walk(hands, "chargily", f"fault-{request.node.originalname.removeprefix('test_')[:40]}")
    hands.rooms.tell("faults/clearing")
    hands.rooms.tell("notices")
    assert not hands.complaints()
    assert not hands.rooms.breaches()


def paid_once(walk: Walk, *states: str) -> None:
    """Assert that the buyer and the artisan read that it is paid, and that the card was charged once."""
    walk.until_told(PAID, artisan=walk.maker)
    walk.ends(
        buyer=walk.say(PAID, artisan=walk.maker), artisan=walk.say(PAID_STUDIO),
        money={walk.services: walk.cost}, states=[*states, "collected"],
    )  # fmt: skip
    assert walk.hands.rooms.charges(walk.order) == 1


def start(walk: Walk) -> None:
    """Tap the way to pay, whatever comes of it."""
    walk.buyer.tap(walk.buyer.page.locator("#pay-1 button[value=chargily], #pay-1 a.btn").first)


def nothing_was_begun(walk: Walk) -> None:
    """Assert that the buyer is back on her page, reads that it does not work, and may try again."""
    assert walk.buyer.page.url.startswith(walk.hands.base)
    expect_text(walk.buyer.page, walk.say(NOT_NOW))
    walk.buyer.picture(f"{walk.name}-told")
    expect(walk.buyer.page.locator("#pay-1 button[value=chargily]")).to_be_visible()
    assert walk.figures() == walk.before


def begins_at_the_second_try(walk: Walk, kind: str) -> None:
    """Let the first beginning go wrong in a way, and the second one be paid."""
    walk.prepare()
    walk.hands.rooms.tell("faults", system="chargily", kind=kind, method="POST")
    start(walk)
    nothing_was_begun(walk)
    walk.to_the_card_page()
    walk.choose(PAYS["chargily"])
    paid_once(walk, "cancelled")


def test_a_service_that_is_down(walk: Walk) -> None:
    walk.prepare()
    walk.hands.rooms.tell("faults", system="chargily", kind="error", times=None)
    start(walk)
    nothing_was_begun(walk)
    walk.hands.rooms.tell("faults/clearing")
    walk.to_the_card_page()
    walk.choose(PAYS["chargily"])
    paid_once(walk, "cancelled")


@pytest.mark.parametrize("hands", HANDS[1:], ids=["fr-js"], indirect=True)
def test_a_service_that_takes_six_seconds_to_begin(walk: Walk) -> None:
    begins_at_the_second_try(walk, "slow")


def test_a_service_that_takes_six_seconds_to_tell_how_it_ended(walk: Walk) -> None:
    walk.prepare()
    walk.to_the_card_page()
    walk.hands.rooms.tell("notices", lost=1)
    walk.hands.rooms.tell("faults", system="chargily", kind="slow", method="GET")
    walk.choose(PAYS["chargily"])
    expect_text(walk.buyer.page, walk.say(STILL_OPEN))
    walk.buyer.picture(f"{walk.name}-told")
    paid_once(walk)  # its page learns it without a tap


def test_an_answer_that_is_cut_after_the_page_was_made(walk: Walk) -> None:
    begins_at_the_second_try(walk, "cut_after")


def test_a_charge_whose_notice_never_comes_and_that_cannot_be_asked_about(walk: Walk) -> None:
    walk.prepare()
    walk.to_the_card_page()
    walk.hands.rooms.tell("notices", lost=1)
    walk.hands.rooms.tell("faults", system="chargily", kind="error", times=None)
    walk.choose(PAYS["chargily"])
    expect_text(walk.buyer.page, walk.say(STILL_OPEN))
    walk.buyer.picture(f"{walk.name}-told")
    walk.look_again()
    assert walk.hands.rooms.states(walk.order) == ["pending"]
    walk.hands.rooms.later(minutes=11)
    expect_text(walk.at_work(), walk.say(KINDS["unknown"], code=walk.order.code))
    walk.artisan.picture(f"{walk.name}-trouble")
    walk.hands.rooms.tell("faults/clearing")
    walk.hands.rooms.later(minutes=20)
    walk.buyer.open(walk.order.link)
    paid_once(walk)


def test_a_charge_whose_notice_comes_late(walk: Walk) -> None:
    walk.prepare()
    walk.to_the_card_page()
    walk.hands.rooms.tell("notices", delay_s=3600)
    walk.hands.rooms.tell("faults", system="chargily", kind="error", times=None)
    walk.choose(PAYS["chargily"])
    expect_text(walk.buyer.page, walk.say(STILL_OPEN))
    walk.hands.rooms.tell("faults/clearing")
    walk.hands.rooms.tell("notices/delivery", all=True)
    paid_once(walk)


def test_notices_that_come_three_times_and_forged_ones(walk: Walk) -> None:
    walk.prepare()
    walk.to_the_card_page()
    walk.hands.rooms.tell("notices", copies=3, forged=True, shuffled=7)
    walk.choose(PAYS["chargily"])
    paid_once(walk)


def test_two_taps_on_pay(walk: Walk) -> None:
    page = walk.prepare()
    double_tap(walk.buyer, page.locator("#pay-1 button[value=chargily]"))
    expect(page.locator(".notice")).to_be_visible()
    double_tap(walk.buyer, page.locator("button[value=edahabia]"))
    paid_once(walk)


def test_the_way_back_from_the_page_of_the_card(walk: Walk) -> None:
    page = walk.prepare()
    walk.to_the_card_page()
    page.go_back()
    assert page.url.startswith(walk.hands.base)
    walk.buyer.picture(f"{walk.name}-back")
    walk.to_the_card_page()
    walk.choose(PAYS["chargily"])
    paid_once(walk)


def test_a_second_tab(walk: Walk) -> None:
    first = walk.prepare()
    second = walk.buyer.context.new_page()
    second.goto(walk.order.link)
    walk.to_the_card_page()
    with second.expect_navigation():
        second.locator("#pay-1 button[value=chargily]").tap()
    expect(second.locator(".notice")).to_be_visible()
    with second.expect_navigation():
        second.locator("button[value=edahabia]").tap()
    second.close()
    with first.expect_navigation():
        first.locator("button[value=edahabia]").tap()
    paid_once(walk, *walk.hands.rooms.states(walk.order)[:-1])

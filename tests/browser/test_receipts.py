"""A receipt that the buyer has sent to herself: asked on her page, and read at a real post office."""

from __future__ import annotations

import email
import time
from email.message import EmailMessage
from email.policy import default

import pytest
from playwright.sync_api import Browser, expect

from shop.core.money import Money
from shop.notifications.receipts import SUBJECT
from shop.web.storefront.tracking import MAILED
from tests.browser.paying import PAYS, Walk, expect_text, open_hands, plain, unfold
from tests.browser.phone import PATIENCE_S
from tests.browser.rooms import Rooms
from tests.plumbing.post import Post

pytestmark = pytest.mark.browser

PAID = "Paid. {artisan} looks at your order now."


@pytest.mark.parametrize("pair", [("ar", True), ("fr", False)], ids=["ar-js", "fr-plain"])
def test_the_receipt_of_a_card_comes_by_e_mail_to_the_address_that_she_writes(
    browser: Browser, base: str, rooms: Rooms, post: Post, pair: tuple[str, bool]
) -> None:
    with open_hands(browser, rooms, pair, base) as hands:
        walk = Walk(hands, "satim", "receipt")
        page = walk.prepare()
        walk.to_the_card_page()
        walk.choose(PAYS["satim"])
        walk.until_told(PAID, artisan=walk.maker)
        expect_text(page, walk.say("Paid: {amount}", amount=Money.dinars(walk.order.total)))
        pdf = walk.buyer.context.request.get(page.locator("a[href*='/receipt/']").get_attribute("href") or "")
        assert pdf.body().startswith(b"%PDF")
        ask(walk, "yacine(at)example.com", status=422)
        expect(page.locator("details:has([aria-invalid=true])")).to_have_attribute("open", "")
        walk.buyer.picture("receipt-wrong")
        address = f"yacine.{walk.order.code.lower()}@example.com"
        ask(walk, address)
        expect_text(page, walk.say(MAILED))
        walk.buyer.picture("receipt-asked")
        letter = letter_to(post, address)
        subject = walk.say(SUBJECT, shop="Parfums Ismahane", code=walk.order.code)
        assert (letter["Content-Language"], plain(letter["Subject"])) == (hands.lang, subject)
        assert walk.order.link in (letter.get_body(("plain",)) or letter).get_content()
        assert [each.get_content()[:5] for each in letter.iter_attachments()] == [b"%PDF-"]
        walk.ends(
            buyer=walk.say(PAID, artisan=walk.maker), artisan=walk.say("Paid. Confirm it, then pack."),
            money={"services": walk.order.total}, states=["collected"],
        )  # fmt: skip
        assert not hands.complaints()


def ask(walk: Walk, address: str, *, status: int = 0) -> None:
    """Have the receipt sent to an address."""
    page = walk.buyer.page
    form = page.locator("form[action$='/receipt/letter']")
    if not form.is_visible():
        unfold(page, "details:has(form[action$='/receipt/letter'])")
    form.locator("input[name=email]").fill(address)
    walk.buyer.quietly(lambda: walk.buyer.tap(form.locator("button")), status=status)


def letter_to(post: Post, address: str) -> EmailMessage:
    """Wait until a letter to somebody has come, and return it."""
    end = time.monotonic() + PATIENCE_S
    while not (mine := [each for each in post.taken if each.rcpt_tos == [address]]):
        assert time.monotonic() < end, [each.rcpt_tos for each in post.taken]
        time.sleep(0.1)
    return email.message_from_bytes(mine[-1].content, policy=default)  # type: ignore[return-value]

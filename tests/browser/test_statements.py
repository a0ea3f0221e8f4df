"""A carrier's list on the artisan's phone: its columns are said once, every line is told, what came is written down."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Browser, expect

from shop.core.money import Money
from tests.browser.buying import SOAP, bar
from tests.browser.paying import Walk, expect_text, open_hands, text_of
from tests.browser.rooms import Rooms, Sent

pytestmark = pytest.mark.browser

NAMELESS = secrets.token_hex(3)  # as nobody has called a column before
# Columns whose names say what they mean, but for one.
HEADERS = {
    "ar": ("الاسم", f"القيمة {NAMELESS}", "الرسوم", "الطلبية", "رقم الطرد"),
    "fr": ("Nom", f"Somme {NAMELESS}", "Frais", "Commande", "Bordereau"),
}
TOLD = {
    "matched": ("{n} parcel is all there", "{n} parcels are all there"),
    "short": ("{n} parcel lacks money", "{n} parcels lack money"),
    "rest": ("{n} parcel brings what was missing", "{n} parcels bring what was missing"),
    "unknown": ("{n} tracking number is not known here", "{n} tracking numbers are not known here"),
    "again": ("{n} parcel was already written down", "{n} parcels were already written down"),
}


@pytest.mark.parametrize("pair", [("ar", True), ("fr", False)], ids=["ar-js", "fr-plain"])
def test_a_list_is_brought_told_and_written_down_and_the_next_one_brings_the_rest(
    browser: Browser, base: str, rooms: Rooms, pair: tuple[str, bool]
) -> None:
    with open_hands(browser, rooms, pair, base) as hands:
        walk = Walk(hands, "cash_on_delivery", "statement")
        walk.begin()
        exact, short, later = (rooms.parcel(SOAP, pair[0]) for _each in range(3))
        bring(walk, exact.carrier, file=table(walk, (exact, 0), (short, -100), (None, 900)))
        say_the_columns(walk)
        told(walk, "matched", "short", "unknown")
        look_at_the_short_one(walk, short)
        write_down(walk, f"VR {exact.number}", missing=100)
        on_money(walk, {"held": later.total, "received": exact.total + short.total - 100, "missing": 100})

        bring(walk, exact.carrier, file=table(walk, (later, 0), (short, -short.total + 100), turned=True))
        told(walk, "matched", "rest")  # what its columns mean is known by now, in any order
        walk.artisan.tap(walk.artisan.page.locator("form[action$='/dropping'] button"))
        expect_text(walk.artisan.page, walk.say("The list is set aside. Nothing of it was written."))
        paid = ((later, later.total), (short, 100), (exact, exact.total))
        bring(walk, exact.carrier, text="\n".join(f"{parcel.number} {amount} DA" for parcel, amount in paid))
        told(walk, "matched", "rest", "again")
        write_down(walk, f"VR {later.number}", missing=0)
        on_money(walk, {"received": exact.total + short.total + later.total})
        assert not hands.complaints()
    assert not rooms.breaches()


def bring(walk: Walk, carrier: str, *, file: str = "", text: str = "") -> None:
    """Bring a list, as a file or as text."""
    page = walk.artisan.open(f"{walk.studio}/money/statements")
    page.locator("label", has=page.locator(f"input[name=carrier][value='{carrier}']")).tap()
    if file:
        page.locator("#file").set_input_files({"name": "liste.csv", "mimeType": "text/csv", "buffer": file.encode()})
    page.locator("#text").fill(text)
    walk.artisan.picture(f"{walk.name}-new-{'file' if file else 'text'}")
    walk.artisan.tap(bar(page))


def table(walk: Walk, *lines: tuple[Sent | None, int], turned: bool = False) -> str:
    """Write a list: a parcel in a line, and how much too little or too much it brings; None: one that nobody knows."""
    rows = [list(HEADERS[walk.hands.lang])]
    for parcel, more in lines:
        number, cost = (parcel.number, parcel.total) if parcel else ("ZZ-404404", 0)
        rows.append(["Yacine Haddad", f"{cost + more}", "0", "", number])
    return "\n".join(";".join(reversed(row) if turned else row) for row in rows) + "\n"


def say_the_columns(walk: Walk) -> None:
    """Say what the one column means that was not guessed; without it, the page asks again."""
    page = walk.artisan.page
    expect_text(page, walk.say("What the columns mean"))
    assert [each.input_value() for each in page.locator("select").all()] == ["", "", "fee", "reference", "tracking"]
    walk.artisan.quietly(lambda: walk.artisan.tap(bar(page)), status=422)
    expect_text(page, walk.say("Say which column names the parcel, and which one has the amount."))
    expect(page.locator("[aria-invalid=true]")).to_have_attribute("id", "column-1")
    walk.artisan.picture(f"{walk.name}-columns")
    page.locator("#column-1").select_option("collected")
    walk.artisan.tap(bar(page))


def told(walk: Walk, *outcomes: str) -> None:
    """Assert that a list is told as one sentence for each of these meanings, of one parcel each."""
    page = walk.artisan.page
    found = page.locator("ul.panel.rows a[href*='outcome=']")
    hrefs = [each.get_attribute("href") or "" for each in found.all()]
    assert [re.sub(r".*outcome=(\w+).*", r"\1", href) for href in hrefs] == list(outcomes)
    for outcome in outcomes:
        expect_text(page, walk.count(*TOLD[outcome], 1))
    walk.artisan.picture(f"{walk.name}-{'-'.join(outcomes)}")


def look_at_the_short_one(walk: Walk, short: Sent) -> None:
    """Tap the sentence about what is missing: its parcel stands below, with what it lacks."""
    page = walk.artisan.page
    walk.artisan.tap(page.locator("a[href*='outcome=short']"))
    line = page.locator("#lines li")
    expect(line).to_have_count(1)
    expect(line).to_contain_text(short.number)
    walk.artisan.picture(f"{walk.name}-lines")


def write_down(walk: Walk, reference: str, *, missing: int) -> None:
    """Write a list down; its payment has a page that says what is missing, and a sheet."""
    page = walk.artisan.page
    page.locator("#reference").fill(reference)
    walk.artisan.tap(bar(page))
    assert re.search(r"/remittances/\d+$", page.url), page.url
    lacks = walk.say("{amount} missing", amount=Money.dinars(missing))
    assert (lacks in text_of(page)) is bool(missing)
    walk.artisan.picture(f"{walk.name}-written-{missing}")
    sheet = walk.artisan.context.request.get(page.locator("a[href$='.pdf']").get_attribute("href") or "")
    assert sheet.body().startswith(b"%PDF")


def on_money(walk: Walk, moved: dict[str, int]) -> None:
    """Assert how the figures of Money have moved since the beginning."""
    found = walk.moved()
    walk.artisan.picture(f"{walk.name}-money-{len(moved)}")
    assert found == moved

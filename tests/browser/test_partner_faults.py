"""Partners that fail, on her phone: nothing is lost, nothing is booked twice, and the screen says what happens.

Every fault of every partner is walked in one language, and each fault in both, with one partner or another.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence

import pytest
from playwright.sync_api import expect

from shop.plumbing import i18n
from shop.shipping.models import Shipment
from shop.shipping.partner_words import spoken
from shop.shipping.partners import NOT_REACHED, WRONG_KEYS
from shop.web.studio.order_page import NO_ENTRY, REFUSED, SILENT
from tests.browser.conftest import Hers
from tests.browser.partners import ABROAD, KEYS, STUDIO, Walk
from tests.browser.rooms import Bought

pytestmark = pytest.mark.browser

LANGS = ("ar", "fr")
# The request that makes a parcel, and the one by which it is finished there, where that is another one.
MAKES = {
    "yalidine": "/parcels/$", "noest": "/create/order$", "zrexpress": "/parcels$", "procolis": "/add_colis$",
    "maystro": "/stores/orders/$", "ecotrack": "/create/order$", ABROAD: "/shipments$",
}  # fmt: skip
FINISHES = {
    "noest": ("POST", "/valid/order$"),
    "ecotrack": ("POST", "/valid/order$"),
    "zrexpress": ("GET", "/parcels/"),
}
UNHEARD = ("slow", "error_after", "cut_after", "torn", "garbled")  # the parcel lies there, and the shop did not hear it
REFUSALS: Mapping[str, Mapping[str, tuple[str, dict[str, str]]]] = {  # what its simulator is told, by what it refuses
    "noest": {
        "draft": ("refusals", {"confirming": "Solde insuffisant"}),
        "commune": ("refusals", {"inactive_commune": "yes"}), "account": ("refusals", {"account_suspended": "yes"}),
    },
    "ecotrack": {"draft": ("confirming", {"refused": "Solde insuffisant"})},
}  # fmt: skip
FAULTS = (*UNHEARD, "error", "cut", "busy", "closed")
SLOW_S, PATIENCE_S = 1.4, 1.0
TOO_SLOW_S = 5.5  # for the page, which has the patience of every request


def halves(partners: Sequence[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return which faults of which partner are walked in which language."""
    found = []
    for at, partner in enumerate(partners):
        faults = (*FAULTS, *(["cut_at_last"] if partner in FINISHES else []), *REFUSALS.get(partner, ()))
        found += [(partner, lang, faults[(at + turn) % 2 :: 2]) for turn, lang in enumerate(LANGS)]
    return sorted(found, key=lambda each: each[1])


HALVES = halves(list(KEYS))


@pytest.mark.parametrize(("partner", "lang", "faults"), HALVES, ids=[f"{each[0]}-{each[1]}" for each in HALVES])
def test_a_partner_that_fails_loses_nothing_and_the_screen_says_so(
    hers: Hers, partner: str, lang: str, faults: Sequence[str]
) -> None:
    walk = hers(partner, lang)
    try:
        for fault in faults:
            bought, number = _one_fault(walk, fault)
            assert number in walk.read(bought), fault
    finally:
        _mend(walk)
    walk.reads(bought, number)
    walk.phone.picture(f"partner-{partner}-booked")
    assert not walk.rooms.breaches()


def _one_fault(walk: Walk, fault: str) -> tuple[Bought, str]:
    """Let one thing go wrong, and end; return the order, and the one number that its parcel has in the end."""
    bought = walk.order()
    _fail(walk, fault)
    parcel = walk.book(bought, minutes=2, patience_s=PATIENCE_S if fault == "slow" else None)
    assert parcel.booked_at is None, fault
    _says_why(walk, bought, parcel, fault)
    walk.print_label(parcel)
    assert _lies_there(walk, parcel, 1 if fault in {*UNHEARD, "cut_at_last", "draft"} else 0), fault
    _mend(walk)
    parcel = walk.book(bought, minutes=9)
    assert parcel.tracking, (fault, parcel.booking_problem)
    lie_there = [each for each in walk.there(parcel) if each.get("validated", 1)]  # nobody sees a draft
    assert len(lie_there) == 1, fault
    return bought, parcel.tracking


def _fail(walk: Walk, fault: str) -> None:
    """Let something go wrong from now on: at the request that makes the parcel, if it is to be made unheard."""
    if fault == "closed":
        walk.rooms.tell(f"{walk.partner}/keys", closed=list(walk.keys.values()))
        return
    if fault in REFUSALS.get(walk.partner, {}):
        path, told = REFUSALS[walk.partner][fault]
        walk.rooms.tell(f"{walk.partner}/{path}", **told)
        return
    kind, method, path = fault, "", ""
    if fault == "cut_at_last":
        kind, (method, path) = "cut_after", FINISHES[walk.partner]
    elif fault in UNHEARD:
        method, path = "POST", MAKES[walk.partner]
    strikes = {"kind": kind, "method": method, "path": path, "times": None, "seconds": SLOW_S}
    walk.rooms.tell("faults", system=walk.partner, **strikes)


def _mend(walk: Walk) -> None:
    walk.rooms.tell("faults/clearing")
    walk.rooms.tell(f"{walk.partner}/keys", closed=[])
    for path, told in REFUSALS.get(walk.partner, {}).values():
        walk.rooms.tell(f"{walk.partner}/{path}", **dict.fromkeys(told, ""))


def _lies_there(walk: Walk, parcel: Shipment, pieces: int) -> bool:
    """Tell whether so many parcels lie there; one that is made slowly may take its time."""
    end = time.monotonic() + 5 * SLOW_S
    while len(walk.there(parcel)) != pieces:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _says_why(walk: Walk, bought: Bought, parcel: Shipment, fault: str) -> None:
    with i18n.speaking(walk.phone.lang):
        refused = REFUSED if fault in REFUSALS.get(walk.partner, {}) else SILENT
        sentence = NO_ENTRY if fault == "closed" else refused
        said = i18n._(sentence, carrier=parcel.carrier_title, why=spoken(parcel.booking_problem))
    walk.reads(bought, said)
    keys = walk.phone.page.locator(f"a[href$='/settings/delivery/{walk.account_id}/connection']")
    expect(keys).to_have_count(int(fault == "closed"))
    walk.phone.picture(f"partner-{walk.partner}-{fault}-order")
    page = walk.phone.open(f"{STUDIO}/")
    expect(page.locator(".note", has_text=parcel.carrier_title).first).to_be_visible()
    walk.phone.picture(f"partner-{walk.partner}-{fault}-today")


@pytest.mark.parametrize(("lang", "turn"), [(lang, turn) for turn, lang in enumerate(LANGS)])
def test_a_partner_that_does_not_say_what_a_parcel_costs_is_asked_again_by_a_tap(
    hers: Hers, lang: str, turn: int
) -> None:
    walk = hers(ABROAD, lang)
    bought = walk.sold()
    walk.phone.open(f"{STUDIO}/orders/{bought.code}")
    try:
        for fault in FAULTS[turn::2]:
            _asked_in_vain(walk, fault)
    finally:
        _mend(walk)
    walk.a_minute_goes_by()
    _ask(walk)
    expect(walk.phone.page.locator("section[aria-labelledby=parcel-t]")).to_contain_text(re.compile(r"7\s100"))
    walk.phone.picture("quote-at-last")
    assert walk.there(walk.parcel(bought)) == []
    assert not walk.rooms.breaches()


def _asked_in_vain(walk: Walk, fault: str) -> None:
    walk.a_minute_goes_by()
    if fault == "closed":
        walk.rooms.tell(f"{walk.partner}/keys", closed=list(walk.keys.values()))
    else:
        walk.rooms.tell("faults", system=ABROAD, kind=fault, path="/rates$", times=None, seconds=TOO_SLOW_S)
    _ask(walk)
    with i18n.speaking(walk.phone.lang):
        said = i18n._(WRONG_KEYS if fault == "closed" else NOT_REACHED)
    expect(walk.phone.page.locator("main")).to_contain_text(said)
    walk.phone.picture(f"quote-{fault}")
    _mend(walk)


def _ask(walk: Walk) -> None:
    walk.phone.tap(walk.phone.page.locator("form[action$='/price'] button"))

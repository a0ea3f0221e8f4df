"""Partners that fail, on her phone: nothing is lost, nothing is booked twice, and the screen says what happens.

TEST_PARTNER_FAULTS=all goes through every fault of every partner; otherwise each partner has one or two.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from shop.core import clock
from shop.documents import service as documents
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.plumbing import i18n
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import partners
from shop.shipping.models import CarrierAccount, Shipment
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from shop.web.studio.order_page import REFUSED, SILENT
from tests.browser.buying import FLOWER_WATER
from tests.browser.conftest import MakePhone, sign_in, speak
from tests.browser.phone import Phone
from tests.browser.rooms import Bought, Rooms
from tests.fulfilment import test_kept_drafts as noest
from tests.fulfilment.more_partners import CASES
from tests.fulfilment.partner import KEYS

pytestmark = pytest.mark.browser

ISMAHANE, SLUG = "0550 00 01 03", "parfums-ismahane"
STUDIO = f"/studio/{SLUG}"
PARTNERS: Mapping[str, Mapping[str, str]] = (
    {"yalidine": KEYS, "noest": noest.KEYS} | {each.key: each.keys for each in CASES}
)  # fmt: skip
NAMED = {"yalidine": "api_id", "zrexpress": "tenant", "procolis": "token"}
FAULTS = ("slow", "error", "error_after", "cut", "cut_after", "torn", "garbled", "busy", "closed")
ALL = os.environ.get("TEST_PARTNER_FAULTS") == "all"
FEW = {
    "yalidine": ("slow",), "noest": ("error", "error_after"), "zrexpress": ("cut_after",), "procolis": ("garbled",),
    "maystro": ("torn", "cut"), "ecotrack": ("busy", "closed"),
}  # fmt: skip
APART = timedelta(minutes=20)  # one fault is long over before the next


@dataclass
class Walk:
    """Ismahane's workshop with one partner, and her phone."""

    rooms: Rooms
    phone: Phone
    partner: str
    at: int = 0

    def connect(self) -> None:
        """Give her parcels to this partner."""
        outside = self.rooms.app.extensions["hirfa_outside"]
        with self.rooms.inside():
            hers = select(CarrierAccount.id).join(Store, Store.id == CarrierAccount.store_id).where(Store.slug == SLUG)
            account_id = session.scalars(hers.order_by(CarrierAccount.position).limit(1)).one()
            with transaction():
                mine = update(CarrierAccount).where(CarrierAccount.id == account_id)
                changed(mine.values(carrier=self.partner, title=self.partner.upper(), title_ar=""))
            with transaction():
                account = session.get_one(CarrierAccount, account_id)
                partners.connect(account, PARTNERS[self.partner], seal=outside.seal, by=SYSTEM)

    def book(self, bought: Bought, *, minutes: int) -> Shipment:
        """Let the job come round, so many minutes after the fault began."""
        with self.rooms.inside():
            parcel = live_shipment(bought.store_id, bought.order_id)
            assert parcel is not None
            with clock.standing_at(clock.now() + self.at * APART + timedelta(minutes=minutes)):
                booking.book(bought.store_id, [parcel.id], outside=self.rooms.app.extensions["hirfa_outside"])
        with self.rooms.inside():
            found = live_shipment(bought.store_id, bought.order_id)
            assert found is not None
            session.expunge_all()
            return found

    def fail(self, fault: str) -> None:
        """Let something go wrong from now on."""
        if fault == "closed":
            told = PARTNERS[self.partner]
            self.rooms.tell(f"{self.partner}/keys", closed=[told[NAMED.get(self.partner, "api_token")]])
        else:
            self.rooms.tell("faults", system=self.partner, kind=fault, times=None, seconds=5.5)

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        self.rooms.tell("faults/clearing")
        self.rooms.tell(f"{self.partner}/keys", closed=[])

    def there(self, parcel: Shipment) -> list[object]:
        """Return what lies at the partner under our reference, drafts that nobody sees apart."""
        with urllib.request.urlopen(f"{self.rooms.simulators}/control/{self.partner}/parcels", timeout=10) as answer:
            rows = json.load(answer)
        mine = [row for row in rows if parcel.reference in row.values() or parcel.tracking in row.values()]
        return [row for row in mine if row.get("validated", 1)]


@pytest.mark.parametrize(("partner", "lang"), list(zip(PARTNERS, ["ar", "fr"] * 3, strict=True)))
def test_a_partner_that_fails_loses_nothing_and_the_screen_says_so(
    phone: MakePhone, rooms: Rooms, partner: str, lang: str
) -> None:
    ismahane = phone(lang)
    sign_in(ismahane, ISMAHANE)
    speak(ismahane)
    walk = Walk(rooms, ismahane, partner)
    walk.connect()
    try:
        for walk.at, fault in enumerate(FAULTS if ALL else FEW[partner]):
            _one_fault(walk, fault)
    finally:
        walk.mend()
    assert not rooms.breaches()


def _one_fault(walk: Walk, fault: str) -> None:
    bought = walk.rooms.order(FLOWER_WATER, "cash_on_delivery", walk.phone.lang)
    with walk.rooms.inside(), transaction():
        fulfilment.confirm(bought.store_id, bought.order_id, by=SYSTEM)
    walk.fail(fault)
    parcel = walk.book(bought, minutes=1)
    assert parcel.booked_at is None, fault
    _says_why(walk, bought, parcel, fault)
    with walk.rooms.inside(), transaction():
        documents.print_labels(bought.store_id, [parcel.id], paper="100x150", start=1, by=SYSTEM)
    walk.mend()
    parcel = walk.book(bought, minutes=9)
    assert parcel.tracking, (fault, parcel.booking_problem)
    assert len(walk.there(parcel)) == 1, fault
    walk.phone.open(f"{STUDIO}/orders/{bought.code}")
    expect(walk.phone.page.locator("main")).to_contain_text(parcel.tracking)


def _says_why(walk: Walk, bought: Bought, parcel: Shipment, fault: str) -> None:
    sentence = REFUSED if fault == "closed" else SILENT
    with i18n.speaking(walk.phone.lang):
        said = i18n._(sentence, carrier=parcel.carrier_title, why=i18n._(parcel.booking_problem))
    page = walk.phone.open(f"{STUDIO}/orders/{bought.code}")
    expect(page.locator("main")).to_contain_text(said.strip("\u200f"))
    walk.phone.picture(f"partner-{walk.partner}-{fault}-order")
    page = walk.phone.open(f"{STUDIO}/")
    expect(page.locator(".note", has_text=parcel.carrier_title).first).to_be_visible()
    walk.phone.picture(f"partner-{walk.partner}-{fault}-today")

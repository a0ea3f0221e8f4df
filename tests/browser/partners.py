"""Ismahane's workshop with one partner, and her phone: what its parcels are, here and at its simulator."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from playwright.sync_api import expect
from sqlalchemy import delete, select, update

from shop.core import clock
from shop.core.money import Money
from shop.demo import express, zones
from shop.documents import service as documents
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.limits import Tally
from shop.plumbing.outside import Outside
from shop.plumbing.turns import Turn
from shop.shipping import partners
from shop.shipping.models import CarrierAccount, Shipment
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.browser.buying import FLOWER_WATER
from tests.browser.phone import Phone
from tests.browser.rooms import Bought, Rooms
from tests.fulfilment import partner as yalidine
from tests.fulfilment import test_kept_drafts as noest
from tests.fulfilment.more_partners import CASES

ISMAHANE, SLUG = "0550 00 01 03", "parfums-ismahane"
STUDIO = f"/studio/{SLUG}"
ABROAD = "mydhl"
KEYS: Mapping[str, Mapping[str, str]] = (
    {"yalidine": yalidine.KEYS, "noest": noest.KEYS, ABROAD: express.KEYS} | {each.key: each.keys for each in CASES}
)  # fmt: skip
NAMED = {"yalidine": "api_id", "zrexpress": "tenant", "procolis": "token", ABROAD: "user"}  # others: api_token
_TURNS = count(10)


@dataclass
class Walk:
    """Her workshop with one partner, and her phone."""

    rooms: Rooms
    phone: Phone
    partner: str
    keys: Mapping[str, str] = field(default_factory=dict)
    store_id: int = 0
    account_id: int = 0

    @property
    def outside(self) -> Outside:
        """The way out of the demo shop."""
        found: Outside = self.rooms.app.extensions["hirfa_outside"]
        return found

    def connect(self) -> None:
        """Give her parcels to this partner, by an account there that nobody had before."""
        named = NAMED.get(self.partner, "api_token")
        self.keys = {**KEYS[self.partner], named: KEYS[self.partner][named][:-2] + f"{next(_TURNS):02}"}
        hers = select(CarrierAccount).join(Store, Store.id == CarrierAccount.store_id).where(Store.slug == SLUG)
        mine = hers.where(CarrierAccount.carrier == ABROAD) if self.partner == ABROAD else hers
        with self.rooms.inside():
            found = session.scalars(mine.order_by(CarrierAccount.position).limit(1)).one()
            self.store_id, self.account_id = found.store_id, found.id
            with transaction():
                this = update(CarrierAccount).where(CarrierAccount.id == self.account_id)
                changed(this.values(carrier=self.partner, title=self.partner.upper(), title_ar=""))
            with transaction():
                account = session.get_one(CarrierAccount, self.account_id)
                partners.connect(account, self.keys, seal=self.outside.seal, by=SYSTEM)

    def a_minute_goes_by(self) -> None:
        """Let accounts be asked again that were silent, or were asked often."""
        with self.rooms.inside(), transaction():
            session.execute(update(Turn).values(rests_until=None))
            session.execute(delete(Tally))

    def order(self) -> Bought:
        """Order something that she confirms: at home to be paid at the door, abroad paid by card."""
        self.a_minute_goes_by()
        bought = self.sold()
        with self.rooms.inside(), transaction():
            fulfilment.confirm(bought.store_id, bought.order_id, by=SYSTEM)
        return bought

    def sold(self) -> Bought:
        """Order something that she did not look at yet."""
        if self.partner != ABROAD:
            return self.rooms.order(FLOWER_WATER, "cash_on_delivery", self.phone.lang)
        phone = f"+4474007000{next(_TURNS)}"
        with self.rooms.inside():
            zones.placed(f"walk-abroad-{phone}", replace(express.LEEDS, phone=phone))
            order = session.scalars(select(Order).where(Order.phone == phone)).one()
            return Bought(order.store_id, order.id, order.code, "", 0, Money(0))

    def book(self, bought: Bought, *, minutes: int, patience_s: float | None = None) -> Shipment:
        """Let the job come round, so many minutes after she confirmed."""
        outside = self.outside
        if patience_s is not None:
            outside = replace(outside, http=outside.http.within(patience_s))
        self.rooms.tell("clock", advance_s=1)  # for the partner too, what was asked before is a while ago
        with self.rooms.inside():
            parcel = live_shipment(bought.store_id, bought.order_id)
            assert parcel is not None
            with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
                booking.book(bought.store_id, [parcel.id], outside=outside)
        return self.parcel(bought)

    def parcel(self, bought: Bought) -> Shipment:
        """Return the parcel of an order as it is now."""
        with self.rooms.inside():
            found = live_shipment(bought.store_id, bought.order_id)
            assert found is not None
            session.expunge_all()
            return found

    def print_label(self, parcel: Shipment) -> None:
        """Print her own label of a parcel."""
        with self.rooms.inside(), transaction():
            documents.print_labels(parcel.store_id, [parcel.id], paper="100x150", start=1, by=SYSTEM)

    def there(self, parcel: Shipment) -> Sequence[Mapping[str, object]]:
        """Return what lies at the partner under our reference, drafts too."""
        with urllib.request.urlopen(f"{self.rooms.simulators}/control/{self.partner}/parcels", timeout=10) as answer:
            rows = json.load(answer)
        mine = {parcel.reference, parcel.tracking} - {""}
        return [row for row in rows if any(each in mine for each in row.values() if isinstance(each, str))]

    def read(self, bought: Bought) -> str:
        """Return the page of an order as it comes to her phone, not drawn."""
        answer = self.phone.context.request.get(f"{STUDIO}/orders/{bought.code}")
        assert answer.ok, answer.status
        return answer.text()

    def reads(self, bought: Bought, sentence: str) -> None:
        """Open the order on her phone; this stands there."""
        page = self.phone.open(f"{STUDIO}/orders/{bought.code}")
        expect(page.locator("main")).to_contain_text(sentence.strip("\u200f"))

"""The rooms of the demo shop that the browser looks at, from inside: what only needs to be there is made here."""

from __future__ import annotations

import json
import re
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from shop.app import create_app
from shop.audit import findings
from shop.catalogue import stock
from shop.catalogue.models import Variant
from shop.checkout import service as checkout
from shop.core import clock
from shop.core.money import Money
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.orders.models import Order, Purchase
from shop.payments.attempts import begun
from shop.payments.contract import LooksUp
from shop.payments.queries import payments
from shop.payments.tills import method_of
from shop.plumbing import i18n
from shop.plumbing.db import db, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.links import tracking_path
from shop.plumbing.settings import Settings
from shop.settlement import service as settlement
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.browser.server import log_of
from tests.checkout import cast

PLENTY = 200  # pieces that are added, so that no walk ends for want of soap


@dataclass(frozen=True)
class Bought:
    """An order that stands there: its code, the page of its buyer, what it costs in dinars, and what is asked now."""

    store_id: int
    order_id: int
    code: str
    link: str
    total: int
    asked: Money


@dataclass(frozen=True)
class Sent:
    """A parcel that its buyer has paid at her door: its number, who carries it, what it cost in dinars."""

    number: str
    carrier: str
    total: int


@dataclass
class Rooms:
    """The rooms behind a demo shop that is being served, and the control port of its simulators."""

    app: Flask
    simulators: str

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be inside for a while; nothing stays open afterwards."""
        with self.app.app_context(), i18n.speaking("en"):
            yield
            session.remove()  # type: ignore[attr-defined]

    def close(self) -> None:
        """Let go of every connection."""
        with self.app.app_context():
            db.engine.dispose()

    def stock_up(self, product_id: int) -> None:
        """Have plenty of a product."""
        with self.inside(), transaction():
            found = _variant(product_id)
            stock.move(found.store_id, found.id, PLENTY, reason="made", by=SYSTEM)

    def on_hand(self, product_id: int) -> int:
        """Tell how many pieces of a product there are."""
        with self.inside():
            return _variant(product_id).on_hand

    def order(
        self, product_id: int, method: str, lang: str, *, hours_ago: float = 0, phone: str = "", pieces: int = 1
    ) -> Bought:  # fmt: skip
        """Order a piece or more, to be paid in this way, now or a while ago."""
        with self.inside(), clock.standing_at(clock.now() - timedelta(hours=hours_ago)):
            number = phone or f"+21355{secrets.randbelow(10**7):07}"
            details = replace(cast.YACINE, phone=number, language=lang)
            cart = cast.basket({_variant(product_id): pieces})
            choices = [replace(each, method=method) for each in cast.choose(cart, details=details)]
            seen = checkout.review(cart.id, details, choices)
            with transaction():
                placed = checkout.place(
                    cart.id, key=secrets.token_hex(8), details=details, choices=choices, review_hash=seen.hash
                )
            return self._bought(session.get_one(Order, placed.order_ids[0]), lang)

    def of_page(self, url: str) -> Bought:
        """Return the only order of the purchase that a page shows."""
        found = re.search(r"/(ar|fr)/t/([0-9A-Z]+)/", url)
        assert found, url
        with self.inside():
            order = session.scalars(select(Order).join(Purchase).where(Purchase.code == found[2])).one()
            return self._bought(order, found[1])

    def hand_over(self, bought: Bought) -> None:
        """Confirm an order, print its label and bring its parcel to the carrier."""
        with self.inside(), transaction():
            fulfilment.confirm(bought.store_id, bought.order_id, by=SYSTEM)
        self.send(bought)

    def send(self, bought: Bought) -> None:
        """Print the label of an order that is confirmed, and bring its parcel to the carrier."""
        with self.inside():
            parcel = live_shipment(bought.store_id, bought.order_id)
            assert parcel is not None
            with transaction():
                documents.print_labels(bought.store_id, [parcel.id], paper="100x150", start=1, by=SYSTEM)
            with transaction():
                fulfilment.hand_over(bought.store_id, [parcel.id], by=SYSTEM)

    def deliver(self, bought: Bought, *, settled: bool = False) -> None:
        """Bring a parcel to its buyer, who pays it; the carrier pays the artisan, or does not yet."""
        self.hand_over(bought)
        with self.inside():
            parcel = live_shipment(bought.store_id, bought.order_id)
            assert parcel is not None
            with transaction():
                fulfilment.scan(bought.store_id, parcel.id, "delivered", by=SYSTEM)
            if settled:
                (paid,) = payments(bought.store_id, [bought.order_id])[bought.order_id]
                with transaction():
                    settlement.record_remittance(
                        bought.store_id, carrier_title=parcel.carrier_title, reference=bought.code,
                        received_on=clock.today(), lines=[(paid.id, paid.amount, Money(0))], by=SYSTEM,
                    )  # fmt: skip

    def parcel(self, product_id: int, lang: str) -> Sent:
        """Have a parcel delivered, its money still with the courier."""
        bought = self.order(product_id, "cash_on_delivery", lang)
        self.deliver(bought)
        with self.inside():
            sent = live_shipment(bought.store_id, bought.order_id)
            assert sent is not None
            return Sent(sent.tracking or sent.reference, sent.carrier_title, bought.total)

    def carrier(self, bought: Bought) -> str:
        """Return who carries the parcel of an order."""
        with self.inside():
            parcel = live_shipment(bought.store_id, bought.order_id)
            assert parcel is not None
            return parcel.carrier_title

    def maker(self, bought: Bought, lang: str) -> str:
        """Return the artisan of an order as buyers of this language know her."""
        with self.inside():
            store = session.get_one(Store, bought.store_id)
            return store.artisan_ar if lang == "ar" else store.artisan_fr

    def later(self, minutes: float) -> None:
        """Do what the job about payments does, when so much time has gone by."""
        with self.inside(), clock.standing_at(clock.now() + timedelta(minutes=minutes)):
            unpaid.reconcile(self.app.extensions["hirfa_outside"], {})

    def states(self, bought: Bought) -> list[str]:
        """Return how the payments of an order stand, the oldest first."""
        with self.inside():
            mine = payments(bought.store_id, [bought.order_id])[bought.order_id]
            return [each.state for each in mine]

    def charges(self, bought: Bought) -> int:
        """Ask the services of cards how often they took money for an order."""
        with self.inside():
            mine = payments(bought.store_id, [bought.order_id])[bought.order_id]
            outside = self.app.extensions["hirfa_outside"]
            asked = [(method_of(each.store_id, each.method, outside), begun(each)) for each in mine if each.external]
            session.rollback()
            return sum(
                method.look_up(each).state == "collected" for method, each in asked if isinstance(method, LooksUp)
            )

    def breaches(self) -> list[str]:
        """Return what the audit finds."""
        folder = self.app.extensions["hirfa_settings"].data_dir
        with self.inside():
            return [f"{each.rule}: {each.what}" for each in findings(folder / "media" / "pictures", folder / "private")]

    def tell(self, path: str, /, **words: object) -> dict[str, object]:
        """Tell the simulators something by their control port."""
        request = urllib.request.Request(f"{self.simulators}/control/{path}", json.dumps(words).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            told: dict[str, object] | list[object] = json.load(answer)
        return told if isinstance(told, dict) else {"all": told}

    def _bought(self, order: Order, lang: str) -> Bought:
        purchase = session.get_one(Purchase, order.purchase_id)
        link = tracking_path(self.app.extensions["hirfa_signer"], lang, purchase.code)
        asked = payments(order.store_id, [order.id])[order.id][-1].amount
        return Bought(order.store_id, order.id, order.code, link, order.total.minor // 100, asked)


def rooms_of(folder: Path, base: str) -> Rooms:
    """Open the rooms of the demo shop that is served from a folder, as a second process of the same deployment."""
    simulators = re.search(r"simulators: (http\S+)", log_of(folder).read_text(errors="replace"))
    assert simulators, "the demo shop said nothing of simulators"
    app = create_app(Settings(data_dir=folder, base_url=base, simulators=simulators[1], worker=False))
    return Rooms(app, simulators[1])


def _variant(product_id: int) -> Variant:
    return session.scalars(select(Variant).where(Variant.product_id == product_id).order_by(Variant.id)).first()  # type: ignore[return-value]

"""The demo's logistics partner: Ismahane gives her parcels to Yalidine, which is its simulator here.

Its keys open nothing outside. One order waits confirmed, and is booked as soon as the shop runs.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from shop.checkout.words import Details
from shop.core import clock
from shop.core.money import Money
from shop.demo.days import ISMAHANE
from shop.demo.deposits import place, store_of
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order, Purchase
from shop.plumbing import geography
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Actor
from shop.plumbing.seals import Seal
from shop.plumbing.settings import Settings, is_at_home
from shop.shipping import partners, service
from shop.shipping.service import RateRow

KEYS = {"brand": "yalidine", "api_id": "90000000000000000001", "api_token": "HirfaDemoOfIsmahaneOpensNothing"}
KEY = "demo-partner"
RYM = Details(
    phone="+213550000313", name="Rym Haddad", wilaya_code="25", commune_code="2501",
    address="Cité du pont, bloc 4, appartement 12", language="ar",
)  # fmt: skip


def is_simulated(settings: Settings) -> bool:
    """Tell whether a simulator answers in the partner's place: nobody else is shown keys that are none."""
    return is_at_home(settings.base_url)


def connect(by: Actor, seal: Seal) -> None:
    """Give Ismahane her partner, asked before her other carrier, inside the current transaction."""
    store_id = store_of(ISMAHANE)
    account = service.add_carrier(store_id, "yalidine", "Yalidine", title_ar="ياليدين", return_minor=250_00, by=by)
    prices = [RateRow(wilaya_code=each.code, home=_price(each.code), desk=None, max_days=5, per_kg=Money.dinars(100),
                      insurance_hundredths=75)
              for each in geography.wilayas()]  # fmt: skip
    service.set_rates(store_id, account.id, prices, by=by)
    service.ask_first(store_id, account.id, by=by)
    service.change_carrier(store_id, account.id, by=by, insured_from_minor=3_000_00)
    partners.connect(account, KEYS, seal=seal, by=by)


def _price(wilaya: str) -> Money:
    far = int(geography.wilaya(wilaya).code_58) in {1, 8, 11, 33, 37, 49, 50, 52, 53, 54, 56}
    return Money.dinars(1400 if far else 700)


def order(by: Actor) -> None:
    """Have an order confirmed that the partner is to book; nothing is ordered twice."""
    store_id = store_of(ISMAHANE)
    with clock.standing_at(clock.now() - timedelta(minutes=50)):
        place(KEY, ISMAHANE, RYM, "cash_on_delivery", share=0)
    with transaction():
        wanted = select(Order.id).join(Purchase, Purchase.id == Order.purchase_id)
        mine = wanted.where(Order.store_id == store_id, Order.phone == RYM.phone, Order.state == "placed")
        for order_id in session.scalars(mine).all():
            fulfilment.confirm(store_id, order_id, by=by)

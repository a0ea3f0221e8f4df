"""The other partners of the demo, each of them its simulator here, and an order for each that waits to be booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from shop.checkout.words import Details
from shop.core import clock
from shop.core.money import Money
from shop.demo import has_begun
from shop.demo.deposits import place, store_of
from shop.fulfilment import service as fulfilment
from shop.orders.models import Order
from shop.plumbing import geography, journal
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM, Actor
from shop.plumbing.seals import Seal
from shop.shipping import labels, partners, service
from shop.shipping.service import RateRow

UNDER_THEIRS = "ecotrack"  # the partner whose own label was chosen


@dataclass(frozen=True)
class Joined:
    """A workshop of the demo and its partner, whose keys open nothing outside."""

    store: str
    carrier: str
    title: str
    title_ar: str
    keys: Mapping[str, str]
    buyer: Details


JOINED = (
    Joined(
        "terre-de-maatkas", "zrexpress", "ZR Express", "زد آر إكسبريس",
        {"tenant": "0d9f5d3c-0000-4000-8000-000000000001", "api_key": "HirfaDemoOfTassaditOpensNothing"},
        Details(phone="+213550000321", name="Nadia Ferhat", wilaya_code="31", commune_code="3101",
                address="Hai Es Salem, bâtiment 9", language="fr"),
    ),
    Joined(
        "alfa-et-palme", "ecotrack", "Packers", "باكرز",
        {"brand": "packers", "api_token": "HirfaDemoOfAlfaOpensNothingAtPackers", "collection": "1"},
        Details(phone="+213550000322", name="Samia Bouzid", wilaya_code="25", commune_code="2501",
                address="Cité du pont, bloc 4, appartement 12", language="ar"),
    ),
    Joined(
        "tapis-du-mzab", "procolis", "Procolis", "بروكوليس",
        {"token": "HirfaDemoOfAicha", "key": "HirfaDemoOpensNothing"},
        Details(phone="+213550000323", name="Sami Bouzid", wilaya_code="19", commune_code="1901",
                address="Cité des 500 logements, bloc 3", language="ar"),
    ),
    Joined(
        "tapis-du-mzab", "noest", "NOEST", "نواست",
        {"user_guid": "HIRFADEMO", "api_token": "HirfaDemoOfAichaOpensNothingAtNoest"},
        Details(phone="+213550000325", name="Nadia Hamdi", wilaya_code="09", commune_code="0901",
                address="Rue du marché, n° 27", language="fr"),
    ),
    Joined(
        "cuivres-de-la-medina", "maystro", "Maystro", "مايسترو", {"api_token": "HirfaDemoOfNadjetOpensNothing"},
        Details(phone="+213550000324", name="Yacine Meziane", wilaya_code="16", commune_code="1605",
                address="Rue des Frères, n° 18", language="fr"),
    ),
)  # fmt: skip


def join(owners: Mapping[str, Actor], seal: Seal) -> None:
    """Connect those that are not connected yet, and have an order confirmed for each."""
    for each in JOINED:
        if has_begun(f"demo.{each.carrier}"):
            continue
        with transaction():
            _connect(each, owners[each.store], seal)
            journal.record(f"demo.{each.carrier}", subject="demo", subject_id=1, store_id=None, by=SYSTEM)
        with journal.unheard():
            _order(each, owners[each.store])


def _connect(each: Joined, by: Actor, seal: Seal) -> None:
    store_id = store_of(each.store)
    account = service.add_carrier(
        store_id, each.carrier, each.title, title_ar=each.title_ar, return_minor=250_00, by=by
    )  # fmt: skip
    prices = [RateRow(wilaya_code=wilaya.code, home=Money.dinars(750), desk=None, max_days=5)
              for wilaya in geography.wilayas()]  # fmt: skip
    service.set_rates(store_id, account.id, prices, by=by)
    service.ask_first(store_id, account.id, by=by)
    partners.connect(account, each.keys, seal=seal, by=by)
    if each.carrier == UNDER_THEIRS:
        labels.choose(account, theirs=True, by=by)


def _order(each: Joined, by: Actor) -> None:
    store_id = store_of(each.store)
    with clock.standing_at(clock.now() - timedelta(minutes=40)):
        place(f"demo-{each.carrier}", each.store, each.buyer, "cash_on_delivery", share=0)
    with transaction():
        mine = select(Order.id).where(Order.store_id == store_id, Order.phone == each.buyer.phone)
        for order_id in session.scalars(mine.where(Order.state == "placed")).all():
            fulfilment.confirm(store_id, order_id, by=by)

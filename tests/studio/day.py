"""A workshop in the middle of its day: Amina owns it, Lila helps, Sami has a shop elsewhere; Yacine buys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop.catalogue.models import Product, Variant
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.payments.queries import payment_of
from shop.plumbing import i18n
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping.models import CarrierAccount, Shipment
from shop.shipping.queries import live_shipment
from shop.stores import service as stores
from shop.stores.models import Store
from tests.checkout import cast
from tests.people import Person, sign_in


@dataclass
class Day:
    """The workshop, its people, and its orders as they stand."""

    application: Flask
    store_id: int
    amina: Person
    lila: Person
    sami: Person

    @property
    def url(self) -> str:
        """Where the studio of the workshop begins."""
        return "/studio/atelier-amina"

    def page(self, path: str = "/", who: Person | None = None) -> str:
        """Open a page as Amina (or somebody else) and return its text; it must be there."""
        answer = (who or self.amina).get(self.url + path)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def send(self, path: str, fields: Mapping[str, object] | None = None, who: Person | None = None) -> TestResponse:
        """Send a form as Amina, or somebody else."""
        return (who or self.amina).post(self.url + path, fields)

    def ordered(self, **how: object) -> str:
        """Let Yacine order; return the code."""
        return self._made("ordered", **how)

    def confirmed(self) -> str:
        """An order that is confirmed."""
        return self._made("confirmed")

    def labelled(self) -> str:
        """An order whose label is printed."""
        return self._made("labelled")

    def handed_over(self) -> str:
        """An order whose parcel is with the carrier."""
        return self._made("handed_over")

    def delivered(self) -> str:
        """An order that was delivered and whose cash the carrier holds."""
        return self._made("delivered")

    def order(self, code: str) -> Order:
        """Return an order as it stands."""
        with self.application.app_context():
            found = session.scalars(select(Order).where(Order.code == code)).one()
            session.expunge_all()
            return found

    def parcel(self, code: str) -> Shipment:
        """Return the parcel of an order as it stands."""
        with self.application.app_context():
            found = live_shipment(self.store_id, self.order(code).id)
            assert found is not None
            return found

    def payment(self, code: str) -> Payment:
        """Return the payment of an order as it stands."""
        with self.application.app_context():
            found = payment_of(self.store_id, self.order(code).id)
            assert found is not None
            return found

    def on_hand(self) -> int:
        """How many pieces are in stock."""
        with self.application.app_context():
            return session.scalars(select(Variant.on_hand).where(Variant.store_id == self.store_id)).one()

    def _workshop(self) -> cast.Workshop:
        return cast.Workshop(
            session.get_one(Store, self.store_id),
            session.scalars(select(Product).where(Product.store_id == self.store_id)).one(),
            session.scalars(select(Variant).where(Variant.store_id == self.store_id)).one(),
            session.scalars(select(CarrierAccount).where(CarrierAccount.store_id == self.store_id)).first(),  # type: ignore[arg-type]
        )

    def _made(self, which: str, **how: object) -> str:
        with self.application.app_context(), i18n.speaking("en"):
            made = getattr(cast, which)(self._workshop(), **how)
            order = made[0] if isinstance(made, tuple) else made
            code = str(order.code)
            session.remove()  # type: ignore[attr-defined]
        return code


def a_day(application: Flask, *, stock: int = 50) -> Day:
    """Open Atelier Amina with stock, and Sami's workshop beside it."""
    amina = sign_in(application, "Amina Benali", "+213550000011")
    lila = sign_in(application, "Lila Benali", "+213550000012")
    sami = sign_in(application, "Sami Rahmani", "+213550000013")
    with application.app_context(), i18n.speaking("en"):
        shop = cast.workshop(stock=stock)
        other = cast.workshop("Atelier Sami")
        with transaction():
            stores.add_member(shop.id, amina.account_id, "owner", by=SYSTEM)
            stores.add_member(shop.id, lila.account_id, "helper", by=SYSTEM)
            stores.add_member(other.id, sami.account_id, "owner", by=SYSTEM)
        store_id = shop.id
        session.remove()  # type: ignore[attr-defined]
    return Day(application, store_id, amina, lila, sami)


def bar(page: str) -> str:
    """Return what stands in the sticky bars of a page."""
    return " ".join(re.findall(r'<div class="(?:bar|toast)[^"]*".*?</div></div>', page, re.DOTALL))

"""Amina's open shop, her helper Lila, Ismahane's shop next door, and Sami, who belongs to none."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from shop.catalogue import service as catalogue
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import service as shipping
from shop.shipping.service import RateRow
from shop.stores import service as stores
from tests.people import Person, sign_in

LEGAL = {
    "legal_name": "Amina Benali", "register_number": "16/2214/19", "nif": "123456789012345",
    "address": "12 rue des Roses", "phone": "+213550000001", "email": "amina@example.dz",
}  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """A workshop of the tests, and the beginning of its studio's addresses."""

    store_id: int
    slug: str

    @property
    def url(self) -> str:
        """Where its studio begins."""
        return f"/studio/{self.slug}"


@pytest.fixture
def shop(application: Flask) -> Shop:
    """Atelier Amina, open."""
    return open_shop(application, "Atelier Amina")


@pytest.fixture
def neighbour(application: Flask) -> Shop:
    """Parfums Ismahane, open, of somebody else."""
    return open_shop(application, "Parfums Ismahane")


@pytest.fixture
def amina(application: Flask, shop: Shop) -> Person:
    """The owner of the shop."""
    return joined(application, shop, sign_in(application, "Amina Benali", "+213550000011"), "owner")


@pytest.fixture
def helper(application: Flask, shop: Shop) -> Person:
    """Her helper Lila."""
    return joined(application, shop, sign_in(application, "Lila Benali", "+213550000012"), "helper")


@pytest.fixture
def sami(application: Flask, shop: Shop) -> Person:
    """A stranger with an account."""
    return sign_in(application, "Sami Rahmani", "+213550000013")


def open_shop(application: Flask, name: str) -> Shop:
    """Make a workshop with its legal identity, and open it."""
    with application.app_context():
        with transaction():
            made = stores.create_store(name=name, craft="soap", wilaya_code="16", by=SYSTEM)
            stores.update_profile(made.id, by=SYSTEM, **LEGAL)
            stores.open_store(made.id, by=SYSTEM)
        found = Shop(made.id, made.slug)
        session.remove()  # type: ignore[attr-defined]
    return found


def joined(application: Flask, shop: Shop, person: Person, role: str) -> Person:
    """Make a person a member of a workshop."""
    with application.app_context():
        with transaction():
            stores.add_member(shop.store_id, person.account_id, role, by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]
    return person


def make_ready(store_id: int) -> None:
    """Give a shop what it lacks before it may open; its legal identity is there."""
    stores.update_profile(store_id, by=SYSTEM, commune_code="1601")
    made = catalogue.create_product(
        store_id, by=SYSTEM, craft="pottery", names={"fr": "Bol"}, price=Money.dinars(700), stock=3
    )
    catalogue.add_picture(store_id, made.id, f"{store_id:024x}", width=640, height=480, by=SYSTEM)
    catalogue.publish(store_id, made.id, by=SYSTEM)
    carrier = shipping.add_carrier(store_id, "rate_sheet", "Barq Express", by=SYSTEM)
    rate = RateRow(wilaya_code="16", home=Money.dinars(400), desk=None)
    shipping.set_rates(store_id, carrier.id, [rate], by=SYSTEM)

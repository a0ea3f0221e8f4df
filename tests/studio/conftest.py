"""Amina's open shop, her helper Lila, Ismahane's shop next door, and Sami, who belongs to none."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask

from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
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

"""People: they sign in by phone or e-mail, on devices that they can end."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.accounts import queries, service
from shop.accounts.models import Account, Device
from shop.core.errors import NotFound, Refused
from shop.plumbing.db import session, transaction

PASSWORD = "savon-de-nuit-42"


@pytest.fixture
def amina(app: Flask) -> int:
    """Amina's account."""
    with transaction():
        return service.create_account(
            name="Amina", password=PASSWORD, phone="+213550000001", email="Amina@Atelier.example"
        ).id


@pytest.mark.parametrize("identifier", ["0550 00 00 01", "+213550000001", "٠٥٥٠٠٠٠٠٠١", " amina@atelier.EXAMPLE "])
def test_she_signs_in_by_any_spelling_of_her_phone_or_mail(amina: int, identifier: str) -> None:
    found = service.authenticate(identifier, PASSWORD)
    assert found is not None
    assert found.id == amina


@pytest.mark.parametrize(
    ("identifier", "password"),
    [("0550000001", "wrong-password"), ("0550000002", PASSWORD), ("", PASSWORD), ("x" * 5000, ""), ("\0", "\0")],
)
def test_wrong_password_and_unknown_account_are_the_same_no(amina: int, identifier: str, password: str) -> None:
    assert service.authenticate(identifier.replace("\0", ""), password) is None


def test_no_password_and_no_token_stands_in_the_database(amina: int) -> None:
    with transaction():
        token = service.open_device(amina, name="Android")
    rows = str([(row.password_hash,) for row in session.scalars(select(Account))])
    assert PASSWORD not in rows
    assert "argon2id" in rows
    assert token not in str(session.scalars(select(Device.token_hash)).all())


def test_an_ended_device_is_nobody(amina: int) -> None:
    with transaction():
        token = service.open_device(amina, name="Android")
    viewer = queries.viewer(token)
    assert viewer is not None
    with transaction():
        service.end_device(amina, viewer.device_id)
    assert queries.viewer(token) is None
    assert queries.viewer("made-up") is None


def test_nobody_ends_anothers_device(amina: int) -> None:
    with transaction():
        token = service.open_device(amina, name="Android")
        sami = service.create_account(name="Sami", password=PASSWORD, phone="+213550000009").id
    viewer = queries.viewer(token)
    assert viewer is not None
    with pytest.raises(NotFound), transaction():
        service.end_device(sami, viewer.device_id)


def test_a_new_password_ends_all_other_devices(amina: int) -> None:
    with transaction():
        here, there = service.open_device(amina, name="A"), service.open_device(amina, name="B")
    viewer = queries.viewer(here)
    assert viewer is not None
    with pytest.raises(Refused, match="present password"), transaction():
        service.change_password(amina, old="wrong", new="another-long-one")
    with transaction():
        service.change_password(amina, old=PASSWORD, new="another-long-one", device_id=viewer.device_id)
    assert queries.viewer(here) is not None
    assert queries.viewer(there) is None
    assert service.authenticate("0550000001", PASSWORD) is None
    assert service.authenticate("0550000001", "another-long-one") is not None


def test_a_phone_or_mail_belongs_to_one_account_and_passwords_are_long(amina: int) -> None:
    with pytest.raises(Refused) as taken, transaction():
        service.create_account(name="Sami", password=PASSWORD, phone="+213550000001")
    assert taken.value.field == "phone"
    with pytest.raises(Refused) as mail, transaction():
        service.create_account(name="Sami", password=PASSWORD, email="amina@atelier.example")
    assert mail.value.field == "email"
    with pytest.raises(Refused) as short, transaction():
        service.create_account(name="Sami", password="short", phone="+213550000009")
    assert short.value.field == "password"

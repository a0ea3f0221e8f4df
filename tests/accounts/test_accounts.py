"""People: they sign in by phone or e-mail, on devices that they can end."""

from __future__ import annotations

import time

import pytest
from argon2 import Parameters, extract_parameters
from flask import Flask
from sqlalchemy import select

from shop.accounts import queries, service
from shop.accounts.models import Account, Device
from shop.core.errors import NotFound, Refused
from shop.plumbing.db import session, transaction
from tests.counting import statements
from tests.crowd import at_once

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


def test_unknown_and_known_accounts_cost_the_same_hash_and_hashing_holds_no_connection(
    amina: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Parameters, bool]] = []
    real = service._verify

    def verify(known: str, password: str) -> bool:
        seen.append((extract_parameters(known), session().in_transaction()))  # type: ignore[operator]
        return real(known, password)

    monkeypatch.setattr(service, "_verify", verify)
    for identifier in ("0550000001", "0550000002"):
        with statements() as few:
            assert service.authenticate(identifier, "wrong-password") is None
        assert len(few) == 1
    assert seen[0] == seen[1]
    assert (seen[0][0].memory_cost, seen[0][0].time_cost, seen[0][0].parallelism) == (19_456, 2, 1)
    assert not seen[0][1]


def test_one_of_three_taps_makes_the_account(application: Flask) -> None:
    def tap() -> None:
        with transaction():
            service.create_account(name="Amina", password=PASSWORD, phone="+213550000001", email="a@a.example")
            time.sleep(0.05)

    raised = at_once(application, tap, tap, tap)
    assert [type(error) for error in raised] == [Refused, Refused]


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

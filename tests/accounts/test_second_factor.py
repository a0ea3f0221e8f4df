"""The second step: each code of the app works once, eight others stand in for a lost phone."""

from __future__ import annotations

import time

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, text

from shop.accounts import second_factor, service
from shop.accounts.models import RecoveryCode, SecondFactor
from shop.core import clock
from shop.core.errors import Refused
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.plumbing.seals import Seal
from tests.crowd import at_once

PASSWORD = "savon-de-nuit-42"
SEAL = Seal("k" * 40)


@pytest.fixture
def amina(app: Flask) -> int:
    """Amina's account."""
    with transaction():
        return service.create_account(name="Amina", password=PASSWORD, phone="+213550000001").id


def code(app: pyotp.TOTP, steps: int = 0) -> str:
    """Return what her app shows, so many half minutes from now."""
    return app.generate_otp(app.timecode(clock.now()) + steps)


def begun(account_id: int) -> pyotp.TOTP:
    """Begin; return her app."""
    with transaction():
        return pyotp.TOTP(second_factor.begin(account_id, seal=SEAL))


def on(account_id: int) -> tuple[pyotp.TOTP, list[str]]:
    """Turn it on with the code of half a minute ago; return her app and the recovery codes."""
    app = begun(account_id)
    with transaction():
        return app, second_factor.confirm(account_id, code(app, -1), seal=SEAL)


def prove(account_id: int, typed: str) -> bool:
    """Type a code."""
    with transaction():
        return second_factor.prove(account_id, typed, seal=SEAL)


def test_it_counts_once_a_code_of_the_app_has_confirmed_it(amina: int) -> None:
    app = begun(amina)
    assert second_factor.waiting_secret(amina, seal=SEAL) == app.secret
    assert not second_factor.is_on(amina)
    with pytest.raises(Refused), transaction():
        second_factor.confirm(amina, "000000" if app.now() != "000000" else "111111", seal=SEAL)
    assert not second_factor.is_on(amina)
    with transaction():
        assert len(second_factor.confirm(amina, app.now(), seal=SEAL)) == 8
    assert second_factor.is_on(amina)
    assert second_factor.waiting_secret(amina, seal=SEAL) is None, "it is never shown again"
    verbs = session.scalars(select(Entry.verb).where(Entry.subject == "account")).all()
    assert verbs == ["account.second_factor_on"]


def test_its_address_names_the_shop_and_the_person(amina: int) -> None:
    address = second_factor.address(pyotp.random_base32(), "+213550000001")
    read = pyotp.parse_uri(address)
    assert (read.issuer, read.name) == ("Hirfa", "+213550000001")


def test_a_code_works_once_and_an_older_one_no_more(amina: int) -> None:
    app, _codes = on(amina)
    now, later = code(app), code(app, 1)
    assert prove(amina, f"{now[:3]} {now[3:]}")
    assert not prove(amina, now), "it was used"
    assert prove(amina, later)
    assert not prove(amina, now)


def test_a_code_works_once_when_two_come_at_the_same_moment(application: Flask, amina: int) -> None:
    app, _codes = on(amina)
    session.remove()  # type: ignore[attr-defined]
    if time.time() % 30 > 24:
        time.sleep(7)  # not across the change of a code
    typed = code(app, 1)
    answers: list[bool] = []
    assert at_once(application, *[lambda: answers.append(prove(amina, typed))] * 6) == []
    assert sorted(answers) == [False] * 5 + [True]


def test_a_clock_may_go_half_a_minute_wrong_and_no_more(amina: int) -> None:
    app, _codes = on(amina)
    assert not prove(amina, code(app, 4))
    assert not prove(amina, code(app, -4))


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "²²²²²²", "\ud800", "0" * 500])
def test_what_is_no_code_does_not_fit(amina: int, typed: str) -> None:
    on(amina)
    assert not prove(amina, typed)


def test_a_recovery_code_works_once_and_only_for_its_person(app: Flask, amina: int) -> None:
    _app, codes = on(amina)
    with transaction():
        other = service.create_account(name="Sami", password=PASSWORD, phone="+213550000009").id
    assert not prove(other, codes[0])
    assert prove(amina, codes[0].lower().replace("-", " "))
    assert not prove(amina, codes[0])
    assert second_factor.recovery_codes_left(amina) == 7
    assert session.scalars(select(Entry.verb).order_by(Entry.id.desc())).first() == "account.recovery_code_used"


def test_recovery_codes_are_stored_hashed(amina: int) -> None:
    _app, codes = on(amina)
    stored = " ".join(str(tuple(row)) for row in session.execute(text("SELECT * FROM recovery_codes")))
    assert len(session.scalars(select(RecoveryCode)).all()) == 8
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_the_database_alone_tells_nobodys_codes(amina: int) -> None:
    app, _codes = on(amina)
    stored = session.scalars(select(SecondFactor.secret)).one()
    assert app.secret not in stored
    assert Seal("another key of forty letters at the least").open(f"second factor {amina}", stored) is None
    assert SEAL.open(f"second factor {amina + 1}", stored) is None, "moved to another person, it opens nothing"


def test_the_second_step_outlives_the_deployments_key(amina: int) -> None:
    app, _codes = on(amina)
    session.rollback()
    later = Seal("n" * 40, old=["k" * 40])
    with transaction():
        assert second_factor.prove(amina, code(app), seal=later)
    with transaction():
        assert second_factor.prove(amina, code(app, 1), seal=Seal("n" * 40)), "sealed anew when it was used"


def test_a_secret_that_the_release_before_has_written_goes_on_working_and_is_sealed(amina: int) -> None:
    app, _codes = on(amina)
    session.rollback()
    with transaction():
        session.get_one(SecondFactor, amina).secret = app.secret
    assert prove(amina, code(app))
    assert SEAL.open(f"second factor {amina}", session.scalars(select(SecondFactor.secret)).one()) == app.secret


def test_one_that_is_on_is_neither_begun_nor_confirmed_again(amina: int) -> None:
    app, _codes = on(amina)
    with pytest.raises(Refused), transaction():
        second_factor.begin(amina, seal=SEAL)
    with pytest.raises(Refused), transaction():
        second_factor.confirm(amina, app.now(), seal=SEAL)


def test_it_is_turned_off_with_the_password_only(amina: int) -> None:
    _app, codes = on(amina)
    with pytest.raises(Refused), transaction():
        second_factor.drop(amina, password="wrong-password")
    assert second_factor.is_on(amina)
    with transaction():
        second_factor.drop(amina, password=PASSWORD)
    assert not second_factor.is_on(amina)
    assert not prove(amina, codes[0])

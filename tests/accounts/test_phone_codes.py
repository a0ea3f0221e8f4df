"""A code of six digits opens an account or replaces a password: ten minutes, five tries, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from shop.accounts import codes, service
from shop.accounts.codes import CodePost, Proof
from shop.accounts.models import Account, Device, PhoneCode
from shop.core import clock
from shop.core.errors import Refused
from shop.plumbing import jobs
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.plumbing.links import Signer
from tests.crowd import at_once

SIGNER = Signer("0123456789abcdef" * 4)
NOUR, AMINA = "+213661203040", "+213550000001"
PASSWORD = "argile-et-feu-12"


@dataclass
class Mailbox:
    """A messenger that keeps what it was given."""

    texts: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, to_e164: str, text: str, *, reference: str) -> None:
        self.texts.append((to_e164, text, reference))


@pytest.fixture
def amina(app: Flask) -> int:
    """Amina, who has an account already."""
    with transaction():
        return service.create_account(name="Amina", password=PASSWORD, phone=AMINA).id


def asked(phone: str, purpose: str = codes.SIGN_UP) -> tuple[str, PhoneCode]:
    """Ask for a code; return its page's token and its row."""
    with transaction():
        token = codes.ask(phone, purpose, language="fr")
    row = codes.live(token, purpose)
    assert row is not None
    return token, row


def prove(token: str, typed: str, purpose: str = codes.SIGN_UP) -> Proof:
    """Type a code."""
    with transaction():
        return codes.prove(token, purpose, typed, signer=SIGNER)


def sent(row: PhoneCode, *, shown: bool = False) -> list[tuple[str, str, str]]:
    """Run the job of a row; return what the phone got."""
    box = Mailbox()
    codes.send(CodePost("https://hirfa.example", SIGNER, box, shown), {"code": row.id})
    return box.texts


def test_a_code_is_sent_by_a_job_and_opens_an_account(app: Flask) -> None:
    token, row = asked(NOUR)
    assert session.scalars(select(jobs.Job.payload).where(jobs.Job.kind == codes.JOB)).one() == {"code": row.id}
    digits = codes.digits_of(row, SIGNER)
    ((to, said, reference),) = sent(row)
    assert (to, reference) == (NOUR, f"hirfa-code-{row.id}")
    assert digits in said
    assert sent(row)[0][1] == said, "sent again, it is the same code"
    assert prove(token, f" {digits[:3]} {digits[3:]} ") is Proof.RIGHT
    with transaction():
        made = codes.sign_up(token, name="Nour", password=PASSWORD, language="fr")
    assert service.authenticate("0661 20 30 40", PASSWORD) is not None
    entry = session.scalars(select(Entry).where(Entry.verb == "account.opened")).one()
    assert (entry.scope, entry.subject_id) == (0, made.id)
    with pytest.raises(Refused), transaction():
        codes.sign_up(token, name="Nour again", password=PASSWORD, language="fr")


def test_neither_the_digits_nor_the_token_stand_in_the_database(app: Flask) -> None:
    token, row = asked(NOUR)
    rows = [str(tuple(each)) for each in session.execute(text("SELECT * FROM phone_codes"))]
    rows += [str(tuple(each)) for each in session.execute(text("SELECT * FROM jobs"))]
    assert not any(codes.digits_of(row, SIGNER) in each or token in each for each in rows)
    other = Signer("another key, another deployment, other digits")
    assert any(codes.digits_of(asked(NOUR)[1], SIGNER) != codes.digits_of(row, other) for _again in range(3))


def test_five_wrong_tries_end_a_code_even_for_the_right_one(app: Flask) -> None:
    token, row = asked(NOUR)
    digits = codes.digits_of(row, SIGNER)
    wrong = str((int(digits) + 1) % 10**6).zfill(6)
    assert [prove(token, wrong) for _try in range(5)] == [Proof.WRONG] * 5
    assert prove(token, digits) is Proof.GONE


def test_tries_are_counted_when_many_come_at_once(application: Flask) -> None:
    with application.app_context():
        token, row = asked(NOUR)
        wrong = str((int(codes.digits_of(row, SIGNER)) + 1) % 10**6).zfill(6)
        session.remove()  # type: ignore[attr-defined]

    answers: list[Proof] = []
    assert at_once(application, *[lambda: answers.append(prove(token, wrong))] * 12) == []
    assert sorted(answer.value for answer in answers) == ["gone"] * 7 + ["wrong"] * 5


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "١٢", "\ud800", "0" * 40])
def test_what_is_no_code_is_wrong(app: Flask, typed: str) -> None:
    token, _row = asked(NOUR)
    assert prove(token, typed) is Proof.WRONG


def test_arabic_digits_are_digits(app: Flask) -> None:
    token, row = asked(NOUR)
    arabic = codes.digits_of(row, SIGNER).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert prove(token, arabic) is Proof.RIGHT


def test_a_code_lives_ten_minutes_and_the_proof_half_an_hour(app: Flask) -> None:
    token, row = asked(NOUR)
    assert row.expires_at - row.created_at == timedelta(minutes=10)
    assert prove(token, codes.digits_of(row, SIGNER)) is Proof.RIGHT
    proved = codes.live(token, codes.SIGN_UP)
    assert proved is not None
    assert timedelta(minutes=29) < proved.expires_at - clock.now() <= timedelta(minutes=30)
    old, late = asked(NOUR)
    with transaction():
        session.execute(update(PhoneCode).where(PhoneCode.id == late.id).values(expires_at=clock.now()))
    assert prove(old, codes.digits_of(late, SIGNER)) is Proof.GONE
    assert sent(late) == [], "an old code is not sent any more"


def test_a_code_of_one_kind_opens_nothing_of_the_other(app: Flask, amina: int) -> None:
    token, row = asked(AMINA, codes.RESET)
    assert prove(token, codes.digits_of(row, SIGNER), codes.SIGN_UP) is Proof.GONE
    with pytest.raises(Refused), transaction():
        codes.sign_up(token, name="Nour", password=PASSWORD, language="fr")


def test_a_known_phone_is_told_how_to_sign_in_and_its_page_takes_no_code(app: Flask, amina: int) -> None:
    token, row = asked(AMINA)
    ((to, said, _reference),) = sent(row)
    assert to == AMINA
    assert "https://hirfa.example/studio/sign-in" in said
    assert codes.digits_of(row, SIGNER) not in said
    assert prove(token, codes.digits_of(row, SIGNER)) is Proof.WRONG


def test_nobody_gets_a_message_about_a_password_that_does_not_exist(app: Flask) -> None:
    token, row = asked(NOUR, codes.RESET)
    assert sent(row) == []
    assert prove(token, codes.digits_of(row, SIGNER), codes.RESET) is Proof.WRONG


def test_a_forgotten_password_is_replaced_and_every_device_signed_out(app: Flask, amina: int) -> None:
    with transaction():
        service.open_device(amina, name="Chrome, Android")
    token, row = asked(AMINA, codes.RESET)
    with pytest.raises(Refused), transaction():
        codes.reset_password(token, password="before it was proved")
    assert prove(token, codes.digits_of(row, SIGNER), codes.RESET) is Proof.RIGHT
    with pytest.raises(Refused), transaction():
        codes.reset_password(token, password="short")
    with transaction():
        codes.reset_password(token, password="nouveau-savon-77")
    assert service.authenticate(AMINA, PASSWORD) is None
    assert service.authenticate(AMINA, "nouveau-savon-77") is not None
    assert session.scalars(select(Device).where(Device.ended_at.is_(None))).all() == []


def test_a_proved_code_makes_one_account_however_often_it_is_sent(application: Flask) -> None:
    with application.app_context():
        token, row = asked(NOUR)
        assert prove(token, codes.digits_of(row, SIGNER)) is Proof.RIGHT
        session.remove()  # type: ignore[attr-defined]

    def sign_up() -> None:
        with transaction():
            codes.sign_up(token, name="Nour", password=PASSWORD, language="fr")

    raised = at_once(application, *[sign_up] * 6)
    assert [type(each) for each in raised] == [Refused] * 5
    with application.app_context():
        assert len(session.scalars(select(Account)).all()) == 1


def test_old_codes_are_forgotten(app: Flask) -> None:
    asked(NOUR)
    codes.forget_old()
    assert session.scalars(select(PhoneCode)).all()
    with transaction():
        session.execute(update(PhoneCode).values(expires_at=clock.now() - timedelta(days=2)))
    codes.forget_old()
    assert session.scalars(select(PhoneCode)).all() == []

"""A passkey opens its own person's account, by an answer to our challenge, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from shop.accounts import passkeys, queries, service
from shop.accounts.models import Account, Passkey
from shop.accounts.passkeys import Gate
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import Entry
from shop.plumbing.links import Signer
from tests.crowd import at_once
from tests.passkey_device import PRESENT, Device, written

GATE = Gate("https://hirfa.example", Signer("k" * 40))
PASSWORD = "savon-de-nuit-42"


def person(name: str, phone: str) -> int:
    with transaction():
        return service.create_account(name=name, password=PASSWORD, phone=phone).id


@pytest.fixture
def amina(app: Flask) -> int:
    """Amina's account."""
    return person("Amina", "+213550000001")


def device(**more: bool | int) -> Device:
    """A phone of these days, on the shop's own page."""
    return Device("https://hirfa.example", "hirfa.example", **more)  # type: ignore[arg-type]


def add(account_id: int, made: Device, *, name: str = "Blue phone", says: Device | None = None) -> Passkey:
    """Add the key of a device, as the page does it."""
    ask = passkeys.to_add(GATE, session.get_one(Account, account_id))
    answer = (says or made).make(ask)
    session.rollback()
    with transaction():
        return passkeys.add(GATE, account_id, name=name, challenge=ask["challenge"], answer=answer)


def prove(made: Device) -> int | None:
    """Sign a fresh challenge with a device; return whose it is."""
    ask = passkeys.to_sign_in(GATE)
    return tell(ask["challenge"], made.sign(ask))


def tell(challenge: str, answer: str) -> int | None:
    with transaction():
        return passkeys.prove(GATE, challenge=challenge, answer=answer)


def verbs() -> list[str]:
    return list(session.scalars(select(Entry.verb).where(Entry.subject == "account").order_by(Entry.id)))


@pytest.mark.parametrize("counts", [True, False], ids=["counts", "counts nothing"])
def test_a_device_that_was_added_opens_the_account_again_and_again(amina: int, counts: bool) -> None:
    phone = device(counts=counts)
    add(amina, phone)
    assert [prove(phone), prove(phone)] == [amina, amina]
    [row] = queries.passkeys(amina)
    assert (row.name, row.used_at is not None) == ("Blue phone", True)
    assert verbs() == ["account.passkey_added"]


def test_each_device_opens_the_account_of_its_own_person(amina: int) -> None:
    ismahane = person("Ismahane", "+213550000002")
    hers, other, unknown = device(), device(), device()
    add(amina, hers)
    add(ismahane, other)
    assert [prove(each) for each in (hers, other, unknown)] == [amina, ismahane, None]


def test_an_answer_opens_once_and_only_to_a_challenge_of_ours_that_is_not_old(amina: int) -> None:
    phone = device()
    add(amina, phone)
    ask = passkeys.to_sign_in(GATE)
    answer = phone.sign(ask)
    assert [tell(ask["challenge"], answer) for _time in range(2)] == [amina, None]
    own = {"challenge": f"{int(clock.now().timestamp()) + 300}.abc.{'A' * 24}"}
    assert tell(own["challenge"], phone.sign(own)) is None, "a challenge that nobody here has made"
    adding = passkeys.to_add(GATE, session.get_one(Account, amina))
    session.rollback()
    assert tell(adding["challenge"], phone.sign(adding)) is None, "a challenge for something else"
    ask = passkeys.to_sign_in(GATE)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert tell(ask["challenge"], phone.sign(ask)) is None
    assert prove(phone) == amina


def test_two_taps_with_one_answer_open_one_door(app: Flask, amina: int) -> None:
    phone = device(counts=False)
    add(amina, phone)
    ask = passkeys.to_sign_in(GATE)
    answer, came = phone.sign(ask), list[int | None]()
    assert at_once(app, *[lambda: came.append(tell(ask["challenge"], answer))] * 4) == []
    assert sorted(came, key=str) == [amina, None, None, None]


@pytest.mark.parametrize(
    "lying",
    [
        lambda phone: replace(phone, origin="https://hirfa.example.evil.example"),
        lambda phone: replace(phone, host="evil.example"),
        lambda phone: replace(phone, flags=PRESENT),
        lambda phone: replace(phone, key=device().key),
        lambda phone: replace(phone, counter=0, counts=False),
    ],
    ids=["another page", "another shop", "nobody looked at", "another key", "a copy that lags behind"],
)
def test_what_is_not_signed_here_by_her_own_key_opens_nothing(amina: int, lying: Callable[[Device], Device]) -> None:
    phone = device()
    add(amina, phone)
    assert prove(phone) == amina
    assert prove(lying(phone)) is None
    assert prove(phone) == amina


@pytest.mark.parametrize(
    "lying",
    [
        lambda phone: replace(phone, origin="http://hirfa.example"),
        lambda phone: replace(phone, host="evil.example"),
        lambda phone: replace(phone, flags=PRESENT),
    ],
    ids=["another page", "another shop", "nobody looked at"],
)
def test_a_key_made_elsewhere_is_not_added(amina: int, lying: Callable[[Device], Device]) -> None:
    with pytest.raises(Refused) as refused:
        add(amina, device(), says=lying(device()))
    assert refused.value.message == passkeys.UNPROVEN
    assert queries.passkeys(amina) == []


def test_certificates_of_a_maker_are_not_read(amina: int) -> None:
    ask = passkeys.to_add(GATE, session.get_one(Account, amina))
    session.rollback()
    answer = device().make(ask, fmt="packed", attStmt={"alg": -7, "sig": b"x", "x5c": [b"certificate"]})
    with pytest.raises(Refused), transaction():
        passkeys.add(GATE, amina, name="x", challenge=ask["challenge"], answer=answer)


EMPTY = {"id": "AA", "rawId": "AA", "type": "public-key"}
MANGLED = [
    "", "{", "null", "[]", "3", '{"id":3}', "[" * 9000, "\0é\u202e", json.dumps(EMPTY),
    json.dumps({**EMPTY, "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}),
    json.dumps({**EMPTY, "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}}),
]  # fmt: skip


@pytest.mark.parametrize("answer", MANGLED, ids=range(len(MANGLED)))
def test_what_no_device_says_is_refused_in_words(amina: int, answer: str) -> None:
    assert tell(passkeys.to_sign_in(GATE)["challenge"], answer) is None
    ask = passkeys.to_add(GATE, session.get_one(Account, amina))
    session.rollback()
    with pytest.raises(Refused), transaction():
        passkeys.add(GATE, amina, name="x", challenge=ask["challenge"], answer=answer)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
def test_an_answer_that_was_changed_underway_opens_nothing(amina: int, part: str) -> None:
    phone = device()
    add(amina, phone)
    for raw in (b"", b"{}", b"\xff" * 40, b'{"type":"webauthn.get","challenge":"","origin":[]}'):
        ask = passkeys.to_sign_in(GATE)
        answer = json.loads(phone.sign(ask))
        answer["response"][part] = written(raw)
        assert tell(ask["challenge"], json.dumps(answer)) is None, raw


def test_one_device_is_added_once_and_ten_at_most(amina: int) -> None:
    phone = device()
    add(amina, phone)
    with pytest.raises(Refused) as refused:
        add(amina, phone)
    assert refused.value.message == passkeys.KNOWN_ALREADY
    assert passkeys.to_add(GATE, session.get_one(Account, amina))["excludeCredentials"][0]["id"] == written(phone.name)
    session.rollback()
    for _time in range(passkeys.MOST - 1):
        add(amina, device())
    with pytest.raises(Refused) as refused:
        add(amina, device())
    assert refused.value.message == passkeys.TOO_MANY


def test_she_removes_her_own_and_it_opens_nothing_any_more(amina: int) -> None:
    ismahane = person("Ismahane", "+213550000002")
    phone = device()
    number = add(amina, phone).id
    session.rollback()
    with pytest.raises(NotFound), transaction():
        passkeys.remove(ismahane, number)
    assert prove(phone) == amina
    with transaction():
        passkeys.remove(amina, number)
    assert prove(phone) is None
    with pytest.raises(NotFound), transaction():
        passkeys.remove(amina, number)
    assert verbs()[-1] == "account.passkey_removed"
    assert session.scalar(select(func.count()).select_from(Passkey)) == 0

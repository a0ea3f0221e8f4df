"""A person adds her phone as a passkey, signs in with it, and removes it, as the pages do it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.accounts import codes, passkeys, queries
from shop.app import create_app
from shop.plumbing.db import db, transaction
from shop.plumbing.settings import Settings
from tests.passkey_device import Device
from tests.people import Person, sign_in

URL, IN = "/studio/account/passkeys", "/studio/sign-in/passkey"
PASSWORD = "long enough 1"
PHONE = "+213550000011"


@pytest.fixture
def application(settings: Settings) -> Iterator[Flask]:
    """The shop at an address of its own, where devices keep keys for it."""
    application = create_app(replace(settings, base_url="http://localhost"))
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def amina(application: Flask) -> Person:
    """Amina, signed in."""
    return sign_in(application, "Amina", PHONE)


def phone() -> Device:
    return Device("http://localhost", "localhost")


def asked(page: TestResponse) -> dict[str, Any]:
    """Return what a page has the browser ask the device for."""
    found = re.search(r"data-ask='([^']+)'", page.text)
    assert found, page.text
    return dict(json.loads(html.unescape(found[1])))


def add(amina: Person, device: Device, **fields: str) -> TestResponse:
    """Add a device, as the page's script does it."""
    ask = asked(amina.get(URL))
    sent = {"name": "Blue phone", "old": PASSWORD, "challenge": ask["challenge"], "answer": device.make(ask)}
    return amina.post(URL, sent | fields)


def come_in(client: FlaskClient, device: Device, **fields: str) -> TestResponse:
    """Sign in with a device, as the page's script does it."""
    ask = asked(client.get("/studio/sign-in?lang=en"))
    return client.post(IN, data={"challenge": ask["challenge"], "answer": device.sign(ask), **fields})


def test_a_phone_is_added_signs_in_without_password_or_code_and_is_removed(application: Flask, amina: Person) -> None:
    device = phone()
    assert "No passkey yet" in amina.get("/studio/account").text
    assert add(amina, device).location == URL
    page = amina.get(URL).text
    assert "Blue phone" in page
    assert "a passkey signs you in from now on" in page
    assert "1 passkey" in amina.get("/studio/account").text
    visitor = application.test_client()
    answer = come_in(visitor, device, next="/studio/account")
    assert (answer.status_code, answer.location) == (303, "/studio/account")
    assert "Amina" in visitor.get("/studio/account").text
    [number] = re.findall(rf'action="{URL}/(\d+)/removal"', page)
    assert amina.post(f"{URL}/{number}/removal").location == URL
    assert come_in(application.test_client(), device).location == "/studio/sign-in"


def test_a_device_nobody_knows_is_told_so_where_the_password_is_asked_for(application: Flask) -> None:
    visitor = application.test_client()
    answer = come_in(visitor, phone(), next="/studio/account")
    assert answer.location == "/studio/sign-in?next=/studio/account"
    assert "opens no account here" in visitor.get(answer.location + "&lang=en").text
    elsewhere = come_in(visitor, phone(), next="https://evil.example/")
    assert elsewhere.location == "/studio/sign-in"
    assert visitor.post(IN).location == "/studio/sign-in"
    assert visitor.post(IN, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_adding_one_takes_the_password_and_a_name_and_keeps_what_was_typed(amina: Person) -> None:
    wrong = add(amina, phone(), old="not hers at all", name="Téléphone bleu")
    assert wrong.status_code == 422
    assert "This is not your present password." in wrong.text
    assert 'value="Téléphone bleu"' in wrong.text
    nameless = add(amina, phone(), name=" ")
    assert (nameless.status_code, "Write how you call this device." in nameless.text) == (422, True)
    unread = add(amina, phone(), answer="{")
    assert (unread.status_code, "did not answer as it should" in unread.text) == (422, True)
    tries = [add(amina, phone(), old="not hers at all").status_code for _time in range(8)]
    assert tries[-1] == 429


def test_a_new_password_says_that_passkeys_stay_and_a_forgotten_one_ends_them(
    application: Flask, amina: Person
) -> None:
    device = phone()
    change = {"old": PASSWORD, "new": PASSWORD + "!"}
    amina.post("/studio/account/password", change)
    assert "passkeys still let you in" not in amina.get("/studio/account").text
    assert add(amina, device, old=PASSWORD + "!").status_code == 303
    amina.post("/studio/account/password", {"old": PASSWORD + "!", "new": PASSWORD})
    assert "passkeys still let you in" in amina.get("/studio/account").text
    assert come_in(application.test_client(), device).location == "/studio/"
    with application.app_context():
        with transaction():
            token = codes.ask(PHONE, codes.RESET, language="en")
        row = codes.live(token, codes.RESET)
        assert row is not None
        typed = codes.digits_of(row, application.extensions["hirfa_signer"])
    page = f"/studio/forgotten/{token}"
    amina.client.post(page, data={"code": typed})
    assert amina.client.post(page, data={"password": "another long one"}).location == "/studio/sign-in"
    assert come_in(application.test_client(), device).location == "/studio/sign-in"


def test_without_the_extra_nobody_is_asked_for_one(
    application: Flask, amina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(amina, phone())
    with application.app_context():
        [row] = queries.passkeys(amina.account_id)
    monkeypatch.setattr(passkeys, "usable", lambda: False)
    assert "data-passkey" not in amina.client.get("/studio/sign-in").text
    assert URL not in amina.get("/studio/account").text
    assert (amina.get(URL).status_code, amina.client.post(IN).status_code) == (404, 404)
    assert amina.post(f"{URL}/{row.id}/removal").location == "/studio/account"

"""Signing up by phone and replacing a forgotten password, as their pages do it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop.accounts import codes, second_factor
from shop.accounts.models import Account, PhoneCode
from shop.app import create_app
from shop.plumbing.db import db, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.settings import Settings
from shop.stores import service as stores
from shop.web.studio import phone_codes
from tests.people import sign_in

NEW, KNOWN = "0661 20 30 40", "0550 00 00 11"


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    """A visitor whose phone speaks English."""
    browser = application.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def digits(application: Flask) -> str:
    """Return the code that was asked for last."""
    with application.app_context():
        row = session.scalars(select(PhoneCode).order_by(PhoneCode.id.desc())).first()
        assert row is not None
        return codes.digits_of(row, application.extensions["hirfa_signer"])


def spaced(text: str) -> str:
    """Return a page with plain spaces, as people type them."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def asked(client: FlaskClient, page: str, phone: str) -> str:
    """Ask for a code; return the page that takes it."""
    answer = client.post(page, data={"phone": phone})
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_phone_a_code_a_name_and_a_password_make_an_account(application: Flask, client: FlaskClient) -> None:
    page = asked(client, "/studio/sign-up", "٠٦٦١ ٢٠ ٣٠ ٤٠")
    form = client.get(page).text
    assert 'autocomplete="one-time-code"' in form
    assert 'inputmode="numeric"' in form
    wrong = client.post(page, data={"code": "12"})
    assert wrong.status_code == 422
    assert 'value="12"' in wrong.text
    assert client.post(page, data={"code": digits(application)}).location == page
    assert NEW in spaced(client.get(page).text)
    short = client.post(page, data={"name": "Nour Benyoucef", "password": "short"})
    assert short.status_code == 422
    assert "Nour Benyoucef" in short.text
    assert "short" not in short.text.replace("A short sentence", "")
    done = client.post(page, data={"name": "Nour Benyoucef", "password": "argile-et-feu-12"})
    assert done.location == "/studio/opening"
    assert "Nour Benyoucef" in client.get("/studio/opening").text
    assert client.get(page).status_code == 404, "it works once"
    with application.app_context():
        made = session.scalars(select(Account)).one()
        assert (made.phone, made.name, made.language) == ("+213661203040", "Nour Benyoucef", "en")


@pytest.mark.parametrize("page", ["/studio/sign-up", "/studio/forgotten"])
def test_known_and_unknown_phones_get_the_same_pages(application: Flask, client: FlaskClient, page: str) -> None:
    sign_in(application, "Amina", "+213550000011")
    shown = []
    for phone in (NEW, KNOWN):
        answer = client.post(page, data={"phone": phone})
        token = answer.location.rpartition("/")[2]
        following = client.get(answer.location).text
        wrong = client.post(answer.location, data={"code": "000000"}).text
        shown.append(
            [
                str(answer.status_code),
                *(spaced(text).replace(phone, "").replace(token, "") for text in (following, wrong)),
            ]
        )
    assert shown[0] == shown[1]


def test_codes_are_asked_for_a_few_times_an_hour(
    application: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = asked(client, "/studio/sign-up", NEW)
    for _again in range(phone_codes.CODES_PER_PHONE - 1):
        page = client.post(page, data={"action": "again"}).location
    refused = client.post(page, data={"action": "again"})
    assert refused.status_code == 429
    assert "Please wait an hour" in refused.text
    assert client.post("/studio/forgotten", data={"phone": NEW}).status_code == 429, "both ways count together"
    asked(client, "/studio/sign-up", "0661 20 30 41")
    monkeypatch.setattr(phone_codes, "CODES_PER_NETWORK", 2)
    assert client.post("/studio/sign-up", data={"phone": "0661 20 30 42"}).status_code == 429


@pytest.mark.parametrize("phone", ["", "12", "021 23 45 67"])
def test_a_number_that_gets_no_messages_is_told_so(application: Flask, client: FlaskClient, phone: str) -> None:
    answer = client.post("/studio/sign-up", data={"phone": phone})
    assert answer.status_code == 422
    assert 'href="#phone"' in answer.text
    assert f'value="{phone}"' in answer.text
    with application.app_context():
        assert session.scalars(select(PhoneCode)).all() == []


def test_the_second_tap_of_the_right_code_asks_for_nothing_wrong(application: Flask, client: FlaskClient) -> None:
    page = asked(client, "/studio/sign-up", NEW)
    code = digits(application)
    client.post(page, data={"code": code})
    again = client.post(page, data={"code": code})
    assert again.status_code == 200
    assert 'role="alert"' not in again.text


def test_a_forgotten_password_is_replaced_and_devices_are_signed_out(application: Flask, client: FlaskClient) -> None:
    amina = sign_in(application, "Amina", "+213550000011")
    page = asked(client, "/studio/forgotten", KNOWN)
    client.post(page, data={"code": digits(application)})
    done = client.post(page, data={"password": "nouveau-savon-77"})
    assert done.location == "/studio/sign-in"
    assert "every device is signed out" in client.get("/studio/sign-in").text
    assert amina.get("/studio/account").status_code == 302
    entered = client.post("/studio/sign-in", data={"identifier": KNOWN, "password": "nouveau-savon-77"})
    assert entered.location == "/studio/"


# ── a deployment by invitation ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def closed(settings: Settings) -> Iterator[Flask]:
    """The same shop where strangers open nothing."""
    application = create_app(replace(settings, sign_up=False))
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def test_by_invitation_no_stranger_opens_an_account_and_is_told_whom_to_call(closed: Flask) -> None:
    visitor = closed.test_client()
    for lang, sentence in (("en", "by invitation only"), ("ar", "بدعوة فقط"), ("fr", "sur invitation")):
        for answer in (
            visitor.get(f"/studio/sign-up?lang={lang}"),
            visitor.get(f"/studio/sign-up/guessed?lang={lang}"),
        ):
            assert answer.status_code == 403
            assert sentence in answer.text
            assert "0550 00 01 00" in spaced(answer.text)
    assert visitor.post("/studio/sign-up", data={"phone": NEW}).status_code == 403
    with closed.app_context():
        assert session.scalars(select(PhoneCode)).all() == []
    assert "/studio/sign-up" not in visitor.get("/studio/sign-in").text
    assert "/studio/sign-up" not in visitor.get("/fr/sell").text
    assert visitor.post("/studio/forgotten", data={"phone": KNOWN}).status_code == 303


def test_by_invitation_nobody_begins_a_shop_but_who_has_one_goes_on_with_it(closed: Flask) -> None:
    sami = sign_in(closed, "Sami", "+213550000013")
    assert "/studio/opening" not in sami.get("/studio/").text
    for path in ("/studio/opening", "/studio/opening/craft"):
        assert sami.get(path).status_code == 403
        fields = {"person": "Sami", "name": "Atelier", "craft": "soap", "wilaya_code": "16", "commune_code": "1601"}
        assert sami.post(path, fields).status_code == 403
    with closed.app_context(), transaction():
        made = stores.create_store(name="Terre", craft="pottery", wilaya_code="15", by=SYSTEM)
        token = stores.invite(made.id, "owner", by=SYSTEM)
    assert sami.post(f"/studio/join/{token}", {"how": "here"}).status_code == 303
    assert sami.get("/studio/opening").location == "/studio/terre/opening"
    assert sami.get("/studio/terre/opening/product").status_code == 200


# ── the second step ───────────────────────────────────────────────────────────────────────────────────────────────


def entered(client: FlaskClient, **more: str) -> TestResponse:
    """Sign in with the right password."""
    return client.post("/studio/sign-in", data={"identifier": KNOWN, "password": "long enough 1", **more})


def test_the_second_step_is_set_up_asked_for_and_turned_off(application: Flask, client: FlaskClient) -> None:
    amina = sign_in(application, "Amina", "+213550000011")
    url = "/studio/account/second-step"
    assert amina.post(url, action="begin").location == url
    with application.app_context():
        secret = second_factor.waiting_secret(amina.account_id, seal=application.extensions["hirfa_seal"])
    assert secret is not None
    waiting = amina.get(url).text
    assert "<svg" in waiting
    assert secret[:4] in waiting
    assert amina.post(url, action="confirm", code="000").status_code == 422
    on = amina.post(url, action="confirm", code=pyotp.TOTP(secret).now())
    assert on.status_code == 200
    assert on.text.count('<li class="center">') == 8
    spare = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", on.text)[0]
    assert secret[:4] not in amina.get(url).text, "never shown again"

    half = entered(client, next="/studio/account")
    assert half.location == "/studio/sign-in/second-step"
    assert client.get("/studio/account").status_code == 302, "the password alone opens nothing"
    assert client.post(half.location, data={"code": "000000"}).status_code == 422
    assert client.post(half.location, data={"code": spare}).location == "/studio/account"
    assert client.get("/studio/account").status_code == 200
    assert client.get("/studio/sign-in/second-step").location == "/studio/"

    assert amina.post(url, action="drop", old="wrong wrong").status_code == 422
    assert amina.post(url, action="drop", old="long enough 1").status_code == 303
    fresh = application.test_client()
    assert entered(fresh).location == "/studio/"


def test_a_set_up_that_was_begun_can_be_given_up_and_one_that_is_on_stays(application: Flask) -> None:
    amina = sign_in(application, "Amina", "+213550000011")
    url = "/studio/account/second-step"
    amina.post(url, action="begin")
    assert 'value="give_up"' in amina.get(url).text
    assert amina.post(url, action="give_up").location == "/studio/account"
    assert 'value="begin"' in amina.get(url).text
    amina.post(url, action="begin")
    with application.app_context():
        secret = second_factor.waiting_secret(amina.account_id, seal=application.extensions["hirfa_seal"])
    amina.post(url, action="confirm", code=pyotp.TOTP(secret or "").now())
    amina.post(url, action="give_up")
    with application.app_context():
        assert second_factor.is_on(amina.account_id)


def test_the_second_step_is_throttled(application: Flask, client: FlaskClient) -> None:
    amina = sign_in(application, "Amina", "+213550000011")
    amina.post("/studio/account/second-step", action="begin")
    with application.app_context():
        secret = second_factor.waiting_secret(amina.account_id, seal=application.extensions["hirfa_seal"])
    amina.post("/studio/account/second-step", action="confirm", code=pyotp.TOTP(secret or "").now())
    entered(client)
    answers = [client.post("/studio/sign-in/second-step", data={"code": "000000"}).status_code for _try in range(9)]
    assert answers[0] == 422
    assert answers[-1] == 429

"""Signing in and out, devices, passwords and invitations."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shop.accounts.models import Account, Device
from shop.accounts.queries import viewer
from shop.accounts.service import open_device
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import queries as stores
from shop.stores import service as store_service
from shop.web.studio import people
from shop.web.studio.people import device_name, own_path
from tests.studio.day import Day, a_day

RIGHT = {"identifier": "0550 00 00 11", "password": "long enough 1"}
ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-A125F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari"


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    """A visitor whose phone speaks English."""
    browser = application.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def sign_in(client: FlaskClient, **fields: str) -> int:
    """Try to sign in; return the status."""
    return client.post("/studio/sign-in", data=RIGHT | fields).status_code


@pytest.mark.parametrize("spelled", ["0550000011", "+213 550 00 00 11", "٠٥٥٠٠٠٠٠١١"])
def test_a_phone_in_any_spelling_signs_in(application: Flask, client: FlaskClient, spelled: str) -> None:
    a_day(application)
    assert sign_in(client, identifier=spelled) == 303
    assert client.get("/studio/").location == "/studio/atelier-amina/"
    assert client.get("/studio/atelier-amina/").status_code == 200


def test_the_browser_remembers_her_language_for_when_her_account_cannot_be_asked(
    application: Flask, client: FlaskClient
) -> None:
    day = a_day(application)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ar"
    sign_in(client)
    assert getattr(client.get_cookie("lang"), "value", "") == "en"
    assert day.amina.post("/studio/account/language", {"language": "fr"}).status_code == 303
    assert getattr(day.amina.client.get_cookie("lang"), "value", "") == "fr"


def test_the_session_is_new_and_is_ended_by_signing_out(application: Flask, client: FlaskClient) -> None:
    a_day(application)
    client.post("/studio/sign-in", data=RIGHT, headers={"User-Agent": ANDROID})
    with client.session_transaction() as kept:
        token = str(kept["_user_id"])
        assert kept.permanent
    page = client.get("/studio/account").text
    assert "Chrome, Android" in page
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    assert client.post("/studio/sign-out", data={"csrf": csrf[1]}).status_code == 303
    assert client.get("/studio/").location.startswith("/studio/sign-in")
    with application.app_context():
        assert viewer(token) is None


def test_known_and_unknown_people_get_the_same_answer(application: Flask, client: FlaskClient) -> None:
    a_day(application)
    pages = [
        client.post("/studio/sign-in", data={"identifier": who, "password": "not this one"})
        for who in ("0550000011", "0550000099")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    # every page asks passkeys something that was never asked before
    told = [re.sub(r"\d{10}\.[\w-]+\.[\w-]+", "", page.text) for page in pages]
    assert told[0].replace("0550000011", "") == told[1].replace("0550000099", "")
    assert "do not go together" in pages[0].text
    assert "not this one" not in pages[0].text


def test_sign_in_is_throttled_by_account_and_forgiven_on_success(application: Flask, client: FlaskClient) -> None:
    a_day(application)
    for _try in range(people.TRIES_PER_ACCOUNT - 1):
        assert sign_in(client, password="wrong wrong") == 422
    assert sign_in(client) == 303
    for _try in range(people.TRIES_PER_ACCOUNT):
        assert sign_in(client, password="wrong wrong") == 422
    assert sign_in(client) == 429
    assert sign_in(client, identifier="+213550000011") == 429  # another spelling is the same account
    assert sign_in(client, identifier="0550000012") == 303  # her neighbour on the same network goes in


def test_a_network_is_throttled_generously(
    application: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day(application)
    monkeypatch.setattr(people, "TRIES_PER_NETWORK", 2)
    for number in range(2):
        sign_in(client, identifier=f"05500000{number}9")
    assert sign_in(client) == 429
    assert client.post("/studio/sign-in", data=RIGHT, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 303


def test_after_signing_in_one_goes_on_within_the_shop_only(application: Flask, client: FlaskClient) -> None:
    a_day(application)
    asked = client.get("/studio/atelier-amina/orders?step=to_pack")
    assert "next=" in asked.location
    page = client.get(asked.location).text
    assert 'value="/studio/atelier-amina/orders?step=to_pack"' in page
    answer = client.post("/studio/sign-in", data=RIGHT | {"next": "/studio/atelier-amina/orders?step=to_pack"})
    assert answer.location == "/studio/atelier-amina/orders?step=to_pack"
    elsewhere = (
        "//evil.example", "https://evil.example/studio/", "/studio\\@evil", "/ar/", "/studio/\nX: y", "/studiox",
    )  # fmt: skip
    for away in elsewhere:
        assert own_path(away) == ""


def test_the_language_is_chosen_before_signing_in(application: Flask, client: FlaskClient) -> None:
    a_day(application)
    page = client.get("/studio/sign-in?lang=fr")
    assert '<html lang="fr" dir="ltr">' in page.text
    assert "lang=fr" in page.headers["Set-Cookie"]
    assert '<html lang="fr" dir="ltr">' in client.get("/studio/sign-in").text
    assert "ne va pas avec" in client.post("/studio/sign-in", data=RIGHT | {"password": "x"}).text


def test_empty_fields_are_asked_for(application: Flask, client: FlaskClient) -> None:
    a_day(application)
    page = client.post("/studio/sign-in", data={})
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert 'href="#identifier"' in page.text
    assert 'href="#password"' in page.text


def test_a_new_password_ends_every_other_device(application: Flask) -> None:
    day = a_day(application)
    with application.app_context(), transaction():
        other = open_device(day.amina.account_id, name="Firefox, Windows")
    fields = {"old": "long enough 1", "new": "much longer 2"}
    assert day.amina.post("/studio/account/password", fields | {"old": "wrong wrong"}).status_code == 422
    assert day.amina.post("/studio/account/password", fields | {"new": "short"}).status_code == 422
    assert day.amina.post("/studio/account/password", fields).status_code == 303
    assert "Your password is changed" in day.amina.get("/studio/account").text
    with application.app_context():
        assert viewer(other) is None


def test_a_device_is_ended_by_its_owner_only(application: Flask) -> None:
    day = a_day(application)
    with application.app_context(), transaction():
        token = open_device(day.amina.account_id, name="Firefox, Windows")
    with application.app_context():
        device = session.scalars(select(Device.id).where(Device.name == "Firefox, Windows")).one()
    assert "Firefox, Windows" in day.amina.get("/studio/account").text
    assert day.sami.post(f"/studio/account/devices/{device}/end").status_code == 404
    with application.app_context():
        assert viewer(token) is not None
    assert day.amina.post(f"/studio/account/devices/{device}/end").status_code == 303
    with application.app_context():
        assert viewer(token) is None


def test_name_and_language_are_ones_own_to_set(application: Flask) -> None:
    day = a_day(application)
    assert day.amina.post("/studio/account/language", {"language": "fr"}).status_code == 303
    assert '<html lang="fr"' in day.amina.get("/studio/account").text
    assert day.amina.post("/studio/account/language", {"language": "xx"}).status_code == 404
    day.amina.post("/studio/account/name", {"name": "Amina  B."})
    assert day.amina.post("/studio/account/name", {"name": " "}).status_code == 422
    assert "Bonjour <bdi>Amina</bdi>" in day.page()


def invited(day: Day, role: str = "helper") -> str:
    """Invite somebody; return the link."""
    with day.application.app_context(), transaction():
        return f"/studio/join/{store_service.invite(day.store_id, role, by=SYSTEM)}"


def test_an_invitation_makes_an_account_and_a_member_once(application: Flask, client: FlaskClient) -> None:
    day = a_day(application)
    link = invited(day)
    assert "Atelier Amina" in client.get(link).text
    newcomer = {"name": "Nadia", "phone": "0661 22 33 44", "password": "short"}
    refused = client.post(link, data=newcomer)
    assert refused.status_code == 422
    assert "at least 10" in refused.text
    assert 'value="Nadia"' in refused.text
    assert client.post(link, data=newcomer | {"password": "long enough too"}).status_code == 303
    assert client.get("/studio/", follow_redirects=True).request.path == "/studio/atelier-amina/"
    with application.app_context():
        made = session.scalars(select(Account).where(Account.name == "Nadia")).one()
        assert stores.member_role(day.store_id, made.id) == "helper"
    again = client.get(link)
    assert again.status_code == 404
    assert "no longer works" in again.text
    assert client.get("/studio/join/guessed").status_code == 404


def test_an_invitation_welcomes_an_account_that_is_there(application: Flask, client: FlaskClient) -> None:
    day = a_day(application)
    taken = client.post(invited(day), data={"name": "Sami", "phone": "0550000013", "password": "long enough 1"})
    assert taken.status_code == 422
    assert "exists already" in taken.text
    link = invited(day)
    fields = {"how": "account", "identifier": "0550000013", "password": "long enough 1"}
    assert client.post(link, data=fields | {"password": "wrong wrong"}).status_code == 422
    assert client.post(link, data=fields).status_code == 303
    assert "Atelier Sami" in client.get("/studio/").text
    assert "Atelier Amina" in client.get("/studio/").text


def test_somebody_who_is_signed_in_joins_with_one_tap(application: Flask) -> None:
    day = a_day(application)
    link = invited(day, "owner")
    assert "Join as <bdi>Sami Rahmani</bdi>" in day.sami.get(link).text
    assert day.sami.post(link, {"how": "here"}).status_code == 303
    with application.app_context():
        assert stores.member_role(day.store_id, day.sami.account_id) == "owner"


def test_devices_are_called_what_people_call_them() -> None:
    assert device_name(ANDROID) == "Chrome, Android"
    assert device_name("") == "?"

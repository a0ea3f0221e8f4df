"""People who are signed in, for tests of pages: their forms carry the token of their session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.accounts import service as accounts
from shop.accounts.models import Account
from shop.core import clock
from shop.plumbing.db import session, transaction
from shop.plumbing.links import Signer

PASSWORD = "long enough 1"


@cache
def _hashed(password: str) -> str:
    """Hash a password as the shop does: slowly, on purpose, so that everybody's is hashed once."""
    return accounts._hash(password)


@dataclass
class Person:
    """Somebody with an account and a browser."""

    client: FlaskClient
    account_id: int
    csrf: str

    def get(self, url: str, **query: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(url, query_string=query or None)

    def post(self, url: str, fields: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form with its token; file fields make it multipart."""
        return self.client.post(url, data={"csrf": self.csrf, **(fields or {}), **more})


def sign_in(
    application: Flask, name: str, phone: str, *, language: str = "en", is_operator: bool = False
) -> Person:  # fmt: skip
    """Make an account and a browser in which its device is signed in."""
    with application.app_context():
        with transaction():
            made = Account(
                name=name, password_hash=_hashed(PASSWORD), phone=phone, language=language, is_operator=is_operator,
                created_at=clock.now(),
            )  # fmt: skip
            session.add(made)
            session.flush()
            token = accounts.open_device(made.id, name="Chrome, Android")
        account_id = made.id
        session.remove()  # type: ignore[attr-defined]
    client = application.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = token, True
    signer: Signer = application.extensions["hirfa_signer"]
    return Person(client, account_id, signer.proof("form", token))

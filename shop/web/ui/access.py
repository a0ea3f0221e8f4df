"""Who may enter each endpoint. Every view declares it; the factory refuses to start when one does not.

PUBLIC   the same page for everybody: no cookie is read
BUYER    a visitor's own cart; forms carry its token
OPEN     a visitor's form on a public page ('add to cart', 'follow my order', sign-in): protected by its origin
LINK     whoever holds the secret link
HOOK     an outside system that signs what it sends: no cookie is read, no page is answered
SIGNED_IN, HELPER, OWNER, OPERATOR   people with an account; HELPER and OWNER within the store of the address
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

V = TypeVar("V", bound=Callable[..., Any])


class Access(StrEnum):
    """The kinds of doors."""

    PUBLIC = "public"
    BUYER = "buyer"
    OPEN = "open"
    LINK = "link"
    HOOK = "hook"
    SIGNED_IN = "signed_in"
    HELPER = "helper"
    OWNER = "owner"
    OPERATOR = "operator"


SESSION = frozenset({Access.SIGNED_IN, Access.HELPER, Access.OWNER, Access.OPERATOR})
STORE = frozenset({Access.HELPER, Access.OWNER})
TOKEN = SESSION | {Access.BUYER}

UPLOAD_BYTES = 12 * 1024 * 1024 + 64 * 1024
FORM_BYTES = 256 * 1024


class UndeclaredAccess(RuntimeError):
    """Some endpoint does not say who may enter."""


def entry(access: Access, *, body: int = FORM_BYTES) -> Callable[[V], V]:
    """Declare who may enter a view, and how many bytes a request may bring."""

    def declare(view: V) -> V:
        view.access = access  # type: ignore[attr-defined]
        view.body = body  # type: ignore[attr-defined]
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> Access:
    """Return what an endpoint declares. Raises UndeclaredAccess."""
    declared = getattr(app.view_functions[endpoint], "access", None)
    if declared is None:
        raise UndeclaredAccess(f"{endpoint} does not declare who may enter")
    return Access(declared)


def require_declarations(app: Flask) -> None:
    """Refuse an application with an undeclared endpoint. Raises UndeclaredAccess."""
    for rule in app.url_map.iter_rules():
        access_of(app, rule.endpoint)

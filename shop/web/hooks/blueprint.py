"""The blueprint that all hooks hang on."""

from __future__ import annotations

from flask import Blueprint, request

from shop.core import clock
from shop.core.adapters import Notice

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


def notice_here() -> Notice:
    """Return what was sent: raw bytes, headers with lower-case names, now."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Notice(request.get_data(), headers, clock.now())

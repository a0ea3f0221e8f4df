"""Marks: what stands in a table for a phone or a network that may not stand there itself.

A mark is an HMAC with the deployment's key: who steals the database alone cannot find out whose it is by trying all
numbers. It stays findable when the key changes, as long as the old one is kept.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app

from shop.plumbing.settings import Settings


def mark(purpose: str, text: str) -> str:
    """Return the mark of a text under a purpose, made with today's key: 64 hexadecimal digits."""
    return marks(purpose, text)[0]


def marks(purpose: str, text: str) -> list[str]:
    """Return every mark that a text may have been kept under: of today's key first, then of the keys of before."""
    settings: Settings = current_app.extensions["hirfa_settings"]
    return [_mark(key, purpose, text) for key in (settings.secret_key, *settings.old_secret_keys)]


def _mark(key: str, purpose: str, text: str) -> str:
    return hmac.new(key.encode(), f"mark {purpose}\0{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()

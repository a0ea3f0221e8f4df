"""Notices as Svix signs them: over their id, their moment and their raw bytes, with one signature or several."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from shop.core.errors import Forged
from shop.shipping.contract import Notice

TOLERANCE_S = 300  # both ways: neither what is old nor what comes from tomorrow
PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """Return the key in a secret; nothing when it holds none."""
    if not secret.startswith(PREFIX):
        return b""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def signature(key: bytes, name: str, stamp: str, body: bytes) -> bytes:
    """Return the signature of a notice."""
    return base64.b64encode(hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest())


def verify(notice: Notice, secret: str) -> None:
    """Raise Forged unless one of the signatures is made with our key, about now."""
    key, told = key_of(secret), notice.headers
    name, stamp = told.get("svix-id", ""), told.get("svix-timestamp", "")
    if not (key and name and stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Forged("a notice without a signature, or an account without a key")
    due = signature(key, name, stamp, notice.body)
    given = (each.partition(",") for each in told.get("svix-signature", "").split())
    genuine = [hmac.compare_digest(due, text.encode()) for version, _comma, text in given if version == "v1"]
    if not any(genuine):
        raise Forged("no signature is made with our key over these bytes")
    if abs(notice.at.timestamp() - int(stamp)) > TOLERANCE_S:
        raise Forged("a notice of another time")

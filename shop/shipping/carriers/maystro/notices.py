"""Notices of Maystro: JSON in Base64 in Base64, with a shared secret in a header, and no signature.

Whoever knows the secret can say anything, and the bytes prove nothing: a notice only leads to asking about a parcel.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shop.core.errors import Forged
from shop.shipping.carriers import cells
from shop.shipping.carriers.cells import is_mark
from shop.shipping.carriers.maystro.statuses import SAID, number_of, word_of
from shop.shipping.contract import Notice, ParcelScan

HEADER = "x-webhook-secret"
_WITHIN = ("data", "order", "payload")


def read(notice: Notice, secret: str) -> list[ParcelScan]:
    """Return what a notice speaks of. Raises Forged without our secret, or when it can't be read."""
    given = notice.headers.get(HEADER, "")
    if not secret or not hmac.compare_digest(secret.encode(), given.encode()):
        raise Forged("a notice without the secret of this account")
    told = _opened(notice.body)
    order = next((told[name] for name in _WITHIN if isinstance(told.get(name), Mapping)), told)
    tracking = next((str(order[name]) for name in ("order_id", "id") if is_mark(str(order.get(name)))), "")
    if not tracking:
        return []
    status = order.get("status")
    at = cells.moment(order.get("updated_at") or order.get("created_at"), UTC) or datetime.fromtimestamp(0, UTC)
    key = hashlib.sha256(notice.body).hexdigest()[:80]
    raw = SAID.get(number_of(status) or 0, str(status))[:200]
    return [ParcelScan(key=key, tracking=tracking, word=word_of(status) or "unknown", at=at, raw=raw)]


def _opened(body: bytes) -> Mapping[str, Any]:
    """Return the object in a body, which may stand between quotes as a text of JSON does."""
    inner = body[1:-1] if len(body) > 1 and body[:1] == body[-1:] == b'"' else body
    try:
        told = json.loads(base64.b64decode(base64.b64decode(inner, validate=True), validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise Forged("a notice that can't be read") from None
    return told if isinstance(told, Mapping) else {}

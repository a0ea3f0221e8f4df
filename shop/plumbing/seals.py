"""Secrets at rest: sealed with the deployment's key, so that who steals the database alone reads none.

HMAC-SHA256 is all that is needed: in counter mode it makes the stream that hides a text, and over what is hidden the
mark that nobody changed it (encrypt, then authenticate), each with a key of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

NONCE_BYTES = 16
MARK_BYTES = 16


class Seal:
    """Seals texts with the deployment's key, and opens what it or a key of before has sealed."""

    def __init__(self, key: str, old: Sequence[str] = ()) -> None:
        self._keys = [key, *old]

    def close(self, purpose: str, text: str) -> str:
        """Return a text sealed; it opens under the same purpose only. The same text is never sealed alike."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        hidden = nonce + _hidden(self._keys[0], purpose, nonce, text.encode())
        return base64.urlsafe_b64encode(hidden + _mark(self._keys[0], purpose, hidden)).decode()

    def mark(self, purpose: str, text: str) -> str:
        """Return what is the same for the same text, and tells nobody what it was."""
        return hmac.new(_own_key(self._keys[0], "same", purpose), text.encode(), hashlib.sha256).hexdigest()

    def open(self, purpose: str, sealed: str) -> str | None:
        """Return what was sealed; None for what no key of ours has sealed like that."""
        try:
            given = base64.b64decode(sealed.encode("utf-8", "replace"), altchars=b"-_", validate=True)
        except ValueError:
            return None
        hidden, mark = given[:-MARK_BYTES], given[-MARK_BYTES:]
        for key in self._keys:
            if len(hidden) >= NONCE_BYTES and hmac.compare_digest(_mark(key, purpose, hidden), mark):
                nonce, body = hidden[:NONCE_BYTES], hidden[NONCE_BYTES:]
                return _hidden(key, purpose, nonce, body).decode()
        return None


def _hidden(key: str, purpose: str, nonce: bytes, text: bytes) -> bytes:
    """Return a text hidden, or one that was hidden as it is."""
    own, size = _own_key(key, "hide", purpose), hashlib.sha256().digest_size
    stream = b"".join(
        hmac.new(own, nonce + block.to_bytes(4, "big"), hashlib.sha256).digest()
        for block in range(-(-len(text) // size))
    )
    return bytes(one ^ other for one, other in zip(text, stream, strict=False))


def _mark(key: str, purpose: str, hidden: bytes) -> bytes:
    return hmac.new(_own_key(key, "mark", purpose), hidden, hashlib.sha256).digest()[:MARK_BYTES]


def _own_key(key: str, use: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), f"seal {use}\0{purpose}".encode(), hashlib.sha256).digest()

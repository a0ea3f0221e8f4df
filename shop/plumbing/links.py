"""Capability links: a name and a proof that only this deployment can make. Nothing of them is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PROOF_BYTES = 18  # 144 bits


class Signer:
    """Makes and checks proofs with the deployment's key; keys of before go on being accepted."""

    def __init__(self, key: str, old: Sequence[str] = ()) -> None:
        self._keys = [key, *old]

    def proof(self, purpose: str, name: str) -> str:
        """Return the proof for a name under a purpose: 24 characters fit for an address."""
        return _proof(self._keys[0], purpose, name)

    def holds(self, purpose: str, name: str, proof: str) -> bool:
        """Tell whether the proof was made here for this purpose and name."""
        given = proof.encode("utf-8", "replace")
        return any(hmac.compare_digest(_proof(key, purpose, name).encode(), given) for key in self._keys)


def new_token() -> str:
    """Return 192 random bits as text, for cookies and one-time links."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def tracking_path(signer: Signer, language: str, purchase_code: str) -> str:
    """Return the secret address, below the base address, of a purchase's tracking page."""
    return f"/{language}/t/{purchase_code}/{signer.proof('track', purchase_code)}"


def _proof(key: str, purpose: str, name: str) -> str:
    mac = hmac.new(key.encode(), f"{purpose}\0{name}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:PROOF_BYTES]).decode()

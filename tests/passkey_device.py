"""A device that keeps passkeys, as a program: it answers what a page asks just as browsers send it."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, HAS_KEY = 1, 4, 64


@dataclass
class Device:
    """One key of one person. What it says of itself can be changed, to lie."""

    origin: str
    host: str
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    name: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, ask: Mapping[str, Any], **more: Any) -> str:
        """Answer to a page that wants a new key."""
        said = self._said("webauthn.create", ask)
        numbers = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.name).to_bytes(2, "big") + self.name + cbor2.dumps(key)
        attested = {"fmt": "none", "attStmt": {}, "authData": self._state(HAS_KEY) + credential, **more}
        return self._answer(clientDataJSON=said, attestationObject=cbor2.dumps(attested))

    def sign(self, ask: Mapping[str, Any]) -> str:
        """Answer to a page that wants to know who is there."""
        said = self._said("webauthn.get", ask)
        self.counter += self.counts
        state = self._state(0)
        signature = self.key.sign(state + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=state, signature=signature)

    def _said(self, what: str, ask: Mapping[str, Any]) -> bytes:
        challenge = written(str(ask["challenge"]).encode())
        return json.dumps({"type": what, "challenge": challenge, "origin": self.origin}).encode()

    def _state(self, more: int) -> bytes:
        return (
            hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | more]) + self.counter.to_bytes(4, "big")
        )

    def _answer(self, **response: bytes) -> str:
        told = {name: written(each) for name, each in response.items()}
        name = written(self.name)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": told})


def written(raw: bytes) -> str:
    """Return bytes as browsers write them."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

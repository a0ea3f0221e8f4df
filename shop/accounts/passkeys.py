"""Verbs on passkeys: keys that her phone keeps, and lets sign by her finger, her face or its PIN.

Reading what they say takes a library that is an extra. Without it nobody is asked for one; those that are there can be
listed and removed. A challenge is a signed text of ours: good for some minutes, here only, once.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from shop.accounts import service
from shop.accounts.models import Account, Passkey
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.text import clean
from shop.plumbing import limits
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.links import Signer, new_token

if TYPE_CHECKING:
    from webauthn.helpers.structs import RegistrationCredential

RP_NAME = "Hirfa"
MOST = 10
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000  # letters; what devices answer has about two thousand
LIVES_S = 10 * 60
SIGN_IN = "sign in"
ALGORITHMS = (-8, -7, -257)  # Ed25519, ES256, RS256: every device knows one of them
UNPROVEN = N_("The device did not answer as it should. Please try again.")
TOO_MANY = N_("You can have {most} passkeys at most. Remove one that you no longer use.")
KNOWN_ALREADY = N_("This device has a passkey of yours already.")


@dataclass(frozen=True)
class Gate:
    """Where passkeys are asked for: the shop's own address, and who signs the challenges."""

    base_url: str
    signer: Signer = field(repr=False)

    @property
    def host(self) -> str:
        """The name under which devices keep their keys."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def origin(self) -> str:
        """Where the page stands that asks, as browsers write it."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


@cache
def usable() -> bool:
    """Tell whether the extra is there."""
    return importlib.util.find_spec("webauthn") is not None


def to_sign_in(gate: Gate) -> dict[str, Any]:
    """Return what the browser of somebody unknown is to ask her device for."""
    return {
        "challenge": _challenge(gate, SIGN_IN), "rpId": gate.host, "userVerification": "required",
        "timeout": LIVES_S * 1000,
    }  # fmt: skip


def to_add(gate: Gate, account: Account) -> dict[str, Any]:
    """Return what her browser is to ask her device for, to make one more passkey."""
    return {
        "challenge": _challenge(gate, _adding(account.id)),
        "rp": {"id": gate.host, "name": RP_NAME},
        "user": {
            "id": gate.signer.proof("passkey user", str(account.id)),
            "name": account.phone or account.email or account.name, "displayName": account.name,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "excludeCredentials": [{"type": "public-key", "id": each} for each in session.scalars(
            select(Passkey.credential).where(Passkey.account_id == account.id).order_by(Passkey.id))],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": True, "userVerification": "required",
        },
        "attestation": "none", "timeout": LIVES_S * 1000,
    }  # fmt: skip


def add(gate: Gate, account_id: int, *, name: str, challenge: str, answer: str) -> Passkey:
    """Keep the passkey that her device has made for our challenge. Raises Refused."""
    if _count(account_id) >= MOST:
        raise Refused(TOO_MANY, field="name", most=MOST)
    if not _spend(gate, _adding(account_id), challenge):
        raise Refused(UNPROVEN, field="name")
    made = _made(gate, account_id, challenge, answer)
    made.name = clean(name, limit=LONGEST_NAME)
    session.add(made)
    try:
        session.flush()
    except IntegrityError:
        raise Refused(KNOWN_ALREADY, field="name") from None
    service.record("account.passkey_added", account_id, name=made.name)
    return made


def prove(gate: Gate, *, challenge: str, answer: str) -> int | None:
    """Return whose passkey has signed our challenge; None for all else. Raises nothing: what is spent stays spent."""
    from webauthn import base64url_to_bytes, verify_authentication_response  # noqa: PLC0415 - an extra
    from webauthn.helpers import parse_authentication_credential_json  # noqa: PLC0415

    if not _spend(gate, SIGN_IN, challenge):
        return None
    try:
        given = parse_authentication_credential_json(answer[:LONGEST_ANSWER])
        row = session.scalar(select(Passkey).where(Passkey.credential == given.id))
        if row is None:
            return None
        said = verify_authentication_response(
            credential=given, expected_challenge=challenge.encode(), expected_rp_id=gate.host,
            expected_origin=gate.origin, credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.counter, require_user_verification=True,
        )  # fmt: skip
    except _unreadable():
        return None
    return row.account_id if _count_on(row.id, said.new_sign_count) else None


def remove(account_id: int, passkey_id: int) -> None:
    """Let a passkey of hers open nothing any more. Raises NotFound when it isn't hers."""
    mine = select(Passkey.name).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    name = session.scalar(mine)
    if name is None or changed(delete(Passkey).where(Passkey.id == passkey_id)) != 1:
        raise NotFound(f"no passkey {passkey_id}")
    service.record("account.passkey_removed", account_id, name=name)


def remove_all(account_id: int) -> None:
    """Let no passkey open an account whose password was forgotten: somebody else may have added one."""
    if count := changed(delete(Passkey).where(Passkey.account_id == account_id)):
        service.record("account.passkeys_removed", account_id, count=count)


def _made(gate: Gate, account_id: int, challenge: str, answer: str) -> Passkey:
    from webauthn import verify_registration_response  # noqa: PLC0415 - an extra
    from webauthn.helpers import bytes_to_base64url, parse_registration_credential_json  # noqa: PLC0415

    try:
        given = parse_registration_credential_json(answer[:LONGEST_ANSWER])
        if not _vouches_for_itself(given):
            raise Refused(UNPROVEN, field="name")
        said = verify_registration_response(
            credential=given, expected_challenge=challenge.encode(), expected_rp_id=gate.host,
            expected_origin=gate.origin, require_user_verification=True,
        )  # fmt: skip
    except _unreadable():
        raise Refused(UNPROVEN, field="name") from None
    return Passkey(
        account_id=account_id, credential=bytes_to_base64url(said.credential_id), counter=said.sign_count,
        public_key=bytes_to_base64url(said.credential_public_key), created_at=clock.now(),
    )  # fmt: skip


def _vouches_for_itself(given: RegistrationCredential) -> bool:
    """Tell whether no maker's certificates come with it: we asked for none, and read none."""
    from webauthn.helpers import parse_attestation_object  # noqa: PLC0415 - an extra

    said = parse_attestation_object(given.response.attestation_object)
    return said.fmt in {"none", "packed"} and not said.att_stmt.x5c


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what reading a device's answer raises when it says anything but what it should."""
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - an extra

    return (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def _count_on(passkey_id: int, counter: int) -> bool:
    """Write down how often the device was used; False when somebody used a copy of it, or it just now."""
    less = Passkey.counter < counter if counter else Passkey.counter == 0  # many devices count nothing
    newer = update(Passkey).where(Passkey.id == passkey_id, less)
    return changed(newer.values(counter=counter, used_at=clock.now())) == 1


def _adding(account_id: int) -> str:
    return f"add to {account_id}"


def _challenge(gate: Gate, what: str) -> str:
    text = f"{int(clock.now().timestamp()) + LIVES_S}.{new_token()}"
    return f"{text}.{gate.signer.proof(f'passkey {what}', text)}"


def _spend(gate: Gate, what: str, challenge: str) -> bool:
    """Tell whether this is a challenge of ours that is neither old nor used; it is used then."""
    text, _dot, proof = challenge.rpartition(".")
    if not gate.signer.holds(f"passkey {what}", text, proof):
        return False
    if int(text.partition(".")[0]) < clock.now().timestamp():
        return False
    return limits.allow("passkey", challenge, most=1, within_s=LIVES_S)


def _count(account_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)) or 0

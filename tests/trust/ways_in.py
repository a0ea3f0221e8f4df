"""What lets the people of the street in: devices and passkeys, the codes that phones were sent, an invitation."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select, update

from shop.accounts import codes, passkeys
from shop.accounts.models import Account, Device, Passkey, PhoneCode
from shop.accounts.passkeys import Gate
from shop.core import clock
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.links import Signer
from shop.stores import service as stores
from tests import passkey_device


def give_keys(account_id: int, *, mail: str, device: str, passkey: str) -> tuple[int, int]:
    """Give a person an address, a device and a passkey that say these words; return the numbers of the two."""
    session.execute(update(Account).where(Account.id == account_id).values(email=f"{mail.lower()}@example.dz"))
    keeps = Device(account_id=account_id, token_hash=f"hash {device}", name=device, created_at=clock.now(),
                   seen_on=clock.today())  # fmt: skip
    opens = Passkey(account_id=account_id, credential=f"credential {passkey}", public_key="-", name=passkey,
                    created_at=clock.now())  # fmt: skip
    session.add_all([keeps, opens])
    session.flush()
    return keeps.id, opens.id


def used_invitation(store_id: int, account_id: int) -> str:
    """Invite a helper who accepts; return the token, which opens nothing any more."""
    with transaction():
        token = stores.invite(store_id, "helper", by=SYSTEM)
        stores.accept_invitation(token, account_id, by=SYSTEM)
    return token


def sent_codes(application: Flask) -> tuple[dict[str, str], dict[str, str]]:
    """Have a code sent to a new phone, and to one whose password is forgotten; return their pages and digits."""
    signer: Signer = application.extensions["hirfa_signer"]
    tokens, digits = {}, {}
    for endpoint, purpose, phone in (("studio.sign_up_code", codes.SIGN_UP, "+213661000088"),
                                     ("studio.forgotten_code", codes.RESET, "+213550000011")):  # fmt: skip
        with transaction():
            tokens[endpoint] = codes.ask(phone, purpose, language="en")
        digits[endpoint] = codes.digits_of(session.scalars(select(PhoneCode).filter_by(purpose=purpose)).one(), signer)
    return tokens, digits


def made_on_a_device(application: Flask, account_id: int) -> dict[str, str]:
    """Return what the form that adds a passkey is to send: a challenge, and how a device has answered it."""
    gate = Gate(application.extensions["hirfa_settings"].base_url, application.extensions["hirfa_signer"])
    with application.app_context():
        ask = passkeys.to_add(gate, session.get_one(Account, account_id))
        session.remove()  # type: ignore[attr-defined]
    answer = passkey_device.Device(gate.origin, gate.host).make(ask)
    return {"=studio.passkeys:challenge": ask["challenge"], "=studio.passkeys:answer": answer}

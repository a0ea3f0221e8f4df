"""Verbs on people and their devices."""

from __future__ import annotations

import base64
import os
import threading
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from shop.accounts.models import Account, Device
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.phone import BadPhone, parse_phone
from shop.core.text import clean
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.plumbing.links import digest, new_token

SHORTEST_PASSWORD = 10
TOO_SHORT = N_("Choose a password of at least {least} characters.")
PHONE_TAKEN = N_("An account with this phone number exists already. Sign in instead.")
EMAIL_TAKEN = N_("An account with this e-mail address exists already. Sign in instead.")
WRONG_PASSWORD = N_("This is not your present password.")

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_two_at_once = threading.BoundedSemaphore(2)  # each takes 19 MB and 100 ms: a flood must not take the machine


def create_account(
    *, name: str, password: str, phone: str | None = None, email: str | None = None, language: str = "ar",
    is_operator: bool = False,
) -> Account:  # fmt: skip
    """Make an account that signs in by phone (E.164), e-mail or both.

    Raises Refused for a short password, a taken phone or a taken e-mail.
    """
    _require_length(password)
    email = email.strip().lower() if email else None
    if phone and session.scalar(select(Account.id).where(Account.phone == phone)):
        raise Refused(PHONE_TAKEN, field="phone")
    if email and session.scalar(select(Account.id).where(Account.email == email)):
        raise Refused(EMAIL_TAKEN, field="email")
    made = Account(
        name=clean(name, limit=120), phone=phone, email=email, password_hash=_hash(password), language=language,
        is_operator=is_operator, created_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:  # another tap was quicker by a moment
        taken = ("email", EMAIL_TAKEN) if "email" in str(error.orig) else ("phone", PHONE_TAKEN)
        raise Refused(taken[1], field=taken[0]) from None
    return made


def authenticate(identifier: str, password: str) -> Account | None:
    """Return the account of a phone (any spelling) or e-mail if the password is hers. Call outside a transaction.

    An unknown account takes the same time as a known one.
    """
    wanted = [Account.email == identifier.strip().lower()]
    try:
        wanted.append(Account.phone == parse_phone(identifier))
    except BadPhone:
        wanted.append(Account.phone == "-")
    row = session.execute(select(Account.id, Account.password_hash).where(or_(*wanted))).first()
    session.rollback()  # hashing takes its time: it holds no connection
    account_id, known = row if row is not None else (None, _NOBODYS)
    fits = _verify(known, password)
    return session.get(Account, account_id) if fits and account_id is not None else None


def open_device(account_id: int, *, name: str) -> str:
    """Sign a device in; return its new token, which is stored hashed only."""
    token = new_token()
    now = clock.now()
    session.add(
        Device(account_id=account_id, token_hash=digest(token), name=clean(name, limit=120), created_at=now,
               seen_on=clock.today())
    )  # fmt: skip
    session.flush()
    return token


def end_device(account_id: int, device_id: int) -> None:
    """Sign one of her devices out; twice is harmless. Raises NotFound when it isn't hers."""
    if session.scalar(select(Device.id).where(Device.id == device_id, Device.account_id == account_id)) is None:
        raise NotFound
    changed(update(Device).where(Device.id == device_id, Device.ended_at.is_(None)).values(ended_at=clock.now()))


def end_all_devices(account_id: int, *, but: int | None = None) -> int:
    """Sign every device out, but one if it is told; return how many."""
    hers = update(Device).where(Device.account_id == account_id, Device.ended_at.is_(None))
    if but is not None:
        hers = hers.where(Device.id != but)
    return changed(hers.values(ended_at=clock.now()))


def change_password(account_id: int, *, old: str, new: str, device_id: int | None = None) -> None:
    """Set a new password and sign all other devices out. Raises Refused when the old one is wrong or the new short."""
    require_password(account_id, old)
    _require_length(new, field="new")
    session.get_one(Account, account_id).password_hash = _hash(new)
    end_all_devices(account_id, but=device_id)


def set_password(account_id: int, new: str) -> None:
    """Set the password of somebody who has proved herself otherwise, and sign every device out. Raises Refused."""
    _require_length(new)
    session.get_one(Account, account_id).password_hash = _hash(new)
    end_all_devices(account_id)


def require_password(account_id: int, typed: str) -> None:
    """Raise Refused unless this is the person's present password."""
    if not _verify(session.get_one(Account, account_id).password_hash, typed):
        raise Refused(WRONG_PASSWORD, field="old")


def set_language(account_id: int, language: str) -> None:
    """Set the language in which she reads the studio and gets messages."""
    changed(update(Account).where(Account.id == account_id).values(language=language))


def rename(account_id: int, name: str) -> None:
    """Set the person's name."""
    changed(update(Account).where(Account.id == account_id).values(name=clean(name, limit=120)))


def record(verb: str, account_id: int, **data: Any) -> None:
    """Write into the journal what a person did to her own account."""
    name = session.scalar(select(Account.name).where(Account.id == account_id)) or ""
    by = Actor("member", account_id, name)
    journal.record(verb, subject="account", subject_id=account_id, store_id=None, by=by, **data)


def _require_length(password: str, *, field: str = "password") -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(TOO_SHORT, field=field, least=SHORTEST_PASSWORD)


def _hash(password: str) -> str:
    with _two_at_once:
        return _hasher.hash(password)


def _verify(known: str, password: str) -> bool:
    with _two_at_once:
        try:
            return _hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def _by_chance(length: int) -> str:
    return base64.b64encode(os.urandom(length)).decode().rstrip("=")


# What an unknown account's password is compared with: costs the same, fits nothing.
_NOBODYS = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${_by_chance(_hasher.salt_len)}${_by_chance(_hasher.hash_len)}"
)

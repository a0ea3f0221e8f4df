"""Verbs on codes sent to phones: an account is opened, or a forgotten password replaced, by who holds the phone.

A code of a known phone and of an unknown one are asked for and answered alike; only the message differs.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any

import structlog
from sqlalchemy import delete, select, update

from shop.accounts import passkeys, service
from shop.accounts.models import Account, PhoneCode
from shop.core import clock
from shop.core.errors import Refused
from shop.core.text import western_digits
from shop.plumbing import jobs
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.i18n import N_, _, speaking
from shop.plumbing.links import Signer, digest, new_token
from shop.plumbing.messenger import Messenger, masked_phone

SIGN_UP, RESET = "sign_up", "reset"
JOB = "accounts.send_code"
LIVES = timedelta(minutes=10)
TIME_TO_FINISH = timedelta(minutes=30)  # after the code was right: a name and a password are typed
KEPT = timedelta(days=1)
MOST_TRIES = 5
DIGITS = 6

GONE = N_("This code no longer works. Please ask for a new one.")
MESSAGE = N_("{code} is your Hirfa code. It works for {minutes} minutes. Give it to nobody, not even to us.")
KNOWN_MESSAGE = N_(
    "Somebody, perhaps you, wanted to open a shop with this number. It has an account already: sign in at {sign_in}. "
    "Password forgotten? {forgotten}"
)

log = structlog.get_logger("hirfa.codes")


class Proof(Enum):
    """What became of a code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    GONE = "gone"  # too old, too many tries, or used


@dataclass(frozen=True)
class CodePost:
    """How codes leave this deployment; `shown`: it has no gateway, so the code is written to the log."""

    base_url: str
    signer: Signer = field(repr=False)
    messenger: Messenger
    shown: bool


def ask(phone: str, purpose: str, *, language: str) -> str:
    """Have a code sent to a phone (E.164); return the token of the page that takes it, stored hashed only."""
    token, now = new_token(), clock.now()
    row = PhoneCode(
        purpose=purpose, phone=phone, language=language, token_hash=digest(token), nonce=new_token(), created_at=now,
        expires_at=now + LIVES,
    )  # fmt: skip
    session.add(row)
    session.flush()
    jobs.enqueue(JOB, {"code": row.id}, key=f"code:{row.id}")
    return token


def live(token: str, purpose: str) -> PhoneCode | None:
    """Return what was asked for under a token, while it can still be used."""
    wanted = select(PhoneCode).where(
        PhoneCode.token_hash == digest(token), PhoneCode.purpose == purpose, PhoneCode.used_at.is_(None),
        PhoneCode.expires_at > clock.now(),
    )  # fmt: skip
    return session.scalar(wanted, execution_options={"populate_existing": True})


def prove(token: str, purpose: str, typed: str, *, signer: Signer) -> Proof:
    """Count a try and compare; a right code gives half an hour to finish. Raises nothing: the count must stay."""
    row = live(token, purpose)
    if row is None:
        return Proof.GONE
    if row.proved_at is not None:
        return Proof.RIGHT
    open_ones = update(PhoneCode).where(PhoneCode.id == row.id, PhoneCode.proved_at.is_(None))
    if changed(open_ones.where(PhoneCode.tries < MOST_TRIES).values(tries=PhoneCode.tries + 1)) != 1:
        return Proof.GONE
    given = "".join(western_digits(typed).split()).replace("-", "")
    fits = hmac.compare_digest(given.encode("utf-8", "replace"), digits_of(row, signer).encode())
    if not fits or _is_hollow(row):
        return Proof.WRONG
    now = clock.now()
    changed(open_ones.values(proved_at=now, expires_at=now + TIME_TO_FINISH))
    return Proof.RIGHT


def sign_up(token: str, *, name: str, password: str, language: str) -> Account:
    """Open the account of a proved phone; a token works once. Raises Refused."""
    row = _spent(token, SIGN_UP)
    made = service.create_account(name=name, password=password, phone=row.phone, language=language)
    service.record("account.opened", made.id)
    return made


def reset_password(token: str, *, password: str) -> Account:
    """Set the password of a proved phone's account and sign every device out. Raises Refused."""
    row = _spent(token, RESET)
    account = session.scalars(select(Account).where(Account.phone == row.phone)).one()
    service.set_password(account.id, password)
    passkeys.remove_all(account.id)
    service.record("account.password_reset", account.id)
    return account


def send(post: CodePost, payload: dict[str, Any]) -> None:
    """Send the code of a row. Idempotent: asked again, it is the same code under the same reference."""
    row = session.get(PhoneCode, payload["code"])
    if row is None or row.expires_at <= clock.now():
        session.rollback()
        return
    known = session.scalar(select(Account.id).where(Account.phone == row.phone)) is not None
    session.expunge(row)
    session.rollback()
    text = _message(post, row, known=known)
    if text:
        post.messenger.send(row.phone, text, reference=f"hirfa-code-{row.id}")
        if post.shown and not (known and row.purpose == SIGN_UP):
            log.info("code for a phone", to=masked_phone(row.phone), digits=digits_of(row, post.signer))


def digits_of(row: PhoneCode, signer: Signer) -> str:
    """Return the six digits of a row: nobody without the deployment's key can tell them."""
    proof = signer.proof("phone code", f"{row.purpose}:{row.phone}:{row.nonce}")
    return str(int(digest(proof), 16) % 10**DIGITS).zfill(DIGITS)


def forget_old(_payload: dict[str, Any] | None = None) -> None:
    """Delete what ended a day ago."""
    with transaction():
        changed(delete(PhoneCode).where(PhoneCode.expires_at < clock.now() - KEPT))


def _message(post: CodePost, row: PhoneCode, *, known: bool) -> str:
    """Return what the phone reads; nothing where a stranger's number would only be disturbed."""
    with speaking(row.language):
        if row.purpose == SIGN_UP and known:
            base = post.base_url.rstrip("/")
            return _(KNOWN_MESSAGE, sign_in=f"{base}/studio/sign-in", forgotten=f"{base}/studio/forgotten")
        if row.purpose == RESET and not known:
            return ""
        return _(MESSAGE, code=digits_of(row, post.signer), minutes=int(LIVES.total_seconds()) // 60)


def _is_hollow(row: PhoneCode) -> bool:
    """Tell whether no code was sent: its phone has an account already, or has none to be reset."""
    known = session.scalar(select(Account.id).where(Account.phone == row.phone)) is not None
    return known is (row.purpose == SIGN_UP)


def _spent(token: str, purpose: str) -> PhoneCode:
    row = live(token, purpose)
    if row is None or row.proved_at is None:
        raise Refused(GONE)
    mine = update(PhoneCode).where(PhoneCode.id == row.id, PhoneCode.used_at.is_(None))
    if changed(mine.values(used_at=clock.now())) != 1:
        raise Refused(GONE)
    return row

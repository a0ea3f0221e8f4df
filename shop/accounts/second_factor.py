"""Verbs on the second factor: codes of an authenticator app, each working once, and eight codes for a lost phone."""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import delete, func, select, update

from shop.accounts import service
from shop.accounts.models import RecoveryCode, SecondFactor
from shop.core import clock
from shop.core.errors import Refused
from shop.core.text import CODE_SYMBOLS, western_digits
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.links import digest
from shop.plumbing.seals import Seal

ISSUER = "Hirfa"
RECOVERY_CODES = 8
LONGEST_UNSEALED = 40  # as the release before wrote them; such a secret is sealed when it is used next
RECOVERY_SYMBOLS = 12
STEPS = (0, -1, 1)  # of 30 seconds: a clock may go a little wrong
ON_ALREADY = N_("Your second step is on already.")
WRONG_CODE = N_("This code is not right. Codes change every 30 seconds: type the one that the app shows now.")


def begin(account_id: int, *, seal: Seal) -> str:
    """Make a new secret, which counts once it is confirmed; return it, to be shown. Raises Refused when one is on."""
    import pyotp  # noqa: PLC0415 - few people ever set this up

    if is_on(account_id):
        raise Refused(ON_ALREADY)
    give_up(account_id)
    secret = pyotp.random_base32()
    sealed = seal.close(_sealed_for(account_id), secret)
    session.add(SecondFactor(account_id=account_id, secret=sealed, last_counter=0, created_at=clock.now()))
    session.flush()
    return secret


def waiting_secret(account_id: int, *, seal: Seal) -> str | None:
    """Return the secret that waits to be confirmed; one that is on is never shown again."""
    row = _row(account_id)
    return _secret(row, seal) if row is not None and row.confirmed_at is None else None


def give_up(account_id: int) -> None:
    """Forget a secret that was never confirmed; one that is on stays."""
    changed(delete(SecondFactor).where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_(None)))


def address(secret: str, name: str) -> str:
    """Return the otpauth address that an authenticator app reads from a QR code."""
    import pyotp  # noqa: PLC0415 - see begin

    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def confirm(account_id: int, typed: str, *, seal: Seal) -> list[str]:
    """Turn the second factor on by a code of the app; return the recovery codes, shown this once. Raises Refused."""
    if _row(account_id) is None or is_on(account_id):
        raise Refused(ON_ALREADY)
    if not _spend_step(account_id, typed, seal):
        raise Refused(WRONG_CODE, field="code")
    waiting = update(SecondFactor).where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_(None))
    if changed(waiting.values(confirmed_at=clock.now())) != 1:
        raise Refused(ON_ALREADY)
    service.record("account.second_factor_on", account_id)
    return _new_recovery_codes(account_id)


def prove(account_id: int, typed: str, *, seal: Seal) -> bool:
    """Tell whether this is the app's code of now or an unused recovery code; either works once."""
    return _spend_step(account_id, typed, seal) or _spend_recovery(account_id, typed)


def drop(account_id: int, *, password: str) -> None:
    """Turn the second factor off. Raises Refused when the password is wrong."""
    service.require_password(account_id, password)
    if changed(delete(SecondFactor).where(SecondFactor.account_id == account_id)):
        changed(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        service.record("account.second_factor_off", account_id)


def is_on(account_id: int) -> bool:
    """Tell whether a person is asked for a code after her password."""
    row = _row(account_id)
    return row is not None and row.confirmed_at is not None


def recovery_codes_left(account_id: int) -> int:
    """Return how many recovery codes still work."""
    unused = select(func.count()).select_from(RecoveryCode)
    return session.scalar(unused.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))) or 0


def _row(account_id: int) -> SecondFactor | None:
    wanted = select(SecondFactor).where(SecondFactor.account_id == account_id)
    return session.scalar(wanted, execution_options={"populate_existing": True})


def _secret(row: SecondFactor, seal: Seal) -> str | None:
    """Return the app's secret; None when it was sealed with a key that is gone."""
    if len(row.secret) <= LONGEST_UNSEALED:
        return row.secret
    return seal.open(_sealed_for(row.account_id), row.secret)


def _sealed_for(account_id: int) -> str:
    return f"second factor {account_id}"


def _spend_step(account_id: int, typed: str, seal: Seal) -> bool:
    import pyotp  # noqa: PLC0415 - see begin

    row = _row(account_id)
    given = "".join(western_digits(typed).split())
    if row is None or not (given.isascii() and given.isdigit()):
        return False
    secret = _secret(row, seal)
    if secret is None:
        return False
    app = pyotp.TOTP(secret)
    now = app.timecode(clock.now())
    step = next((now + n for n in STEPS if hmac.compare_digest(app.generate_otp(now + n), given)), None)
    if step is None:
        return False
    newer = update(SecondFactor).where(SecondFactor.account_id == account_id, SecondFactor.last_counter < step)
    sealed = seal.close(_sealed_for(account_id), secret)  # anew: the deployment's key may have changed
    return changed(newer.values(last_counter=step, secret=sealed)) == 1


def _spend_recovery(account_id: int, typed: str) -> bool:
    unused = update(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.code_hash == digest(_bare(typed)),
        RecoveryCode.used_at.is_(None),
    )  # fmt: skip
    if changed(unused.values(used_at=clock.now())) != 1:
        return False
    service.record("account.recovery_code_used", account_id)
    return True


def _new_recovery_codes(account_id: int) -> list[str]:
    changed(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = ["".join(secrets.choice(CODE_SYMBOLS) for _ in range(RECOVERY_SYMBOLS)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account_id, code_hash=digest(code)) for code in codes)
    session.flush()
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def _bare(typed: str) -> str:
    return "".join(western_digits(typed[:60]).upper().split()).replace("-", "")

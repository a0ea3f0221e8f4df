"""Reads: who is behind a token, and on which devices a person is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from shop.accounts.models import Account, Device, Passkey
from shop.plumbing.db import session
from shop.plumbing.links import digest


@dataclass(frozen=True)
class Viewer:
    """A signed-in person, as pages and verbs need her."""

    account_id: int
    name: str
    language: str
    is_operator: bool
    device_id: int


@dataclass(frozen=True)
class DeviceRow:
    """One of a person's signed-in devices."""

    device_id: int
    name: str
    since: date
    seen_on: date


def viewer(token: str) -> Viewer | None:
    """Return who is signed in with this token, if it has not been ended."""
    wanted = (
        select(Account.id, Account.name, Account.language, Account.is_operator, Device.id)
        .join(Device, Device.account_id == Account.id)
        .where(Device.token_hash == digest(token), Device.ended_at.is_(None))
    )
    row = session.execute(wanted).one_or_none()
    return None if row is None else Viewer(*row)


def devices(account_id: int) -> list[DeviceRow]:
    """Return the devices on which a person is signed in, the newest first."""
    wanted = (
        select(Device)
        .where(Device.account_id == account_id, Device.ended_at.is_(None))
        .order_by(Device.created_at.desc(), Device.id.desc())
    )
    return [DeviceRow(row.id, row.name, row.created_at.date(), row.seen_on) for row in session.scalars(wanted)]


def passkeys(account_id: int) -> list[Passkey]:
    """Return a person's passkeys, the oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)))


def account(account_id: int) -> Account | None:
    """Return an account's row."""
    return session.get(Account, account_id)

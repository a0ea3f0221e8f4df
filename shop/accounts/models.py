"""People and their devices."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey


class Account(Base):
    """A person who signs in: by phone or by e-mail."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="reachable"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    phone: Mapped[str | None] = mapped_column(String(16), unique=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="ar")
    is_operator: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Device(Base):
    """One signed-in browser. Its token is stored hashed; ending the row signs it out."""

    __tablename__ = "devices"
    __table_args__ = (Index("ix_devices_account", "account_id", "ended_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    seen_on: Mapped[date]
    ended_at: Mapped[datetime | None]


class PhoneCode(Base):
    """A six-digit code sent to a phone. The digits stand nowhere: they follow from `nonce` and the deployment's key.

    `token_hash` names the page of whoever asked; `expires_at` moves on once, when the code is proved.
    """

    __tablename__ = "phone_codes"
    __table_args__ = (
        CheckConstraint("purpose IN ('sign_up', 'reset')", name="purpose"),
        Index("ix_phone_codes_expires", "expires_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    phone: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    nonce: Mapped[str] = mapped_column(String(32))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SecondFactor(Base):
    """A person's authenticator app, once it was confirmed. `last_counter` makes each of its codes work once.

    `secret` is sealed: the database alone tells nobody's codes.
    """

    __tablename__ = "second_factors"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(String(120))
    last_counter: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that stands in for a lost phone, once. Stored hashed."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("ix_recovery_codes_account", "account_id", "used_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A key that a device of hers keeps; it signs her in by itself. What is kept here opens nothing.

    `counter` is how often the device said that it was used, 0 for one that does not count.
    """

    __tablename__ = "passkeys"
    __table_args__ = (Index("ix_passkeys_account", "account_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    credential: Mapped[str] = mapped_column(String(1400), unique=True)  # its name, as the device gave it
    public_key: Mapped[str] = mapped_column(Text)
    counter: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

"""People and their devices."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
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

"""Workshops, their members and the invitations that lead to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey

STATES = ("draft", "open", "suspended")
ROLES = ("owner", "helper")
REGISTERS = (
    "artisan_card",
    "artisan_cooperative",
    "artisan_enterprise",
    "trade_register",
    "farmer",
    "association",
    "auto_entrepreneur",
    "other",
)
CRAFTS = (
    "soap",
    "perfume",
    "pottery",
    "weaving",
    "basketry",
    "copper",
    "leather",
    "jewellery",
    "wood",
    "textile",
    "food",
)


class Store(Base):
    """One artisan's shop: the tenant. `version` moves with every change that buyers can see."""

    __tablename__ = "stores"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'suspended')", name="state"),
        CheckConstraint("label_start BETWEEN 1 AND 4", name="label_start"),
        CheckConstraint("preparation_days BETWEEN 0 AND 60", name="preparation_days"),
        CheckConstraint(
            "verification IN ('draft', 'submitted', 'verified', 'refused', 'expired')", name="verification"
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    craft: Mapped[str] = mapped_column(String(24))
    wilaya_code: Mapped[str] = mapped_column(String(2))
    commune_code: Mapped[str] = mapped_column(String(4), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(16), default="")
    whatsapp: Mapped[str] = mapped_column(String(16), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    artisan_fr: Mapped[str] = mapped_column(String(120), default="")
    artisan_ar: Mapped[str] = mapped_column(String(120), default="")
    story_ar: Mapped[str] = mapped_column(Text, default="")
    story_fr: Mapped[str] = mapped_column(Text, default="")
    story_en: Mapped[str] = mapped_column(Text, default="")
    cover: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(2), default="fr")  # of her documents and messages
    legal_name: Mapped[str] = mapped_column(String(160), default="")
    register_type: Mapped[str] = mapped_column(String(20), default="artisan_card")
    register_number: Mapped[str] = mapped_column(String(40), default="")
    register_wilaya: Mapped[str] = mapped_column(String(2), default="")
    register_issued: Mapped[date | None]
    register_expires: Mapped[date | None]  # the last day on which it is valid
    nif: Mapped[str] = mapped_column(String(20), default="")
    nis: Mapped[str] = mapped_column(String(20), default="")
    card: Mapped[str] = mapped_column(String(80), default="")  # names the private file with the photo of the card
    verification: Mapped[str] = mapped_column(String(12), default="draft")
    reminded_days: Mapped[int | None]  # so many days before its end she was last told that it ends
    terms_ar: Mapped[str] = mapped_column(Text, default="")
    terms_fr: Mapped[str] = mapped_column(Text, default="")
    terms_en: Mapped[str] = mapped_column(Text, default="")
    preparation_days: Mapped[int] = mapped_column(default=1)
    closed_until: Mapped[date | None]
    closed_message: Mapped[str] = mapped_column(String(300), default="")  # what she says meanwhile
    paper: Mapped[str] = mapped_column(String(12), default="100x150")
    label_start: Mapped[int] = mapped_column(default=1)
    nudge_x: Mapped[int] = mapped_column(default=0)  # tenths of a millimetre: of papers of which nothing else was said
    nudge_y: Mapped[int] = mapped_column(default=0)
    sends_to: Mapped[str] = mapped_column(String(400), default="", server_default="")  # the countries of its zones
    slip_prices: Mapped[bool] = mapped_column(default=True)
    asks_photo: Mapped[bool] = mapped_column(default=False)  # of each open parcel, before it is handed over
    asks_weight: Mapped[bool] = mapped_column(default=False)
    silent_way: Mapped[bool] = mapped_column(default=False)  # buyers are sent nothing about the way of their parcels
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Member(Base):
    """A person's place in a workshop."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("store_id", "account_id"),
        CheckConstraint("role IN ('owner', 'helper')", name="role"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    joined_at: Mapped[datetime]


class Invitation(Base):
    """A link that makes its first user a member. The token is stored hashed and works once."""

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint("role IN ('owner', 'helper')", name="role"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    role: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class Submission(Base):
    """What a workshop sent to prove who it is, and what the operator answered. The last row counts.

    `said` is the identity as it stood then. A row without an answer waits; at most one of a workshop does.
    """

    __tablename__ = "identity_submissions"
    __table_args__ = (
        CheckConstraint("answer IN ('verified', 'refused', 'replaced', '')", name="answer"),
        Index("ix_identity_submissions_store", "store_id", "id"),
        Index("ix_identity_submissions_queue", "answer", "sent_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    said: Mapped[dict[str, Any]]
    card: Mapped[str] = mapped_column(String(80), default="")
    sent_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(String(600), default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(120), default="")

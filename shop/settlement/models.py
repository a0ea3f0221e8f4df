"""Remittances: the lumps of cash that carriers hand over, parcel by parcel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store, store_key


class Remittance(Base):
    """One payment from a carrier to the artisan."""

    __tablename__ = "remittances"
    __table_args__ = (
        store_key(),
        UniqueConstraint("store_id", "carrier_title", "reference"),
        UniqueConstraint("store_id", "lines_hash"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    carrier_title: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str] = mapped_column(String(60))
    received_on: Mapped[date]
    expected_minor: Mapped[int]
    received_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    note: Mapped[str] = mapped_column(String(300), default="")
    recorded_at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")
    lines_hash: Mapped[str | None] = mapped_column(String(64))  # of the carrier's list: the same one is written once


class RemittanceLine(Base):
    """One parcel's cash within a remittance. A payment is settled by one line only; what was missing may come later."""

    __tablename__ = "remittance_lines"
    __table_args__ = (
        of_store("remittance_id", table="remittances"),
        of_store("payment_id", table="payments"),
        UniqueConstraint("payment_id"),
        Index("ix_remittance_lines_remittance", "store_id", "remittance_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    remittance_id: Mapped[int] = mapped_column(BigKey)
    payment_id: Mapped[int] = mapped_column(BigKey)
    expected_minor: Mapped[int]
    received_minor: Mapped[int]
    fee_minor: Mapped[int] = mapped_column(default=0)  # what the carrier kept for itself
    rest_minor: Mapped[int] = mapped_column(default=0)  # what came later of what was missing, its fees with it
    lost_minor: Mapped[int] = mapped_column(default=0)  # what of it will never come, as the owner said
    currency: Mapped[str] = mapped_column(String(3), default="DZD")


class RemittanceRest(Base):
    """What was missing of one parcel and came later, within another remittance."""

    __tablename__ = "remittance_rests"
    __table_args__ = (
        of_store("remittance_id", table="remittances"),
        of_store("payment_id", table="payments"),
        UniqueConstraint("remittance_id", "payment_id"),
        Index("ix_remittance_rests_payment", "store_id", "payment_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    remittance_id: Mapped[int] = mapped_column(BigKey)
    payment_id: Mapped[int] = mapped_column(BigKey)
    received_minor: Mapped[int]
    fee_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="DZD")


class RemittanceOther(Base):
    """A line of a carrier's list that settles no payment: a way back, an unknown parcel, one that was paid before."""

    __tablename__ = "remittance_others"
    __table_args__ = (
        of_store("remittance_id", table="remittances"),
        of_store("order_id", table="orders"),
        CheckConstraint("kind IN ('returned', 'early', 'unknown', 'again', 'unexpected')", name="kind"),
        Index("ix_remittance_others_remittance", "store_id", "remittance_id", "id"),
        Index("ix_remittance_others_order", "store_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    remittance_id: Mapped[int] = mapped_column(BigKey)
    kind: Mapped[str] = mapped_column(String(12))
    tracking: Mapped[str] = mapped_column(String(40))
    order_id: Mapped[int | None] = mapped_column(BigKey)
    collected_minor: Mapped[int]
    fee_minor: Mapped[int]  # of a parcel that came back: what its way back cost
    currency: Mapped[str] = mapped_column(String(3), default="DZD")


class Statement(Base):
    """A carrier's list as it came, until it is written down or set aside: its cells, and what its columns mean."""

    __tablename__ = "statements"
    __table_args__ = (
        store_key(),
        of_store("remittance_id", table="remittances"),
        Index("ix_statements_store", "store_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    carrier_title: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(60))
    received_on: Mapped[date]
    headers: Mapped[dict[str, Any]]  # {"names": [...], "keys": [...] or none while nobody has said what they mean}
    body: Mapped[str] = mapped_column(Text, deferred=True)  # a row of JSON per line; nothing once it is written down
    lines: Mapped[int]
    remittance_id: Mapped[int | None] = mapped_column(BigKey)
    created_at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")


class StatementColumns(Base):
    """What the columns of a carrier's lists mean, as it was said once: header → meaning."""

    __tablename__ = "statement_columns"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    carrier_title: Mapped[str] = mapped_column(String(80), primary_key=True)
    keys: Mapped[dict[str, Any]]


class CarrierStatementSeen(Base):
    """That a carrier told of a remittance: it is brought once, whatever became of its list."""

    __tablename__ = "carrier_statements_seen"
    __table_args__ = (of_store("account_id", table="carrier_accounts"), UniqueConstraint("account_id", "reference"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(BigKey)
    reference: Mapped[str] = mapped_column(String(60))
    told_at: Mapped[datetime]

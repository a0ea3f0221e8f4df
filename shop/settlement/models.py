"""Remittances: the lumps of cash that carriers hand over, parcel by parcel."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store, store_key


class Remittance(Base):
    """One payment from a carrier to the artisan."""

    __tablename__ = "remittances"
    __table_args__ = (store_key(), UniqueConstraint("store_id", "carrier_title", "reference"))

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


class RemittanceLine(Base):
    """One parcel's cash within a remittance. A payment is settled by one line only."""

    __tablename__ = "remittance_lines"
    __table_args__ = (
        of_store("remittance_id", table="remittances"),
        of_store("payment_id", table="payments"),
        UniqueConstraint("payment_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    remittance_id: Mapped[int] = mapped_column(BigKey)
    payment_id: Mapped[int] = mapped_column(BigKey)
    expected_minor: Mapped[int]
    received_minor: Mapped[int]
    fee_minor: Mapped[int] = mapped_column(default=0)  # what the carrier kept for itself
    currency: Mapped[str] = mapped_column(String(3), default="DZD")

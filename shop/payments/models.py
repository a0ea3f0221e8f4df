"""Payments: what is expected for an order, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.money import Money
from shop.plumbing.db import Base, BigKey, of_store, store_key


class Payment(Base):
    """One amount by one method. An order may have several: late, double and partial payments happen."""

    __tablename__ = "payments"
    __table_args__ = (
        store_key(),
        of_store("order_id", table="orders"),
        CheckConstraint(
            "state IN ('pending', 'collected', 'settled', 'failed', 'cancelled', 'refunded')", name="state"
        ),
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("ix_payments_order", "order_id"),
        Index("ix_payments_store_state", "store_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)
    method: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12), default="pending")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    external: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    collected_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What is expected."""
        return Money(self.amount_minor, self.currency)

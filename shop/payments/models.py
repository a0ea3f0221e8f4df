"""Payments: what is expected for an order, and what came of it; the ledger that follows the money to the end."""

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


class LedgerEntry(Base):
    """One account's part of a movement of money. Rows stay as they are; the parts of a movement add up to nothing."""

    __tablename__ = "ledger"
    __table_args__ = (
        of_store("order_id", table="orders"),
        of_store("payment_id", table="payments"),
        CheckConstraint(
            "account IN ('buyer', 'goods', 'delivery', 'discount', 'with_carrier', 'with_provider', 'in_hand', "
            "'fees', 'difference', 'return_fees', 'refunded', 'exchange')",
            name="account",
        ),
        CheckConstraint("minor <> 0", name="minor"),
        Index("ix_ledger_order", "store_id", "order_id"),
        Index("ix_ledger_account", "store_id", "account", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    movement: Mapped[int]  # the same for all parts of a movement
    kind: Mapped[str] = mapped_column(String(12))  # sold, cancelled, collected, settled, refunded, return_fee
    order_id: Mapped[int] = mapped_column(BigKey)
    payment_id: Mapped[int | None] = mapped_column(BigKey)
    account: Mapped[str] = mapped_column(String(16))
    minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]
    by_kind: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[int | None]

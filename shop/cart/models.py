"""Carts: rows behind a visitor's cookie."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.money import Money
from shop.plumbing.db import Base, BigKey

UNDO = timedelta(hours=1)  # how long a removed line waits to be brought back


class Cart(Base):
    """What one visitor has put aside. Its token is stored hashed; `details` keeps what she typed at checkout."""

    __tablename__ = "carts"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True)


class CartLine(Base):
    """So many pieces of a variant with one personal text, and the price that was seen. A removed line can come back."""

    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id", "personal"),
        CheckConstraint("pieces BETWEEN 1 AND 999", name="pieces"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"), index=True)
    pieces: Mapped[int]
    personal: Mapped[str] = mapped_column(String(200), default="")  # what the buyer typed for the maker
    seen_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    @property
    def seen(self) -> Money:
        """The price that the visitor saw when she last looked."""
        return Money(self.seen_minor, self.currency)

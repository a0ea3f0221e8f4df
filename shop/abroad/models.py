"""The price lists of workshops: one for each currency, and the prices in it that are fixed by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store


class ForeignList(Base):
    """How a workshop counts in one currency: what so many units of it are worth in centimes, up to which step it
    rounds (in the currency's own minor units)."""

    __tablename__ = "foreign_lists"
    __table_args__ = (CheckConstraint("worth_minor > 0 AND step_minor > 0", name="figures"),)

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    worth_minor: Mapped[int]
    step_minor: Mapped[int]
    changed_at: Mapped[datetime]


class ForeignPrice(Base):
    """What one piece costs in a currency, whatever its price in dinars is worth."""

    __tablename__ = "foreign_prices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["store_id", "currency"], ["foreign_lists.store_id", "foreign_lists.currency"], ondelete="CASCADE"
        ),
        of_store("variant_id", table="variants", ondelete="CASCADE"),
        CheckConstraint("price_minor > 0", name="price"),
    )

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    variant_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    price_minor: Mapped[int]

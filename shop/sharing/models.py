"""Where the buyer of an order came from."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store
from shop.sharing.links import MADE_FOR_ONE, SOURCES

KNOWN = ", ".join(f"'{each}'" for each in (*SOURCES.values(), *MADE_FOR_ONE))


class OrderSource(Base):
    """The shared link that an order's buyer followed last, or how the artisan made it. Most orders have none."""

    __tablename__ = "order_sources"
    __table_args__ = (
        of_store("order_id", table="orders"),
        CheckConstraint(f"source IN ({KNOWN})", name="source"),
        Index("ix_order_sources_store", "store_id", "source"),
    )

    order_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    store_id: Mapped[int]
    source: Mapped[str] = mapped_column(String(12))

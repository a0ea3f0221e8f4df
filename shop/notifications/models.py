"""What was said to whom, once each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey


class Notice(Base):
    """One message about one journal entry, by one channel, to one address."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("entry_id", "channel", "address"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    channel: Mapped[str] = mapped_column(String(12))  # mail, message
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    template: Mapped[str] = mapped_column(String(48))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

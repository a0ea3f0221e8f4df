"""What somebody has typed into a screen of the opening and not sent yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey


class OpeningDraft(Base):
    """The fields of one screen as one person left them. `store_id` is empty until her workshop exists."""

    __tablename__ = "opening_drafts"
    __table_args__ = (UniqueConstraint("account_id", "screen"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"), index=True)
    screen: Mapped[str] = mapped_column(String(12))
    typed: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]

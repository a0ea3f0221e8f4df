"""Notes about customers, what they agreed to, who asked to be forgotten. A customer is a phone number in a store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey

CHANNELS = ("whatsapp", "sms", "call")


class CustomerNote(Base):
    """Something to remember of a customer, by whom it was written and when."""

    __tablename__ = "customer_notes"
    __table_args__ = (Index("ix_customer_notes_phone", "store_id", "phone", "id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    phone: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")


class Consent(Base):
    """A yes or a no to be written to by one channel, with its proof: when, where, which words. The last one counts."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("channel IN ('whatsapp', 'sms', 'call')", name="channel"),
        Index("ix_consents_phone", "store_id", "phone", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    phone: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(10))
    given: Mapped[bool]
    place: Mapped[str] = mapped_column(String(120))
    wording: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")


class Erasure(Base):
    """Somebody asked to be forgotten: what is old enough went at once, the rest when the law no longer needs it."""

    __tablename__ = "erasures"
    __table_args__ = (Index("ix_erasures_due", "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    phone: Mapped[str] = mapped_column(String(16))  # empty once it is done
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

"""Notes about customers, what they agreed to, who asked to be forgotten, and whom a workshop knew before it came here.

A customer is a phone number in a store.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.money import Money
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


class Contact(Base):
    """Somebody whom the workshop knew before it came here, as its own list says."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("store_id", "phone"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    phone: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    name_fold: Mapped[str] = mapped_column(String(160))
    wilaya_code: Mapped[str] = mapped_column(String(2))  # "" where nobody knows
    note: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]


class PastOrder(Base):
    """A sale of before: it tells what somebody bought, and counts nowhere in stock, money, papers or risk."""

    __tablename__ = "past_orders"
    __table_args__ = (
        UniqueConstraint("store_id", "reference"),
        CheckConstraint("outcome IN ('taken', 'refused', '')", name="outcome"),
        Index("ix_past_orders_phone", "store_id", "phone", "day"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    reference: Mapped[str] = mapped_column(String(40))  # the workshop's own
    phone: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    what: Mapped[str] = mapped_column(String(500))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    outcome: Mapped[str] = mapped_column(String(8))  # "" where nobody knows
    at: Mapped[datetime]

    @property
    def amount(self) -> Money:
        """What it cost."""
        return Money(self.amount_minor, self.currency)

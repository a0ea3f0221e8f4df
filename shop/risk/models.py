"""What became of parcels that were to be paid on delivery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store, store_key


class PhoneHold(Base):
    """What one workshop asks of one phone for a while, before it takes cash at the door: nobody else sees it."""

    __tablename__ = "phone_holds"
    __table_args__ = (
        store_key(),
        of_store("order_id", table="orders"),
        CheckConstraint("asks IN ('deposit', 'before')", name="asks"),
        Index("ix_phone_holds_phone", "store_id", "phone_mark", "until"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)  # whose parcel came back
    phone_mark: Mapped[str] = mapped_column(String(64))
    asks: Mapped[str] = mapped_column(String(8))
    until: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Outcome(Base):
    """One parcel that was taken or came back: once per parcel, under a mark of the phone that never says which.

    `state` moves by states.OUTCOME; what the buyer said when she contested it stands in `said`.
    """

    __tablename__ = "parcel_outcomes"
    __table_args__ = (
        of_store("order_id", table="orders"),
        of_store("shipment_id", table="shipments"),
        CheckConstraint("outcome IN ('taken', 'refused')", name="outcome"),
        CheckConstraint("state IN ('counted', 'contested', 'upheld', 'struck')", name="state"),
        Index("ix_parcel_outcomes_phone", "phone_mark", "at"),
        Index("ix_parcel_outcomes_order", "order_id"),
        Index("ix_parcel_outcomes_state", "state", "contested_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)
    shipment_id: Mapped[int] = mapped_column(BigKey, unique=True)
    phone_mark: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="counted")
    at: Mapped[datetime]
    said: Mapped[str] = mapped_column(String(300), default="")
    contested_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

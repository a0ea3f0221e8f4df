"""Photos of what lies in open parcels."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store


class PackingPhoto(Base):
    """A photo of an open parcel: names a private file, which only its workshop is shown."""

    __tablename__ = "packing_photos"
    __table_args__ = (
        of_store("shipment_id", table="shipments"),
        Index("ix_packing_photos_shipment", "store_id", "shipment_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    shipment_id: Mapped[int] = mapped_column(BigKey)
    file: Mapped[str] = mapped_column(String(24), unique=True)
    at: Mapped[datetime]  # when it was taken: a phone without a network sends it later
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")
    gone_at: Mapped[datetime | None]  # shown no more; a job takes the file away, then the row

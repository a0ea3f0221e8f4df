"""What customs is told of parcels, as it was when their papers were printed or their carrier was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store


class CustomsFacts(Base):
    """The facts of a parcel that leaves: written when its label is printed, for good once its carrier was asked."""

    __tablename__ = "customs_facts"
    __table_args__ = (of_store("shipment_id", table="shipments"), UniqueConstraint("shipment_id"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    shipment_id: Mapped[int] = mapped_column(BigKey)
    content: Mapped[dict[str, Any]]
    mark: Mapped[str] = mapped_column(String(64))  # the SHA-256 of the content
    at: Mapped[datetime]

"""Every label that was drawn for printing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store


class LabelPrint(Base):
    """One print of a shipment's label. Number 0 is the first; later ones are marked as reprints."""

    __tablename__ = "label_prints"
    __table_args__ = (
        of_store("shipment_id", table="shipments"),
        UniqueConstraint("shipment_id", "number"),
        Index("ix_label_prints_batch", "store_id", "batch"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    shipment_id: Mapped[int] = mapped_column(BigKey)
    number: Mapped[int]
    batch: Mapped[str] = mapped_column(String(32))  # labels of one PDF share it
    place: Mapped[int]  # its place in the batch
    paper: Mapped[str] = mapped_column(String(12))
    start: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")

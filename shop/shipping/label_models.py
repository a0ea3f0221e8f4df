"""Labels that partners made themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store


class PartnerLabel(Base):
    """The label that a partner made for one of its numbers, or why it could not be had; how it was linked is not kept.

    What it says is the parcel as it was then: it is printed only while its number and the amount are still those.
    """

    __tablename__ = "partner_labels"
    __table_args__ = (of_store("shipment_id", table="shipments"), UniqueConstraint("shipment_id"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    shipment_id: Mapped[int] = mapped_column(BigKey)
    tracking: Mapped[str] = mapped_column(String(40))
    collect_minor: Mapped[int]
    at: Mapped[datetime]
    pages: Mapped[int] = mapped_column(default=0)  # 0: it could not be had
    mark: Mapped[str] = mapped_column(String(64), default="")  # the SHA-256 of its bytes
    body: Mapped[bytes]
    problem: Mapped[str] = mapped_column(String(200), default="")  # an English msgid, or the partner's own words

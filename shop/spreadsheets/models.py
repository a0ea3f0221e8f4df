"""Sheets that came in, and what each thing on them asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store, store_key


class Sheet(Base):
    """One file. waiting: it is being looked at · looked: the dry run is there · confirmed: it is being applied."""

    __tablename__ = "sheets"
    __table_args__ = (
        store_key(),
        CheckConstraint("state IN ('waiting', 'looked', 'confirmed', 'done', 'dropped')", name="state"),
        Index("ix_sheets_store", "store_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    topic: Mapped[str] = mapped_column(String(12), default="products", server_default="products")
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    key: Mapped[str] = mapped_column(String(80), default="")  # of its private file; "" once that is deleted
    name: Mapped[str] = mapped_column(String(120))  # as it was called on her phone
    lines: Mapped[int] = mapped_column(default=0)
    products: Mapped[int] = mapped_column(default=0)  # the things on it, whatever its topic
    applied: Mapped[int] = mapped_column(default=0)
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class SheetItem(Base):
    """One thing on a sheet: its lines, what they would change, and whether that is done.

    `lines` has {"at": [[line, place in the file], …], "seen": {variant: pieces at the dry run}}; `told` has
    {"changes": […], "problems": […]}, to be said in words.
    """

    __tablename__ = "sheet_items"
    __table_args__ = (
        of_store("sheet_id", table="sheets"),
        UniqueConstraint("sheet_id", "position"),
        CheckConstraint("verdict IN ('new', 'changed', 'same', 'wrong')", name="verdict"),
        Index("ix_sheet_items_verdict", "sheet_id", "verdict", "position"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    sheet_id: Mapped[int] = mapped_column(BigKey)
    position: Mapped[int]
    reference: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(160), default="")
    lines: Mapped[dict[str, Any]]
    told: Mapped[dict[str, Any]]
    verdict: Mapped[str] = mapped_column(String(8))
    applied_at: Mapped[datetime | None]

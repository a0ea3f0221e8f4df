"""Print stations of a workshop, and the labels that are on their way to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store, store_key

_BY_ITSELF = "by_itself AND ended_at IS NULL"


class PrintStation(Base):
    """A small computer beside a printer. Its code pairs it once; its token is stored hashed; ended, it gets nothing."""

    __tablename__ = "print_stations"
    __table_args__ = (
        store_key(),
        Index("ix_print_stations_store", "store_id", "ended_at"),
        Index(
            "ix_print_stations_by_itself", "store_id", unique=True, sqlite_where=text(_BY_ITSELF),
            postgresql_where=text(_BY_ITSELF),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    name: Mapped[str] = mapped_column(String(60))
    head: Mapped[str] = mapped_column(String(16))  # what its printer reads: "pdf", or a kind of `heads`
    problem: Mapped[str] = mapped_column(String(40), default="")  # what keeps its printer from printing, in IPP's word
    by_itself: Mapped[bool] = mapped_column(default=False)  # prints what is confirmed; one of a workshop at most
    nudge_x: Mapped[int] = mapped_column(default=0)  # tenths of a millimetre
    nudge_y: Mapped[int] = mapped_column(default=0)
    darkness: Mapped[int | None]  # in the steps of its language; nothing: as the printer is set
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_until: Mapped[datetime]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    paired_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PrintJob(Base):
    """One label of a batch for one station: a label of a batch goes to a printer once, whatever is tapped."""

    __tablename__ = "print_jobs"
    __table_args__ = (
        of_store("station_id", table="print_stations"),
        CheckConstraint("state IN ('queued', 'sent', 'confirmed', 'doubtful', 'failed')", name="state"),
        UniqueConstraint("store_id", "batch", "place"),
        UniqueConstraint("store_id", "id"),
        Index("ix_print_jobs_station", "station_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    station_id: Mapped[int] = mapped_column(BigKey)
    key: Mapped[str] = mapped_column(String(24), unique=True)
    batch: Mapped[str] = mapped_column(String(32))
    place: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="queued")
    why: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

"""Where a workshop sends parcels abroad: zones of countries, and what each weight costs there."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store, store_key

SERVICES = ("packet", "parcel", "ems")  # small packets of letter post, parcels, express mail


class ZoneAbroad(Base):
    """Some countries that cost the same, and which of her carriers takes the parcels there."""

    __tablename__ = "zones_abroad"
    __table_args__ = (
        store_key(),
        of_store("account_id", table="carrier_accounts", ondelete="CASCADE"),
        CheckConstraint("service IN ('packet', 'parcel', 'ems')", name="service"),
        CheckConstraint("min_days BETWEEN 0 AND 90 AND max_days BETWEEN min_days AND 90", name="days"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(BigKey)
    name: Mapped[str] = mapped_column(String(60))
    service: Mapped[str] = mapped_column(String(8))
    min_days: Mapped[int]
    max_days: Mapped[int]


class ZoneCountry(Base):
    """A country of a zone: each is in one zone of a workshop."""

    __tablename__ = "zone_countries"
    __table_args__ = (of_store("zone_id", table="zones_abroad", ondelete="CASCADE"),)

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    zone_id: Mapped[int] = mapped_column(BigKey)


class ZoneStep(Base):
    """What a parcel up to so many grams costs in a zone."""

    __tablename__ = "zone_steps"
    __table_args__ = (
        of_store("zone_id", table="zones_abroad", ondelete="CASCADE"),
        CheckConstraint("up_to_g BETWEEN 1 AND 30000 AND price_minor > 0", name="figures"),
    )

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zone_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    up_to_g: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    price_minor: Mapped[int]

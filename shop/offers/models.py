"""Offers, the products they are kept to, and which order used one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.money import Money
from shop.plumbing.db import Base, BigKey, of_store, store_key

KINDS = ("percent", "amount", "delivery")


class Offer(Base):
    """What is taken off, and when. Without a code it is automatic; without products it is for the whole shop.

    `uses` counts the orders that hold it now: it moves by guarded statements only, never past `most_uses`. Days are
    days in Algeria, the last one included.
    """

    __tablename__ = "offers"
    __table_args__ = (
        store_key(),
        UniqueConstraint("store_id", "code"),
        CheckConstraint("kind IN ('percent', 'amount', 'delivery')", name="kind"),
        CheckConstraint("state IN ('running', 'paused')", name="state"),
        CheckConstraint("percent BETWEEN 0 AND 90 AND amount_minor >= 0 AND minimum_minor >= 0", name="figures"),
        CheckConstraint("uses >= 0 AND (most_uses IS NULL OR uses <= most_uses)", name="uses"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    state: Mapped[str] = mapped_column(String(12), default="running")
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(12))
    percent: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    code: Mapped[str | None] = mapped_column(String(20))
    minimum_minor: Mapped[int] = mapped_column(default=0)
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    most_uses: Mapped[int | None]
    most_per_phone: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class OfferProduct(Base):
    """A product that an offer is kept to."""

    __tablename__ = "offer_products"
    __table_args__ = (
        of_store("offer_id", table="offers", ondelete="CASCADE"),
        of_store("product_id", table="products", ondelete="CASCADE"),
        Index("ix_offer_products_product", "product_id"),
    )

    offer_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    product_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]


class Redemption(Base):
    """One order that used an offer, under its name and code of that moment. Given back when the order is cancelled."""

    __tablename__ = "offer_redemptions"
    __table_args__ = (
        of_store("offer_id", table="offers"),
        of_store("order_id", table="orders"),
        UniqueConstraint("order_id"),
        Index("ix_offer_redemptions_offer", "offer_id", "phone"),
        CheckConstraint("kind IN ('percent', 'amount', 'delivery')", name="kind"),
        CheckConstraint("amount_minor >= 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    offer_id: Mapped[int] = mapped_column(BigKey)
    order_id: Mapped[int] = mapped_column(BigKey)
    phone: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(20), default="")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    at: Mapped[datetime]
    given_back_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What the workshop gave: off the goods, or of the delivery."""
        return Money(self.amount_minor, self.currency)

"""Links that hold pieces for whoever has them, and the pieces that they hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from shop.plumbing.db import Base, BigKey, of_store, store_key


class OrderLink(Base):
    """A basket that the artisan filled for somebody, behind a secret of its own: for one order, and for so long.

    The token is stored hashed. `cart_id` names the basket, whose `details` hold what is known of the buyer.
    """

    __tablename__ = "order_links"
    __table_args__ = (
        store_key(),
        of_store("order_id", table="orders"),
        CheckConstraint("kind IN ('chat', 'product')", name="kind"),
        CheckConstraint("state IN ('open', 'used', 'expired', 'withdrawn')", name="state"),
        Index("ix_order_links_store", "store_id", "state", "id"),
        Index("ix_order_links_due", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    cart_id: Mapped[int] = mapped_column(BigKey, unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="open")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    order_id: Mapped[int | None] = mapped_column(BigKey)


class Reservation(Base):
    """Pieces that an open link keeps out of the stock; they are free again when it is used, expired or withdrawn.

    Of what is made to order it keeps so many places in the queue: `queued`.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        of_store("link_id", table="order_links"),
        of_store("variant_id", table="variants"),
        CheckConstraint("pieces BETWEEN 1 AND 999", name="pieces"),
        Index("ix_reservations_link", "link_id"),
        Index("ix_reservations_variant", "variant_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    link_id: Mapped[int] = mapped_column(BigKey)
    variant_id: Mapped[int] = mapped_column(BigKey)
    pieces: Mapped[int]
    queued: Mapped[bool] = mapped_column(default=False, server_default=false())

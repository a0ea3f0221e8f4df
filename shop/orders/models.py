"""Purchases, orders, their lines, the companies they are for and the calls that confirm them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.money import Money
from shop.plumbing.countries import HOME, is_abroad
from shop.plumbing.db import Base, BigKey, of_store, store_key

# How a confirmation call can end.
OUTCOMES = ("confirmed", "no_answer", "postponed", "wrong_number", "cancelled", "fake")
CANCEL_REASONS = (
    "changed_mind", "too_expensive", "too_slow", "duplicate", "unreachable", "wrong_number", "fake", "out_of_stock",
    "buyer", "refused", "unpaid", "other",
)  # fmt: skip


class Purchase(Base):
    """One checkout: one or more orders under one reference. Its key makes a second tap harmless."""

    __tablename__ = "purchases"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    cart_id: Mapped[int | None] = mapped_column(BigKey)
    language: Mapped[str] = mapped_column(String(2))
    placed_at: Mapped[datetime]


class Order(Base):
    """What one buyer ordered from one workshop. Names and prices are frozen in its lines."""

    __tablename__ = "orders"
    __table_args__ = (
        store_key(),
        CheckConstraint("state IN ('placed', 'confirmed', 'completed', 'cancelled')", name="state"),
        CheckConstraint("kind IN ('home', 'desk', 'hand')", name="kind"),
        CheckConstraint("total_minor = goods_minor + delivery_minor - discount_minor", name="total"),
        CheckConstraint("goods_minor >= 0 AND delivery_minor >= 0 AND discount_minor >= 0", name="amounts"),
        Index("ix_orders_store_state", "store_id", "state", "placed_at", "id"),
        Index("ix_orders_store_phone", "store_id", "phone"),
        Index("ix_orders_store_placed", "store_id", "placed_at", "id"),
        Index("ix_orders_network", "placed_at", sqlite_where=text("network_mark <> ''"),
              postgresql_where=text("network_mark <> ''")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchases.id"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="placed")
    language: Mapped[str] = mapped_column(String(2))
    buyer_name: Mapped[str] = mapped_column(String(120))
    buyer_fold: Mapped[str] = mapped_column(String(160))  # the name folded for search
    phone: Mapped[str] = mapped_column(String(16))
    wilaya_code: Mapped[str] = mapped_column(String(2))  # or the two letters of a country, as in the next one
    commune_code: Mapped[str] = mapped_column(String(4))
    city: Mapped[str] = mapped_column(String(80), default="", server_default="")  # abroad only
    postcode: Mapped[str] = mapped_column(String(16), default="", server_default="")
    email: Mapped[str] = mapped_column(String(254), default="", server_default="")  # abroad only, for its carrier
    address: Mapped[str] = mapped_column(String(400), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    gift: Mapped[bool] = mapped_column(default=False, server_default=false())  # who receives it is told no price
    gift_words: Mapped[str] = mapped_column(String(300), default="", server_default="")  # for the card
    payer_phone: Mapped[str] = mapped_column(String(16), default="", server_default="")  # of a gift: who ordered it
    kind: Mapped[str] = mapped_column(String(4))  # hand: sold face to face, no parcel, perhaps no name and no phone
    goods_minor: Mapped[int]
    delivery_minor: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)
    offer_name: Mapped[str] = mapped_column(String(60), server_default="")  # what took it off, or offered the delivery
    offer_code: Mapped[str] = mapped_column(String(20), server_default="")
    total_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    promised_from: Mapped[date | None]
    promised_to: Mapped[date | None]
    terms: Mapped[str] = mapped_column(Text, default="")
    terms_hash: Mapped[str] = mapped_column(String(64), default="")
    seller: Mapped[dict[str, Any] | None]  # who sold, as the store's legal identity was at that moment
    set_aside: Mapped[bool] = mapped_column(default=True, server_default=true())  # else taken when it is confirmed
    network_mark: Mapped[str] = mapped_column(String(64), server_default="")  # from where it came, for a day
    tries: Mapped[int] = mapped_column(default=0)
    call_at: Mapped[datetime | None]  # not before this moment: the next try, or the day it was put off to
    placed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(20), default="")

    @property
    def country(self) -> str:
        """The country where it goes, by two letters."""
        return self.wilaya_code if is_abroad(self.wilaya_code) else HOME

    @property
    def told_at(self) -> str:
        """The phone of who is told how the order stands: of a gift, who gives it."""
        return self.payer_phone or self.phone

    @property
    def town(self) -> str:
        """Abroad, the postcode and the city as they stand under an address; empty at home."""
        return f"{self.postcode} {self.city}".strip()

    @property
    def goods(self) -> Money:
        """The lines' sum."""
        return Money(self.goods_minor, self.currency)

    @property
    def delivery(self) -> Money:
        """What delivery costs the buyer."""
        return Money(self.delivery_minor, self.currency)

    @property
    def discount(self) -> Money:
        """What was taken off."""
        return Money(self.discount_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays in all."""
        return Money(self.total_minor, self.currency)


class OrderLine(Base):
    """So many pieces, under the names and at the price of that moment."""

    __tablename__ = "order_lines"
    __table_args__ = (
        of_store("order_id", table="orders"),
        of_store("variant_id", table="variants"),
        Index("ix_order_lines_order", "order_id", "id"),
        Index("ix_order_lines_lot", "store_id", "lot"),
        CheckConstraint("pieces BETWEEN 1 AND 999", name="pieces"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)
    variant_id: Mapped[int] = mapped_column(BigKey)
    product_id: Mapped[int] = mapped_column(BigKey)
    name_ar: Mapped[str] = mapped_column(String(160), default="")
    name_fr: Mapped[str] = mapped_column(String(160), default="")
    name_en: Mapped[str] = mapped_column(String(160), default="")
    label_ar: Mapped[str] = mapped_column(String(80), default="")
    label_fr: Mapped[str] = mapped_column(String(80), default="")
    label_en: Mapped[str] = mapped_column(String(80), default="")
    cover: Mapped[str] = mapped_column(String(80), default="")
    unit_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    pieces: Mapped[int]
    weight_g: Mapped[int]
    fragile: Mapped[bool] = mapped_column(default=False)
    personal: Mapped[str] = mapped_column(String(200), default="")  # what the buyer typed for the maker
    caution: Mapped[str] = mapped_column(String(12), default="")  # flammable, for the carrier
    lot: Mapped[str] = mapped_column(String(40), default="")
    best_before: Mapped[date | None]
    cost_minor: Mapped[int | None]  # materials and packaging of one piece; none: not known
    discount_minor: Mapped[int] = mapped_column(server_default="0")  # its share of the order's discount

    @property
    def unit(self) -> Money:
        """The price of one piece."""
        return Money(self.unit_minor, self.currency)


class Company(Base):
    """The company that an order is for, as its invoice names it."""

    __tablename__ = "order_companies"
    __table_args__ = (of_store("order_id", table="orders"),)

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    register_number: Mapped[str] = mapped_column(String(40), default="")
    nif: Mapped[str] = mapped_column(String(20), default="")
    nis: Mapped[str] = mapped_column(String(20), default="")


class Exchange(Base):
    """An order that exchanges pieces of an earlier one, which its courier takes back."""

    __tablename__ = "exchanges"
    __table_args__ = (
        of_store("order_id", table="orders"),
        of_store("first_id", table="orders"),
        Index("ix_exchanges_first", "store_id", "first_id"),
    )

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    first_id: Mapped[int] = mapped_column(BigKey)
    owed_minor: Mapped[int] = mapped_column(server_default="0")  # what goes out costs so much less: the buyer's
    currency: Mapped[str] = mapped_column(String(3), server_default="DZD")
    back_at: Mapped[datetime | None]  # when she said what of the first pieces came back

    @property
    def owed(self) -> Money:
        """By how much what goes out is cheaper than what comes back: she gives it back from the first order."""
        return Money(self.owed_minor, self.currency)


class ExchangedLine(Base):
    """So many pieces of a line of the first order that an exchange takes back, and how many of them came whole."""

    __tablename__ = "exchange_lines"
    __table_args__ = (
        of_store("order_id", table="orders"),
        ForeignKeyConstraint(["line_id"], ["order_lines.id"], ondelete="RESTRICT"),
        Index("ix_exchange_lines_line", "line_id"),
        CheckConstraint("pieces BETWEEN 1 AND 999", name="pieces"),
        CheckConstraint("whole BETWEEN 0 AND pieces", name="whole"),
    )

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    pieces: Mapped[int]
    whole: Mapped[int | None]  # none: not back yet; the others came damaged, or never


class Call(Base):
    """One try to reach the buyer, and how it ended. An undone one stays, marked."""

    __tablename__ = "calls"
    __table_args__ = (of_store("order_id", table="orders"), Index("ix_calls_order", "order_id", "id"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)
    number: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(300), default="")
    call_at: Mapped[datetime | None]  # when to try again
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")
    undone_at: Mapped[datetime | None]

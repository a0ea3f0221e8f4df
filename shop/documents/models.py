"""Every label that was drawn for printing; invoices, their numbers, and how a store issues them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.money import Money
from shop.plumbing.db import Base, BigKey, of_store, store_key


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
    their_mark: Mapped[str] = mapped_column(String(64), default="")  # of the partner's label that was printed for it
    cells: Mapped[int] = mapped_column(default=1)  # places it takes: a partner's label has as many as pages
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")


class PaperNudge(Base):
    """By how much a store moves what it prints on a paper, in tenths of a millimetre: to the right, and down."""

    __tablename__ = "paper_nudges"
    __table_args__ = (CheckConstraint("x BETWEEN -100 AND 100 AND y BETWEEN -100 AND 100", name="reach"),)

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    paper: Mapped[str] = mapped_column(String(12), primary_key=True)
    x: Mapped[int]
    y: Mapped[int]


class PaperRules(Base):
    """How a store issues its invoices. A store without a row has the defaults."""

    __tablename__ = "paper_rules"
    __table_args__ = (
        CheckConstraint("kind IN ('invoice', 'voucher')", name="kind"),
        CheckConstraint("vat_rate BETWEEN 1 AND 100", name="vat_rate"),
    )

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), default="invoice")  # voucher: the artisan's bon de transaction
    automatic: Mapped[bool] = mapped_column(default=False)  # issued when the parcel is handed over
    both_languages: Mapped[bool] = mapped_column(default=False)
    charges_vat: Mapped[bool] = mapped_column(default=False)
    vat_rate: Mapped[int] = mapped_column(default=19)
    stamp: Mapped[bool] = mapped_column(default=False)
    legal_form: Mapped[str] = mapped_column(String(60), default="")


class ProductTax(Base):
    """A product whose rate of tax is not its store's."""

    __tablename__ = "product_taxes"
    __table_args__ = (
        of_store("product_id", table="products", ondelete="CASCADE"),
        CheckConstraint("rate BETWEEN 0 AND 100", name="rate"),
    )

    store_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    product_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    rate: Mapped[int]


class InvoiceHead(Base):
    """The last number drawn of a kind of paper in a year of a store."""

    __tablename__ = "invoice_heads"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Invoice(Base):
    """One invoice, voucher or credit note: numbered without gaps, written once, its words frozen with their hash.

    An order has one invoice; when a credit note has cancelled it, the next one bears the next `turn`. A credit note
    that cancels nothing takes a part off its invoice (`CreditPart`).
    """

    __tablename__ = "invoices"
    __table_args__ = (
        store_key(),
        of_store("order_id", table="orders"),
        of_store("cancels_id", table="invoices"),
        CheckConstraint("kind IN ('credit', 'invoice', 'voucher')", name="kind"),
        CheckConstraint("kind = 'credit' OR cancels_id IS NULL", name="cancels"),
        UniqueConstraint("store_id", "kind", "year", "number"),
        UniqueConstraint("cancels_id"),
        Index(
            "ix_invoices_turn", "order_id", "turn", unique=True, sqlite_where=text("kind <> 'credit'"),
            postgresql_where=text("kind <> 'credit'"),
        ),
        Index("ix_invoices_store_at", "store_id", "at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)
    cancels_id: Mapped[int | None] = mapped_column(BigKey)
    kind: Mapped[str] = mapped_column(String(8))
    year: Mapped[int]
    number: Mapped[int]
    turn: Mapped[int] = mapped_column(default=1)
    total_minor: Mapped[int]
    net_minor: Mapped[int]
    stamp_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")

    @property
    def code(self) -> str:
        """The number as it is said and searched: F-2026-0041."""
        return f"{CODE_LETTER[self.kind]}-{self.year}-{self.number:04d}"

    @property
    def total(self) -> Money:
        """What the buyer pays, or gets back."""
        return Money(self.total_minor, self.currency)


class CreditPart(Base):
    """Which invoice a credit note takes a part off: what was given back in part."""

    __tablename__ = "credit_parts"
    __table_args__ = (
        of_store("note_id", table="invoices"),
        of_store("invoice_id", table="invoices"),
        Index("ix_credit_parts_invoice", "store_id", "invoice_id"),
    )

    note_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    store_id: Mapped[int]
    invoice_id: Mapped[int] = mapped_column(BigKey)


CODE_LETTER = {"invoice": "F", "voucher": "B", "credit": "A"}
KIND_OF_LETTER = {letter: kind for kind, letter in CODE_LETTER.items()}

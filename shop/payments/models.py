"""Payments: what is expected and what came; how a workshop has set its methods; the ledger that follows the money."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.money import Money
from shop.plumbing.db import Base, BigKey, of_store, store_key


class Payment(Base):
    """One amount by one method: one attempt, under one reference of ours.

    An order may have several: late, double and partial payments happen. `collected_minor` is what really came,
    `refunded_minor` what was given back of it. In another currency than the order's, `worth_minor` is what it pays of
    the order's price. With `expires_at` the order waits for this payment until then; without, the money comes with
    the parcel. `looked_at` is when its method was asked last, and how often in `looks`.
    """

    __tablename__ = "payments"
    __table_args__ = (
        store_key(),
        of_store("order_id", table="orders"),
        CheckConstraint(
            "state IN ('pending', 'collected', 'settled', 'failed', 'cancelled', 'refunded')", name="state"
        ),
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("ix_payments_order", "order_id"),
        Index("ix_payments_waiting", "state", "expires_at"),
        Index("ix_payments_store_state", "store_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)
    method: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12), default="pending")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    worth_minor: Mapped[int | None]  # in the order's currency; none: it is the amount's own
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    external: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    collected_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    collected_minor: Mapped[int] = mapped_column(default=0)
    refunded_minor: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    looks: Mapped[int] = mapped_column(default=0)
    redirect: Mapped[str] = mapped_column(String(1000), default="")  # the method's own page, while it can be paid there
    problem: Mapped[str] = mapped_column(String(200), default="")  # an English msgid: why it failed
    mentions: Mapped[list[Any]] = mapped_column(default=list)  # pairs that the receipt must show
    raw: Mapped[str] = mapped_column(String(200), default="")  # the outside's own last word
    refund_out: Mapped[int | None] = mapped_column(BigKey)  # the one of its refunds that is outside, since when
    refund_out_at: Mapped[datetime | None]
    deposit_back: Mapped[bool | None]  # of cash after a deposit: whether that goes back when the parcel is refused
    lost_minor: Mapped[int] = mapped_column(default=0)  # of what left the buyer, what its carrier will never bring
    lost_reason: Mapped[str] = mapped_column(String(200), default="")
    lost_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What is expected."""
        return Money(self.amount_minor, self.currency)

    @property
    def waits(self) -> bool:
        """Tell whether the order waits for this money before anything leaves."""
        return self.expires_at is not None and self.state in {"pending", "failed"}

    @property
    def is_awaited(self) -> bool:
        """Tell whether an outside was asked to begin it, and has not said yet what became of it."""
        return self.state == "pending" and self.expires_at is not None and self.started_at is not None

    @property
    def awaited_at_door(self) -> bool:
        """Tell whether the courier is to bring this money."""
        return self.expires_at is None and self.state == "pending"

    @property
    def returnable(self) -> Money:
        """What could be given back now: what a courier holds has to reach the artisan first."""
        here = self.state == "settled" or (self.state == "collected" and self.expires_at is not None)
        return self.kept if here else Money(0, self.currency)

    @property
    def came(self) -> Money:
        """What really came."""
        return Money(self.collected_minor, self.currency)

    @property
    def lost(self) -> Money:
        """What was given up of it: its carrier will never bring that."""
        return Money(self.lost_minor, self.currency)

    @property
    def kept(self) -> Money:
        """What came and was not given back."""
        return Money(self.collected_minor - self.refunded_minor, self.currency)

    @property
    def way(self) -> str:
        """The method, and the currency where it is another one, as forms carry them."""
        return self.method if self.worth_minor is None else f"{self.method}.{self.currency}"

    @property
    def worth(self) -> Money:
        """What is expected, in the order's currency."""
        return self.worth_of(self.amount_minor)

    @property
    def kept_worth(self) -> Money:
        """What came and was not given back, in the order's currency."""
        return self.worth_of(self.collected_minor) - self.worth_of(self.refunded_minor)

    def worth_of(self, minor: int) -> Money:
        """Return a part of the amount in the order's currency: the whole is exact, a part is rounded down."""
        return worth(Money(minor, self.currency), self.amount_minor, self.worth_minor)

    def part_of(self, dinars: Money) -> Money:
        """Return the part of the amount that stands for so much in the order's currency, rounded up."""
        if self.worth_minor is None:
            return dinars
        return Money(-(-dinars.minor * self.amount_minor // self.worth_minor), self.currency)


def worth(part: Money, of_minor: int, worth_minor: int | None) -> Money:
    """Return a part of an amount that is worth so much in dinars, as these; without a worth, as it is."""
    return part if worth_minor is None else Money(part.minor * worth_minor // (of_minor or 1))


class PaymentSettings(Base):
    """How a workshop has set one method. Secrets are sealed: the database alone tells none."""

    __tablename__ = "payment_settings"
    __table_args__ = (store_key(), UniqueConstraint("store_id", "method"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    method: Mapped[str] = mapped_column(String(32))
    enabled: Mapped[bool]
    plain: Mapped[dict[str, Any]]
    sealed: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(200), default="")  # of the last check; an English msgid


class PaymentNotice(Base):
    """What an outside system sent about payments of a workshop: kept for ever, as it came, each event once."""

    __tablename__ = "payment_notices"
    __table_args__ = (store_key(), UniqueConstraint("store_id", "method", "event"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    method: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(120))
    external: Mapped[str] = mapped_column(String(120), default="")
    reference: Mapped[str] = mapped_column(String(40), default="")
    raw: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class PaymentProof(Base):
    """What a buyer sent to show that she has paid: a picture or a PDF, for the workshop's eyes only."""

    __tablename__ = "payment_proofs"
    __table_args__ = (
        of_store("payment_id", table="payments"),
        store_key(),
        CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name="state"),
        Index("ix_payment_proofs_payment", "payment_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    payment_id: Mapped[int] = mapped_column(BigKey)
    file: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(10))  # webp or pdf
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    sent_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]


class Refund(Base):
    """An amount given back of one payment; `reference` makes the method act once."""

    __tablename__ = "refunds"
    __table_args__ = (
        of_store("payment_id", table="payments"),
        store_key(),
        CheckConstraint("state IN ('pending', 'done', 'failed')", name="state"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_refunds_payment", "payment_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    payment_id: Mapped[int] = mapped_column(BigKey)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="pending")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    external: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    proof: Mapped[str] = mapped_column(String(200), default="")  # how it was given back, in her words
    problem: Mapped[str] = mapped_column(String(200), default="")
    by_name: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What is given back."""
        return Money(self.amount_minor, self.currency)


class Incident(Base):
    """Something about money that nobody but a person can settle; one open incident of a kind for a payment."""

    __tablename__ = "payment_incidents"
    __table_args__ = (
        of_store("payment_id", table="payments"),
        store_key(),
        UniqueConstraint("payment_id", "kind"),
        Index("ix_payment_incidents_open", "store_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    payment_id: Mapped[int] = mapped_column(BigKey)
    kind: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(120), default="")


class LedgerEntry(Base):
    """One account's part of a movement of money. Rows stay as they are; the parts of a movement add up to nothing."""

    __tablename__ = "ledger"
    __table_args__ = (
        of_store("order_id", table="orders"),
        of_store("payment_id", table="payments"),
        CheckConstraint(
            "account IN ('buyer', 'goods', 'delivery', 'discount', 'with_carrier', 'with_provider', 'in_hand', "
            "'fees', 'difference', 'return_fees', 'refunded', 'exchange', 'lost')",
            name="account",
        ),
        CheckConstraint("minor <> 0", name="minor"),
        Index("ix_ledger_order", "store_id", "order_id"),
        Index("ix_ledger_account", "store_id", "account", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    movement: Mapped[int]  # the same for all parts of a movement
    kind: Mapped[str] = mapped_column(String(12))  # sold, cancelled, collected, settled, refunded, return_fee, lost
    order_id: Mapped[int] = mapped_column(BigKey)
    payment_id: Mapped[int | None] = mapped_column(BigKey)
    account: Mapped[str] = mapped_column(String(16))
    minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]
    by_kind: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[int | None]

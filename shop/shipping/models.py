"""Carriers of a store, delivery rates, desks, shipments and scans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from shop.core.boxes import Box, box_of
from shop.core.money import Money
from shop.core.states import SCANS
from shop.plumbing.db import Base, BigKey, of_store, store_key

KINDS = ("home", "desk")


class CarrierAccount(Base):
    """A carrier that a store works with, under the name that buyers read. The first active one that serves wins."""

    __tablename__ = "carrier_accounts"
    __table_args__ = (store_key(), Index("ix_carrier_accounts_store", "store_id", "active", "position"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    carrier: Mapped[str] = mapped_column(String(32))  # the plug-in's key
    title: Mapped[str] = mapped_column(String(80))
    title_ar: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(16), default="")
    may_open: Mapped[bool] = mapped_column(default=False)  # the buyer may open the parcel before paying
    return_minor: Mapped[int | None]  # what a parcel that comes back costs, in the store's currency; not always known
    settings: Mapped[dict[str, Any]]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    sealed: Mapped[str] = mapped_column(Text, default="")  # the secrets of its settings
    checked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(200), default="")  # what the last check found, an English msgid
    their_label: Mapped[bool] = mapped_column(default=False)  # parcels go under the label that the partner makes
    asked_as: Mapped[str] = mapped_column(String(64), default="")  # a mark of the account there, whoever typed its key
    learned: Mapped[int | None]  # of how many wilayas its partner has told the prices, since she last asked
    included_g: Mapped[int | None]  # what she types of its tariff; empty: as its plug-in or its partner tells
    per_kg_minor: Mapped[int | None]
    cm3_per_kg: Mapped[int | None]
    insured_from_minor: Mapped[int | None]  # parcels worth so much are insured by themselves; empty: none is

    @property
    def return_cost(self) -> Money | None:
        """What a parcel that comes back costs, where it is known."""
        return None if self.return_minor is None else Money(self.return_minor)

    @property
    def insured_from(self) -> Money | None:
        """From what worth on its parcels are insured by themselves, if any are."""
        return None if self.insured_from_minor is None else Money(self.insured_from_minor)


class DeliveryRate(Base):
    """What delivery to a wilaya costs: home, desk, or not at all (both empty)."""

    __tablename__ = "delivery_rates"
    __table_args__ = (
        of_store("account_id", table="carrier_accounts", ondelete="CASCADE"),
        UniqueConstraint("account_id", "wilaya_code"),
        CheckConstraint("home_minor >= 0", name="home"),
        CheckConstraint("desk_minor >= 0", name="desk"),
        CheckConstraint("min_days BETWEEN 0 AND 60 AND max_days BETWEEN min_days AND 60", name="days"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(BigKey)
    wilaya_code: Mapped[str] = mapped_column(String(2))
    home_minor: Mapped[int | None]
    desk_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    min_days: Mapped[int] = mapped_column(default=1)
    max_days: Mapped[int] = mapped_column(default=3)
    per_kg_minor: Mapped[int | None]  # each kilogram above those included, as its partner tells
    insurance_hundredths: Mapped[int | None]  # of a per cent of what is insured, as its partner tells


class CommuneRate(Base):
    """What delivery to the door costs in a commune where it is not as in the rest of its wilaya; empty: not served."""

    __tablename__ = "commune_rates"
    __table_args__ = (
        of_store("account_id", table="carrier_accounts", ondelete="CASCADE"),
        UniqueConstraint("account_id", "commune_code"),
        CheckConstraint("home_minor >= 0", name="home"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(BigKey)
    commune_code: Mapped[str] = mapped_column(String(4))
    home_minor: Mapped[int | None]


class CarrierPlace(Base):
    """A commune as a family of carriers spells it, and which of ours it is: the same for all workshops."""

    __tablename__ = "carrier_places"
    __table_args__ = (UniqueConstraint("carrier", "wilaya_code_58", "name"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    carrier: Mapped[str] = mapped_column(String(32))
    wilaya_code_58: Mapped[str] = mapped_column(String(2))
    wilaya: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    commune_code: Mapped[str] = mapped_column(String(4), default="")  # ours; empty: none is surely meant
    served: Mapped[bool] = mapped_column(default=True)
    external: Mapped[str] = mapped_column(String(40), default="")  # the carrier's own mark of it
    wilaya_external: Mapped[str] = mapped_column(String(40), default="")
    seen_at: Mapped[datetime]


class Desk(Base):
    """A place where buyers fetch their parcel."""

    __tablename__ = "desks"
    __table_args__ = (
        store_key(),
        of_store("account_id", table="carrier_accounts", ondelete="CASCADE"),
        Index("ix_desks_place", "account_id", "wilaya_code"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(BigKey)
    wilaya_code: Mapped[str] = mapped_column(String(2))
    commune_code: Mapped[str] = mapped_column(String(4), default="")
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300), default="")
    hours: Mapped[str] = mapped_column(String(120), default="")
    active: Mapped[bool] = mapped_column(default=True)
    external: Mapped[str] = mapped_column(String(40), default="")  # the carrier's own number of it


class Shipment(Base):
    """One parcel of one order. At most one live shipment per order."""

    __tablename__ = "shipments"
    __table_args__ = (
        store_key(),
        of_store("order_id", table="orders"),
        of_store("account_id", table="carrier_accounts"),
        of_store("handover_id", table="handovers"),
        CheckConstraint(
            "state IN ('preparing', 'labelled', 'handed_over', 'in_transit', 'at_point', 'attempt_failed', "
            "'delivered', 'returning', 'returned', 'lost', 'cancelled')",
            name="state",
        ),
        CheckConstraint("kind IN ('home', 'desk')", name="kind"),
        Index("ix_shipments_live", "order_id", unique=True, sqlite_where=text("state <> 'cancelled'"),
              postgresql_where=text("state <> 'cancelled'")),
        Index("ix_shipments_store_state", "store_id", "state", "id"),
        Index("ix_shipments_store_tracking", "store_id", "tracking"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(BigKey)
    account_id: Mapped[int | None] = mapped_column(BigKey)
    carrier: Mapped[str] = mapped_column(String(32))
    carrier_title: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16), default="preparing")
    kind: Mapped[str] = mapped_column(String(4))
    desk_id: Mapped[int | None] = mapped_column(BigKey)
    desk_name: Mapped[str] = mapped_column(String(160), default="")
    desk_external: Mapped[str] = mapped_column(String(40), default="")  # its carrier's own number of it
    desk_commune: Mapped[str] = mapped_column(String(4), default="")
    desk_address: Mapped[str] = mapped_column(String(300), default="")
    desk_hours: Mapped[str] = mapped_column(String(120), default="")
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # ours, and what the label's bars say
    tracking: Mapped[str] = mapped_column(String(40), default="")  # the carrier's, or ours when it gives none
    draft: Mapped[str] = mapped_column(String(40), default="")  # the number of what lies there and is not confirmed
    fee_minor: Mapped[int]
    return_minor: Mapped[int | None]  # what its way back would cost, as it was known when it was made
    collect_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    weight_g: Mapped[int]  # as its products say
    measured_g: Mapped[int | None]  # as a scale said of the packed parcel
    length_mm: Mapped[int | None]  # of its box, as far as the boxes of the goods are known
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    billable_g: Mapped[int] = mapped_column(default=0, server_default="0")  # what it counted for; 0: nobody reckoned
    over_minor: Mapped[int] = mapped_column(default=0, server_default="0")  # of the fee, for weight above the included
    takes_back: Mapped[str] = mapped_column(String(250), default="", server_default="")  # of an exchange, in French
    insured: Mapped[bool] = mapped_column(default=False, server_default=false())
    insurance_minor: Mapped[int] = mapped_column(default=0, server_default="0")  # what that costs her; 0: not told
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when its carrier was last asked to book it: it may have, unheard
    booking_problem: Mapped[str] = mapped_column(String(200), default="")  # why its carrier refused it
    booked_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]  # when its carrier was last asked where it is
    labelled_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    handover_id: Mapped[int | None] = mapped_column(BigKey)
    delivered_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]

    @property
    def collect(self) -> Money:
        """What the courier takes from the buyer."""
        return Money(self.collect_minor, self.currency)

    @property
    def over(self) -> Money:
        """What is asked for its weight or size, within the price of delivery."""
        return Money(self.over_minor, self.currency)

    @property
    def insurance(self) -> Money:
        """What insuring it costs the workshop."""
        return Money(self.insurance_minor, self.currency)

    @property
    def box(self) -> Box | None:
        """Its outer sizes, where they are known."""
        return box_of(self.length_mm, self.width_mm, self.height_mm)

    @property
    def weighs_g(self) -> int:
        """What the parcel weighs: as it was measured, else as its products say."""
        return self.weight_g if self.measured_g is None else self.measured_g


class Scan(Base):
    """What was said of a parcel, kept as it came, even when it moved nothing."""

    __tablename__ = "scans"
    __table_args__ = (
        of_store("shipment_id", table="shipments"),
        UniqueConstraint("shipment_id", "key"),
        CheckConstraint("word IN (" + ", ".join(f"'{word}'" for word in sorted(SCANS)) + ")", name="word"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    shipment_id: Mapped[int] = mapped_column(BigKey)
    key: Mapped[str] = mapped_column(String(80))  # the carrier's event id, or ours: a repeat is the same row
    word: Mapped[str] = mapped_column(String(20))
    raw: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    moved: Mapped[bool] = mapped_column(default=False)


class CarrierNotice(Base):
    """What a carrier sent by itself: kept as it came, each event once, and looked into by a job."""

    __tablename__ = "carrier_notices"
    __table_args__ = (
        of_store("account_id", table="carrier_accounts"),
        UniqueConstraint("account_id", "event"),
        Index("ix_carrier_notices_waiting", "account_id", sqlite_where=text("handled_at IS NULL"),
              postgresql_where=text("handled_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int]
    account_id: Mapped[int] = mapped_column(BigKey)
    event: Mapped[str] = mapped_column(String(120))
    tracking: Mapped[str] = mapped_column(String(40))
    raw: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class Handover(Base):
    """A signed sheet: which parcels a courier took, how many, and how much cash they carry."""

    __tablename__ = "handovers"
    __table_args__ = (store_key(), UniqueConstraint("store_id", "number"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    number: Mapped[int]
    carrier_title: Mapped[str] = mapped_column(String(80))
    parcels: Mapped[int]
    collect_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="DZD")
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(String(120), default="")
    signed_at: Mapped[datetime | None]  # when whoever took the parcels signed for them
    signed_by: Mapped[str] = mapped_column(String(120), default="")
    signature: Mapped[str] = mapped_column(String(80), default="")  # names the private file; empty: signed on paper

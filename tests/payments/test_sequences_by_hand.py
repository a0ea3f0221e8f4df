"""Money without a service: transfers whose receipts and delays come in any order, and cash that couriers carry.

TEST_SEQUENCES=1000 tries so many sequences of each on each database (a few otherwise): one end, the money exact.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from shop.audit import findings
from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.orders.models import Order
from shop.payments import incidents, ledger, proofs
from shop.payments.models import LedgerEntry
from shop.plumbing.db import session, transaction
from shop.settlement.models import RemittanceLine
from shop.settlement.reading import Line
from shop.settlement.service import record_statement
from shop.shipping.contract import ParcelScan
from shop.shipping.models import Shipment
from tests.checkout.cast import AMINA, Workshop, handed_over, workshop
from tests.payments.till import CCP, OUTSIDE, all_of, of, takes, waiting

SEQUENCES = int(os.environ.get("TEST_SEQUENCES", "3"))
MANY = settings(
    max_examples=SEQUENCES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
TO_GIVE_BACK = {"late", "back", "over"}


def held(order_id: int) -> Counter[str]:
    """Return what stands in each account of an order's ledger."""
    found = Counter[str]()
    for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.order_id == order_id)):
        found[entry.account] += entry.minor
    return found


# ── transfers ─────────────────────────────────────────────────────────────────────────────────────────────────────

HAND = st.tuples(st.sampled_from(["receipt", "came", "came", "again", "night", "cancel"]), st.integers(0, 11))
PARTS = (100, 100, 40, 130)  # hundredths of what was asked


class Transfer:
    """One order that is paid by transfer."""

    def __init__(self, shop: Workshop) -> None:
        self.shop, self.at, self.came = shop, clock.now(), 0
        self.order, _payment = waiting(shop, "transfer")

    def step(self, name: str, n: int) -> None:
        """Let one thing happen; what comes too late, or twice, changes nothing."""
        deeds: dict[str, Callable[[int], None]] = {
            "receipt": self._receipt, "came": self._came, "again": self._again, "night": self._night,
            "cancel": self._cancel,
        }  # fmt: skip
        before = self._written()
        with clock.standing_at(self.at):
            try:
                deeds[name](n)
            except (InvalidTransition, Refused):
                assert self._written() == before

    def end(self) -> None:
        """Look at every receipt, and let the days go by."""
        for each in all_of(self.order):
            with suppress(InvalidTransition), transaction():
                proofs.ask_again(self.shop.id, each.id, by=AMINA)
        for _night in range(8):
            self._night(0)

    def _receipt(self, n: int) -> None:
        mine = all_of(self.order)
        with transaction():
            proofs.keep(self.shop.id, mine[n % len(mine)].id, file=os.urandom(12).hex(), kind="webp")

    def _came(self, n: int) -> None:
        mine = all_of(self.order)
        payment = mine[n % len(mine)]
        amount = Money(payment.amount_minor * PARTS[n % len(PARTS)] // 100)
        with transaction():
            proofs.accept(self.shop.id, payment.id, amount, by=AMINA)
        self.came += amount.minor

    def _again(self, n: int) -> None:
        mine = all_of(self.order)
        with transaction():
            proofs.ask_again(self.shop.id, mine[n % len(mine)].id, by=AMINA)

    def _night(self, _n: int) -> None:
        self.at += timedelta(hours=25)
        with clock.standing_at(self.at):
            unpaid.reconcile(OUTSIDE, {})

    def _cancel(self, _n: int) -> None:
        with transaction():
            fulfilment.cancel(self.shop.id, self.order.id, "other", by=AMINA)

    def _written(self) -> int:
        session.rollback()
        return session.scalar(select(func.count()).where(LedgerEntry.order_id == self.order.id)) or 0


def require_every_dinar(story: Transfer) -> None:
    order, mine = of(story.order.id)[0], all_of(story.order)
    stands, accounts = incidents.standing(story.shop.id, order.id), held(order.id)
    assert {each.state for each in mine} <= {"settled", "cancelled"}
    assert stands.kept.minor == accounts["in_hand"] == story.came
    assert order.state == "cancelled" or not stands.missing, "who did not pay in time has no order"
    told = {each.incident.kind for each in incidents.open_incidents(story.shop.id, order_id=order.id)}
    assert bool(told & TO_GIVE_BACK) == bool(stands.excess), (told, stands)
    assert accounts["buyer"] == (0 if order.state == "cancelled" else order.total_minor) - story.came


def test_every_sequence_of_a_transfer_has_one_end(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=90_000)
        takes(shop, "transfer", dict(CCP))

        @given(st.lists(HAND, min_size=1, max_size=10))
        @example([("came", 2), ("night", 0), ("night", 0), ("night", 0), ("came", 1)])  # a part, and the rest too late
        @MANY
        def tried(steps: list[tuple[str, int]]) -> None:
            story = Transfer(shop)
            for name, n in steps:
                story.step(name, n)
            story.end()
            require_every_dinar(story)

        tried()
        session.rollback()
        assert session.scalar(select(func.count()).select_from(Order)) >= SEQUENCES, "as many as were asked for"
        assert list(findings()) == []


# ── cash on delivery ──────────────────────────────────────────────────────────────────────────────────────────────

WAY = ("picked_up", "in_transit", "out_for_delivery", "attempt_failed", "in_transit")
ENDS = {"delivered": ("delivered",), "returned": ("returning", "returned"), "lost": ("lost",)}
CARRIER = st.lists(
    st.tuples(st.sampled_from(["scan", "scan", "scan", "list", "some"]), st.integers(0, 99)), max_size=14
)
FEE = 25_000


class Parcel:
    """One parcel with cash to be collected, its scans, and the lists on which its carrier brings the money."""

    def __init__(self, shop: Workshop, end: str, kept: int, brings: int) -> None:
        self.shop, self.way_end, self.kept = shop, end, kept
        self.order, self.box = handed_over(shop)
        start = clock.now()
        words = enumerate((*WAY, *ENDS[end]))
        self.scans = [self._scan(n, word, start) for n, word in words]
        self.brings = self.order.total_minor * brings // 100 if end == "delivered" else 0

    def _scan(self, n: int, word: str, start: datetime) -> ParcelScan:
        at = start + timedelta(minutes=n)
        return ParcelScan(key=f"s{n}", tracking=self.box.tracking or "", word=word, at=at, raw=word, text="")

    def step(self, name: str, n: int) -> None:
        """Let a scan, several of them, or a list come."""
        if name == "list":
            self._money(n)
            return
        some = [self.scans[n % len(self.scans)]] if name == "scan" else self.scans[n % 3 :: 2]
        with transaction():
            fulfilment.record(self.shop.id, self.box.id, some, by=AMINA)

    def end(self) -> None:
        """Let every scan come that did not come yet, in any case twice, and the list once more, twice."""
        for _twice in range(2):
            for scan in reversed(self.scans):
                with transaction():
                    fulfilment.record(self.shop.id, self.box.id, [scan], by=AMINA)
            self._money(7)
            self._money(8)

    def _money(self, n: int) -> None:
        """The carrier's list: under another name each time, and with another line beside it every second time."""
        lines = [Line((self.box.tracking or self.box.reference,), self.brings, self.kept, None)]
        if n % 2:
            lines.append(Line((f"UNKNOWN{n}",), 100_000, 0, None))
        with suppress(Refused), transaction():
            record_statement(
                self.shop.id, carrier_title="Barq Express", received_on=clock.today(), lines=lines,
                reference=f"{self.order.code}-{n}", by=AMINA,
            )  # fmt: skip


def require_the_cash(story: Parcel) -> None:
    order, payment = of(story.order.id)
    accounts, total = held(order.id), order.total_minor
    box = session.get_one(Shipment, story.box.id, populate_existing=True)
    assert box.state == story.way_end
    settled = session.scalar(select(func.count()).where(RemittanceLine.payment_id == payment.id))
    if story.way_end == "delivered":
        assert (order.state, payment.state, settled, accounts["with_carrier"]) == ("completed", "settled", 1, 0)
        assert (accounts["in_hand"], accounts["fees"]) == (story.brings - story.kept, story.kept)
        assert accounts["difference"] == total - story.brings
    else:
        ended = ("cancelled", "cancelled") if story.way_end == "returned" else ("confirmed", "pending")
        assert (order.state, payment.state, settled) == (*ended, 0)
        assert (accounts["return_fees"], accounts["in_hand"]) == (story.kept, -story.kept), "charged once"


def test_every_sequence_of_a_parcel_has_one_end(application: Flask) -> None:
    with application.app_context():
        shop = workshop(stock=90_000)

        @given(st.sampled_from(sorted(ENDS)), st.sampled_from([0, FEE]), st.sampled_from([100, 100, 90, 105]), CARRIER)
        @MANY
        def tried(end: str, kept: int, brings: int, steps: list[tuple[str, int]]) -> None:
            story = Parcel(shop, end, kept, brings)
            for name, n in steps:
                story.step(name, n)
            story.end()
            require_the_cash(story)

        tried()
        session.rollback()
        assert session.scalar(select(func.count()).select_from(Order)) >= SEQUENCES, "as many as were asked for"
        assert list(findings()) == []


@pytest.mark.usefixtures("app")
def test_a_list_that_is_believed_twice_would_be_seen() -> None:
    """The control: the same money written down once more, past the guard that knows it, is told from once."""
    story = Parcel(workshop(stock=9), "returned", FEE, 100)
    story.end()
    require_the_cash(story)
    with transaction():
        ledger.return_fee(story.shop.id, story.order.id, Money(FEE), by=AMINA)
    with pytest.raises(AssertionError, match="charged once"):
        require_the_cash(story)

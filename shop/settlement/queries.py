"""The artisan's money: expected, on the way, collected, received, per carrier and per remittance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import SQLColumnExpression, and_, func, literal, select

from shop.core import clock
from shop.core.errors import NotFound
from shop.core.money import Money, total
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.plumbing.db import session
from shop.settlement.models import Remittance, RemittanceLine, RemittanceOther, RemittanceRest
from shop.shipping.models import Shipment

RECENT = timedelta(days=30)
_ROAD = frozenset({"handed_over", "in_transit", "at_point", "attempt_failed"})
Match = Literal["matched", "short", "over"]


@dataclass(frozen=True, slots=True)
class Sum:
    """So much money in so many parcels."""

    amount: Money
    parcels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierMoney:
    """What one carrier will collect and holds already."""

    carrier_title: str
    on_the_way: Sum
    collected: Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyView:
    """The Money screen: expected (still here), on the way, collected by carriers, received in the last 30 days."""

    expected: Sum
    on_the_way: Sum
    collected: Sum
    received: Sum
    difference: Money  # of the last 30 days: what came less what was expected, carriers' fees apart
    carriers: tuple[CarrierMoney, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPayment:
    """One parcel's cash that has not reached the artisan yet."""

    payment_id: int
    order_id: int
    code: str
    buyer_name: str
    reference: str
    tracking: str
    carrier_title: str
    state: str
    shipment_state: str
    amount: Money
    collected_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceRow:
    """One parcel of a remittance, matched or not."""

    payment_id: int
    order_id: int
    code: str
    buyer_name: str
    tracking: str
    expected: Money
    received: Money
    fee: Money
    rest: Money  # what came later of what was missing
    lost: Money  # what of it was given up

    @property
    def difference(self) -> Money:
        """What came, now or later, what the carrier kept as its fee and what was given up, less what was expected."""
        return self.received + self.fee + self.rest + self.lost - self.expected

    @property
    def match(self) -> Match:
        """Tell how it compares."""
        if not self.difference:
            return "matched"
        return "short" if self.difference < Money(0, self.expected.currency) else "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceView:
    """One remittance with its parcels, and what it brought of parcels that an earlier one left short."""

    remittance: Remittance
    rows: tuple[RemittanceRow, ...]
    rests: tuple[RemittanceRow, ...] = ()

    @property
    def expected(self) -> Money:
        """What its parcels were to bring."""
        return Money(self.remittance.expected_minor, self.remittance.currency)

    @property
    def received(self) -> Money:
        """What came."""
        return Money(self.remittance.received_minor, self.remittance.currency)

    @property
    def fees(self) -> Money:
        """What the carrier kept."""
        return total((row.fee for row in (*self.rows, *self.rests)), self.remittance.currency)

    @property
    def difference(self) -> Money:
        """What came of its parcels, now or later, and was kept, less what was expected."""
        return total((row.difference for row in self.rows), self.remittance.currency)

    @property
    def missing(self) -> Money:
        """What is missing of its parcels; what came too much of others makes it no less."""
        return -total((row.difference for row in self.rows if row.match == "short"), self.remittance.currency)

    @property
    def lost(self) -> Money:
        """What of its parcels was given up."""
        return total((row.lost for row in self.rows), self.remittance.currency)

    @property
    def over(self) -> Money:
        """What came too much."""
        return total((row.difference for row in self.rows if row.match == "over"), self.remittance.currency)

    def counts(self) -> Mapping[str, int]:
        """Return how many parcels matched, are short, are over."""
        return {word: sum(row.match == word for row in self.rows) for word in ("matched", "short", "over")}


def money(store_id: int) -> MoneyView:
    """Return what is to come, on the way and with carriers, in two statements."""
    rows = session.execute(
        select(
            Shipment.carrier_title, Payment.state, Shipment.state.label("shipment_state"),
            func.sum(Payment.amount_minor).label("minor"), func.count().label("parcels"),
        )
        .select_from(Payment)
        .join(Shipment, _ALIVE)
        .where(Payment.store_id == store_id, Payment.state.in_(("pending", "collected")), CASH, NOT_LOST)
        .group_by(Shipment.carrier_title, Payment.state, Shipment.state)
    ).all()  # fmt: skip
    road = [row for row in rows if row.state == "pending" and row.shipment_state in _ROAD]
    here = [row for row in rows if row.state == "pending" and row.shipment_state in {"preparing", "labelled"}]
    held = [row for row in rows if row.state == "collected"]
    received, difference = _received(store_id)
    titles = sorted({row.carrier_title for row in (*road, *held)})
    return MoneyView(
        expected=_sum(here), on_the_way=_sum(road), collected=_sum(held), received=received, difference=difference,
        carriers=tuple(
            CarrierMoney(carrier_title=title, on_the_way=_sum(_of(road, title)), collected=_sum(_of(held, title)))
            for title in titles
        ),
    )  # fmt: skip


CASH = Payment.method == "cash_on_delivery"
NOT_LOST = Payment.lost_minor == 0
_ALIVE = and_(
    Shipment.order_id == Payment.order_id, Shipment.store_id == Payment.store_id, Shipment.state != "cancelled"
)


def _of(rows: Sequence[Any], title: str) -> list[Any]:
    return [row for row in rows if row.carrier_title == title]


def _sum(rows: Sequence[Any]) -> Sum:
    return Sum(Money(sum(int(row.minor) for row in rows)), sum(row.parcels for row in rows))


_EXPLAINED = RemittanceLine.rest_minor + RemittanceLine.lost_minor


def _received(store_id: int) -> tuple[Sum, Money]:
    since = clock.today() - RECENT
    row = session.execute(
        select(
            func.coalesce(func.sum(RemittanceLine.received_minor), 0),
            func.coalesce(func.sum(RemittanceLine.fee_minor), 0),
            func.coalesce(func.sum(RemittanceLine.expected_minor - _EXPLAINED), 0), func.count(),
        )
        .join(Remittance, Remittance.id == RemittanceLine.remittance_id)
        .where(RemittanceLine.store_id == store_id, Remittance.received_on >= since)
    ).one()  # fmt: skip
    came, kept, expected = (int(value) for value in row[:3])
    return Sum(Money(came), row[3]), Money(came + kept - expected)


def open_payments(store_id: int, carrier_title: str | None = None) -> list[OpenPayment]:
    """Return what carriers have collected and not brought yet, the oldest first: what a remittance ticks off."""
    wanted = (
        select(
            Payment.id, Payment.order_id, Order.code, Order.buyer_name, Shipment.reference, Shipment.tracking,
            Shipment.carrier_title, Payment.state, Shipment.state.label("shipment_state"), Payment.amount_minor,
            Payment.currency, Payment.collected_at,
        )
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .join(Shipment, _ALIVE)
        .where(Payment.store_id == store_id, Payment.state == "collected", CASH, NOT_LOST)
        .order_by(Payment.collected_at, Payment.id)
    )  # fmt: skip
    if carrier_title is not None:
        wanted = wanted.where(Shipment.carrier_title == carrier_title)
    return [
        OpenPayment(
            payment_id=row.id, order_id=row.order_id, code=row.code, buyer_name=row.buyer_name,
            reference=row.reference, tracking=row.tracking, carrier_title=row.carrier_title, state=row.state,
            shipment_state=row.shipment_state, amount=Money(row.amount_minor, row.currency),
            collected_at=row.collected_at,
        )
        for row in session.execute(wanted)
    ]  # fmt: skip


def remittances(store_id: int, *, limit: int = 50) -> list[RemittanceView]:
    """Return the newest remittances with their parcels, in three statements."""
    wanted = select(Remittance).where(Remittance.store_id == store_id)
    found = list(session.scalars(wanted.order_by(Remittance.received_on.desc(), Remittance.id.desc()).limit(limit)))
    return _views(store_id, found)


def remittance(store_id: int, remittance_id: int) -> RemittanceView:
    """Return one remittance. Raises NotFound."""
    wanted = select(Remittance).where(Remittance.store_id == store_id, Remittance.id == remittance_id)
    found = _views(store_id, list(session.scalars(wanted)))
    if not found:
        raise NotFound(f"no remittance {remittance_id}")
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRow:
    """A line of a carrier's list that settled nothing: why, which parcel, how much."""

    kind: str
    tracking: str
    code: str
    buyer_name: str
    collected: Money
    fee: Money


def others(store_id: int, remittance_id: int) -> list[OtherRow]:
    """Return what came with a remittance and settled no payment, by what it is."""
    wanted = (
        select(RemittanceOther, Order.code, Order.buyer_name)
        .outerjoin(Order, and_(Order.id == RemittanceOther.order_id, Order.store_id == RemittanceOther.store_id))
        .where(RemittanceOther.store_id == store_id, RemittanceOther.remittance_id == remittance_id)
        .order_by(RemittanceOther.kind, RemittanceOther.id)
    )
    return [
        OtherRow(
            kind=row.kind, tracking=row.tracking, code=code or "", buyer_name=buyer or "",
            collected=Money(row.collected_minor, row.currency), fee=Money(row.fee_minor, row.currency),
        )
        for row, code, buyer in session.execute(wanted)
    ]  # fmt: skip


def last_day(store_id: int) -> date | None:
    """Return the day of the newest remittance."""
    return session.scalar(select(func.max(Remittance.received_on)).where(Remittance.store_id == store_id))


def _views(store_id: int, found: Sequence[Remittance]) -> list[RemittanceView]:
    if not found:
        return []
    ids = [each.id for each in found]
    came = _rows_of(store_id, RemittanceRest, literal(0), literal(0), ids)
    rows = _rows_of(store_id, RemittanceLine, RemittanceLine.rest_minor, RemittanceLine.lost_minor, ids)
    return [
        RemittanceView(remittance=each, rows=tuple(rows.get(each.id, ())), rests=tuple(came.get(each.id, ())))
        for each in found
    ]


def _rows_of(
    store_id: int, table: type[RemittanceLine | RemittanceRest], rest: SQLColumnExpression[int],
    lost: SQLColumnExpression[int], ids: Sequence[int],
) -> dict[int, list[RemittanceRow]]:  # fmt: skip
    whole = RemittanceLine.expected_minor if table is RemittanceLine else table.received_minor + table.fee_minor
    wanted = (
        select(
            table.remittance_id, table.payment_id, Order.id.label("order_id"), Order.code, Order.buyer_name,
            Shipment.tracking, Shipment.reference, whole.label("expected"), table.received_minor, table.fee_minor,
            rest.label("rest"), lost.label("lost"), table.currency,
        )
        .join(Payment, and_(Payment.id == table.payment_id, Payment.store_id == table.store_id))
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .outerjoin(Shipment, _ALIVE)
        .where(table.store_id == store_id, table.remittance_id.in_(ids))
        .order_by(table.id)
    )  # fmt: skip
    rows: dict[int, list[RemittanceRow]] = {}
    for row in session.execute(wanted):
        rows.setdefault(row.remittance_id, []).append(_row(row))
    return rows


def _row(row: Any) -> RemittanceRow:
    return RemittanceRow(
        payment_id=row.payment_id, order_id=row.order_id, code=row.code, buyer_name=row.buyer_name,
        tracking=row.tracking or row.reference or "", expected=Money(row.expected, row.currency),
        received=Money(row.received_minor, row.currency), fee=Money(row.fee_minor, row.currency),
        rest=Money(row.rest, row.currency), lost=Money(row.lost, row.currency),
    )  # fmt: skip

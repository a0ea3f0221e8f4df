"""The Money screen's figures out of the ledger: what came month by month and from whom, what is late, which orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from shop.core import clock
from shop.core.money import Money, total
from shop.orders.models import Order
from shop.payments.models import LedgerEntry, Payment
from shop.plumbing.db import session
from shop.settlement.models import Remittance, RemittanceLine, RemittanceRest, Statement
from shop.settlement.rests import MISSING
from shop.shipping.models import Shipment

LATE = timedelta(days=7)  # after which a carrier should have brought what it collected
MONTHS = 3


@dataclass(frozen=True, slots=True)
class Source:
    """What one carrier, or one method of payment, brought in a month, and what it kept of it."""

    title: str
    received: Money
    fees: Money
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What came in a month in one currency, and what went out again: given back, and kept for ways back."""

    first: date
    currency: str
    sources: tuple[Source, ...]
    given_back: Money
    ways_back: Money

    @property
    def key(self) -> str:
        """The month as an address says it: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def left(self) -> Money:
        """What is left of it in the artisan's hand."""
        came = total((each.received for each in self.sources), self.currency)
        return came - self.given_back - self.ways_back

    @property
    def fees(self) -> Money:
        """What was kept before it reached her."""
        return total((each.fees for each in self.sources), self.currency)


@dataclass(frozen=True, slots=True)
class Late:
    """Parcels of one carrier that were delivered a while ago and are not paid: how many, how much, since how long."""

    carrier_title: str
    parcels: int
    amount: Money
    days: int


@dataclass(frozen=True, slots=True)
class Behind:
    """One order behind a figure, and its part of it."""

    code: str
    buyer_name: str
    amount: Money
    at: datetime
    payment_id: int | None


@dataclass(frozen=True, slots=True)
class Paid:
    """One remittance in short: how many parcels, what was expected, what the carrier kept."""

    remittance: Remittance
    parcels: int
    missing: Money  # of its parcels, as long as it has not come later
    over: Money  # what came too much of others

    @property
    def received(self) -> Money:
        """What came."""
        return Money(self.remittance.received_minor, self.remittance.currency)


def months(store_id: int, count: int = MONTHS) -> list[Month]:
    """Return the last months in which money moved, by currency, the newest first, in one statement."""
    firsts = _firsts(count)
    at = case(*[(LedgerEntry.at >= clock.start_of_day(first), place) for place, first in enumerate(firsts)])
    wanted = (
        select(
            at.label("month"), _SOURCE.label("source"), LedgerEntry.kind, LedgerEntry.account, LedgerEntry.currency,
            func.sum(LedgerEntry.minor).label("minor"), func.count(LedgerEntry.order_id.distinct()).label("orders"),
        )
        .select_from(LedgerEntry)
        .outerjoin(Payment, _PAYMENT).outerjoin(RemittanceLine, _LINE).outerjoin(Remittance, _REMITTANCE)
        .where(LedgerEntry.store_id == store_id, LedgerEntry.account.in_(("in_hand", "fees")))
        .where(LedgerEntry.at >= clock.start_of_day(firsts[-1]))
        .group_by(at, _SOURCE, LedgerEntry.kind, LedgerEntry.account, LedgerEntry.currency)
    )  # fmt: skip
    rows = session.execute(wanted).all()
    currencies = sorted({row.currency for row in rows}, key=lambda each: (each != "DZD", each))
    found = [
        _month(first, currency, [row for row in rows if (row.month, row.currency) == (place, currency)])
        for place, first in enumerate(firsts) for currency in currencies
    ]  # fmt: skip
    return [each for each in found if each.sources or each.given_back or each.ways_back]


_PAYMENT = and_(Payment.id == LedgerEntry.payment_id, Payment.store_id == LedgerEntry.store_id)
_LINE = and_(RemittanceLine.payment_id == LedgerEntry.payment_id, RemittanceLine.store_id == LedgerEntry.store_id)
_REMITTANCE = and_(Remittance.id == RemittanceLine.remittance_id, Remittance.store_id == LedgerEntry.store_id)
_SOURCE = func.coalesce(Remittance.carrier_title, Payment.method, literal(""))


def _firsts(count: int) -> list[date]:
    firsts = [clock.today().replace(day=1)]
    while len(firsts) < count:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    return firsts


def _month(first: date, currency: str, rows: Sequence[Any]) -> Month:
    def summed(kind: str, account: str, source: str | None = None) -> int:
        mine = [row for row in rows if (row.kind, row.account) == (kind, account) and source in {None, row.source}]
        return sum(int(row.minor) for row in mine)

    settled = [row for row in rows if row.kind == "settled" and row.account == "in_hand"]
    sources = [
        Source(
            row.source,
            Money(int(row.minor), currency),
            Money(summed("settled", "fees", row.source), currency),
            row.orders,
        )
        for row in sorted(settled, key=lambda row: -int(row.minor))
    ]
    return Month(
        first=first, currency=currency, sources=tuple(sources),
        given_back=Money(-summed("refunded", "in_hand"), currency),
        ways_back=Money(-summed("return_fee", "in_hand"), currency),
    )  # fmt: skip


def with_services(store_id: int) -> list[Source]:
    """Return what each service of cards has of the artisan's, by its method and currency, in one statement."""
    kept = func.sum(Payment.collected_minor - Payment.refunded_minor)
    wanted = (
        select(Payment.method, Payment.currency, kept.label("minor"), func.count().label("orders"))
        .where(Payment.store_id == store_id, _WITH_SERVICE)
        .group_by(Payment.method, Payment.currency)
        .order_by(Payment.method, Payment.currency)
    )
    return [
        Source(row.method, Money(int(row.minor), row.currency), Money(0, row.currency), row.orders)
        for row in session.execute(wanted)
    ]


def late(store_id: int) -> list[Late]:
    """Return what carriers should have brought by now, the oldest first."""
    wanted = (
        select(
            Shipment.carrier_title, func.count().label("parcels"), func.sum(Payment.amount_minor).label("minor"),
            func.min(Payment.collected_at).label("since"),
        )
        .join(Shipment, _ALIVE)
        .where(Payment.store_id == store_id, Payment.state == "collected", _LATE(), _CASH, _NOT_LOST)
        .group_by(Shipment.carrier_title)
        .order_by(func.min(Payment.collected_at))
    )  # fmt: skip
    return [
        Late(row.carrier_title, row.parcels, Money(int(row.minor)), (clock.now() - row.since).days)
        for row in session.execute(wanted)
    ]


_ALIVE = and_(
    Shipment.order_id == Payment.order_id, Shipment.store_id == Payment.store_id, Shipment.state != "cancelled"
)
_CASH = Payment.method == "cash_on_delivery"
_NOT_LOST = Payment.lost_minor == 0
_WITH_SERVICE = and_(Payment.state == "collected", ~_CASH)


def _LATE() -> ColumnElement[bool]:  # noqa: N802 - the moment is another one each time
    return Payment.collected_at < clock.now() - LATE


def behind(
    store_id: int, figure: str, *, source: str = "", currency: str = "", month: date | None = None, skip: int = 0,
    limit: int = 50,
) -> list[Behind]:  # fmt: skip
    """Return orders behind a figure, the newest first: held, late, services, received, given_back or ways_back.

    `source` is a carrier's title or a method's key; `month` any day of one.
    """
    held = figure in {"held", "late", "services"}
    wanted = _held(figure) if held else _moved(figure, month)
    if source:
        by = Payment.method if figure == "services" else Shipment.carrier_title if held else _SOURCE
        wanted = wanted.where(by == source)
    order = Payment if held else LedgerEntry
    if currency:
        wanted = wanted.where(order.currency == currency)
    rows = session.execute(wanted.where(order.store_id == store_id).offset(skip).limit(limit))
    return [
        Behind(row.code, row.buyer_name, Money(int(row.minor), row.currency), row.at, row.payment_id) for row in rows
    ]


def _held(figure: str) -> Any:
    left = Payment.collected_minor - Payment.refunded_minor
    every = (
        select(Order.code, Order.buyer_name, left.label("minor"), Payment.currency, Payment.collected_at.label("at"),
               Payment.id.label("payment_id"))
        .join(Order, and_(Order.id == Payment.order_id, Order.store_id == Payment.store_id))
        .order_by(Payment.collected_at, Payment.id)
    )  # fmt: skip
    if figure == "services":
        return every.where(_WITH_SERVICE)
    wanted = every.join(Shipment, _ALIVE).where(Payment.state == "collected", _CASH, _NOT_LOST)
    return wanted.where(_LATE()) if figure == "late" else wanted


_KINDS = {"received": ("settled", 1), "given_back": ("refunded", -1), "ways_back": ("return_fee", -1)}


def _moved(figure: str, month: date | None) -> Any:
    kind, sign = _KINDS[figure]
    wanted = (
        select(Order.code, Order.buyer_name, (LedgerEntry.minor * sign).label("minor"), LedgerEntry.currency,
               LedgerEntry.at.label("at"), LedgerEntry.payment_id)
        .select_from(LedgerEntry)
        .join(Order, and_(Order.id == LedgerEntry.order_id, Order.store_id == LedgerEntry.store_id))
        .outerjoin(Payment, _PAYMENT).outerjoin(RemittanceLine, _LINE).outerjoin(Remittance, _REMITTANCE)
        .where(LedgerEntry.account == "in_hand", LedgerEntry.kind == kind)
        .order_by(LedgerEntry.at.desc(), LedgerEntry.id.desc())
    )  # fmt: skip
    if month is None:
        return wanted
    since, until = clock.month_of(month)
    return wanted.where(LedgerEntry.at >= since, LedgerEntry.at < until)


def paid(store_id: int, limit: int = 10) -> list[Paid]:
    """Return the newest remittances in short, in three statements."""
    newest = select(Remittance).where(Remittance.store_id == store_id)
    found = list(session.scalars(newest.order_by(Remittance.received_on.desc(), Remittance.id.desc()).limit(limit)))
    ids = [each.id for each in found]
    missing, over = (func.sum(case((which, MISSING), else_=0)) for which in (MISSING > 0, MISSING < 0))
    lines = _counted(store_id, RemittanceLine, ids, missing, over)
    rests = _counted(store_id, RemittanceRest, ids)
    return [
        Paid(each, n + rests.get(each.id, [0])[0], Money(less, each.currency), Money(-more, each.currency))
        for each in found for n, less, more in [lines.get(each.id, [0, 0, 0])]
    ]  # fmt: skip


def _counted(
    store_id: int, table: type[RemittanceLine | RemittanceRest], ids: Sequence[int], *sums: ColumnElement[int]
) -> dict[int, list[int]]:
    """Return how many lines each remittance has, and sums of them."""
    wanted = select(table.remittance_id, func.count(), *sums).where(
        table.store_id == store_id, table.remittance_id.in_(ids)
    )
    return {row[0]: [int(each) for each in row[1:]] for row in session.execute(wanted.group_by(table.remittance_id))}


def waiting(store_id: int) -> list[Statement]:
    """Return carriers' lists that came and are not written down, the newest first."""
    wanted = select(Statement).where(Statement.store_id == store_id, Statement.remittance_id.is_(None))
    return list(session.scalars(wanted.order_by(Statement.id.desc()).limit(5)))

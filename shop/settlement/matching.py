"""Comparing a carrier's list with the shop: which parcel each line is about, and what that means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import and_, select

from shop.core.money import Money
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.plumbing.db import session
from shop.settlement.models import RemittanceLine, RemittanceOther, RemittanceRest
from shop.settlement.reading import Line
from shop.settlement.rests import MISSING
from shop.shipping.contract import StatementLine
from shop.shipping.models import Shipment

Outcome = Literal["matched", "short", "over", "rest", "returned", "early", "unknown", "again", "unexpected", "unread"]
OUTCOMES: Sequence[Outcome] = (
    "matched", "short", "over", "rest", "returned", "early", "unknown", "again", "unexpected", "unread"
)  # fmt: skip
SETTLES = frozenset({"matched", "short", "over"})
AT_ONCE = 400  # lines that are looked for by one statement
_BACK = frozenset({"returning", "returned", "lost", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One line of a list beside its parcel: what was to come, what came, and what the carrier kept.

    Of a rest, what was to come is what is still missing.
    """

    outcome: Outcome
    name: str
    collected: Money
    fee: Money
    order_id: int | None = None
    shipment_id: int | None = None
    payment_id: int | None = None
    code: str = ""
    buyer_name: str = ""
    expected: Money | None = None

    @property
    def received(self) -> Money:
        """What reached the artisan for this parcel."""
        return self.collected - self.fee

    @property
    def difference(self) -> Money:
        """What was collected less what was to come; nothing where nothing was to come."""
        return self.collected - self.expected if self.expected is not None else Money(0, self.collected.currency)


def of_contract(lines: Iterable[StatementLine]) -> list[Line]:
    """Return the lines of a carrier's interface as a list has them."""
    return [Line((line.tracking,), line.collected.minor, line.fee.minor, None) for line in lines]


def match(store_id: int, lines: Sequence[Line]) -> list[Match]:
    """Return what each line means, in their order; a parcel that comes twice counts once. Reads in pieces."""
    seen: set[int] = set()
    found: list[Match] = []
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        parcels = _parcels(store_id, [name for line in some for name in line.names])
        charged = _charged(store_id, [row.order_id for row in parcels.values()])
        before = _before(store_id, list(parcels.values()))
        for line in some:
            parcel = next((parcels[name.upper()] for name in line.names if name.upper() in parcels), None)
            repeated = parcel is not None and parcel.shipment_id in seen
            if parcel is not None:
                seen.add(parcel.shipment_id)
            repeated = repeated or (parcel is not None and _is(parcel, charged))
            told = before.get(parcel.payment_id) if parcel is not None else None
            found.append(_matched(line, parcel, repeated=repeated, before=told))
    return found


def _is(parcel: Any, charged: set[int]) -> bool:
    return parcel.shipment_state in _BACK and parcel.order_id in charged


def _matched(line: Line, parcel: Any, *, repeated: bool, before: frozenset[int] | None) -> Match:
    name = line.names[0]
    if parcel is None:
        collected, fee = _amounts(line, None, None)
        return Match(outcome="unknown" if line.is_readable else "unread", name=name, collected=collected, fee=fee)
    expected = None if parcel.payment_id is None else Money(parcel.amount_minor, parcel.currency)
    if before is not None:  # it was settled and something is missing: only that can still come
        expected = Money(parcel.missing, parcel.currency)
    collected, fee = _amounts(line, expected, parcel.carriage_minor)
    outcome = _outcome(line, parcel, collected, expected)
    if outcome == "again" and before is not None and collected and collected.minor not in before:
        outcome = "rest"
    if repeated and outcome in {*SETTLES, "rest", "returned", "early"}:
        outcome = "again"
    return Match(
        outcome=outcome, name=name, collected=collected, fee=fee, order_id=parcel.order_id,
        shipment_id=parcel.shipment_id, payment_id=parcel.payment_id, code=parcel.code, buyer_name=parcel.buyer_name,
        expected=expected,
    )  # fmt: skip


def _outcome(line: Line, parcel: Any, collected: Money, expected: Money | None) -> Outcome:
    if not line.is_readable or collected.minor < 0:
        return "unread"
    if expected is None or parcel.shipment_state in _BACK:
        return "returned" if not collected else "unexpected"
    if parcel.payment_state == "pending":
        return "early" if collected else "unexpected"
    if parcel.payment_state != "collected":
        return "again"
    if collected == expected:
        return "matched"
    return "short" if collected < expected else "over"


def _amounts(line: Line, expected: Money | None, carriage: int | None) -> tuple[Money, Money]:
    """Return what was collected and what was kept, from whichever two of the three amounts a list says.

    A list that only says what is paid out kept the rest, up to the price of the delivery; more is missing.
    """
    collected, fee, net = line.collected, line.fee, line.net
    if collected is None and net is not None and fee is None:
        owed = expected.minor if expected is not None else max(net, 0)
        fee = min(max(owed - net, 0), carriage or 0) if net >= 0 else -net
        collected = max(net + fee, 0)
    elif collected is None:
        collected = max((net or 0) + (fee or 0), 0)
    elif fee is None:
        fee = 0 if net is None else max(collected - net, 0)
    return Money(collected), Money(abs(fee or 0))


def _parcels(store_id: int, names: Sequence[str]) -> dict[str, Any]:
    """Return parcels by every name that a list could give them, in capitals; the live one before one put aside."""
    spelled = {spelling for name in names for spelling in (name, name.upper(), name.lower())}
    paid = and_(
        Payment.order_id == Shipment.order_id, Payment.store_id == Shipment.store_id,
        Payment.method == "cash_on_delivery", Payment.state.notin_(("cancelled", "failed")),
    )  # fmt: skip
    line = and_(RemittanceLine.payment_id == Payment.id, RemittanceLine.store_id == Payment.store_id)
    wanted = (
        select(
            Shipment.id.label("shipment_id"), Shipment.tracking, Shipment.reference,
            (Shipment.fee_minor + Shipment.insurance_minor).label("carriage_minor"),
            Shipment.state.label("shipment_state"), Order.id.label("order_id"), Order.code, Order.buyer_name,
            Payment.id.label("payment_id"), Payment.state.label("payment_state"), Payment.amount_minor,
            Payment.currency, RemittanceLine.received_minor.label("came"), RemittanceLine.fee_minor.label("kept"),
            (MISSING + RemittanceLine.lost_minor).label("missing"),
        )
        .join(Order, and_(Order.id == Shipment.order_id, Order.store_id == Shipment.store_id))
        .outerjoin(Payment, paid).outerjoin(RemittanceLine, line)
        .where(Shipment.store_id == store_id)
        .order_by((Shipment.state == "cancelled").desc(), Shipment.id)
    )  # fmt: skip
    found: dict[str, Any] = {}
    for named in (Shipment.tracking, Shipment.reference, Order.code):
        if missing := [spelling for spelling in spelled if spelling.upper() not in found]:
            for row in session.execute(wanted.where(named.in_(missing))):
                found.update({name.upper(): row for name in (row.tracking, row.reference, row.code) if name})
    return found


def _charged(store_id: int, order_ids: Sequence[int]) -> set[int]:
    wanted = select(RemittanceOther.order_id).where(
        RemittanceOther.store_id == store_id, RemittanceOther.kind == "returned",
        RemittanceOther.order_id.in_(order_ids),
    )  # fmt: skip
    return {each for each in session.scalars(wanted) if each is not None}


def _before(store_id: int, parcels: Sequence[Any]) -> dict[int, frozenset[int]]:
    """Return the amounts that were told before of settled payments of which something is missing.

    One of these amounts on a list is the same money once more, not the rest.
    """
    short = {row.payment_id: row for row in parcels if row.payment_state == "settled" and (row.missing or 0) > 0}
    found = {each: {row.came, row.came + row.kept, row.amount_minor} for each, row in short.items()}
    wanted = select(RemittanceRest.payment_id, RemittanceRest.received_minor, RemittanceRest.fee_minor).where(
        RemittanceRest.store_id == store_id, RemittanceRest.payment_id.in_(short)
    )
    for payment_id, came, kept in session.execute(wanted) if short else ():
        found[payment_id] |= {came, came + kept}
    return {each: frozenset(amounts) for each, amounts in found.items()}

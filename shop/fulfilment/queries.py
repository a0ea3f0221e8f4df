"""What an artisan has to do and where her orders stand: today's jobs, the lists behind them, and one order's story."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from shop.catalogue import shelves
from shop.core import clock
from shop.core.money import Money
from shop.core.text import fold, western_digits
from shop.fulfilment.story import Facts, Sentence, Step, Story, moment, story
from shop.orders import exchanges
from shop.orders import queries as order_queries
from shop.orders.models import Exchange, Order, OrderLine
from shop.payments.models import Incident, Payment, PaymentProof
from shop.plumbing.db import session
from shop.plumbing.i18n import pick
from shop.plumbing.journal import Entry
from shop.risk.queries import History, histories
from shop.shipping.models import Shipment
from shop.shipping.partners import far

__all__ = [
    "Facts", "JobCard", "OrderFilter", "OrderPage", "Sentence", "Step", "Story", "Today", "coming_back", "facts_of",
    "find_jobs",
    "moment", "on_the_way", "search_orders", "step_counts", "story", "story_of", "to_confirm", "to_hand_over",
    "to_pack", "today",
]  # fmt: skip

MOST_CARDS = 200
STEPS = ("to_pay", "to_confirm", "to_pack", "to_hand_over", "on_the_way", "done", "cancelled")
ROAD = ("handed_over", "in_transit", "at_point", "attempt_failed", "returning")

# One parcel and one payment count for an order: a cancelled one only where the order has no other.
_SHIPMENT = and_(Shipment.order_id == Order.id, Shipment.store_id == Order.store_id, Shipment.state != "cancelled")
_MINE = and_(Payment.order_id == Order.id, Payment.store_id == Order.store_id)
_NEWEST = select(func.max(Payment.id)).where(_MINE).correlate(Order)
_WITH_PARCEL = _NEWEST.where(Payment.expires_at.is_(None), Payment.state != "cancelled")
_PAYMENT = and_(
    Payment.id == func.coalesce(_WITH_PARCEL.scalar_subquery(), _NEWEST.scalar_subquery()),
    Payment.store_id == Order.store_id,
)
_UNPAID = (
    select(Payment.id)
    .where(_MINE, Payment.expires_at.is_not(None), Payment.state.in_(("pending", "failed")))
    .correlate(Order)
    .exists()
)
_RECEIPT = (
    select(PaymentProof.id)
    .join(Payment, and_(Payment.id == PaymentProof.payment_id, Payment.store_id == PaymentProof.store_id))
    .where(_MINE, PaymentProof.state == "waiting", Payment.state == "pending")
    .correlate(Order)
    .exists()
)
_CONFIRMED = Order.state == "confirmed"
_WHERE: Mapping[str, ColumnElement[bool]] = {
    "to_pay": and_(Order.state == "placed", _UNPAID),
    "to_confirm": and_(Order.state == "placed", ~_UNPAID),
    "to_pack": and_(_CONFIRMED, Shipment.state == "preparing"),
    "to_hand_over": and_(_CONFIRMED, Shipment.state == "labelled"),
    "on_the_way": and_(_CONFIRMED, Shipment.state.in_((*ROAD, "lost"))),
    "done": Order.state == "completed",
    "cancelled": Order.state == "cancelled",
}
_RETURNING = and_(_CONFIRMED, Shipment.state == "returning")
_RECEIPT_WAITS = and_(Order.state == "placed", _RECEIPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One line of a card."""

    name: str
    label: str
    pieces: int
    cover: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCard:
    """One order as a list shows it, with all that its one main action and its call button need."""

    order_id: int
    code: str
    state: str
    step: str
    buyer_name: str
    phone: str
    language: str
    wilaya_code: str
    commune_code: str
    kind: str
    total: Money
    tries: int
    call_at: datetime | None
    placed_at: datetime
    confirmed_at: datetime | None
    shipment_id: int | None
    shipment_state: str
    reference: str
    tracking: str
    carrier_title: str
    payment_state: str
    cancel_reason: str
    lines: tuple[JobLine, ...]
    receipt: bool  # a receipt of the buyer waits to be looked at
    alike: tuple[str, ...]  # codes of earlier orders that this one may repeat
    set_aside: bool  # else its pieces are taken when it is confirmed
    gift: bool  # whoever is called is told no price
    account_id: int | None  # of the partner that has not given its number yet
    refused: bool  # it said why not
    asked: bool  # and has not answered
    known: History | None  # of the phone, while it is to be confirmed and the courier would take cash

    @property
    def cover(self) -> str:
        """The first picture, or empty."""
        return next((line.cover for line in self.lines if line.cover), "")

    @property
    def pieces(self) -> int:
        """How many pieces are in it."""
        return sum(line.pieces for line in self.lines)

    def waits(self, now: datetime) -> bool:
        """Tell whether it is put off: not to be called before `call_at`."""
        return self.call_at is not None and self.call_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The artisan's day: its lists in the order of work, and orders that are put off. Counters count all."""

    receipts: tuple[JobCard, ...]
    to_confirm: tuple[JobCard, ...]
    later: tuple[JobCard, ...]
    to_pack: tuple[JobCard, ...]
    to_hand_over: tuple[JobCard, ...]
    coming_back: tuple[JobCard, ...]  # refused parcels, and exchanges with the pieces that their courier took along
    counts: Mapping[str, int]
    troubles: int  # payments that need somebody
    few: int  # choices of which few pieces are left


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders: those of one of STEPS, or all; whose code, name or phone has what was typed."""

    step: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """So many orders, the newest first; `next` asks for those after them."""

    cards: tuple[JobCard, ...]
    next: str | None


def today(store_id: int) -> Today:
    """Return what is to be done, in four statements, and what comes back in three more; at most MOST_CARDS a list."""
    counts, troubles, few, coming = _counted(store_id)
    now = clock.now()
    wanted = or_(_RECEIPT_WAITS, *(_WHERE[step] for step in ("to_confirm", "to_pack", "to_hand_over")))
    rows = session.execute(_cards(store_id).where(wanted).order_by(Order.placed_at, Order.id).limit(3 * MOST_CARDS))
    cards = _filled(store_id, rows.all())
    called = [card for card in cards if card.step == "to_confirm"]
    return Today(
        receipts=tuple(card for card in cards if card.step == "to_pay")[:MOST_CARDS],
        to_confirm=tuple(card for card in called if not card.waits(now))[:MOST_CARDS],
        later=tuple(sorted((c for c in called if c.waits(now)), key=lambda c: str(c.call_at)))[:MOST_CARDS],
        to_pack=tuple(card for card in cards if card.step == "to_pack")[:MOST_CARDS],
        to_hand_over=tuple(card for card in cards if card.step == "to_hand_over")[:MOST_CARDS],
        coming_back=coming_back(store_id) if coming else (),
        counts={**counts, "later": sum(card.waits(now) for card in called)},
        troubles=troubles,
        few=few,
    )


def step_counts(store_id: int) -> dict[str, int]:
    """Return how many orders stand at each of STEPS, in one statement."""
    return _counted(store_id)[0]


def _counted(store_id: int) -> tuple[dict[str, int], int, int, int]:
    """Return how many orders stand at each of STEPS, payments need somebody, choices run short, parcels come back."""
    columns = [func.coalesce(func.sum(case((_WHERE[step], 1), else_=0)), 0).label(step) for step in STEPS]
    troubles = select(func.count()).where(Incident.store_id == store_id, Incident.closed_at.is_(None))
    beside = troubles.scalar_subquery(), shelves.low_count(store_id), _awaited(store_id).scalar_subquery()
    columns.append(func.coalesce(func.sum(case((_RETURNING, 1), else_=0)), 0).label("refused"))
    wanted = select(*columns, *beside).select_from(Order).outerjoin(Shipment, _SHIPMENT)
    *steps, refused, open_ones, few, awaited = session.execute(wanted.where(Order.store_id == store_id)).one()
    return dict(zip(STEPS, steps, strict=True)), open_ones, few, refused + awaited


def _awaited(store_id: int) -> Select[int]:
    """Count the exchanges of a store whose first pieces a courier has taken along."""
    second = aliased(Order)
    delivered = and_(second.id == Exchange.order_id, second.store_id == Exchange.store_id, second.state == "completed")
    mine = (Exchange.store_id == store_id, Exchange.back_at.is_(None))
    return select(func.count()).select_from(Exchange).join(second, delivered).where(*mine)


def coming_back(store_id: int) -> tuple[JobCard, ...]:
    """Return what is on its way back, the oldest first, with the pieces that come; at most MOST_CARDS."""
    wanted = _cards(store_id).where(or_(_RETURNING, exchanges.AWAITED)).order_by(Order.placed_at, Order.id)
    cards = _filled(store_id, session.execute(wanted.limit(MOST_CARDS)).all())
    back = exchanges.lines_back(store_id, *(card.order_id for card in cards if card.state == "completed"))
    return tuple(
        replace(card, lines=tuple(_line(each.line, each.pieces) for each in back.get(card.order_id, ())))
        if card.order_id in back else card
        for card in cards
    )  # fmt: skip


def to_confirm(store_id: int) -> list[JobCard]:
    """Return the orders to be called about, the oldest first."""
    return find_jobs(store_id, "to_confirm")


def to_pack(store_id: int) -> list[JobCard]:
    """Return the confirmed orders without a label, the oldest first: the order of packing."""
    return find_jobs(store_id, "to_pack")


def to_hand_over(store_id: int) -> list[JobCard]:
    """Return the labelled parcels, the oldest first."""
    return find_jobs(store_id, "to_hand_over")


def on_the_way(store_id: int) -> list[JobCard]:
    """Return the parcels that carriers have, the oldest first."""
    return find_jobs(store_id, "on_the_way")


def find_jobs(store_id: int, step: str) -> list[JobCard]:
    """Return the orders at one step, the oldest first, in three statements; at most MOST_CARDS."""
    wanted = _cards(store_id).where(_WHERE[step]).order_by(Order.placed_at, Order.id).limit(MOST_CARDS)
    return _filled(store_id, session.execute(wanted).all())


def search_orders(store_id: int, which: OrderFilter, *, after: str | None = None, limit: int = 30) -> OrderPage:
    """Return orders, the newest first, in three statements. An unknown step or mark of a page is no filter."""
    wanted = _cards(store_id)
    if which.step in _WHERE:
        wanted = wanted.where(_WHERE[which.step])
    for condition in _matching(which.q):
        wanted = wanted.where(condition)
    mark = _read_mark(after)
    if mark is not None:
        wanted = wanted.where(tuple_(Order.placed_at, Order.id) < mark)
    rows = session.execute(wanted.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit + 1)).all()
    cards = _filled(store_id, rows[:limit])
    more = f"{cards[-1].placed_at.isoformat()}~{cards[-1].order_id}" if len(rows) > limit else None
    return OrderPage(tuple(cards), more)


def _read_mark(text: str | None) -> tuple[datetime, int] | None:
    placed_at, _, order_id = (text or "").partition("~")
    if not (order_id.isascii() and order_id.isdigit() and len(order_id) < 19):
        return None
    try:
        moment_ = datetime.fromisoformat(placed_at)
    except ValueError:
        return None
    return (moment_, int(order_id)) if moment_.tzinfo else None


def _matching(q: str) -> list[ColumnElement[bool]]:
    """Each word typed is part of the code, the folded name or the phone; or all of it is the code of a lot."""
    found: list[ColumnElement[bool]] = []
    typed = western_digits(q[:80]).replace("-", "")
    digits = "".join(typed.split()).removeprefix("+").removeprefix("00").removeprefix("213").removeprefix("0")
    if digits.isascii() and digits.isdigit() and len(digits) >= 4:
        by_number = or_(Order.phone.contains(digits), Order.code.startswith(digits, autoescape=True))
        return [or_(by_number, _of_lot(q.strip()))]
    for word in typed.split()[:5]:
        folded = fold(word)
        ways: list[ColumnElement[bool]] = [Order.code.startswith(word.upper(), autoescape=True)]
        ways.append(_of_lot(q.strip()))
        if folded:
            ways.append(Order.buyer_fold.contains(folded, autoescape=True))
        if word.isascii() and word.isdigit():
            ways.append(Order.phone.contains(word))
        found.append(or_(*ways))
    return found


def _of_lot(code: str) -> ColumnElement[bool]:
    mine = select(OrderLine.id).where(OrderLine.store_id == Order.store_id, OrderLine.order_id == Order.id)
    return mine.where(OrderLine.lot == code).correlate(Order).exists()


_COLUMNS = (
    Order.id, Order.code, Order.state, Order.buyer_name, Order.phone, Order.language, Order.wilaya_code,
    Order.commune_code, Order.kind, Order.total_minor, Order.currency, Order.tries, Order.call_at, Order.placed_at,
    Order.confirmed_at, Order.cancel_reason, Order.set_aside, Order.gift,
)  # fmt: skip


def _cards(store_id: int) -> Select[*tuple[Any, ...]]:
    parcel = (
        Shipment.id.label("shipment_id"), Shipment.state.label("shipment_state"), Shipment.reference,
        Shipment.tracking, Shipment.carrier_title, Shipment.carrier, Shipment.account_id, Shipment.booked_at,
        Shipment.booking_problem, Shipment.asked_at, Shipment.collect_minor, Payment.state.label("payment_state"),
        case((_WHERE["to_pay"], 1), else_=0).label("unpaid"), case((_RECEIPT_WAITS, 1), else_=0).label("receipt"),
    )  # fmt: skip
    return (
        select(*_COLUMNS, *parcel)
        .select_from(Order)
        .outerjoin(Shipment, _SHIPMENT)
        .outerjoin(Payment, _PAYMENT)
        .where(Order.store_id == store_id)
    )


def _filled(store_id: int, rows: Sequence[Any]) -> list[JobCard]:
    ids = [row.id for row in rows]
    lines = order_queries.lines(store_id, ids)
    same = _alike(store_id, ids)
    asked = {row.phone for row in rows if _is_asked_about(row)}
    known = histories(store_id, asked) if asked else {}
    return [_card(row, lines.get(row.id, []), same.get(row.id, ()), known) for row in rows]


def _is_asked_about(row: Any) -> bool:
    return bool(row.phone and row.collect_minor) and row.state == "placed"


def alike(store_id: int, order_id: int) -> tuple[str, ...]:
    """Return the codes of earlier orders of the same phone that this one may repeat."""
    return _alike(store_id, [order_id]).get(order_id, ())


def _alike(store_id: int, order_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    if not order_ids:
        return {}
    wanted = select(Entry.subject_id, Entry.data).where(
        Entry.subject == "order", Entry.subject_id.in_(order_ids), Entry.verb == "order.looks_repeated",
        Entry.scope == store_id,
    )  # fmt: skip
    return {row.subject_id: tuple(row.data["of"]) for row in session.execute(wanted)}


def _card(
    row: Any, lines: Sequence[OrderLine], alike: tuple[str, ...], known: Mapping[str, History]
) -> JobCard:  # fmt: skip
    return JobCard(
        order_id=row.id, code=row.code, state=row.state, step=_step(row), buyer_name=row.buyer_name, phone=row.phone,
        language=row.language, wilaya_code=row.wilaya_code, commune_code=row.commune_code, kind=row.kind,
        total=Money(row.total_minor, row.currency), tries=row.tries, call_at=row.call_at, placed_at=row.placed_at,
        confirmed_at=row.confirmed_at, shipment_id=row.shipment_id, shipment_state=row.shipment_state or "cancelled",
        reference=row.reference or "", tracking=row.tracking or "", carrier_title=row.carrier_title or "",
        payment_state=row.payment_state or "cancelled", cancel_reason=row.cancel_reason,
        lines=tuple(_line(line) for line in lines), receipt=bool(row.receipt), alike=alike, set_aside=row.set_aside,
        gift=row.gift, refused=bool(row.booking_problem), asked=row.asked_at is not None,
        account_id=row.account_id if row.booked_at is None and row.carrier in far() else None,
        known=known.get(row.phone) if _is_asked_about(row) else None,
    )  # fmt: skip


def _line(line: OrderLine, pieces: int | None = None) -> JobLine:
    name, _lang = pick({"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en})
    label, _lang = pick({"ar": line.label_ar, "fr": line.label_fr, "en": line.label_en})
    return JobLine(name=name, label=label, pieces=pieces or line.pieces, cover=line.cover)


def _step(row: Any) -> str:
    if row.state == "confirmed":
        return {"preparing": "to_pack", "labelled": "to_hand_over"}.get(row.shipment_state, "on_the_way")
    if row.state == "placed":
        return "to_pay" if row.unpaid else "to_confirm"
    return "done" if row.state == "completed" else "cancelled"


def story_of(
    order: Order, payment: Payment | None, shipment: Shipment | None, *, artisan: str = "", receipt: bool = False
) -> Story:
    """Tell how an order stands, from its rows; see `story`."""
    return story(facts_of(order, payment, shipment, artisan=artisan, receipt=receipt))


def facts_of(
    order: Order, payment: Payment | None, shipment: Shipment | None, *, artisan: str = "", receipt: bool = False
) -> Facts:
    """Gather what the story of an order depends on; `artisan` is the name that the buyer knows."""
    return Facts(
        order=order.state, cancel_reason=order.cancel_reason, tries=order.tries, kind=order.kind, artisan=artisan,
        call_at=clock.local(order.call_at).date() if order.call_at else None,
        payment=payment.state if payment else "cancelled", shipment=shipment.state if shipment else "cancelled",
        carrier=shipment.carrier_title if shipment else "", desk=shipment.desk_name if shipment else "",
        collect=shipment.collect if shipment else Money(0, order.currency),
        prepaid=payment is not None and payment.expires_at is not None, receipt=receipt,
    )  # fmt: skip

"""From the call that confirms an order to the parcel that was delivered or came back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from shop.core import clock
from shop.core.clock import ALGIERS
from shop.core.errors import InvalidTransition, Refused
from shop.core.states import SCANS
from shop.core.text import clean
from shop.fulfilment.booking import Booked, book, book_later, book_soon, cancel_booking, forget_booking
from shop.offers import service as offers
from shop.orders import calls
from shop.orders import queries as order_queries
from shop.orders import service as orders
from shop.orders.models import CANCEL_REASONS, OUTCOMES, Call, Order
from shop.payments import ledger, refunds
from shop.payments import queries as payment_queries
from shop.payments import service as payments
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.risk import service as risk
from shop.shipping import packing
from shop.shipping import queries as shipping_queries
from shop.shipping import service as shipping
from shop.shipping.contract import ParcelScan
from shop.shipping.models import Handover

__all__ = [
    "Booked", "book", "book_later", "call", "cancel", "cancel_booking", "cancel_unpaid", "confirm", "hand_over",
    "lift_hold", "next_try", "record", "refund", "scan", "take_back", "undo_call",
]  # fmt: skip

UNDO_WITHIN = timedelta(seconds=60)  # the page offers 10 s; a slow network gets the rest
TRY_AGAIN = timedelta(hours=2)
NOT_PAID = N_("This order is not paid yet. It can be confirmed once the money has come.")
CALLS_FROM, CALLS_UNTIL = time(9), time(20)  # on the clocks of Algeria
MOST_PUT_OFF = timedelta(days=60)


def confirm(store_id: int, order_id: int, *, by: Actor) -> None:
    """Confirm a placed order, as a call does that ended well. Raises NotFound, InvalidTransition."""
    call(store_id, order_id, "confirmed", by=by)


def call(
    store_id: int,
    order_id: int,
    outcome: str,
    *,
    by: Actor,
    note: str = "",
    call_at: datetime | date | None = None,
    reason: str = "",
    most_tries: int = 3,
) -> Call:
    """Write down how a call about a placed order ended, and do what follows from it; return the call.

    confirmed: to be packed · no_answer: called again in two hours, cancelled after `most_tries` · postponed: called
    again at `call_at` (a day: at nine) · wrong_number, fake, cancelled (with its `reason`): cancelled, the stock is
    free. Raises NotFound, Refused (with its field), InvalidTransition, and OutOfStock for an order that waited without
    its pieces.
    """
    order = order_queries.order(store_id, order_id)
    if outcome not in OUTCOMES:
        raise Refused(N_("Please choose how the call ended."), field="outcome")
    again = _again(outcome, call_at)
    calls.record_call(store_id, order_id, outcome, by=by, note=clean(note, limit=300), call_at=again)
    match outcome:
        case "confirmed":
            _require_paid(store_id, order_id)
            orders.take_at_last(store_id, order_id, by=by)
            orders.mark_confirmed(store_id, order_id, by=by)
            book_soon(store_id, order_id)
        case "postponed":
            orders.put_off(store_id, order_id, call_at=again)
        case "no_answer":
            if orders.count_try(store_id, order_id, call_at=again) >= most_tries:
                _cancel_placed(store_id, order_id, "unreachable", by=by)
        case "cancelled":
            _cancel_placed(store_id, order_id, _reason(reason or "other"), by=by)
        case _:
            _cancel_placed(store_id, order_id, outcome, by=by)
    made = calls.last_call(store_id, order.id)
    assert made is not None
    return made


def lift_hold(store_id: int, order_id: int, *, by: Actor) -> None:
    """Set the pieces of an order aside that waited without them: she called, it is real.

    Raises NotFound, InvalidTransition when it waits for none, OutOfStock when too few are left: it goes on waiting.
    """
    order_queries.order(store_id, order_id)
    if not orders.take_at_last(store_id, order_id, by=by):
        raise InvalidTransition


def undo_call(store_id: int, order_id: int, *, by: Actor) -> None:
    """Take the last call back, within a minute and while nothing was printed or handed over: all is as before.

    Raises NotFound, Refused when it is too late or its offer was used up, InvalidTransition, OutOfStock when the freed
    pieces were sold.
    """
    order = order_queries.order(store_id, order_id)
    made = calls.last_call(store_id, order.id)
    if made is None or clock.now() - made.at > UNDO_WITHIN or not _harmless(order, made):
        raise Refused(N_("This can no longer be undone."))
    left = order.state
    before = calls.take_back(store_id, made, by=by)
    if left == "placed":
        orders.put_off(store_id, order_id, tries=before.tries, call_at=before.call_at)
        return
    orders.mark_placed_again(store_id, order_id, tries=before.tries, call_at=before.call_at, by=by)
    if left == "cancelled":
        orders.take_again(store_id, order_id, by=by)
        offers.take_again(store_id, order_id, by=by)
        payments.reopen_for(store_id, order_id, since=made.at, by=by)
        ledger.sold_again(store_id, order_id, by=by)
        shipping.reopen_for(store_id, order_id, by=by)


def _harmless(order: Order, made: Call) -> bool:
    """Tell whether the order still stands as this call left it, its parcel untouched."""
    left = {
        "confirmed": {"confirmed"}, "postponed": {"placed"}, "no_answer": {"placed", "cancelled"},
    }.get(made.outcome, {"cancelled"})  # fmt: skip
    parcel = shipping_queries.live_shipment(order.store_id, order.id)
    untouched = parcel is None or not (parcel.booked_at or parcel.asked_at or parcel.labelled_at)
    # Whoever cancelled it afterwards, the buyer or a colleague, is not undone with the call.
    since = order.cancelled_at is None or abs(order.cancelled_at - made.at) < timedelta(seconds=5)
    return order.state in left and untouched and since and order.cancel_reason != "buyer"


def _require_paid(store_id: int, order_id: int) -> None:
    """Raise Refused while the order waits for its money: what is not paid does not leave."""
    if any(each.waits for each in payment_queries.of_order(store_id, order_id)):
        raise Refused(NOT_PAID)


def _again(outcome: str, call_at: datetime | date | None) -> datetime | None:
    if outcome == "no_answer":
        return next_try(clock.now())
    if outcome != "postponed":
        return None
    if call_at is None:
        raise Refused(N_("Please choose the day to call again."), field="call_at")
    moment = call_at if isinstance(call_at, datetime) else datetime.combine(call_at, CALLS_FROM, ALGIERS)
    if not clock.start_of_day(clock.today()) <= moment <= clock.now() + MOST_PUT_OFF:
        raise Refused(N_("Please choose a day within the next two months."), field="call_at")
    return moment


def next_try(now: datetime) -> datetime:
    """Return when to call again somebody who did not answer: two hours later, between 9 and 20 o'clock."""
    then = clock.local(now + TRY_AGAIN)
    if then.time() >= CALLS_UNTIL:
        then = datetime.combine(then.date() + timedelta(days=1), CALLS_FROM, ALGIERS)
    elif then.time() < CALLS_FROM:
        then = datetime.combine(then.date(), CALLS_FROM, ALGIERS)
    return then.astimezone(now.tzinfo)


def cancel(store_id: int, order_id: int, reason: str, *, by: Actor) -> None:
    """Cancel an order whose parcel is still here, or lost: its cash is not awaited, its stock free unless lost.

    Raises NotFound, Refused for an unknown reason, InvalidTransition once the parcel is on its way.
    """
    order_queries.order(store_id, order_id)
    parcel = shipping_queries.live_shipment(store_id, order_id)
    orders.mark_cancelled(store_id, order_id, _reason(reason), by=by)
    payments.cancel_for(store_id, order_id, by=by)
    ledger.cancelled(store_id, order_id, by=by)
    if parcel is not None and parcel.state == "lost":
        offers.give_back(store_id, order_id, by=by)
        return
    _free(store_id, order_id, by=by)


def cancel_unpaid(store_id: int, order_id: int, *, by: Actor) -> None:
    """Cancel an order that was not paid in time: its stock is free. Raises InvalidTransition once it was confirmed."""
    _cancel_placed(store_id, order_id, "unpaid", by=by)


def _cancel_placed(store_id: int, order_id: int, reason: str, *, by: Actor) -> None:
    orders.mark_cancelled(store_id, order_id, reason, by=by, still=frozenset({"placed"}))
    payments.cancel_for(store_id, order_id, by=by)
    ledger.cancelled(store_id, order_id, by=by)
    _free(store_id, order_id, by=by)


def _free(store_id: int, order_id: int, *, by: Actor) -> None:
    parcel = shipping.cancel_for(store_id, order_id, by=by)
    orders.put_back(store_id, order_id, reason="cancelled", by=by)
    offers.give_back(store_id, order_id, by=by)
    if parcel is not None and (parcel.booked_at is not None or parcel.asked_at is not None):
        forget_booking(parcel)


def _reason(reason: str) -> str:
    if reason not in CANCEL_REASONS:
        raise Refused(N_("Please choose a reason."), field="reason")
    return reason


def refund(store_id: int, order_id: int, *, by: Actor) -> None:
    """Say that the artisan gave all the money of an order back by hand. Raises InvalidTransition while she has none."""
    mine = payment_queries.of_order(store_id, order_id)
    there = [each for each in mine if each.returnable]
    if not there:
        raise InvalidTransition  # what a carrier holds still has to reach her
    for each in there:
        refunds.ask(store_id, each.id, each.returnable, reason="", proof="", by=by, by_hand=True)


def take_back(store_id: int, order_id: int, *, by: Actor) -> None:
    """Put the pieces of a refunded order back on the shelf; twice is harmless. Raises InvalidTransition for another."""
    paid = payment_queries.payment_of(store_id, order_id)
    if paid is None or paid.state != "refunded":
        raise InvalidTransition
    orders.put_back(store_id, order_id, reason="returned", by=by)


def hand_over(store_id: int, shipment_ids: Collection[int], *, by: Actor) -> Handover:
    """Hand labelled parcels of one carrier over: one sheet, numbered without gaps; a second tap gets the same sheet.

    Raises NotFound, InvalidTransition when one isn't labelled, Refused for none, for several carriers, and for parcels
    that lack the photo or the weight that the workshop asks for.
    """
    packing.require_packed(store_id, shipment_ids)
    return shipping.mark_handed_over(store_id, shipment_ids, by=by)


def scan(store_id: int, shipment_id: int, word: str, *, by: Actor, text: str = "") -> list[str]:
    """Say by hand where a parcel is, for carriers that don't; return the states that it went through.

    Saying what is already so does nothing. Raises NotFound, Refused for an unknown word, InvalidTransition.
    """
    if word not in SCANS:
        raise Refused(N_("Please choose what happened to the parcel."), field="word")
    parcel = shipping_queries.shipment(store_id, shipment_id)
    if SCANS[word] == parcel.state:
        return []
    if parcel.state in {"preparing", "labelled"}:
        raise InvalidTransition  # by hand, a parcel leaves with its sheet
    said = ParcelScan(
        key=f"hand:{secrets.token_hex(8)}", tracking=parcel.tracking or parcel.reference, word=word, at=clock.now(),
        raw="by hand", text=clean(text, limit=300),
    )  # fmt: skip
    went = record(store_id, shipment_id, [said], by=by)
    if SCANS[word] and not went:
        raise InvalidTransition
    return went


def record(store_id: int, shipment_id: int, scans: Sequence[ParcelScan], *, by: Actor) -> list[str]:
    """Keep a carrier's scans and do what follows: delivered completes the order, returned puts the stock back.

    Late, repeated and out-of-order scans are harmless. Raises NotFound.
    """
    went = shipping.record_scans(store_id, shipment_id, scans, by=by)
    for state in went:
        follow = _FOLLOWS.get(state)
        if follow is not None:
            follow(store_id, shipping_queries.shipment(store_id, shipment_id).order_id, by)
    return went


def _delivered(store_id: int, order_id: int, by: Actor) -> None:
    orders.mark_completed(store_id, order_id, by=by)
    payments.collect_for(store_id, order_id, by=by)
    _remember(store_id, order_id, "taken")


def _returned(store_id: int, order_id: int, by: Actor) -> None:
    orders.mark_cancelled(store_id, order_id, "refused", by=by)
    orders.put_back(store_id, order_id, reason="returned", by=by)
    offers.give_back(store_id, order_id, by=by)
    payments.cancel_refused(store_id, order_id, by=by)
    ledger.cancelled(store_id, order_id, by=by)
    _remember(store_id, order_id, "refused")


def _remember(store_id: int, order_id: int, outcome: str) -> None:
    """Write down what became of a parcel that was to be paid on delivery; one that was paid before says nothing."""
    parcel = shipping_queries.live_shipment(store_id, order_id)
    if parcel is not None and parcel.collect_minor:
        risk.record(store_id, order_id, parcel.id, outcome)


_FOLLOWS: Mapping[str, Callable[[int, int, Actor], None]] = {"delivered": _delivered, "returned": _returned}

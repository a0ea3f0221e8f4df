"""The history of an order: every row of the journal as a sentence, who did it and when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from shop.core import clock
from shop.orders import queries as orders
from shop.orders.models import Call, Order
from shop.payments.models import Payment
from shop.payments.queries import payment_of
from shop.plumbing import journal
from shop.plumbing.formats import date_long, time_short
from shop.plumbing.i18n import N_, _
from shop.plumbing.journal import Entry
from shop.shipping import queries as shipping
from shop.shipping.models import Shipment
from shop.shipping.partner_words import spoken
from shop.web.ui.here import here

REASONS = {
    "changed_mind": N_("The customer changed their mind"), "too_expensive": N_("Too expensive for the customer"),
    "too_slow": N_("Takes too long for the customer"), "duplicate": N_("Ordered twice"),
    "out_of_stock": N_("I have none left"), "unreachable": N_("Nobody answers"),
    "wrong_number": N_("Wrong number"), "fake": N_("A fake order"), "buyer": N_("Cancelled by the customer"),
    "refused": N_("Refused at delivery"), "unpaid": N_("Not paid in time"), "other": N_("Another reason"),
}  # fmt: skip

_CALLS = {
    "confirmed": N_("Call {n}: the order is confirmed"), "no_answer": N_("Call {n}: no answer"),
    "postponed": N_("Call {n}: put off"), "wrong_number": N_("Call {n}: wrong number"),
    "cancelled": N_("Call {n}: cancelled"), "fake": N_("Call {n}: a fake order"),
}  # fmt: skip

# What is not here is not told: it goes along with what is (a payment opened with its order).
SILENT = "shipment.booking_unknown"
_SENTENCES: Mapping[str, str] = {
    "order.placed": N_("Order received"),
    "order.looks_repeated": N_("Looks like another order of the same customer"),
    "order.cancelled": N_("Order cancelled"),
    "order.completed": N_("Order completed"),
    "order.sale_undone": N_("Sale undone"),
    "order.lots": N_("Lots corrected"),
    "order.company": N_("Company for the invoice written down"),
    "order.exchanged": N_("Exchanged by another order"),
    "order.goods_back": N_("The exchanged goods are back"),
    "order.invoiced": N_("Invoice {n} issued"),
    "order.credited": N_("Credit note {n} issued"),
    "order.left_in_stock": N_("Its pieces are not set aside"),
    "order.taken_at_last": N_("Its pieces are set aside"),
    "order.phone_held": N_("This number is asked to pay first"),
    "order.phone_let": N_("Nothing more is asked of this number"),
    "order.deposit_waived": N_("Without a deposit: the courier collects all of it"),
    "order.contested": N_("The customer says that it did not come back because of them"),
    "order.struck": N_("Struck: the parcel counts for nobody"),
    "order.upheld": N_("The parcel that came back counts"),
    "order.call_undone": N_("The last call was undone"),
    "shipment.insured": N_("Parcel insured"),
    "shipment.uninsured": N_("Parcel not insured"),
    "shipment.labelled": N_("Label printed"),
    "shipment.reprinted": N_("Label printed again, copy {n}"),
    "shipment.drafted": N_("A draft lies at the carrier"),
    "shipment.draft_gone": N_("The draft at the carrier is gone"),
    "shipment.booked": N_("Announced to the carrier"),
    "shipment.numbered": N_("The carrier’s number {n}"),
    "shipment.unnumbered": N_("The carrier’s number was taken away"),
    "shipment.booking_refused": N_("The carrier refused the parcel"),
    SILENT: N_("No answer from the carrier yet"),
    "shipment.priced": N_("The carrier was asked what the parcel costs"),
    "shipment.weighed": N_("Weighed: {n} g"),
    "shipment.unweighed": N_("The weight was taken away"),
    "shipment.photographed": N_("Photo of the open parcel"),
    "shipment.photo_removed": N_("A photo of the parcel was removed"),
    "shipment.handed_over": N_("Handed over, sheet {n}"),
    "shipment.in_transit": N_("On the way"),
    "shipment.at_point": N_("Waits at the desk"),
    "shipment.attempt_failed": N_("The customer was not found"),
    "shipment.try_again": N_("The carrier was asked for another attempt"),
    "shipment.send_back": N_("The carrier was asked to send the parcel back"),
    "shipment.instruction_refused": N_("The carrier refused what was asked"),
    "shipment.delivered": N_("Delivered"),
    "shipment.returning": N_("Coming back"),
    "shipment.returned": N_("Returned, the pieces are in stock again"),
    "shipment.lost": N_("Lost on the way"),
    "payment.settled": N_("The money has reached you"),
    "payment.rest_came": N_("The rest of the money has come"),
    "payment.lost": N_("Given up: this money will not come"),
    "payment.loss_undone": N_("It is not given up any more"),
    "payment.refunded": N_("The money was given back"),
}

MOST_TOLD = 5  # parcels whose changes are told one by one

_ACTORS = {"buyer": N_("The customer"), "carrier": N_("The carrier"), "system": N_("By itself"),
           "operator": N_("Hirfa")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened: a sentence, a detail that people typed, who and when.

    `tapped_at` is when she did it on her phone, where it waited for the network.
    """

    text: str
    detail: str
    who: str
    at: datetime
    tapped_at: datetime | None


def trail(order: Order, shipment: Shipment | None, payment: Payment | None) -> list[Happened]:
    """Return what happened to an order, its parcel and its payment, the newest first."""
    entries = _entries(order, shipment, payment)
    rang = any(entry.verb == "order.called" for entry in entries)
    calls = {call.number: call for call in orders.calls(order.store_id, order.id)} if rang else {}
    told = [happened(entry, calls) for entry in reversed(entries)]
    return [each for each in told if each is not None]


def happened(entry: Entry, calls: Mapping[int, Call]) -> Happened | None:
    """Tell one row of the journal; None when it is no news by itself."""
    text, detail = said(entry)
    if not text:
        return None
    call = calls.get(entry.data.get("number", 0)) if entry.verb == "order.called" else None
    if call is not None:
        detail = call.note or detail
    return Happened(text, detail, who(entry), entry.at, entry.tapped_at)


def said(entry: Entry) -> tuple[str, str]:
    """Return the sentence of a row, and its detail."""
    if entry.verb == "order.called":
        return _(_CALLS.get(entry.data.get("outcome", ""), N_("Call {n}")), n=entry.data.get("number", "")), ""
    message = _SENTENCES.get(entry.verb)
    if message is None:
        return "", ""
    number = entry.data.get("handover") or entry.data.get("number") or ""
    reason = REASONS.get(entry.data.get("reason", ""), "")
    why = "" if entry.verb == SILENT else spoken(str(entry.data.get("why", "")))  # what the network said is for the log
    return _(message, n=number), _(reason) if reason else why


def who(entry: Entry) -> str:
    """Return who did it: a member by name, others by what they are."""
    if entry.account_id is not None and entry.account_id == here().who.account_id:
        return _("You")
    return entry.actor_name or _(_ACTORS.get(entry.actor, N_("By itself")))


def last_said(order: Order) -> str:
    """Say the newest thing that happened to an order, its parcel or its money: who, what, when."""
    shipment, payment = shipping.live_shipment(order.store_id, order.id), payment_of(order.store_id, order.id)
    entries = [entry for entry in _entries(order, shipment, payment) if said(entry)[0]]
    if not entries:
        return ""
    last = entries[-1]
    done_at = last.tapped_at or last.at
    same_day = clock.local(done_at).date() == clock.today()
    when = time_short(done_at) if same_day else date_long(clock.local(done_at).date())
    return _("{who}, {when}: {what}.", who=who(last), when=when, what=said(last)[0])


def meanwhile(shipment_ids: Collection[int]) -> str:
    """Say of each of these parcels what happened to it last: a page, or a queue, that came too late names them."""
    parcels = shipping.shipments(here().store.id, shipment_ids)
    told = [orders.order(here().store.id, parcel.order_id) for parcel in list(parcels.values())[:MOST_TOLD]]
    return " ".join(_("{code}: {what}", code=order.code, what=last_said(order)) for order in told)


def _entries(order: Order, shipment: Shipment | None, payment: Payment | None) -> list[Entry]:
    things = [("order", order.id)]
    if shipment is not None:
        things.append(("shipment", shipment.id))
    if payment is not None:
        things.append(("payment", payment.id))
    return journal.timeline_of(things, store_id=order.store_id)

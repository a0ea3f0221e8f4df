"""What a job card says: its product, its buyer, how urgent it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from shop.core import clock
from shop.core.money import Money
from shop.fulfilment.queries import JobCard
from shop.plumbing import geography
from shop.plumbing.formats import ago, date_short, time_short
from shop.plumbing.i18n import N_, _, ngettext
from shop.risk import words
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

IN_HAND = N_("Sold from hand to hand")
GROUPED_FROM = 21  # more cards than this in one list are told by wilaya

SAME_TOLD = 3  # codes that a warning names

Tag = tuple[str, str]  # words, kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One job as ui/job.html draws it, and what its actions need."""

    id: str
    code: str
    url: str
    title: str
    who: str
    place: str  # its wilaya; empty under the wilaya's own name
    amount: Money | None
    picture: str
    craft: str
    tag: str
    tag_kind: str
    step: str
    phone: str
    shipment_id: int | None
    receipt: bool
    warning: str
    risk: str
    risk_kind: str
    held: bool  # its pieces are not set aside until she has called


def card(job: JobCard, *, now: datetime | None = None) -> Card:
    """Tell a job."""
    told, kind = tag_of(job, now or clock.now())
    return Card(
        id=f"o-{job.code}", code=job.code, url=page_url("studio.order", code=job.code), title=title_of(job),
        who=job.buyer_name or _(IN_HAND), place=geography.name(geography.wilaya(job.wilaya_code)), amount=job.total,
        picture=job.cover, craft=here().store.craft, tag=told, tag_kind=kind, step=job.step, phone=job.phone,
        shipment_id=job.shipment_id, receipt=job.receipt, warning=_warning(job),
        risk=words.sentence(job.known) if job.known else "", risk_kind=words.kind(job.known) if job.known else "",
        held=job.step == "to_confirm" and not job.set_aside,
    )  # fmt: skip


def _warning(job: JobCard) -> str:
    """Say what must be known before she calls."""
    if job.step != "to_confirm":
        return ""
    return _(GIFT) if job.gift else warned(job)


def grouped(jobs: Iterable[JobCard]) -> list[tuple[str, list[Card]]]:
    """Tell jobs in their order; many of them by wilaya, each under its name alone ("" for a list without groups)."""
    now = clock.now()
    every = list(jobs)
    if len(every) < GROUPED_FROM:
        return [("", [card(job, now=now) for job in every])] if every else []
    by_place = sorted(every, key=lambda job: job.wilaya_code)
    return [
        (geography.label(geography.wilaya(code)), [replace(card(job, now=now), place="") for job in group])
        for code, group in groupby(by_place, key=lambda job: job.wilaya_code)
    ]


def coming_back(jobs: Iterable[JobCard]) -> list[Card]:
    """Tell what is on its way back: refused parcels, and what is exchanged, whose money is another matter."""
    return [
        replace(each, tag=_(EXCHANGED), tag_kind="info", amount=None) if each.step == "done" else each
        for each in map(card, jobs)
    ]


def title_of(job: JobCard) -> str:
    """Return what is in the parcel: the first product, and how many others."""
    if not job.lines:
        return job.code
    first = job.lines[0]
    name = _("{name}, {choice}", name=first.name, choice=first.label) if first.label else first.name
    said = _("{product} × {n}", product=name, n=first.pieces)
    more = len(job.lines) - 1
    return ngettext("{first} + {n} other", "{first} + {n} others", more, first=said) if more else said


EXCHANGED = N_("exchanged")
GIFT = N_("A gift, paid before: speak of the delivery only, tell no price.")
NOT_ASIDE = N_(
    "Its pieces are not set aside: many orders wait from this phone or this place. They are taken when you confirm."
)


def warned(job: JobCard) -> str:
    """Warn of an order that may be a repetition, or that waits without its pieces."""
    return " ".join(filter(None, (repeated(job.alike), "" if job.set_aside else _(NOT_ASIDE))))


def repeated(codes: tuple[str, ...]) -> str:
    """Warn that an order may be the same as an earlier one."""
    return _("Perhaps the same order as {codes}.", codes=" · ".join(codes[-SAME_TOLD:])) if codes else ""


def tag_of(job: JobCard, now: datetime) -> Tag:
    """Return the few words that say how a job stands, and how urgently."""
    if job.step in _URGENT:
        return _URGENT[job.step](job, now)
    if job.step == "done":
        told, kind = DONE.get(job.payment_state, (N_("delivered"), "good"))
        return _(told), kind
    if job.step == "cancelled":
        return _(CANCELLED.get(job.shipment_state, N_("cancelled"))), ""
    told, kind = ROAD[job.shipment_state]
    return _(told), kind


DONE = {"settled": (N_("received"), "good"), "refunded": (N_("refunded"), "")}
CANCELLED = {"returned": N_("returned"), "lost": N_("lost")}
ROAD = {
    "handed_over": (N_("on the way"), "info"), "in_transit": (N_("on the way"), "info"),
    "at_point": (N_("at the desk"), "info"), "attempt_failed": (N_("not found at home"), "bad"),
    "returning": (N_("coming back"), "bad"), "returned": (N_("returned"), ""), "lost": (N_("lost"), "bad"),
    "delivered": (N_("delivered"), "good"), "cancelled": (N_("no parcel"), "bad"),
}  # fmt: skip


def _to_confirm(job: JobCard, now: datetime) -> Tag:
    if job.call_at is not None and job.waits(now):
        same_day = clock.local(job.call_at).date() == clock.today()
        when = time_short(job.call_at) if same_day else date_short(job.call_at)
        return _("call again: {when}", when=when), "soon"
    if job.tries:
        return _("call no. {n}", n=job.tries + 1), "bad"
    if clock.local(job.placed_at).date() == clock.today():
        return _("received at {time}", time=time_short(job.placed_at)), "info"
    return ago(job.placed_at, now), "bad" if now - job.placed_at > timedelta(days=2) else "soon"


def _to_pack(job: JobCard, now: datetime) -> Tag:
    since = clock.local(job.confirmed_at or job.placed_at).date()
    left = here().store.preparation_days - (clock.today() - since).days
    if left < 0:
        return _("late"), "bad"
    return (_("for today"), "soon") if not left else (ago(job.confirmed_at or job.placed_at, now), "")


def _to_pay(job: JobCard, _now: datetime) -> Tag:
    return (_("receipt sent"), "soon") if job.receipt else (_("to be paid"), "")


_URGENT: Mapping[str, Callable[[JobCard, datetime], Tag]] = {
    "to_pay": _to_pay, "to_confirm": _to_confirm, "to_pack": _to_pack,
    "to_hand_over": lambda job, _now: (job.carrier_title, ""),
}  # fmt: skip

"""What Today says of parcels that wait for their partner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shop.fulfilment.queries import JobCard
from shop.fulfilment.waiting import AtPartner, at_partners
from shop.plumbing.i18n import ngettext
from shop.web.ui.templating import page_url

MANY = 25  # so many are booked in one request: fewer are through in a moment


@dataclass(frozen=True, slots=True)
class PartnerNote:
    """A sentence, where she can see more, and how much it is hers to do something: bad, soon, or nothing."""

    text: str
    url: str
    kind: str = ""


def partner_notes(store_id: int, cards: Iterable[JobCard]) -> list[PartnerNote]:
    """Return what is to be said of the partners of a workshop; mostly nothing."""
    return [note for each in at_partners(store_id, cards) for note in _notes(each)]


def _notes(each: AtPartner) -> Iterator[PartnerNote]:
    if each.refused:
        yield PartnerNote(_refused(each), page_url("studio.order", code=each.code), "bad")
    if each.waiting and each.silent:
        yield PartnerNote(_silent(each), page_url("studio.orders"), "soon")
    elif each.waiting > MANY:
        yield PartnerNote(_many(each), page_url("studio.orders"))


def _refused(each: AtPartner) -> str:
    return ngettext(
        "{carrier} refused {n} parcel: the order says why.", "{carrier} refused {n} parcels: the orders say why.",
        each.refused, carrier=each.carrier,
    )  # fmt: skip


def _silent(each: AtPartner) -> str:
    return ngettext(
        "{carrier} is not answering: {n} parcel waits, and is booked by itself as soon as it does. Your own label can"
        " be printed.",
        "{carrier} is not answering: {n} parcels wait, and are booked by themselves as soon as it does. Your own labels"
        " can be printed.",
        each.waiting, carrier=each.carrier,
    )  # fmt: skip


def _many(each: AtPartner) -> str:
    return ngettext(
        "{n} parcel is being booked with {carrier}.", "{n} parcels are being booked with {carrier}, some each minute.",
        each.waiting, carrier=each.carrier,
    )  # fmt: skip

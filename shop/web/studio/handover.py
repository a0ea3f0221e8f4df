"""Handing parcels over: ticked or typed, counted, and written on a sheet that both sides sign."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.core.money import total
from shop.documents import invoices
from shop.documents import service as documents
from shop.fulfilment import queries as fulfilment
from shop.fulfilment import service
from shop.fulfilment.queries import JobCard
from shop.plumbing.i18n import N_, _
from shop.shipping import queries as shipping
from shop.shipping.models import Shipment
from shop.web.studio.blueprint import studio
from shop.web.studio.labels import shipment_ids
from shop.web.studio.once import acting
from shop.web.studio.pages import shop_page
from shop.web.studio.pdf import pdf_answer
from shop.web.studio.signature import drawn_on
from shop.web.studio.trail import meanwhile
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

CHANGED = N_("Some of these parcels were handed over or changed meanwhile. Please look again.")


@studio.get("/<name:store>/hand-over")
@entry(Access.HELPER)
def hand_over() -> str:
    """Show the labelled parcels of one carrier, none ticked."""
    return hand_over_page(ticked=(), carrier=request.args.get("carrier", ""))


@studio.post("/<name:store>/hand-over", endpoint="make_sheet")
@entry(Access.HELPER)
def make_sheet() -> Response | tuple[str, int] | str:
    """Tick the parcel whose last characters were typed, or write the sheet of the ticked ones."""
    ticked, carrier = shipment_ids(), request.form.get("carrier", "")
    typed = request.form.get("code", "").strip()
    try:
        if typed or request.form.get("action") == "add":
            found = shipping.by_ending(here().store.id, typed)
            return hand_over_page(ticked=[*ticked, found.id], carrier=found.carrier_title, added=[found])
        with acting() as leads_to:
            sheet = service.hand_over(here().store.id, ticked, by=here().by)
            invoices.issue_when_handed_over(here().store.id, sheet.id, by=here().by)
            leads_to(page_url("studio.handover", number=sheet.number))
    except InvalidTransition:
        problem = f"{_(CHANGED)} {meanwhile(ticked)}"
        return hand_over_page(ticked=ticked, carrier=carrier, problem=problem), 409
    except Refused as error:
        at = error.field or "shipments"
        return hand_over_page(ticked=ticked, carrier=carrier, problem=said(error), at=at, typed=typed), 422
    return redirect(page_url("studio.handover", number=sheet.number), 303)


@studio.get("/<name:store>/hand-over/<number:number>.pdf")
@entry(Access.HELPER)
def handover_pdf(number: int) -> Response:
    """Send a sheet, to be signed twice, or with what was drawn on it."""
    sheet = shipping.handover_by_number(here().store.id, number)
    return pdf_answer(
        documents.handover_pdf(here().store.id, sheet.id, signature=drawn_on(sheet)), f"hand-over-{number}"
    )


def hand_over_page(
    *, ticked: Sequence[int], carrier: str, problem: str = "", at: str = "shipments", typed: str = "",
    added: Sequence[Shipment] = (), strange: Sequence[str] = (),
) -> str:  # fmt: skip
    """Draw the parcels of one carrier, those already counted ticked."""
    jobs = fulfilment.to_hand_over(here().store.id)
    carriers = by_carrier(jobs)
    carrier = carrier if carrier in carriers else next(iter(carriers), "")
    mine = carriers.get(carrier, [])
    counted = [job for job in mine if job.shipment_id in set(ticked)]
    return shop_page(
        "studio/hand_over.html", "orders", jobs=mine, carrier=carrier, ticked={job.shipment_id for job in counted},
        carriers={name: len(parcels) for name, parcels in carriers.items()}, problem=problem, at=at, typed=typed,
        failed=bool(problem), added=added, strange=strange, missing=[job for job in mine if job not in counted],
        cash=total(job.total for job in counted), sheets=shipping.handovers(here().store.id, limit=5),
        everything=sum(len(parcels) for parcels in carriers.values()),
    )  # fmt: skip


def by_carrier(jobs: Sequence[JobCard]) -> dict[str, list[JobCard]]:
    """Return parcels by their carrier, in the order of packing."""
    by_title = sorted(jobs, key=lambda job: job.carrier_title)
    return {title: list(parcels) for title, parcels in groupby(by_title, key=lambda job: job.carrier_title)}

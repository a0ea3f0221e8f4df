"""Printing: which label was printed when, by whom and how often; the papers themselves come from the engine."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, select

from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.documents import engine, heads, nudges
from shop.documents.agreed import agreement
from shop.documents.customs import declaration
from shop.documents.frozen import thawed
from shop.documents.invoice_queries import cancelling
from shop.documents.invoice_sheets import Bill
from shop.documents.leaving import with_customs
from shop.documents.models import Invoice, LabelPrint
from shop.documents.papers import PAPERS
from shop.documents.papers import chosen as choose_paper
from shop.documents.queries import (
    batch_contents,
    foreign,
    handover_content,
    label_contents,
    leaving_orders,
    next_numbers,
    prints,
    slip_contents,
    store_row,
    under_theirs,
)
from shop.documents.receipts import receipt_of
from shop.documents.words import LabelContent
from shop.orders.models import Order
from shop.plumbing import journal
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
from shop.plumbing.journal import Actor
from shop.shipping import customs_facts
from shop.shipping import service as shipping
from shop.shipping.models import Shipment

__all__ = [
    "MOST_TOGETHER", "batch_customs_pdf", "batch_pdf", "batch_stream", "contract_pdf", "handover_pdf", "invoice_pdf",
    "invoices_pdf", "label_contents", "print_first", "print_labels", "receipt_pdf", "slips_pdf",
]  # fmt: skip

SAME_TAP = timedelta(seconds=30)
MOST_TOGETHER = 500  # invoices in one file
_PRINTABLE = frozenset({"preparing", "labelled", "handed_over", "in_transit", "at_point", "attempt_failed"})


def print_labels(store_id: int, shipment_ids: Sequence[int], *, paper: str, start: int, by: Actor) -> str:
    """Write down that these labels are printed, in this order, and return the batch that names their PDF.

    The first print makes a parcel labelled; later ones are marked as reprints. The same labels on the same paper
    within half a minute are the same batch: a second tap prints nothing twice. Raises NotFound, Refused for
    nothing, an unknown paper or a place it lacks, InvalidTransition for an order that isn't confirmed.
    """
    ids = list(dict.fromkeys(shipment_ids))
    choose_paper(paper, start=start)
    if not ids:
        raise Refused(N_("Please choose at least one parcel."), field="shipments")
    _lock(store_id, ids)
    if batch := _same_tap(store_id, ids, paper=paper, start=start):
        return batch
    customs_facts.freeze(store_id, ids, by=by)
    told = customs_facts.marks(store_id, ids)
    labels, number = label_contents(store_id, ids), next_numbers(store_id, ids)
    theirs = under_theirs(store_id, ids, paper)
    batch = secrets.token_urlsafe(12)
    common = {
        "store_id": store_id, "batch": batch, "paper": paper, "start": start, "at": clock.now(),
        "account_id": by.account_id, "by_name": by.name,
    }  # fmt: skip
    session.execute(insert(LabelPrint), [
        common | {
            "shipment_id": each, "number": number(each), "place": place,
            "content_hash": content_hash(replace(label, reprint=number(each)), told.get(each, "")),
            "their_mark": theirs[each].mark if each in theirs else "",
            "cells": theirs[each].pages if each in theirs else 1,
        }
        for place, (each, label) in enumerate(zip(ids, labels, strict=True))
    ])  # fmt: skip
    first = shipping.mark_labelled(store_id, ids, by=by)
    for each in ids:
        if each not in first:
            journal.record(
                "shipment.reprinted", subject="shipment", subject_id=each, store_id=store_id, by=by,
                number=number(each),
            )  # fmt: skip
    return batch


def print_first(store_id: int, shipment_id: int, *, by: Actor) -> str | None:
    """Print a parcel's label on the store's paper, if none was ever printed; return its batch, or None.

    Raises NotFound, InvalidTransition for a parcel that is gone or an order that isn't confirmed.
    """
    _lock(store_id, [shipment_id])
    if next_numbers(store_id, [shipment_id])(shipment_id):
        return None
    return print_labels(store_id, [shipment_id], paper=store_row(store_id).paper, start=1, by=by)


def _lock(store_id: int, ids: Sequence[int]) -> None:
    """Hold the parcels, in one order for all, so that the prints of each are counted without gaps."""
    rows = session.execute(
        select(Shipment.id, Shipment.state, Order.state)
        .join(Order, Order.id == Shipment.order_id)
        .where(Shipment.store_id == store_id, Shipment.id.in_(ids))
        .order_by(Shipment.id)
        .with_for_update(of=Shipment)
    ).all()
    if any(shipment not in _PRINTABLE or order == "placed" for _id, shipment, order in rows):
        raise InvalidTransition


def _same_tap(store_id: int, ids: Sequence[int], *, paper: str, start: int) -> str | None:
    since = clock.now() - SAME_TAP
    recent = select(LabelPrint.batch).where(
        LabelPrint.store_id == store_id, LabelPrint.shipment_id == ids[0], LabelPrint.at >= since,
        LabelPrint.paper == paper, LabelPrint.start == start,
    )  # fmt: skip
    batch = session.scalar(recent.order_by(LabelPrint.id.desc()).limit(1))
    same = batch is not None and [each.shipment_id for each in prints(store_id, batch)] == list(ids)
    return batch if same else None


def content_hash(label: LabelContent, told: str = "") -> str:
    """Return the SHA-256 of all that stands on a label, and of what customs is told of its parcel, if it leaves."""
    return hashlib.sha256((repr(label) + told).encode("utf-8", "replace")).hexdigest()


def batch_pdf(store_id: int, batch: str) -> bytes:
    """Return the PDF of labels that were printed, as often as it is asked for. Raises NotFound."""
    printed = prints(store_id, batch)
    return engine.labels_pdf(
        batch_contents(store_id, batch), printed[0].paper, start=printed[0].start,
        nudge=nudges.of_paper(store_id, printed[0].paper), theirs=foreign(store_id, printed),
    )  # fmt: skip


def batch_customs_pdf(store_id: int, batch: str, *, copies: int = 1) -> bytes:
    """Return labels that were printed, each of a parcel that leaves with its customs form and invoices after it.

    Raises NotFound for a batch of which none leaves, Refused for too many copies.
    """
    printed = prints(store_id, batch)
    leaving = leaving_orders(store_id, [each.shipment_id for each in printed])
    told = {
        at: declaration(leaving[each.shipment_id]) for at, each in enumerate(printed) if each.shipment_id in leaving
    }
    if not told:
        raise NotFound(f"nothing of {batch} leaves the country")
    labels, theirs = batch_contents(store_id, batch), foreign(store_id, printed)
    nudge = nudges.of_paper(store_id, printed[0].paper)
    session.rollback()  # drawing does not hold the read snapshot
    return with_customs(
        labels, told, printed[0].paper, start=printed[0].start, nudge=nudge, theirs=theirs, copies=copies
    )


def batch_stream(store_id: int, batch: str, head: str) -> bytes:
    """Return labels that were printed as a kind of label printer reads them (see `heads`). Raises NotFound."""
    printed = prints(store_id, batch)
    labels, theirs = batch_contents(store_id, batch), foreign(store_id, printed)
    nudge = nudges.of_paper(store_id, heads.paper_of(head, printed[0].paper))
    session.rollback()  # drawing does not hold the read snapshot
    return heads.stream(labels, head, paper=printed[0].paper, nudge=nudge, theirs=theirs)


def slips_pdf(store_id: int, order_ids: Sequence[int]) -> bytes:
    """Return the packing slips of orders on the store's paper. Raises NotFound, Refused for none."""
    if not order_ids:
        raise Refused(N_("Please choose at least one order."), field="orders")
    store = store_row(store_id)
    nudge = nudges.of_paper(store_id, store.paper)
    start = store.label_start if store.label_start <= PAPERS[store.paper].cells else 1
    return engine.slip_pdf(slip_contents(store_id, order_ids), paper=store.paper, start=start, nudge=nudge)


def invoice_pdf(invoice: Invoice, *, discreet: bool = False) -> bytes:
    """Return an invoice as it was issued, crossed once a credit note has cancelled it.

    `discreet` leaves the buyer's street out. Raises ValueError when the frozen words are no longer the ones issued.
    """
    bills = _bills([invoice], discreet=discreet)
    session.rollback()  # drawing does not hold the read snapshot
    return engine.invoice_pdf(bills[0])


def invoices_pdf(papers: Sequence[Invoice]) -> bytes:
    """Return papers of one store in one file, each as `invoice_pdf` draws it. Raises Refused for none, or too many."""
    if not papers:
        raise Refused(N_("There is nothing to print."))
    if len(papers) > MOST_TOGETHER:
        raise Refused(N_("At most {most} papers fit in one file. Tick some of them."), most=MOST_TOGETHER)
    bills = _bills(papers)
    session.rollback()
    return engine.invoices_pdf(bills)


def _bills(papers: Sequence[Invoice], *, discreet: bool = False) -> list[Bill]:
    notes = cancelling(papers[0].store_id, papers)
    return [
        Bill(thawed(each.content, each.content_hash), cancelled_by=notes.get(each.id, ""), discreet=discreet)
        for each in papers
    ]


def contract_pdf(order: Order, *, discreet: bool = False) -> bytes:
    """Return what was agreed when an order was placed."""
    agreed = agreement(order)
    session.rollback()
    return engine.contract_pdf(agreed, discreet=discreet)


def receipt_pdf(order: Order, reference: str, *, language: str) -> bytes:
    """Return the receipt of a payment of an order. Raises NotFound for one that is none of its, or did not come."""
    receipt = receipt_of(order, reference, language=language)
    session.rollback()
    return engine.receipt_pdf(receipt)


def handover_pdf(store_id: int, handover_id: int, *, signature: bytes = b"") -> bytes:
    """Return the hand-over sheet: to be signed twice, or with what was drawn on a screen (a PNG). Raises NotFound."""
    return engine.handover_pdf(handover_content(store_id, handover_id, signature=signature))

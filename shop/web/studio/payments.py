"""The money of one order: what the buyer sent to show that she paid, and what the artisan says of it."""

from __future__ import annotations

from flask import Response as Answer
from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.documents import invoices
from shop.documents.models import Invoice
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments import attempts, incidents, proofs, refunds
from shop.payments import queries as payments
from shop.payments.contract import Refunds
from shop.payments.models import Payment
from shop.payments.tills import method_of
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import conflict
from shop.web.studio.money_form import MoneyForm
from shop.web.studio.once import acting
from shop.web.studio.order_page import order_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here, outside
from shop.web.ui.media import PROOF_TYPES, private_storage, proof_name
from shop.web.ui.templating import page_url

CAME = N_("Written down: the money has come. Confirm the order now.")
ASKED = N_("The buyer is asked for another receipt.")
NOT_GIVEN = N_("The service refused to give the money back. The order says so; try again, or do it on its page.")
ON_ITS_WAY = N_("The service was asked to give the money back. It did not answer yet, and is asked again by itself.")
WAIVED = N_("Without a deposit: the courier collects all of it. Confirm the order now.")
SETTLED = N_("Put aside: it is settled.")


@studio.post("/<name:store>/orders/<code:code>/payment")
@entry(Access.HELPER)
def money_came(code: str) -> Response | tuple[str, int]:
    """Say that the money of a transfer has come, and how much."""
    order, form = orders.order_by_code(here().store.id, code), MoneyForm(request.form)
    if not form.asks("came"):
        return order_page(code, money_form=form), 422
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            unpaid.money_came(here().store.id, order.id, waiting(order).id, form.came.data, by=here().by)
    except InvalidTransition:
        return conflict(order)
    except Refused as refused:
        form.refuse("came", said(refused))
        return order_page(code, money_form=form), 422
    flash(_(CAME), "done")
    return redirect(page_url("studio.order", code=code), 303)


@studio.post("/<name:store>/orders/<code:code>/payment/again")
@entry(Access.HELPER)
def ask_for_receipt(code: str) -> Response | tuple[str, int]:
    """Say that the receipts show nothing: the buyer is asked for another one."""
    order = orders.order_by_code(here().store.id, code)
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            proofs.ask_again(here().store.id, waiting(order).id, by=here().by)
    except InvalidTransition:
        return conflict(order)
    flash(_(ASKED), "done")
    return redirect(page_url("studio.order", code=code), 303)


@studio.post("/<name:store>/orders/<code:code>/deposit")
@entry(Access.HELPER)
def waive_deposit(code: str) -> Response | tuple[str, int]:
    """Ask no deposit after all: the courier collects all of it."""
    order, given_up = orders.order_by_code(here().store.id, code), []
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            given_up = unpaid.waive_deposit(here().store.id, order.id, by=here().by)
    except InvalidTransition:
        return conflict(order)
    for payment_id in given_up:
        attempts.close(payment_id, outside())
    flash(_(WAIVED), "done")
    return redirect(page_url("studio.order", code=code), 303)


@studio.post("/<name:store>/orders/<code:code>/refund")
@entry(Access.OWNER)
def refund(code: str) -> Response | tuple[str, int]:
    """Give money of an order back, in whole or in part: by its service where it has one, else by hand, with a proof.

    When all is given back, the invoice is cancelled along with it, and the pieces come back when ticked.
    """
    order, form = orders.order_by_code(here().store.id, code), MoneyForm(request.form)
    if not form.asks("amount"):
        return order_page(code, money_form=form), 422
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            asked = _asked(order, form)
            note = _undone(order, form)
    except InvalidTransition:
        return conflict(order)
    except Refused as refused:
        form.refuse(refused.field or "amount", said(refused))
        return order_page(code, money_form=form), 422
    states = [refunds.give(each, outside()) for each in asked]
    with transaction():
        part = invoices.credit_what_went_back(order.store_id, order.id, reason=form.reason.data or "", by=here().by)
    _tell(states, note, part)
    return redirect(page_url("studio.order", code=code), 303)


def _asked(order: Order, form: MoneyForm) -> list[int]:
    """Set the amount aside, payment by payment; return the refunds."""
    if not any(each.returnable for each in of(order)):
        raise InvalidTransition
    found = []
    for paid, part in refunds.share(of(order), form.amount.data):
        by_hand = not isinstance(method_of(order.store_id, paid.method, outside()), Refunds)
        if by_hand and not form.proof.data:
            raise Refused(refunds.PROOF, field="proof")
        found.append(refunds.ask(
            order.store_id, paid.id, part, reason=form.reason.data or "", proof=form.proof.data or "", by=here().by,
            by_hand=by_hand,
        ))  # fmt: skip
    return found


def _undone(order: Order, form: MoneyForm) -> Invoice | None:
    """Take the pieces back where ticked, and cancel the invoice, once nothing is left of what was paid."""
    if any(each.kept for each in of(order)):
        return None
    if request.form.get("restock"):
        fulfilment.take_back(order.store_id, order.id, by=here().by)
    return invoices.credit_if_issued(order.store_id, order.id, reason=form.reason.data or "", by=here().by)


def _tell(states: list[str], note: Invoice | None, part: Invoice | None) -> None:
    if "failed" in states:
        flash(_(NOT_GIVEN), "problem")
    elif "pending" in states:
        flash(_(ON_ITS_WAY), "done")
    elif note is not None:
        flash(_("The money was given back. The credit note {code} cancels the invoice.", code=note.code), "done")
    elif part is not None:
        flash(_("The money was given back. The credit note {code} says so.", code=part.code), "done")
    else:
        flash(_("The money was given back."), "done")


@studio.get("/<name:store>/receipts/<number:receipt>")
@entry(Access.HELPER)
def receipt(receipt: int) -> Answer:
    """Show what a buyer sent: from a private place, kept by no browser; a PDF is downloaded, not opened here."""
    found = proofs.proof(here().store.id, receipt)
    answer = Answer(private_storage().get(proof_name(found.file, found.kind)), mimetype=PROOF_TYPES[found.kind])
    answer.headers["Cache-Control"] = "no-store"
    if found.kind == "pdf":
        answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{found.id}.pdf"'
    return answer


@studio.post("/<name:store>/incidents/<number:incident>/closing")
@entry(Access.OWNER)
def close_incident(incident: int) -> Response:
    """Say that an incident is settled; the page of its order is shown again."""
    found = next((each for each in incidents.open_incidents(here().store.id) if each.incident.id == incident), None)
    if found is None:
        raise NotFound(f"no incident {incident}")
    with acting() as leads_to:
        leads_to(page_url("studio.order", code=found.code))
        incidents.close_one(here().store.id, incident, by=here().by)
    flash(_(SETTLED), "done")
    return redirect(page_url("studio.order", code=found.code), 303)


def waiting(order: Order) -> Payment:
    """Return the payment for which an order waits. Raises InvalidTransition when it waits for none."""
    found = next((each for each in reversed(of(order)) if each.waits), None)
    if found is None:
        raise InvalidTransition
    return found


def of(order: Order) -> list[Payment]:
    """Return the payments of an order, the oldest first."""
    return payments.of_order(order.store_id, order.id)

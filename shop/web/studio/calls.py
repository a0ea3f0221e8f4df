"""The calls that confirm orders: how each ended, and taking the last one back."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.documents import by_itself
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.orders import queries as orders
from shop.orders.models import OUTCOMES, Order
from shop.plumbing import limits
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.web.studio.blueprint import studio
from shop.web.studio.call_form import CallForm
from shop.web.studio.once import acting, given_key
from shop.web.studio.order_page import order_page
from shop.web.studio.trail import last_said
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here, settings
from shop.web.ui.templating import page_url

SAME_TAP_S = 15
LIFTED = N_("The pieces are set aside. Confirm the order, and pack it.")
BACK = {"today": "studio.today", "orders": "studio.orders"}


@studio.post("/<name:store>/orders/<code:code>/calls")
@entry(Access.HELPER)
def call(code: str) -> Response | tuple[str, int]:
    """Write down how a call ended, and do what follows from it. A second tap changes nothing."""
    order = orders.order_by_code(here().store.id, code)
    form = CallForm(request.form)
    try:
        if not form.validate():
            return order_page(code, call_form=form), 422
        with acting() as leads_to:
            leads_to(back_to(code, done=code))
            # a form with a key acts once by that; two calls that a phone sends after a cut may be seconds apart
            if given_key() or limits.allow("call", tap(order, str(form.outcome.data)), most=1, within_s=SAME_TAP_S):
                _write_down(order, form)
    except InvalidTransition:
        return conflict(order)
    except Refused as error:
        form.refuse(error.field, said(error))
        return order_page(code, call_form=form), 422
    return redirect(back_to(code, done=code), 303)


@studio.post("/<name:store>/orders/<code:code>/hold")
@entry(Access.HELPER)
def lift_hold(code: str) -> Response | tuple[str, int]:
    """Set the pieces of an order aside that waited without them: she called, it is real."""
    order = orders.order_by_code(here().store.id, code)
    try:
        with acting() as leads_to:
            leads_to(back_to(code))
            fulfilment.lift_hold(here().store.id, order.id, by=here().by)
    except InvalidTransition:
        return conflict(order)
    except Refused as error:
        return order_page(code, problem=said(error)), 422
    flash(_(LIFTED), "done")
    return redirect(back_to(code), 303)


@studio.post("/<name:store>/orders/<code:code>/calls/undo")
@entry(Access.HELPER)
def undo_call(code: str) -> Response:
    """Take the last call back, while that is harmless."""
    order = orders.order_by_code(here().store.id, code)
    try:
        with transaction():
            fulfilment.undo_call(here().store.id, order.id, by=here().by)
            for outcome in OUTCOMES:
                limits.forgive("call", tap(order, outcome))
    except Refused as error:
        flash(said(error), "problem")
        return redirect(back_to(code), 303)
    flash(_("Undone. The order is as it was."), "done")
    return redirect(back_to(code), 303)


def _write_down(order: Order, form: CallForm) -> None:
    fulfilment.call(
        here().store.id, order.id, str(form.outcome.data), by=here().by, note=form.note.data or "", call_at=form.day,
        reason=form.reason.data or "", most_tries=settings().call_tries,
    )  # fmt: skip
    if form.outcome.data == "confirmed":
        by_itself.print_soon(here().store.id, order.id, after=booking.PRINTED_AFTER)


def conflict(order: Order) -> Response:
    """Tell who did what meanwhile, on the order's page."""
    flash(_("This order was already changed. {what}", what=last_said(order)), "problem")
    return redirect(page_url("studio.order", code=order.code), 303)


def tap(order: Order, outcome: str) -> str:
    """Return what the two taps of a double tap have in common: it is counted, and only the first one acts."""
    return f"{order.id}:{outcome}:{here().who.account_id}"


def back_to(code: str, *, done: str | None = None) -> str:
    """Return where the form was: the day, the list, or the order's own page."""
    came = request.form.get("back", "")
    if came in BACK:
        step = {"step": "to_confirm"} if came == "orders" else {}
        return page_url(BACK[came], **step, done=done)
    return page_url("studio.order", code=code, done=done)

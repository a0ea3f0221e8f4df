"""All orders: filtered, searched, paged; and what can be done to one of them."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.checkout import links
from shop.core.errors import InvalidTransition, Refused
from shop.core.text import clean
from shop.fulfilment import instructions, queries
from shop.fulfilment import service as fulfilment
from shop.fulfilment.queries import STEPS, OrderFilter
from shop.orders import lots
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.shipping import queries as shipping
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import conflict
from shop.web.studio.cards import card
from shop.web.studio.lot_form import lot_form
from shop.web.studio.once import acting
from shop.web.studio.order_page import order_page
from shop.web.studio.pages import shop_page
from shop.web.studio.undo import just_done
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

STEP_NAMES = {
    "to_pay": N_("To be paid"), "to_confirm": N_("To confirm"), "to_pack": N_("To pack"),
    "to_hand_over": N_("To hand over"), "on_the_way": N_("On the way"), "done": N_("Done"),
    "cancelled": N_("Cancelled"),
}  # fmt: skip
PER_PAGE = 30


@studio.get("/<name:store>/orders", endpoint="orders")
@entry(Access.HELPER)
def orders_page() -> str:
    """List orders, the newest first: of one step, or those that match what was typed."""
    step, typed = request.args.get("step", ""), clean(request.args.get("q", ""), limit=80)
    step = step if step in STEPS else ""
    found = queries.search_orders(
        here().store.id, OrderFilter(step=step, q=typed), after=request.args.get("after"), limit=PER_PAGE
    )
    following = page_url("studio.orders", step=step or None, q=typed or None, after=found.next) if found.next else ""
    return shop_page(
        "studio/orders.html", "orders", cards=[card(job) for job in found.cards], step=step, q=typed,
        steps=[(key, _(STEP_NAMES[key])) for key in STEPS], counts=queries.step_counts(here().store.id),
        holding=links.count_open(here().store.id), next_url=following,
        later=bool(request.args.get("after")), done=just_done(request.args.get("done", "")),
    )  # fmt: skip


@studio.get("/<name:store>/orders/<code:code>")
@entry(Access.HELPER)
def order(code: str) -> str:
    """Show one order."""
    return order_page(code)


@studio.post("/<name:store>/orders/<code:code>/cancellation")
@entry(Access.HELPER)
def cancel_order(code: str) -> Response | tuple[str, int]:
    """Cancel an order whose parcel is still here: its stock is free, its cash is not awaited."""
    found = orders.order_by_code(here().store.id, code)
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            fulfilment.cancel(here().store.id, found.id, request.form.get("reason", ""), by=here().by)
    except InvalidTransition:
        return conflict(found)
    except Refused as error:
        return order_page(code, problem=said(error)), 422
    flash(_("The order is cancelled. The pieces are in stock again."), "done")
    return redirect(page_url("studio.order", code=code), 303)


@studio.post("/<name:store>/orders/<code:code>/lots")
@entry(Access.HELPER)
def correct_lots(code: str) -> Response | tuple[str, int]:
    """Correct from which lots the pieces of an order were taken."""
    found = orders.order_by_code(here().store.id, code)
    lines = orders.lines(here().store.id, [found.id]).get(found.id, [])
    forms = {line.id: lot_form(line, request.form) for line in lines if f"l{line.id}-lot" in request.form}
    if any(form.summary for form in forms.values()):
        return order_page(code, typed=request.form), 422
    with transaction():
        words = {line_id: form.word() for line_id, form in forms.items()}
        lots.correct(here().store.id, found.id, words, by=here().by)
    flash(_("Saved."), "done")
    return redirect(page_url("studio.order", code=code), 303)


@studio.post("/<name:store>/orders/<code:code>/scans")
@entry(Access.HELPER)
def scan(code: str) -> Response | tuple[str, int]:
    """Say by hand where a parcel is, for carriers that don't."""
    word = request.form.get("word", "")
    return _with_parcel(
        code, lambda parcel_id: fulfilment.scan(here().store.id, parcel_id, word, by=here().by), then=_("Saved.")
    )


@studio.post("/<name:store>/orders/<code:code>/instruction")
@entry(Access.HELPER)
def instruction(code: str) -> Response | tuple[str, int]:
    """Ask the partner for another attempt at a parcel that found nobody, or to send it back."""
    wanted = request.form.get("instruction", "")
    return _with_parcel(code, lambda parcel_id: instructions.ask(here().store.id, parcel_id, wanted, by=here().by))


def _with_parcel(code: str, act: Callable[[int], object], *, then: str = "") -> Response | tuple[str, int]:
    """Do something with the parcel of an order, once; what can't be done is said on the order's page."""
    found = orders.order_by_code(here().store.id, code)
    parcel = shipping.live_shipment(here().store.id, found.id)
    if parcel is None:
        return order_page(code, problem=_("This order has no parcel.")), 422
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            act(parcel.id)
    except InvalidTransition:
        return conflict(found)
    except Refused as error:
        return order_page(code, problem=said(error)), 422
    if then:
        flash(then, "done")
    return redirect(page_url("studio.order", code=code), 303)

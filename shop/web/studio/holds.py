"""Numbers that this workshop asks to pay first for a while: asked on the order of a refused parcel, lifted by a tap."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition
from shop.orders import queries as orders
from shop.payments.tills import asks_deposits
from shop.plumbing.i18n import N_, _
from shop.risk import holds
from shop.web.studio.blueprint import studio
from shop.web.studio.once import acting
from shop.web.studio.order_page import order_page
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

CHOOSE = N_("Please choose what is asked of this number.")
NO_AMOUNT = N_("Say first how much a deposit is, under Ways to be paid, In cash, on delivery.")
ASKED = N_("From now on this number is asked to pay first here, for 90 days. Other workshops see nothing of it.")
LET_GO = N_("Nothing more is asked of this number.")
ENDED = N_("This had ended already.")


@studio.post("/<name:store>/orders/<code:code>/phone")
@entry(Access.OWNER)
def ask_first(code: str) -> Response | tuple[str, int]:
    """Ask a deposit, or all of it before, of the phone of an order for a while."""
    order, asks = orders.order_by_code(here().store.id, code), request.form.get("asks", "")
    if asks not in holds.ASKS or not order.phone:
        return order_page(code, problem=_(CHOOSE)), 422
    if asks == "deposit" and not asks_deposits(here().store.id):
        return order_page(code, problem=_(NO_AMOUNT)), 422
    with acting() as leads_to:
        leads_to(page_url("studio.order", code=code))
        holds.ask_first(here().store.id, order.id, asks, by=here().by)
    flash(_(ASKED), "done")
    return redirect(page_url("studio.order", code=code), 303)


@studio.get("/<name:store>/phones")
@entry(Access.OWNER)
def held_phones() -> str:
    """List the numbers of which something is asked, and until when."""
    return shop_page("studio/held_phones.html", "orders", held=holds.live(here().store.id))


@studio.post("/<name:store>/phones/<number:hold>/end")
@entry(Access.OWNER)
def let_go(hold: int) -> Response:
    """Ask nothing more of a number."""
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.held_phones"))
            holds.let_go(here().store.id, hold, by=here().by)
        flash(_(LET_GO), "done")
    except InvalidTransition:
        flash(_(ENDED), "problem")
    return redirect(page_url("studio.held_phones"), 303)

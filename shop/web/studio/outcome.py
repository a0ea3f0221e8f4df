"""A parcel that came back by no fault of the customer, and what she says of it herself."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition
from shop.orders import queries as orders
from shop.plumbing.i18n import N_, _
from shop.risk import service as risk
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import conflict
from shop.web.studio.once import acting
from shop.web.studio.order_page import order_page
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

CHOOSE = N_("Please choose whether it stands or is struck.")
ANSWERS = {"struck": (risk.strike, N_("Struck: it counts for nobody.")), "upheld": (risk.uphold, N_("It stands."))}


@studio.post("/<name:store>/orders/<code:code>/outcome")
@entry(Access.OWNER)
def answer_outcome(code: str) -> Response | tuple[str, int]:
    """Strike a parcel that came back from what is remembered of the phone, or say that it stands."""
    found = orders.order_by_code(here().store.id, code)
    answer = ANSWERS.get(request.form.get("answer", ""))
    if answer is None:
        return order_page(code, problem=_(CHOOSE)), 422
    act, told = answer
    try:
        with acting() as leads_to:
            leads_to(page_url("studio.order", code=code))
            act(here().store.id, found.id, by=here().by)
    except InvalidTransition:
        return conflict(found)
    flash(_(told), "done")
    return redirect(page_url("studio.order", code=code), 303)

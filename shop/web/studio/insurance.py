"""Insurance of a parcel: what it would cost before she confirms, switched on or off until its carrier is asked."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import _
from shop.shipping import insurance
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import conflict
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.templating import page_url


@studio.post("/<name:store>/orders/<code:code>/insurance")
@entry(Access.HELPER)
def insure(code: str) -> Response:
    """Have the parcel of an order insured, or not."""
    order = orders.order_by_code(here().store.id, code)
    wanted = request.form.get("insured") == "1"
    try:
        with transaction():
            insurance.insure(here().store.id, order.id, wanted, by=here().by)
    except InvalidTransition:
        return conflict(order)
    except Refused as refused:
        flash(said(refused), "problem")
        return redirect(page_url("studio.order", code=code), 303)
    flash(_("The parcel is insured.") if wanted else _("The parcel is not insured."), "done")
    return redirect(page_url("studio.order", code=code, _anchor="insurance"), 303)

"""The number that a counter or a courier gave to a parcel, written on its order."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Refused
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.i18n import _
from shop.shipping import numbers
from shop.shipping import queries as shipping
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import conflict
from shop.web.studio.number_form import NumberForm
from shop.web.studio.order_page import order_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.templating import page_url


@studio.post("/<name:store>/orders/<code:code>/number")
@entry(Access.HELPER)
def parcel_number(code: str) -> Response | tuple[str, int]:
    """Write the carrier's number of a parcel, so that the buyer can follow it and its money is found."""
    found, form = orders.order_by_code(here().store.id, code), NumberForm(request.form)
    parcel = shipping.live_shipment(here().store.id, found.id)
    if parcel is None:
        return order_page(code, problem=_("This order has no parcel.")), 422
    try:
        with transaction():
            number = numbers.write_number(here().store.id, parcel.id, form.number.data or "", by=here().by)
    except InvalidTransition:
        return conflict(found)
    except Refused as refused:
        form.refuse("number", said(refused))
        return order_page(code, number_form=form), 422
    flash(_("The number is written down. Your customer can follow the parcel.") if number else _("Saved."), "done")
    return redirect(page_url("studio.order", code=code), 303)

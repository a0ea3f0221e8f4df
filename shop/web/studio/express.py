"""What a partner asks for a parcel abroad, before it is booked: one tap on the order's page, and what it said."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect
from werkzeug.wrappers import Response

from shop.core.errors import InvalidTransition, Misconfigured, Unavailable
from shop.core.money import Money
from shop.fulfilment import quoting
from shop.fulfilment.quoting import Asked
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.plumbing.i18n import N_, _
from shop.shipping import partners
from shop.shipping.models import Shipment
from shop.web.studio.blueprint import studio
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here, outside
from shop.web.ui.templating import page_url

NONE_ABROAD = N_("This parcel is not going abroad with a partner, or it has left.")


@dataclass(frozen=True, slots=True)
class Price:
    """What a partner said of a parcel that is here, if it was asked, and how much more that is than the buyer pays."""

    asked: Asked | None
    more: Money | None


@studio.post("/<name:store>/orders/<code>/price")
@entry(Access.HELPER)
def ask_price(code: str) -> Response:
    """Ask the partner what a parcel abroad costs; its answer stands on the order's page."""
    order = orders.order_by_code(here().store.id, code)
    try:
        quoting.ask(here().store.id, order.id, by=here().by, outside=outside())
    except InvalidTransition:
        problem = NONE_ABROAD
    except Unavailable:
        problem = partners.NOT_REACHED
    except Misconfigured as error:
        problem = partners.NO_KEYS if str(error) == partners.NO_KEYS else partners.WRONG_KEYS
    else:
        return redirect(page_url("studio.order", code=code, _anchor="parcel-t"), 303)
    flash(_(problem), "problem")  # it stands at the top of the page
    return redirect(page_url("studio.order", code=code), 303)


def price_of(order: Order, shipment: Shipment | None) -> Price | None:
    """Return what was said of a parcel; None for one of which nobody is asked."""
    if shipment is None or not quoting.can_be_asked(order, shipment):
        return None
    asked = quoting.last_asked(order.store_id, shipment.id)
    price = asked.price if asked else None
    if price is None or price.currency != order.currency or price <= order.delivery:
        return Price(asked, None)
    return Price(asked, price - order.delivery)

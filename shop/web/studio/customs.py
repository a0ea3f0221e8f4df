"""Customs papers of an order that goes abroad: the form with its commercial invoice, and the same as data."""

from __future__ import annotations

from werkzeug.wrappers import Response

from shop.documents import customs, engine
from shop.documents.customs import Declaration
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.plumbing.countries import HOME
from shop.shipping.models import Shipment
from shop.web.studio.blueprint import studio
from shop.web.studio.customers import file_of
from shop.web.studio.pdf import pdf_answer
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here


@studio.get("/<name:store>/orders/<code:code>/customs.pdf")
@entry(Access.HELPER)
def customs_pdf(code: str) -> Response:
    """Send the CN22 or CN23 of an order that goes abroad, with its commercial invoice."""
    told = customs.declaration(orders.order_by_code(here().store.id, code))
    return pdf_answer(engine.customs_pdf(told), f"{told.form}-{code}")


@studio.get("/<name:store>/orders/<code:code>/customs.csv")
@entry(Access.HELPER)
def customs_csv(code: str) -> Response:
    """Send what customs is told before the parcel leaves, line by line."""
    told = customs.declaration(orders.order_by_code(here().store.id, code))
    return file_of(customs.advance_data(told), f"customs-{code}.csv", "text/csv")


def customs_of(order: Order, shipment: Shipment | None) -> Declaration | None:
    """Return what customs is told of an order; None for one that stays, or has no parcel."""
    if order.country == HOME or shipment is None or shipment.state == "cancelled":
        return None
    return customs.declaration(order)

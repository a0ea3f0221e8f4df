"""Payments that only a person can settle, of all workshops: whom the operator may have to call."""

from __future__ import annotations

from flask import render_template

from shop.core import clock
from shop.payments import incidents
from shop.stores import queries as stores
from shop.web.desk.blueprint import desk
from shop.web.ui.access import Access, entry
from shop.web.ui.templating import page_url


@desk.get("/incidents")
@entry(Access.OPERATOR)
def payment_incidents() -> str:
    """List what is open, the oldest first; it is settled at the workshop."""
    names = {each.id: each.name for each in stores.all_stores()}
    found = [(each, names.get(each.incident.store_id, "")) for each in incidents.open_incidents()]
    return render_template("desk/incidents.html", rows=found, home_url=page_url("desk.home"), now=clock.now())

"""Customers whom a workshop knew before it came to Hirfa: the list, one of them, a file of it all, and forgetting."""

from __future__ import annotations

import json

from flask import flash, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from shop.customers import queries
from shop.plumbing import geography
from shop.plumbing.i18n import _
from shop.spreadsheets.people import OUTCOMES
from shop.web.studio.blueprint import studio
from shop.web.studio.customers import asked, file_of, forget
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here
from shop.web.ui.templating import page_url


@studio.get("/<name:store>/customers/before")
@entry(Access.OWNER)
def past_customers() -> str:
    """List whom the workshop knew before, or those that match what was typed."""
    typed, mark = asked()
    found = queries.past_customers(here().store.id, q=typed, before=mark)
    cards = found[: queries.PER_PAGE]
    more = len(found) > len(cards)
    following = page_url("studio.past_customers", q=typed or None, before=cards[-1].id) if more else ""
    return shop_page(
        "studio/past_customers.html", "orders", q=typed, next_url=following, later=mark is not None,
        cards=[(each, wilaya(each.wilaya_code)) for each in cards],
    )  # fmt: skip


@studio.get("/<name:store>/customers/before/<number:contact_id>")
@entry(Access.OWNER)
def past_customer(contact_id: int) -> Response | str:
    """Show somebody of before; who ordered here since has a page with all of it."""
    found = queries.past_customer(here().store.id, contact_id)
    if found.orders:
        return redirect(page_url("studio.customer", code=found.orders[0].code), 303)
    return shop_page(
        "studio/past_customer.html", "orders", c=found, contact_id=contact_id, failed=False, outcomes=OUTCOMES,
        place=wilaya(found.contact.wilaya_code) if found.contact else "",
    )  # fmt: skip


@studio.get("/<name:store>/customers/before/<number:contact_id>/data.json")
@entry(Access.OWNER)
def past_customer_json(contact_id: int) -> Response:
    """Hand out everything that is kept of somebody of before."""
    content = queries.everything(here().store.id, queries.past_customer(here().store.id, contact_id))
    return file_of(json.dumps(content, ensure_ascii=False, indent=2), f"customer-{contact_id}.json", "application/json")


@studio.post("/<name:store>/customers/before/<number:contact_id>/erasure")
@entry(Access.OWNER)
def forget_past_customer(contact_id: int) -> Response:
    """Forget somebody of before on request; who ordered here since is forgotten on her own page."""
    if request.form.get("sure") != "1":
        raise BadRequest
    found = queries.past_customer(here().store.id, contact_id)
    if found.orders:
        return redirect(page_url("studio.customer", code=found.orders[0].code), 303)
    forget(found.phone)
    flash(_("This customer is forgotten."), "done")
    return redirect(page_url("studio.past_customers"), 303)


def wilaya(code: str) -> str:
    """Return the name of a wilaya; empty where nobody knows it."""
    return geography.name(geography.wilaya(code)) if code else ""

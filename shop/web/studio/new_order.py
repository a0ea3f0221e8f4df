"""An order that came by message: read by rules, mended by hand, sent as a link or written down as confirmed."""

from __future__ import annotations

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.cart import service as carts
from shop.checkout import links
from shop.checkout import service as checkout
from shop.checkout.messages import MOST, Found, read
from shop.checkout.words import Choice, Details
from shop.core.errors import Conflict, PriceChanged, Refused
from shop.core.text import clean_block
from shop.documents import by_itself
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments import queries as payments
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.links import digest, new_token
from shop.sharing import service as sharing
from shop.web.studio.blueprint import studio
from shop.web.studio.chat_form import ChatForm, blank, filled, known, sent, title
from shop.web.studio.links import show_once
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.checkout_form import way_note, way_title
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LONGEST_KEY = 64
FIELDS = {
    "phone": N_("Phone"), "name": N_("Name"), "place": N_("Place"), "address": N_("Address"), "kind": N_("Delivery"),
    "line": N_("Article"),
}  # fmt: skip
# Where a doubt can be mended.
ANCHORS = {"lines": "line-0-variant"}
NOTHING_READ = N_("Paste the message first.")
CONFIRMED = N_("The order is written down and confirmed. Next: pack it.")
TO_BE_PAID = N_("The order is written down and waits to be paid. Send the customer the page to pay.")
OTHER_TOTAL = N_("The total is another one now. Please look at it, then confirm again.")


@studio.route("/<name:store>/orders/new", methods=["GET", "POST"])
@entry(Access.HELPER)
def new_order() -> Response | tuple[str, int] | str:
    """Ask for a message and show what it says; make a link of it, or an order that was confirmed by phone."""
    if request.method == "GET":
        return page(blank(here().store))
    form = sent(here().store)
    match request.form.get("action"):
        case "read":
            return _read(form)
        case "link":
            return _link(form)
        case "now":
            return _now(form)
        case _:
            return page(form)


def _read(form: ChatForm) -> tuple[str, int] | str:
    message = _message()
    if not message:
        return page(form, extra=[("message", _(NOTHING_READ))]), 422
    reading = read(message, known(form.articles))
    return page(filled(form, reading), found=reading.found, language=reading.language)


def _link(form: ChatForm) -> Response | tuple[str, int]:
    """Make a link that the customer confirms: only the articles must be right, she mends the rest."""
    if not form.check_lines():
        return page(form), 422
    try:
        with transaction():
            link, token = links.open_link(
                here().store.id, form.pieces, kind="chat", hours=links.CHAT_HOURS, language=_language(), by=here().by,
                details=form.ready,
            )  # fmt: skip
            link_id = link.id
    except Refused as error:
        return page(form, extra=[("line-0-variant", said(error))]), 422
    return show_once(link_id, token)


def _now(form: ChatForm) -> Response | tuple[str, int]:
    """Write the order down as confirmed by phone; the total must be the one that was seen."""
    lines_right = form.check_lines()
    right = form.form.validate() and lines_right
    asked = form.meaning(_language())
    if not right or asked is None:
        return page(form), 422
    if request.form.get("due", "") != _due(form):
        return page(form, extra=[("totals", _(OTHER_TOTAL))]), 422
    try:
        with transaction():
            order = _placed(form, *asked)
            code, waits = order.code, order.state == "placed"
    except (PriceChanged, Conflict):
        return page(form, extra=[("totals", _(OTHER_TOTAL))]), 409
    except Refused as error:
        return page(form, extra=[(error.field or "line-0-variant", said(error))]), 422
    flash(_(TO_BE_PAID if waits else CONFIRMED), "done")
    return redirect(page_url("studio.order", code=code), 303)


def _placed(form: ChatForm, details: Details, choices: list[Choice]) -> Order:
    """Place the order and confirm it, unless it waits for money first: a deposit, or all of it."""
    store_id, by, key = here().store.id, here().by, _key()
    before = orders.order_of_key(store_id, key)
    if before is not None:
        return before
    cart = carts.open_cart(digest(f"order of {store_id} under {key}"))  # a parallel second tap waits for this one
    for variant_id, pieces in form.pieces.items():
        if carts.add(cart.id, variant_id, pieces=pieces).capped:
            raise Refused(links.FEW_LEFT, name=next(title(a) for a in form.articles if a.variant_id == variant_id))
    seen = checkout.review(cart.id, details, choices)
    if str(seen.total.minor) != _due(form):
        raise PriceChanged
    placed = checkout.place(cart.id, key=key, details=details, choices=choices, review_hash=seen.hash, by=by)
    sharing.credit_one(store_id, placed.order_ids[0], "chat")
    order = orders.order(store_id, placed.order_ids[0])
    if order.state == "placed" and not any(each.waits for each in payments.of_order(store_id, order.id)):
        fulfilment.confirm(store_id, order.id, by=by)
        by_itself.print_soon(store_id, order.id, after=booking.PRINTED_AFTER)
    return order


def _due(form: ChatForm) -> str:
    """Return the total as the form carries it: empty until the way of the parcel is chosen."""
    due = form.found.due if form.found.parcels else None
    return str(due.minor) if due is not None else ""


def _key() -> str:
    return request.form.get("key", "")[:LONGEST_KEY] or new_token()


def _message() -> str:
    return clean_block(request.form.get("message", ""), limit=MOST)


def _language() -> str:
    asked = request.form.get("speaks", "")
    return asked if asked in {"ar", "fr", "en"} else here().store.language


def page(
    form: ChatForm, *, found: list[Found] | None = None, language: str = "", extra: list[tuple[str, str]] | None = None
) -> str:
    """Draw the form with what was read, what is not sure, and what was wrong."""
    problems = [*form.extra, *(extra or [])]
    doubts = [(ANCHORS.get(each.of, each.of), _(each.message, **each.values)) for each in form.doubts]
    return shop_page(
        "studio/new_order.html", "orders", chat=form, form=form.form, found=form.found, extra=problems, doubts=doubts,
        failed=bool(problems or form.form.errors), message=_message() if request.method == "POST" else "",
        read=[(_(FIELDS[each.of]), each.text) for each in found or []], due=_due(form), key=_key(),
        articles=[(each.variant_id, title(each), each) for each in form.articles], speaks=language or _language(),
        ways=[
            {"value": each.value, "label": way_title(each),
             "note": way_note(each, form.found) if each.deposit else ""}
            for each in form.found.methods
        ],
    )  # fmt: skip

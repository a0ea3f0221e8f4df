"""Exchanging what was delivered: which pieces come back, what is asked for, and the first goods on the shelf again."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.checkout import exchange as checkout
from shop.core.errors import Conflict, InvalidTransition, Refused
from shop.core.money import Money
from shop.core.text import western_digits
from shop.fulfilment import service as fulfilment
from shop.orders import exchanges
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.links import new_token
from shop.shipping import queries as shipping
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import conflict
from shop.web.studio.order_page import Item, items
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import DinarsField, HirfaForm
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LONGEST = 64


class ExchangeForm(HirfaForm):
    """What the courier collects besides, if anything."""

    collect = DinarsField(N_("To collect on delivery"), most=150_000)


@dataclass(frozen=True, slots=True)
class Back:
    """One line of the first order, and how many of its pieces come back."""

    item: Item
    pieces: int


@studio.get("/<name:store>/orders/<code:code>/exchange")
@entry(Access.HELPER)
def exchange(code: str) -> Response | str:
    """Show what would come back; an order that is exchanged already leads to its exchange."""
    first = orders.order_by_code(here().store.id, code)
    return seen(first) or page(first, ExchangeForm(), {})


@studio.post("/<name:store>/orders/<code:code>/exchange")
@entry(Access.HELPER)
def start_exchange(code: str) -> Response | tuple[str, int]:
    """Have the second parcel booked, whose courier takes the first pieces back."""
    first, form = orders.order_by_code(here().store.id, code), ExchangeForm(request.form)
    back = typed(first)
    if there := seen(first):
        return there
    is_valid, is_step = form.validate(), request.form.get("action") != "confirm"
    if is_step or not is_valid:  # a step: one piece more or less, without a script
        return page(first, form, back), 200 if is_step else 422
    try:
        return written(first, form, back)
    except Conflict:
        return conflict(first)
    except Refused as refused:
        if refused.field != "collect":
            return page(first, form, back, problem=said(refused)), 422
        form.refuse("collect", said(refused))
    return page(first, form, back), 422


def written(first: Order, form: ExchangeForm, back: dict[int, int]) -> Response:
    """Place the order of the exchange and confirm it: she has spoken with the buyer."""
    with transaction():
        made = checkout.start(
            first.store_id, first.id, back, collect=form.collect.data or Money(0),
            key=request.form.get("key", "")[:LONGEST] or new_token(), by=here().by,
        )  # fmt: skip
        if not made.repeated:
            fulfilment.confirm(first.store_id, made.order_id, by=here().by)
    flash(_("The exchange is confirmed: print its label."), "done")
    return redirect(page_url("studio.order", code=made.code), 303)


def seen(first: Order) -> Response | None:
    """Return the way to the order that exchanges this one already, if any does."""
    by = exchanges.exchanged_by(first.store_id, first.id)
    return None if by is None else redirect(page_url("studio.order", code=by.code), 303)


@studio.post("/<name:store>/orders/<code:code>/goods-back")
@entry(Access.HELPER)
def goods_back(code: str) -> Response:
    """Put what the courier took back on the shelf."""
    order = orders.order_by_code(here().store.id, code)
    try:
        with transaction():
            exchanges.goods_came_back(here().store.id, order.id, by=here().by)
    except InvalidTransition:
        return conflict(order)
    flash(_("The pieces are in the stock again."), "done")
    return redirect(page_url("studio.order", code=code), 303)


def typed(first: Order) -> dict[int, int]:
    """Return how many pieces of each line come back, all where nothing was typed; nonsense is none."""
    found = {}
    for line in orders.lines(first.store_id, [first.id]).get(first.id, []):
        text = western_digits(request.form.get(f"line-{line.id}", str(line.pieces))).strip()
        pieces = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
        step = {"1": 1, "-1": -1}.get(request.form.get(f"step-{line.id}", ""), 0)
        found[line.id] = min(max(pieces + step, 0), line.pieces)
    return found


def page(first: Order, form: ExchangeForm, back: dict[int, int], *, problem: str = "") -> str:
    """Draw the lines of the first order; all of them come back unless it is typed otherwise."""
    why = checkout.can_exchange(first, shipping.live_shipment(first.store_id, first.id))
    rows = [Back(each, back.get(each.line.id, each.line.pieces)) for each in items(first)]
    return shop_page(
        "studio/exchange.html", "orders", order=first, form=form, rows=rows, problem=problem or (_(why) if why else ""),
        failed=bool(problem or form.errors), possible=not why, key=request.form.get("key", "")[:LONGEST] or new_token(),
    )  # fmt: skip

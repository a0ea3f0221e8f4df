"""Exchanging what was delivered: what comes back, what goes out instead, and the first goods on the shelf again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from shop.catalogue.queries import CartVariant, sold_by
from shop.checkout import exchange as checkout
from shop.checkout.swaps import Swaps, choices
from shop.core.errors import Conflict, InvalidTransition, Refused
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.orders import exchanges
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.plumbing.db import transaction
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import N_, _, pick
from shop.plumbing.links import new_token
from shop.shipping import queries as shipping
from shop.web.studio.blueprint import studio
from shop.web.studio.calls import back_to, conflict
from shop.web.studio.chat_form import title, whole
from shop.web.studio.order_page import Item, items
from shop.web.studio.pages import shop_page
from shop.web.studio.swap import pieces_of
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import DinarsField, HirfaForm
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LONGEST = 64
CHANGED = N_("The amount is another one now. Please look at it, then confirm.")
ONLY_WHOLE = N_("Saved: only what came back whole is in the stock.")
SAME_PRODUCT, OTHERS = N_("The same product"), N_("Other articles")

Options = list[tuple[str, list[tuple[int, str]]]]  # groups of what can be chosen: (variant, its words)


class ExchangeForm(HirfaForm):
    """What the courier collects, where it is not the difference."""

    collect = DinarsField(N_("To collect on delivery"), most=150_000)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, by line of the first order: how many pieces come back, which variant goes out (0: the same)."""

    back: dict[int, int]
    instead: dict[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the first order, how many of its pieces come back, and what could go out instead."""

    item: Item
    pieces: int
    instead: int
    options: Options


@studio.get("/<name:store>/orders/<code:code>/exchange")
@entry(Access.HELPER)
def exchange(code: str) -> Response | str:
    """Show what would come back; an order that is exchanged already leads to its exchange."""
    first = orders.order_by_code(here().store.id, code)
    return seen(first) or page(first, ExchangeForm(), typed(first))


@studio.post("/<name:store>/orders/<code:code>/exchange")
@entry(Access.HELPER)
def start_exchange(code: str) -> Response | tuple[str, int]:
    """Have the second parcel booked, whose courier takes the first pieces back."""
    first, form = orders.order_by_code(here().store.id, code), ExchangeForm(request.form)
    asked = typed(first)
    if there := seen(first):
        return there
    is_valid, is_step = form.validate(), request.form.get("action") != "confirm"
    if is_step or not is_valid:  # a step: one piece more or less without a script, another article
        return page(first, form, asked), 200 if is_step else 422
    try:
        if form.collect.data is None and request.form.get("seen", "0") != str(difference(first, asked).minor):
            return page(first, form, asked, problem=("sum", _(CHANGED))), 409
        return written(first, form, asked)
    except (Conflict, Refused) as error:
        return refusal(first, form, asked, error)


def refusal(
    first: Order, form: ExchangeForm, asked: Asked, error: Conflict | Refused
) -> Response | tuple[str, int]:  # fmt: skip
    """Say what cannot be, beside what was typed."""
    if isinstance(error, Conflict):
        return conflict(first)
    if error.field == "collect":
        form.refuse("collect", said(error))
        return page(first, form, asked), 422
    return page(first, form, asked, problem=(error.field or "pieces", said(error))), 422


def difference(first: Order, asked: Asked) -> Money:
    """Return by how much what goes out is dearer; raises what `weighed` raises."""
    return checkout.weighed(first, asked.back, asked.instead).difference


def written(first: Order, form: ExchangeForm, asked: Asked) -> Response:
    """Place the order of the exchange and confirm it: she has spoken with the buyer."""
    with transaction():
        made = checkout.start(
            first.store_id, first.id, asked.back, instead=asked.instead, collect=form.collect.data,
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
    """Put what the courier took back on the shelf: all of it, or what is told to have come whole."""
    order = orders.order_by_code(here().store.id, code)
    pieces = pieces_of(order)
    names = {each.line_id: f"whole-{each.line_id}" for each in pieces}
    told = {line_id: whole(request.form[name]) for line_id, name in names.items() if name in request.form}
    try:
        with transaction():
            exchanges.goods_came_back(here().store.id, order.id, told or None, by=here().by)
    except InvalidTransition:
        return conflict(order)
    all_whole = not told or sum(told.values()) >= sum(each.pieces for each in pieces)
    flash(_("The pieces are in the stock again.") if all_whole else _(ONLY_WHOLE), "done")
    return redirect(back_to(code), 303)


def typed(first: Order) -> Asked:
    """Return what comes back of each line and goes out for it: all of it, and the same, where nothing was typed."""
    back, instead = {}, {}
    for line in orders.lines(first.store_id, [first.id]).get(first.id, []):
        step = {"1": 1, "-1": -1}.get(request.form.get(f"step-{line.id}", ""), 0)
        pieces = whole(request.form.get(f"line-{line.id}", str(line.pieces)))
        back[line.id] = min(max(pieces + step, 0), line.pieces)
        instead[line.id] = whole(request.form.get(f"instead-{line.id}", ""))
    return Asked(back, instead)


def page(first: Order, form: ExchangeForm, asked: Asked, *, problem: tuple[str, str] | None = None) -> str:
    """Draw the lines of the first order; all of them come back unless it is typed otherwise."""
    why = checkout.can_exchange(first, shipping.live_shipment(first.store_id, first.id))
    sold = [] if why else sold_by(first.store_id)
    goods, short = sum_of(first, asked)
    rows = [
        Row(each, asked.back[each.line.id], asked.instead[each.line.id], options(each, sold)) for each in items(first)
    ]  # fmt: skip
    problem = problem or (("pieces", _(why)) if why else short)
    return shop_page(
        "studio/exchange.html", "orders", order=first, form=form, rows=rows, goods=goods, possible=not why,
        problems=[problem] if problem else [], failed=bool(problem or form.errors),
        key=request.form.get("key", "")[:LONGEST] or new_token(),
    )  # fmt: skip


def sum_of(first: Order, asked: Asked) -> tuple[Swaps | None, tuple[str, str] | None]:
    """Return what it would cost, or why it cannot be had; that nothing comes back is said at the end."""
    try:
        return checkout.weighed(first, asked.back, asked.instead), None
    except Refused as refused:
        return None, None if refused.field == "pieces" else (refused.field or "pieces", said(refused))


def options(item: Item, sold: list[CartVariant]) -> Options:
    """Return what could go out instead of a line, the same product's other choices first, each with its price."""
    mine = item.line.product_id
    return [
        (_(SAME_PRODUCT if same else OTHERS),
         [(each.variant_id, f"{words(each, same=same)} · {money_text(each.price)}") for each in group])
        for same, group in groupby(choices(item.line, sold), key=lambda each: each.product_id == mine)
    ]  # fmt: skip


def words(article: CartVariant, *, same: bool) -> str:
    """Return how an article is called: within the same product its choice is enough."""
    return (same and pick(article.labels)[0]) or title(article)

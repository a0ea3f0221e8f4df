"""Selling from hand to hand, at a fair or in the street: tap the pieces, take the money, done."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from shop.catalogue.queries import MOST_TO_ORDER, CartVariant, sold_by
from shop.checkout import hand
from shop.checkout.hand import Agreed, HandBuyer, HandGoods
from shop.core import clock
from shop.core.errors import Conflict, NotFound, PriceChanged, Refused
from shop.core.money import Money, total
from shop.core.text import is_code
from shop.documents import invoice_queries
from shop.orders import queries as orders
from shop.plumbing.db import transaction
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import N_, _
from shop.plumbing.links import new_token
from shop.web.studio.blueprint import studio
from shop.web.studio.chat_form import title, whole
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import DinarsField, HirfaForm, PhoneField, TextField, optional
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LONGEST = 64
CHANGED = N_("The total is another one now. Please look at it, then take the money.")
INVOICED = N_("This sale has an invoice already: cancel it with a credit note, on the page of the sale.")


class SaleForm(HirfaForm):
    """Who takes it along, if she says so, and the price if another one was agreed."""

    agreed = DinarsField(N_("Agreed price for everything"), [optional()])
    reason = TextField(N_("Why this price?"), most=60)
    name = TextField(N_("Name"), most=120)
    phone = PhoneField(N_("Phone"))


@dataclass(frozen=True, slots=True)
class Tile:
    """One article to tap: how many of it are being sold, and how many could be."""

    article: CartVariant
    title: str
    pieces: int

    @property
    def most(self) -> int:
        """How many can be sold; a shop on holiday or not open sells from hand to hand all the same."""
        counted = self.article.made_to_order_days is None
        return min(self.article.on_hand, hand.MOST_PIECES) if counted else MOST_TO_ORDER


@studio.route("/<name:store>/sale", methods=["GET", "POST"])
@entry(Access.HELPER)
def sale() -> Response | tuple[str, int] | str:
    """Pick the pieces; then, on a second look with the total, take the money."""
    tiles = _tiles()
    action = request.form.get("action")
    if request.method == "GET" or action not in {"check", "agree", "sell"}:
        return _pick_page(tiles)
    pieces = {each.article.variant_id: each.pieces for each in tiles}
    try:
        goods = hand.goods_in_hand(here().store.id, pieces)
    except (Refused, NotFound) as error:
        return _pick_page(tiles, problem=said(error) if isinstance(error, Refused) else _(hand.NOTHING)), 422
    if action == "check":
        return _check_page(goods, SaleForm(MultiDict()))
    form = SaleForm(request.form)
    if not form.validate():
        return _check_page(goods, form), 422
    try:
        goods = hand.goods_in_hand(here().store.id, pieces, _agreed(form, goods))
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return _check_page(goods, form), 422
    return _check_page(goods, form) if action == "agree" else _sell(goods, form)


def _agreed(form: SaleForm, goods: HandGoods) -> Agreed | None:
    """Return the price that was agreed; None when none was typed, or the very price of the articles."""
    price = form.agreed.data
    return None if price is None or price == goods.goods else Agreed(price, form.reason.data or "")


def _sell(goods: HandGoods, form: SaleForm) -> Response | tuple[str, int]:
    store = here().store
    buyer = HandBuyer(name=form.name.data or "", phone=form.phone.data or "", language=store.language)
    pieces = {line.variant_id: line.pieces for line in goods.lines}
    try:
        with transaction():
            sold = hand.sell_in_hand(
                store, pieces, key=request.form.get("key", "")[:LONGEST] or new_token(), agreed=goods.agreed,
                seen=request.form.get("seen", "")[:LONGEST], buyer=buyer, by=here().by,
            )  # fmt: skip
    except (PriceChanged, Conflict):
        now = hand.goods_in_hand(here().store.id, pieces, goods.agreed)
        return _check_page(now, form, problem=_(CHANGED)), 409
    except Refused as error:
        return _pick_page(_tiles(), problem=said(error)), 422
    flash(_("Sold: {amount}, in your hand.", amount=money_text(goods.total)), "done")
    return redirect(page_url("studio.sale", sold=sold.code), 303)


@studio.post("/<name:store>/sale/<code:code>/undo")
@entry(Access.HELPER)
def undo_sale(code: str) -> Response:
    """Take a sale back that was made a moment ago, unless it has an invoice."""
    order = orders.order_by_code(here().store.id, code)
    try:
        with transaction():
            hand.undo_sale(order.store_id, order.id, by=here().by)
            if invoice_queries.live(invoice_queries.of_order(order.store_id, order.id)):
                raise Refused(INVOICED)
    except Refused as error:
        flash(said(error), "problem")
        return redirect(page_url("studio.order", code=code), 303)
    flash(_("The sale is undone: its pieces are back. Give back {amount}.", amount=money_text(order.total)), "done")
    return redirect(page_url("studio.sale"), 303)


def _tiles() -> list[Tile]:
    return [_tile(each) for each in sold_by(here().store.id)]


def _tile(article: CartVariant) -> Tile:
    """Return an article with its pieces as typed; without JavaScript, plus and minus come as a step."""
    number = article.variant_id
    step = {"1": 1, "-1": -1}.get(request.form.get(f"step-{number}", ""), 0)
    pieces = whole(request.form.get(f"v{number}", "")) + step
    return Tile(article, title(article), max(0, min(pieces, hand.MOST_PIECES)))


def _just_sold() -> tuple[str, bool]:
    """Return the code of the sale that was just made, and whether it can be undone still."""
    code = request.args.get("sold", "")[:10]
    if not is_code(code):
        return "", False
    order = orders.order_by_code(here().store.id, code)
    fresh = order.completed_at is not None and clock.now() - order.completed_at < hand.UNDO_WITHIN
    return code, order.kind == "hand" and fresh


def _pick_page(tiles: list[Tile], *, problem: str = "") -> str:
    sold, undoable = _just_sold()
    return shop_page(
        "studio/sale.html", "orders", tiles=tiles, zero=money_text(Money(0)), problem=problem, failed=bool(problem),
        due=total(each.article.price * each.pieces for each in tiles), sold=sold, undoable=undoable,
    )  # fmt: skip


def _check_page(goods: HandGoods, form: SaleForm, *, problem: str = "") -> str:
    extra = [("total", problem)] if problem else []
    return shop_page(
        "studio/sale_check.html", "orders", goods=goods, form=form, extra=extra, failed=bool(extra or form.errors),
        key=request.form.get("key", "")[:LONGEST] or new_token(),
    )  # fmt: skip

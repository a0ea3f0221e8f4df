"""Selling from hand to hand, at a fair or in the street: tap the pieces, take the money, done."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from shop.catalogue.queries import MOST_TO_ORDER, CartVariant, sold_by
from shop.checkout import hand
from shop.checkout.hand import HandBuyer, HandGoods
from shop.core.errors import Conflict, NotFound, PriceChanged, Refused
from shop.core.money import Money, total
from shop.plumbing.db import transaction
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import N_, _
from shop.plumbing.links import new_token
from shop.web.studio.blueprint import studio
from shop.web.studio.chat_form import title, whole
from shop.web.studio.pages import shop_page
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import HirfaForm, PhoneField, TextField
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

LONGEST = 64
CHANGED = N_("The total is another one now. Please look at it, then take the money.")


class BuyerForm(HirfaForm):
    """Who takes it along, if she says so."""

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
    if request.method == "GET" or request.form.get("action") not in {"check", "sell"}:
        return _pick_page(tiles)
    try:
        goods = hand.goods_in_hand(here().store.id, {each.article.variant_id: each.pieces for each in tiles})
    except (Refused, NotFound) as error:
        return _pick_page(tiles, problem=said(error) if isinstance(error, Refused) else _(hand.NOTHING)), 422
    form = BuyerForm(request.form)
    if request.form.get("action") == "check":
        return _check_page(goods, BuyerForm(MultiDict()))
    if not form.validate():
        return _check_page(goods, form), 422
    return _sell(goods, form)


def _sell(goods: HandGoods, form: BuyerForm) -> Response | tuple[str, int]:
    store = here().store
    buyer = HandBuyer(name=form.name.data or "", phone=form.phone.data or "", language=store.language)
    pieces = {line.variant_id: line.pieces for line in goods.lines}
    try:
        with transaction():
            sold = hand.sell_in_hand(
                store, pieces, key=request.form.get("key", "")[:LONGEST] or new_token(),
                seen=request.form.get("seen", "")[:LONGEST], buyer=buyer, by=here().by,
            )  # fmt: skip
    except (PriceChanged, Conflict):
        return _check_page(hand.goods_in_hand(here().store.id, pieces), form, problem=_(CHANGED)), 409
    except Refused as error:
        return _pick_page(_tiles(), problem=said(error)), 422
    flash(_("Sold: {amount}, in your hand.", amount=money_text(goods.total)), "done")
    return redirect(page_url("studio.sale", sold=sold.code), 303)


def _tiles() -> list[Tile]:
    return [_tile(each) for each in sold_by(here().store.id)]


def _tile(article: CartVariant) -> Tile:
    """Return an article with its pieces as typed; without JavaScript, plus and minus come as a step."""
    number = article.variant_id
    step = {"1": 1, "-1": -1}.get(request.form.get(f"step-{number}", ""), 0)
    pieces = whole(request.form.get(f"v{number}", "")) + step
    return Tile(article, title(article), max(0, min(pieces, hand.MOST_PIECES)))


def _pick_page(tiles: list[Tile], *, problem: str = "") -> str:
    return shop_page(
        "studio/sale.html", "orders", tiles=tiles, zero=money_text(Money(0)), problem=problem, failed=bool(problem),
        due=total(each.article.price * each.pieces for each in tiles), sold=request.args.get("sold", "")[:10],
    )  # fmt: skip


def _check_page(goods: HandGoods, form: BuyerForm, *, problem: str = "") -> str:
    extra = [("total", problem)] if problem else []
    return shop_page(
        "studio/sale_check.html", "orders", goods=goods, form=form, extra=extra, failed=bool(extra or form.errors),
        key=request.form.get("key", "")[:LONGEST] or new_token(),
    )  # fmt: skip

"""The basket: one card per workshop, because each workshop sends its own parcel."""

from __future__ import annotations

from dataclasses import dataclass

from flask import make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from shop.cart import queries, service
from shop.cart.models import Cart
from shop.cart.queries import CartView
from shop.catalogue.options import options_of
from shop.core.errors import NotFound, OutOfStock, Refused
from shop.core.money import Money
from shop.core.text import western_digits
from shop.plumbing import geography
from shop.plumbing.countries import is_abroad
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.shipping.quotes import Load, StoreQuote, place_of_wilaya, quotes_for
from shop.web.storefront import visitor
from shop.web.storefront.bargains import Bill, automatic_offers, bill, bill_so_far, hints
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import links
from shop.web.storefront.product import asked_again, remembered_wilaya
from shop.web.ui.access import Access, entry
from shop.web.ui.checkout_form import ways
from shop.web.ui.errors import said
from shop.web.ui.forms import NUMBER_RANGE, HirfaForm, WholeField
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

MOST_PIECES = 999

# What a page says after a redirect, by the word in its address: (sentence, kind of note).
TOLD = {
    "added": (N_("It is in your basket."), "good"),
    "capped": (N_("There are not more pieces than that: the basket holds all that are left."), "soon"),
    "sold_out": (N_("It has just been sold out. Nothing was added."), "bad"),
    "gone": (N_("This article is no longer for sale. Nothing was added."), "bad"),
    "closed": (N_("This workshop is not taking orders at the moment. Nothing was added."), "bad"),
    "full": (N_("A basket can hold 60 different articles at most. Nothing was added."), "bad"),
    "number": (N_("Write a number of pieces from 1 to 999. Nothing was added."), "bad"),
    "changed": (N_("Something changed since you looked. Nothing has been ordered: please check the basket."), "soon"),
}
_REFUSALS = {service.GONE: "gone", service.CLOSED: "closed", service.FULL: "full"}


@dataclass(frozen=True)
class Estimate:
    """What the basket costs: so far, and with delivery to the remembered wilaya by each kind that all offer."""

    place: str
    quotes: dict[int, list[StoreQuote]]
    home: Bill | None
    desk: Bill | None
    so_far: Bill
    hints: dict[int, Markup]

    @property
    def shown(self) -> Bill:
        """The bill of the summary: with delivery to a home where it can be had, else to a desk."""
        return self.home or self.desk or self.so_far


class PiecesForm(HirfaForm):
    """How many pieces; `step` is the button that was pressed, one more or one less."""

    pieces = WholeField(N_("Quantity"), most=MOST_PIECES)

    @property
    def wanted(self) -> int | None:
        """The number typed, moved by the button; None when it is no number."""
        step = {"1": 1, "-1": -1}.get(request.form.get("step", ""), 0)
        return None if self.pieces.data is None else max(self.pieces.data + step, 1 if step else 0)


@front.post("/<lang:lang>/cart/lines")
@entry(Access.OPEN)
def add_line() -> Response | tuple[str, int]:
    """Put pieces of a variant into the basket; the first ones make it."""
    form = PiecesForm(request.form)
    variant_id, personal = _wanted(), request.form.get("personal", "")
    if not form.validate() or not form.wanted:
        return redirect(page_url("storefront.cart", told="number"), 303)
    token = here().cart_token if queries.cart_by_token(here().cart_token) else service.new_token()
    try:
        with transaction():
            told, pieces = _put_aside(token, variant_id, form.wanted, personal)
    except Refused as error:
        return asked_again(variant_id, personal, said(error)), 422
    answer = redirect(page_url("storefront.cart", told=told), 303)
    visitor.remember(answer, token)
    visitor.count(answer, pieces)
    return answer


def _put_aside(token: str, variant_id: int, wanted: int, personal: str) -> tuple[str, int]:
    """Add to the basket; return what is told, and how many pieces it holds. Raises Refused for the personal text."""
    cart = service.open_cart(token)
    try:
        told = "capped" if service.add(cart.id, variant_id, pieces=wanted, personal=personal).capped else "added"
    except OutOfStock:
        told = "sold_out"
    except Refused as error:
        if error.field:
            raise
        told = _REFUSALS.get(error.message, "gone")
    return told, queries.pieces(cart.id)


@front.get("/<lang:lang>/cart")
@entry(Access.BUYER)
def cart() -> Response:
    """Show the basket as it stands now."""
    return cart_page()


@front.post("/<lang:lang>/cart/lines/<number:line_id>")
@entry(Access.BUYER)
def set_pieces(line_id: int) -> Response:
    """Set the pieces of a line, by number or by the buttons beside it; zero takes it out."""
    form = PiecesForm(request.form)
    if not form.validate() or form.wanted is None:
        sentence = form.pieces.errors[0] if form.pieces.errors else _(NUMBER_RANGE, least=0, most=MOST_PIECES)
        answer = cart_page(wrong=(line_id, request.form.get("pieces", "")[:6], str(sentence)))
        answer.status_code = 422
        return answer
    with transaction():
        added = service.set_pieces(_cart_id(), line_id, form.wanted)
    if not added.pieces:
        return _back(removed=line_id)
    return _back(told="capped" if added.capped else None, line_id=line_id)


@front.post("/<lang:lang>/cart/lines/<number:line_id>/removal")
@entry(Access.BUYER)
def remove_line(line_id: int) -> Response:
    """Take a line out; the next page offers to bring it back."""
    with transaction():
        service.remove(_cart_id(), line_id)
    return _back(removed=line_id)


@front.post("/<lang:lang>/cart/lines/<number:line_id>/undo")
@entry(Access.BUYER)
def undo_removal(line_id: int) -> Response:
    """Bring a removed line back."""
    with transaction():
        service.undo_removal(_cart_id(), line_id)
    return _back(line_id=line_id)


@front.post("/<lang:lang>/cart/changes")
@entry(Access.BUYER)
def accept_changes() -> Response:
    """Take note that present prices and stock were seen."""
    with transaction():
        service.accept_changes(_cart_id())
    return _back()


def cart_page(*, wrong: tuple[int, str, str] | None = None) -> Response:
    """Draw the basket. `wrong` is a line, what was typed as its pieces, and the sentence about it."""
    found = visitor.held()
    view = found[1] if found else None
    removed = request.args.get("removed", "")
    sentence, kind = TOLD.get(request.args.get("told", ""), ("", ""))
    answer = make_response(
        render_template(
            "storefront/cart.html",
            view=view,
            sums=_estimate(view) if view and view.parcels else None,
            foreign=_foreign(*found) if found else None,
            undo=next((each for each in view.removed if str(each.line_id) == removed), None) if view else None,
            blocked=view is not None and any(each.changed == "closed" for p in view.parcels for each in p.lines),
            wrong=wrong,
            told=_(sentence),
            told_kind=kind,
            last=found[0].details.get("placed", "") if found else "",
            failed=wrong is not None,
            alternates=links("storefront.cart")["alternates"],
        )
    )
    visitor.count(answer, view.pieces if view else 0)
    return answer


def _estimate(view: CartView) -> Estimate:
    offers = automatic_offers([each.store_id for each in view.parcels])
    code, quotes = remembered_wilaya(), {}
    if code:
        loads = {each.store_id: Load(each.weight_g, each.goods, each.box) for each in view.parcels}
        quotes = quotes_for(loads, place_of_wilaya(code))
    return Estimate(
        geography.name(geography.wilaya(code)) if code else "", quotes, bill(view, offers, quotes, "home"),
        bill(view, offers, quotes, "desk"), bill_so_far(view, offers), hints(view, offers),
    )  # fmt: skip


@dataclass(frozen=True)
class Foreign:
    """What a basket costs in currencies in which it can be paid from abroad, with its delivery once that is chosen."""

    amounts: list[Money]
    delivered: bool


def _foreign(cart: Cart, view: CartView) -> Foreign | None:
    """Return what a basket costs abroad, by the workshop's own prices, if a country was chosen for it."""
    kept = {name: value for name, value in cart.details.items() if isinstance(value, str)}
    if "placed" in kept or not view.parcels or not is_abroad(kept.get("wilaya", "")):
        return None
    found = ways(view, kept)
    return Foreign(found.parcels[0].abroad, found.parcels[0].chosen is not None) if found.countries else None


def _cart_id() -> int:
    found = queries.cart_by_token(here().cart_token)
    if found is None:
        raise NotFound
    return found.id


def _back(*, told: str | None = None, removed: int | None = None, line_id: int | None = None) -> Response:
    anchor = f"line-{line_id}" if line_id else None
    answer = redirect(page_url("storefront.cart", told=told, removed=removed, _anchor=anchor), 303)
    visitor.count(answer, queries.pieces(_cart_id()))
    return answer


def _wanted() -> int:
    """Return the variant of a form: by its number, or by a value of each option. Raises NotFound."""
    if "o1" not in request.form:
        return _number(request.form.get("variant", ""))
    first, second = request.form.get("o1", ""), request.form.get("o2", "")
    options = options_of(_number(request.form.get("product", "")))
    found = options.variant_of(_number(first), _number(second) if second else None)
    if found is None:
        raise NotFound
    return found


def _number(text: str) -> int:
    digits = western_digits(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise NotFound
    return int(digits)

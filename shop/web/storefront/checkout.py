"""Ordering in three steps, as the law asks: the details, a look at everything, the confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.cart import queries
from shop.cart import service as carts
from shop.cart.models import Cart
from shop.cart.queries import CartView
from shop.checkout import service as checkout
from shop.checkout.queries import NONE, Held
from shop.checkout.words import Choice, Details, Placed, Review
from shop.core.errors import HirfaError, OutOfStock, Refused, StoreClosed
from shop.offers.service import USED_UP_SINCE
from shop.payments import attempts as payments
from shop.plumbing import geography
from shop.plumbing.countries import is_abroad
from shop.plumbing.db import transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.limits import Limit, allow_all
from shop.plumbing.links import new_token
from shop.sharing import service as sharing
from shop.web.storefront import visitor
from shop.web.storefront.blueprint import front
from shop.web.storefront.codes import TOO_MANY_CODES, too_many
from shop.web.storefront.product import WILAYA_AGE_S, WILAYA_COOKIE, remembered_wilaya
from shop.web.storefront.shared import came_by
from shop.web.storefront.steps import Steps, of_basket
from shop.web.ui.access import Access, entry
from shop.web.ui.checkout_form import (
    Ways,
    check_codes,
    form_for,
    place_of,
    settled,
    typed,
    understood,
    way_note,
    way_title,
    ways,
)  # fmt: skip
from shop.web.ui.forms import HirfaForm
from shop.web.ui.here import here, outside, settings, signer
from shop.web.ui.network import network
from shop.web.ui.templating import page_url

LONGEST_KEY = 64
PERSON = ("phone", "name", "wilaya", "commune", "city", "postcode", "email")
HOUR_S = 3600
MOST_OF_A_PHONE = 10
MOST_OF_A_NETWORK = 300  # a whole town can stand behind one address
RUSH_S, MOST_IN_A_RUSH = 600, 60  # of a network at one workshop

TOLD = {
    "changed": N_("Something changed while you were looking. Nothing has been ordered: please check again."),
    "offer": N_("An offer has ended since you looked. Nothing has been ordered: please check the new total."),
}
TOO_MANY = N_("Too many orders at once from here. Please wait a little, or call us: nothing you typed is lost.")


class TooManyOrders(HirfaError):
    """The limit of a phone or a network is reached."""


@front.route("/<lang:lang>/checkout", methods=["GET", "POST"])
@entry(Access.BUYER)
def details() -> Response:
    """Ask who buys, where she lives, how each parcel travels and how it is paid. Whatever is typed is kept."""
    held = visitor.held()
    if held is None or not held[1].parcels:
        return _nothing_to_order(held)
    cart, view = held
    if request.method == "POST":
        return _with_place(kept_and_checked(cart, view, of_basket()))
    kept = _remembered(cart)
    found = ways(view, kept)
    form = form_for(found, kept)
    if "again" in request.args:
        form.validate()
    else:
        check_codes(form)
    return details_page(view, found, form, kept, of_basket())


def _with_place(answer: Response) -> Response:
    """Remember the wilaya for the pages of products."""
    wilaya, _commune = place_of(typed(request.form))
    if wilaya and not is_abroad(wilaya):
        answer.set_cookie(WILAYA_COOKIE, wilaya, max_age=WILAYA_AGE_S, samesite="Lax", secure=settings().https)
    return answer


def kept_and_checked(cart: Cart, view: CartView, at: Steps, *, held: Held = NONE, **around: object) -> Response:
    """Keep what was typed and go on, or say what is wrong with it; a code beyond the limit is not looked at."""
    sent = typed(request.form)
    over = too_many(cart, sent)
    kept = {name: text for name, text in sent.items() if name not in over}
    found = ways(view, kept, held)
    form = form_for(found, sent)
    asks_update = "update" in request.form
    right = not asks_update and form.validate()
    stopped = [name for name in over if name in form]
    with transaction():
        carts.keep_details(cart.id, settled(found, kept) if right else kept)
    for name in stopped:
        form.refuse(name, _(TOO_MANY_CODES))
    if not stopped and right:
        return redirect(at.check, 303)
    if not stopped and asks_update:
        return redirect(f"{at.details}#{_place_of_update(found)}", 303)
    answer = details_page(view, found, form, sent, at, **around)
    answer.status_code = 429 if stopped else 422
    return answer


def looked_at(kept: Mapping[str, str]) -> dict[str, str]:
    """Return what totals that are drawn apart know: what is chosen now, whose phone, and the codes counted before."""
    now = {name: text for name, text in typed(request.args).items() if not name.startswith("code-")}
    return {name: text for name, text in kept.items() if name == "phone" or name.startswith("code-")} | now


def _place_of_update(found: Ways) -> str:
    """Return where the page goes on: at the code that was tried, else at the place that was chosen."""
    wanted = request.form.get("update", "")
    return wanted if wanted in {f"code-{each.store_id}" for each in found.parcels} else "where"


@front.get("/<lang:lang>/checkout/parcels")
@entry(Access.BUYER)
def parcels() -> Response:
    """Draw what depends on the place: communes, ways of delivery, totals. Keeps nothing."""
    held = visitor.held()
    if held is None or not held[1].parcels:
        return make_response("", 204)
    kept = looked_at(_remembered(held[0]))
    found = ways(held[1], kept)
    page = render_template(
        "storefront/checkout_parcels.html", form=form_for(found, kept), found=found, view=held[1], at=of_basket(),
        ways_to_pay=cards_of(found),
    )  # fmt: skip
    return make_response(page)


@front.get("/<lang:lang>/checkout/check")
@entry(Access.BUYER)
def check() -> Response:
    """Show everything that will be ordered, with links to correct it; nothing is ordered by looking."""
    return _check_page(told=_(TOLD.get(request.args.get("told", ""), "")))


def _check_page(*, told: str = "") -> Response:
    held = visitor.held()
    if held is None or not held[1].parcels:
        return _nothing_to_order(held)
    cart, view = held
    if view.has_changes:
        return redirect(page_url("storefront.cart", told="changed"), 303)
    asked = understood(_remembered(cart), here().lang)
    if asked is None:
        return redirect(page_url("storefront.details", again=1), 303)
    try:
        seen = checkout.review(cart.id, *asked)
    except (OutOfStock, StoreClosed):
        return redirect(page_url("storefront.cart", told="changed"), 303)
    except Refused:
        return redirect(page_url("storefront.details", again=1), 303)
    return make_response(
        render_template(
            "storefront/check.html",
            seen=seen,
            key=new_token(),
            told=told,
            failed=bool(told),
            place=named_place(seen),
            at=of_basket(),
        )
    )


@front.post("/<lang:lang>/checkout/confirmation")
@entry(Access.BUYER)
def place() -> Response:
    """Order what was seen. The same tap again, from wherever, leads to the same order."""
    cart = queries.cart_by_token(here().cart_token)
    key = request.form.get("key", "")[:LONGEST_KEY]
    asked = understood(cart.details, here().lang) if cart else None
    if cart is None or asked is None or not key:
        return _nothing_to_order(visitor.held())
    try:
        placed = _placed(cart, key, *asked)
    except TooManyOrders:
        answer = _check_page(told=_(TOO_MANY))
        answer.status_code = 429 if answer.status_code == 200 else answer.status_code
        return answer
    except Refused as error:
        return _back_to(error)
    answer = redirect(led_to_pay(placed), 303)
    visitor.count(answer, 0)
    return answer


def _placed(cart: Cart, key: str, details: Details, choices: list[Choice]) -> Placed:
    cart_id, kept = cart.id, dict(cart.details)
    with transaction():
        placed = checkout.place(
            cart_id, key=key, details=details, choices=choices, review_hash=request.form.get("seen", "")[:LONGEST_KEY],
            network=network(),
        )  # fmt: skip
        if not placed.repeated:
            require_room(details.phone, [choice.store_id for choice in choices])
            carts.keep_details(cart_id, {**kept, "placed": placed.purchase_code})
            sharing.credit(placed.order_ids, came_by())
    return placed


def require_room(phone: str, store_ids: Sequence[int]) -> None:
    """Count one order of a phone, of a network, and of a network at each workshop. Raises TooManyOrders."""
    whence, shops = network(), set(store_ids)
    at_each = [Limit("orders of a network at a workshop", f"{whence} {id_}", MOST_IN_A_RUSH, RUSH_S) for id_ in shops]
    of_phone = Limit("orders of a phone", phone, MOST_OF_A_PHONE, HOUR_S)
    of_network = Limit("orders of a network", whence, MOST_OF_A_NETWORK, HOUR_S)
    if not allow_all([of_phone, of_network, *at_each]):
        raise TooManyOrders


def led_to_pay(placed: Placed) -> str:
    """Begin the payments of a new purchase, outside of its transaction; return where its buyer goes on.

    That is the page of the way of paying, when it has one, else that of the purchase.
    """
    here_again = tracking_url(placed.purchase_code)
    for payment_id in () if placed.repeated else placed.payment_ids:
        fact = payments.start(
            payment_id, outside(), language=here().lang, return_url=settings().base_url.rstrip("/") + here_again,
            stores_in_purchase=len(placed.order_ids),
        )  # fmt: skip
        if fact.redirect:
            return fact.redirect
    return here_again


def _back_to(error: Refused) -> Response:
    """Go back to where what was refused can be seen and mended."""
    held = visitor.held()
    if held is None or not held[1].parcels:
        return _nothing_to_order(held)
    if held[1].has_changes or isinstance(error, OutOfStock | StoreClosed):
        return redirect(page_url("storefront.cart", told="changed"), 303)
    if error.field:
        return redirect(page_url("storefront.details", again=1), 303)
    told = "offer" if error.message == USED_UP_SINCE else "changed"
    return redirect(page_url("storefront.check", told=told), 303)


def _nothing_to_order(held: tuple[Cart, CartView] | None) -> Response:
    """Lead to the order that this basket became (its answer may have been lost), else to the basket."""
    last = held[0].details.get("placed") if held and not held[1].parcels else None
    return redirect(tracking_url(last) if last else page_url("storefront.cart"), 303)


@front.get("/<lang:lang>/cart/last")
@entry(Access.BUYER)
def last_order() -> Response:
    """Lead to the last order that this basket became."""
    held = visitor.held()
    last = held[0].details.get("placed") if held else None
    return redirect(tracking_url(last) if last else page_url("storefront.cart"), 303)


def tracking_url(code: str) -> str:
    """Return the secret address of a purchase."""
    return page_url("storefront.tracking", code=code, proof=signer().proof("track", code))


def _remembered(cart: Cart) -> dict[str, str]:
    """Return what is known of her: after an order, who she is and where she lives, but no choice of that order."""
    kept = {name: value for name, value in cart.details.items() if isinstance(value, str)}
    if "placed" in kept:
        kept = {name: kept[name] for name in (*PERSON, "address") if name in kept}
    kept.setdefault("wilaya", remembered_wilaya())
    return kept


def details_page(
    view: CartView, found: Ways, form: HirfaForm, kept: Mapping[str, str], at: Steps, **more: object
) -> Response:
    """Draw the first step: who buys, where she lives, how each parcel travels and is paid."""
    page = render_template(
        "storefront/details.html", view=view, found=found, form=form, failed=bool(form.summary),
        ways_to_pay=cards_of(found),
        note_open=bool(kept.get("note")), codes=[each for each in found.parcels if each.bargain.asks_code],
        at=at, **more,
    )  # fmt: skip
    return make_response(page)


def cards_of(found: Ways) -> list[dict[str, object]]:
    """Return the ways to pay as cards; an amount in another currency is told once the delivery is in it."""
    return [
        {"value": each.value, "label": way_title(each), "note": way_note(each, found),
         "price": each.amount if found.due is not None else None}
        for each in found.methods
    ]  # fmt: skip


def named_place(seen: Review) -> tuple[str, str]:
    """Return the commune and the wilaya of a purchase, by name."""
    commune, wilaya = seen.details.commune_code, seen.details.wilaya_code
    if is_abroad(wilaya):
        return f"{seen.details.postcode} {seen.details.city}".strip(), geography.name(geography.wilaya(wilaya))
    return geography.name(geography.commune(commune)), geography.label(geography.wilaya(wilaya))

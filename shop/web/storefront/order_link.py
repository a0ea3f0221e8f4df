"""Ordering by a link that the artisan made: the same three steps, its pieces kept meanwhile. Once, and for a while."""

from __future__ import annotations

from dataclasses import dataclass

from flask import make_response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.cart import queries as cart_queries
from shop.cart.models import Cart
from shop.cart.queries import CartView
from shop.checkout import links
from shop.checkout import service as checkout
from shop.checkout.links import WORDS_OF_STATE, LinkClosed
from shop.checkout.models import OrderLink
from shop.checkout.words import Choice, Details, Placed
from shop.core.errors import OutOfStock, Refused, StoreClosed
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import N_, _
from shop.plumbing.links import new_token
from shop.sharing import service as sharing
from shop.stores import queries as stores
from shop.stores.models import Store
from shop.web.storefront.blueprint import front
from shop.web.storefront.checkout import (
    LONGEST_KEY,
    TOLD,
    TOO_MANY,
    TooManyOrders,
    cards_of,
    details_page,
    kept_and_checked,
    led_to_pay,
    looked_at,
    named_place,
    require_room,
)
from shop.web.storefront.steps import of_link
from shop.web.ui.access import Access, entry
from shop.web.ui.checkout_form import check_codes, form_for, understood, ways
from shop.web.ui.errors import said
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

DEARER = N_("A price has changed since this link was made. The new one is shown below.")


@dataclass(frozen=True)
class Held:
    """An open link with its basket as it stands."""

    token: str
    link: OrderLink
    cart: Cart
    view: CartView
    store: Store

    @property
    def kept(self) -> dict[str, str]:
        """What is known of the buyer."""
        return {name: text for name, text in self.cart.details.items() if isinstance(text, str)}

    @property
    def pieces(self) -> dict[int, int]:
        """What is kept for her, by variant."""
        return links.held_by(self.link)

    @property
    def is_dearer(self) -> bool:
        """Tell whether a price is another one than when the link was made."""
        return any(line.price != line.seen for parcel in self.view.parcels for line in parcel.lines)


class Gone(Exception):
    """The link can't be used any more; the page says why."""

    def __init__(self, link: OrderLink, state: str) -> None:
        self.link, self.state = link, state
        super().__init__(state)


def held(token: str) -> Held:
    """Return what an open link keeps. Raises NotFound for an unknown one, Gone for one that is over."""
    link = links.link_by_token(token)
    if link is None:
        raise NotFound
    state = links.state_of(link)
    cart = session.get(Cart, link.cart_id)
    if state != "open" or cart is None:
        raise Gone(link, state if state != "open" else "expired")
    store = stores.store(link.store_id)
    assert store is not None
    return Held(token, link, cart, cart_queries.view(cart.id), store)


@front.errorhandler(Gone)
def gone(error: Gone) -> Response:
    """Say why nothing can be ordered by this link, and whom to ask."""
    store = stores.store(error.link.store_id)
    page = render_template("storefront/link_gone.html", store=store, why=_(WORDS_OF_STATE[error.state]))
    return private(make_response(page, 410))


@front.get("/<lang:lang>/o/<token>")
@entry(Access.LINK)
def order_link(token: str) -> Response:
    """Lead to the look at everything when enough is known of the buyer, else to the details."""
    found = held(token)
    step = "link_check" if understood(found.kept, here().lang) else "link_details"
    return private(redirect(page_url(f"storefront.{step}", token=token), 303))


@front.route("/<lang:lang>/o/<token>/details", methods=["GET", "POST"])
@entry(Access.LINK)
def link_details(token: str) -> Response:
    """Ask who buys, where she lives, how the parcel travels and how it is paid; what is known is filled in."""
    found = held(token)
    if request.method == "POST":
        return private(kept_and_checked(found.cart, found.view, of_link(token), held=found.pieces, **_around(found)))
    offered = ways(found.view, found.kept, found.pieces)
    form = form_for(offered, found.kept)
    if "again" in request.args:
        form.validate()
    else:
        check_codes(form)
    return private(details_page(found.view, offered, form, found.kept, of_link(token), **_around(found)))


@front.get("/<lang:lang>/o/<token>/parcels")
@entry(Access.LINK)
def link_parcels(token: str) -> Response:
    """Draw what depends on the place: communes, ways of delivery, totals. Keeps nothing."""
    found = held(token)
    kept = looked_at(found.kept)
    offered = ways(found.view, kept, found.pieces)
    page = render_template(
        "storefront/checkout_parcels.html", form=form_for(offered, kept), found=offered, view=found.view,
        at=of_link(token), ways_to_pay=cards_of(offered),
    )  # fmt: skip
    return private(make_response(page))


@front.get("/<lang:lang>/o/<token>/check")
@entry(Access.LINK)
def link_check(token: str) -> Response:
    """Show everything that will be ordered; nothing is ordered by looking."""
    return private(_check_page(held(token), told=_(TOLD.get(request.args.get("told", ""), ""))))


def _check_page(found: Held, *, told: str = "") -> Response:
    asked = understood(found.kept, here().lang)
    if asked is None:
        return redirect(page_url("storefront.link_details", token=found.token, again=1), 303)
    try:
        seen = checkout.review(found.cart.id, *asked, held=found.pieces)
    except (OutOfStock, StoreClosed) as error:
        page = render_template("storefront/link_gone.html", store=found.store, why=said(error))
        return make_response(page, 409)
    except Refused:
        return redirect(page_url("storefront.link_details", token=found.token, again=1), 303)
    told = told or (_(DEARER) if found.is_dearer else "")
    page = render_template(
        "storefront/check.html", seen=seen, key=new_token(), told=told, failed=bool(told), place=named_place(seen),
        at=of_link(found.token), **_around(found),
    )  # fmt: skip
    return make_response(page)


@front.post("/<lang:lang>/o/<token>/confirmation")
@entry(Access.LINK)
def link_place(token: str) -> Response:
    """Order what was seen, once. The same tap again, from wherever, leads to the same order."""
    link = links.link_by_token(token)
    key = request.form.get("key", "")[:LONGEST_KEY]
    cart = session.get(Cart, link.cart_id) if link else None
    if link is None or cart is None or not key:
        raise NotFound
    asked = understood(cart.details, here().lang)
    if asked is None:
        return private(redirect(page_url("storefront.link_details", token=token, again=1), 303))
    try:
        placed = _placed(link, key, *asked)
    except LinkClosed:
        raise Gone(link, links.state_of(link)) from None
    except TooManyOrders:
        answer = _check_page(held(token), told=_(TOO_MANY))
        answer.status_code = 429 if answer.status_code == 200 else answer.status_code
        return private(answer)
    except Refused as error:
        step = "link_details" if error.field else "link_check"
        return private(redirect(page_url(f"storefront.{step}", token=token, told="changed"), 303))
    return private(redirect(led_to_pay(placed), 303))


def _placed(link: OrderLink, key: str, details: Details, choices: list[Choice]) -> Placed:
    with transaction():
        placed = links.place_by_link(
            link.id, key=key, details=details, choices=choices, review_hash=request.form.get("seen", "")[:LONGEST_KEY]
        )
        if not placed.repeated:
            require_room(details.phone, [link.store_id])
            sharing.credit_one(link.store_id, placed.order_ids[0], "chat" if link.kind == "chat" else "link")
    return placed


def _around(found: Held) -> dict[str, object]:
    """Return what the frame of the page needs: the way to the shop, and until when the pieces are kept."""
    return {
        "kept_until": found.link.expires_at, "back": page_url("storefront.store", slug=found.store.slug),
        "back_label": _("To the shop"), "contact": found.store.phone,
    }  # fmt: skip


def private(answer: Response) -> Response:
    """Let nobody keep, list or hear of a page behind a secret address."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer

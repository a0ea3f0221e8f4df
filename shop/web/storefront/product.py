"""A product's page: pictures, choices, price, stock, and what delivery costs and when it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.catalogue.listing import related
from shop.catalogue.models import Variant
from shop.catalogue.queries import ProductView, personal_of, product_page, variants_for_cart
from shop.core import clock
from shop.core.calendar import add_delivery_days, arrival_window
from shop.core.money import Money
from shop.core.text import clean
from shop.offers.queries import bargain
from shop.offers.words import Standing
from shop.plumbing import geography
from shop.plumbing.i18n import language, pick
from shop.shipping.quotes import wilaya_prices
from shop.stores.queries import accepting, legal_lines
from shop.web.storefront.bargains import also, automatic_offers, price_of
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import Card, cards, links, product_url, wilaya_name, wilaya_options
from shop.web.storefront.choices import Address, chosen_of, groups_of, pictures_of, plain_choices
from shop.web.storefront.discovery import breadcrumbs, product_data
from shop.web.storefront.facts import facts_of
from shop.web.storefront.share_card import card_of, card_url
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings

WILAYA_COOKIE = "wilaya"
LONGEST_TYPED = 400
WILAYA_AGE_S = 180 * 86_400


@dataclass(frozen=True)
class Delivery:
    """One way to get it: what it costs, and between which days it comes."""

    kind: str
    price: Money
    first: date
    last: date


@front.get("/<lang:lang>/p/<number:product_id>-<name:slug>")
@entry(Access.PUBLIC)
def product(product_id: int, slug: str) -> str | Response:
    """Show a product; an old name in the address leads to the present one."""
    view = product_page(product_id, bargain=bargain())
    if view is None or not view.variants:
        raise NotFound
    if slug != view.product.slug:
        return redirect(product_url(product_id, view.product.slug), 301)
    return draw(view, chosen_of(view, request.args))


def draw(view: ProductView, chosen: Variant, *, personal: str = "", problem: str = "") -> str:
    """Draw a product's page with one variant chosen; `problem` is what is wrong with the personal text typed."""
    product_id, slug = view.product.id, view.product.slug
    kept = {"variant": chosen.id} if len(view.variants) > 1 and {"variant", "o1"} & set(request.args) else None
    near = related(product_id, craft=view.product.craft, store_id=view.store.id, bargain=bargain())
    asked = {row.store_id for row in near if row.bargain} | ({view.store.id} if view.bargain else set())
    offers = automatic_offers(asked)
    return page_of(
        view, chosen, offers.get(view.store.id, ()),
        address=lambda variant: product_url(product_id, slug, variant=variant.id), open_now=accepting(view.store),
        typed=personal, problem=problem, near=cards(near, offers),
        **links("storefront.product", product_id=product_id, slug=slug, kept=kept),
    )  # fmt: skip


def page_of(
    view: ProductView, chosen: Variant, offers: Sequence[Standing], *, address: Address, open_now: bool,
    near: Sequence[Card], problem: str = "", **more: Any,
) -> str:  # fmt: skip
    """Draw a product's page with the offers of its workshop.

    `address` leads to it with a variant chosen, `open_now`: its workshop takes orders.
    """
    name, name_lang = pick(view.names)
    place = remembered_wilaya() or view.store.wilaya_code
    price = price_of(view, chosen, offers)
    return render_template(
        "storefront/product.html",
        view=view,
        product=view.product,
        store=view.store,
        name=name,
        name_lang=name_lang,
        texts=_texts(view),
        pictures=[
            {"key": each.key, "alt": getattr(each, f"alt_{language()}") or name} for each in pictures_of(view, chosen)
        ],
        chosen=chosen,
        price=price,
        offers=also(view, offers, price),
        choices=[] if view.options else plain_choices(view, address),
        groups=groups_of(view, chosen, address),
        facts=facts_of(view),
        personal=personal_of(view.product),
        problem=problem,
        failed=bool(problem),
        prices_differ=len({each.price_minor for each in view.variants}) > 1,
        can_buy=view.can_buy(chosen) and open_now,
        open_now=open_now,
        artisan=pick({"ar": view.store.artisan_ar, "fr": view.store.artisan_fr, "en": ""})[0] or view.store.name,
        wilaya=wilaya_name(view.store.wilaya_code),
        place=place,
        place_name=wilaya_name(place),
        wilayas=wilaya_options(language(), place),
        deliveries=_deliveries(view, place),
        near=near,
        structured=(product_data(view, name, offers), breadcrumbs(view, name)),
        share_card=card_url(card_of(view, offers), view.product.id),
        legal=legal_lines(view.store),
        wished=request.args.get("wished") == "1",
        **more,
    )


def asked_again(variant_id: int, typed: str, problem: str) -> str:
    """Draw the page of a variant once more, with the personal text as it was typed and what is wrong with it."""
    variant = variants_for_cart([variant_id]).get(variant_id)
    view = product_page(variant.product_id) if variant else None
    if view is None:
        raise NotFound
    chosen = next((each for each in view.variants if each.id == variant_id), view.variants[0])
    return draw(view, chosen, personal=clean(typed, limit=LONGEST_TYPED), problem=problem)


@front.post("/<lang:lang>/wilaya")
@entry(Access.OPEN)
def choose_wilaya() -> Response:
    """Remember where a visitor lives, and go back to where she was."""
    code = request.form.get("wilaya", "")
    answer = redirect(_local(request.form.get("next", "")), 303)
    if code in {each.code for each in geography.wilayas()}:
        answer.set_cookie(WILAYA_COOKIE, code, max_age=WILAYA_AGE_S, samesite="Lax", secure=settings().https)
    return answer


def remembered_wilaya() -> str:
    """Return the wilaya that the visitor chose, or nothing."""
    code = request.cookies.get(WILAYA_COOKIE, "")
    return code if code in {each.code for each in geography.wilayas()} else ""


def _local(path: str) -> str:
    try:
        parts = urlsplit(path)
    except ValueError:  # such as //[
        return url_for("storefront.home")
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if fine and "\n" not in path and "\r" not in path else url_for("storefront.home")


def _texts(view: ProductView) -> dict[str, tuple[str, str]]:
    """Return (text, language) of the description and the materials, in the best language there is."""
    return {"description": pick(view.descriptions), "materials": pick(view.materials)}


def _deliveries(view: ProductView, place: str) -> list[Delivery]:
    sent = add_delivery_days(clock.today(), view.store.preparation_days)
    sent = max(sent, view.ready_on or sent)
    return [
        Delivery(quote.kind, quote.price, *arrival_window(sent, quote.min_days, quote.max_days))
        for quote in wilaya_prices(view.store.id, place, view.product.weight_g, view.product.box)
    ]

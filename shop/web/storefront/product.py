"""A product's page: pictures, choices, price, stock, and what delivery costs and when it comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from shop.catalogue.listing import related
from shop.catalogue.models import Variant
from shop.catalogue.queries import ProductView, product_page
from shop.core import clock
from shop.core.calendar import delivery_window
from shop.core.money import Money
from shop.plumbing import geography
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import _, language, pick
from shop.shipping.quotes import wilaya_prices
from shop.stores.queries import accepting
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import cards, links, product_url, wilaya_name, wilaya_options
from shop.web.storefront.discovery import breadcrumbs, product_data
from shop.web.ui.access import Access, entry
from shop.web.ui.here import settings

WILAYA_COOKIE = "wilaya"
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
    view = product_page(product_id)
    if view is None or not view.variants:
        raise NotFound
    if slug != view.product.slug:
        return redirect(product_url(product_id, view.product.slug), 301)
    chosen = _chosen(view, request.args.get("variant", ""))
    name, name_lang = pick(view.names)
    place = remembered_wilaya() or view.store.wilaya_code
    kept = {"variant": chosen.id} if len(view.variants) > 1 and "variant" in request.args else None
    return render_template(
        "storefront/product.html",
        view=view,
        product=view.product,
        store=view.store,
        name=name,
        name_lang=name_lang,
        texts=_texts(view),
        pictures=[{"key": each.key, "alt": getattr(each, f"alt_{language()}") or name} for each in view.pictures],
        chosen=chosen,
        choices=_choices(view),
        prices_differ=len({each.price_minor for each in view.variants}) > 1,
        can_buy=view.can_buy(chosen) and accepting(view.store),
        open_now=accepting(view.store),
        artisan=pick({"ar": view.store.artisan_ar, "fr": view.store.artisan_fr, "en": ""})[0] or view.store.name,
        wilaya=wilaya_name(view.store.wilaya_code),
        place=place,
        place_name=wilaya_name(place),
        wilayas=wilaya_options(language(), place),
        deliveries=_deliveries(view, place),
        near=cards(related(product_id, craft=view.product.craft, store_id=view.store.id)),
        structured=(product_data(view, name), breadcrumbs(view, name)),
        wished=request.args.get("wished") == "1",
        **links("storefront.product", product_id=product_id, slug=slug, kept=kept),
    )


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


def _chosen(view: ProductView, wanted: str) -> Variant:
    asked = next((each for each in view.variants if str(each.id) == wanted), None)
    return asked or next((each for each in view.variants if view.can_buy(each)), view.variants[0])


def _choices(view: ProductView) -> list[dict[str, Any]]:
    if len(view.variants) < 2:
        return []
    one_price = len({each.price_minor for each in view.variants}) == 1
    return [
        {
            "value": each.id,
            "label": _label(each) if one_price else f"{_label(each)} · {money_text(each.price)}",
            "sold_out": not view.can_buy(each),
            "url": product_url(view.product.id, view.product.slug, variant=each.id),
        }
        for each in view.variants
    ]


def _label(variant: Variant) -> str:
    label, _lang = pick({lang: getattr(variant, f"label_{lang}") for lang in ("ar", "fr", "en")})
    return label or _("Standard")


def _texts(view: ProductView) -> dict[str, tuple[str, str]]:
    """Return (text, language) of the description and the materials, in the best language there is."""
    return {"description": pick(view.descriptions), "materials": pick(view.materials)}


def _deliveries(view: ProductView, place: str) -> list[Delivery]:
    preparing = max(view.store.preparation_days, view.product.made_to_order_days or 0)
    today = clock.today()
    return [
        Delivery(quote.kind, quote.price, *delivery_window(today, preparing, quote.min_days, quote.max_days))
        for quote in wilaya_prices(view.store.id, place, view.product.weight_g)
    ]

"""The first page, and the way to it in the visitor's language."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from shop.catalogue.listing import Filter, craft_covers, listing, newest_stores
from shop.offers.queries import bargain
from shop.plumbing.i18n import _
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import card, cards, links, wilaya_name
from shop.web.ui.access import Access, entry
from shop.web.ui.crafts import CRAFT_NAMES
from shop.web.ui.here import here, settings

MOST_ARTISANS = 12


@front.get("/")
@entry(Access.OPEN)
def root() -> Response:
    """Send a visitor to her language: the one she chose, else her browser's, else Arabic."""
    answer = redirect(url_for("storefront.home", lang=here().lang), 302)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


@front.get("/<lang:lang>/")
@entry(Access.PUBLIC)
def home() -> str:
    """Show what is new, by craft and by artisan."""
    newest = cards(listing(Filter(), limit=8, bargain=bargain()).items)
    covers = craft_covers()
    shops = newest_stores(MOST_ARTISANS)
    return render_template(
        "storefront/home.html",
        newest=newest,
        crafts_shown=[(key, _(name), covers[key]) for key, name in CRAFT_NAMES.items() if key in covers],
        artisans=[(shop, shop.cover or "", wilaya_name(shop.wilaya_code)) for shop in shops],
        x_default=settings().base_url + url_for("storefront.root"),
        **links("storefront.home"),
    )


def four_newest() -> list[Markup]:
    """Return the cards of the newest products, for pages that have nothing of their own to show."""
    return [card(item, level=2) for item in cards(listing(Filter(), limit=4, bargain=bargain()).items)]

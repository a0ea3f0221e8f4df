"""The look before the others: a shop and its products as buyers will see them, for its members only."""

from __future__ import annotations

from dataclasses import replace

from flask import g, request, url_for
from werkzeug.exceptions import NotFound

from shop.catalogue.listing import cards_for_members
from shop.catalogue.models import Variant
from shop.catalogue.queries import studio_product
from shop.plumbing.i18n import set_language
from shop.web.storefront.bargains import Offers, automatic_offers
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import Card, cards, links
from shop.web.storefront.choices import chosen_of
from shop.web.storefront.product import page_of
from shop.web.storefront.store import store_page
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here


@front.get("/<lang:lang>/preview/<name:store>")
@entry(Access.HELPER)
def preview() -> str:
    """Show the shop's page as it will be; its cards lead to previews."""
    speak_as_the_address_says()
    store = here().store
    offers = automatic_offers([store.id])
    return store_page(
        store,
        previews(offers),
        offers,
        next_url="",
        open_now=True,
        preview=True,
        **links("storefront.preview", store=store.slug),
    )


@front.get("/<lang:lang>/preview/<name:store>/<number:product_id>")
@entry(Access.HELPER)
def preview_product(product_id: int) -> str:
    """Show a product's page as it will be."""
    speak_as_the_address_says()
    store = here().store
    view = studio_product(store.id, product_id)
    shown = tuple(each for each in view.variants if not each.hidden) if view else ()
    if view is None or not shown:
        raise NotFound
    seen = replace(view, variants=shown)

    def at(variant: Variant) -> str:
        return url_for("storefront.preview_product", product_id=product_id, variant=variant.id)

    return page_of(
        seen, chosen_of(seen, request.args), automatic_offers([store.id]).get(store.id, ()), address=at, open_now=True,
        near=(), preview=True,
        **links("storefront.preview_product", store=store.slug, product_id=product_id),
    )  # fmt: skip


def previews(offers: Offers) -> list[Card]:
    """Return the cards of everything that is for sale or will be, each leading to its preview."""
    rows = cards_for_members(here().store.id)
    return [
        replace(card, url=url_for("storefront.preview_product", product_id=row.product_id))
        for row, card in zip(rows, cards(rows, offers), strict=True)
    ]


def speak_as_the_address_says() -> None:
    """Show the page in the language of its address, not in the one of her account: she looks at all three."""
    here().lang = g.place["lang"]
    set_language(here().lang)

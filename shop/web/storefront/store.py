"""A workshop's own page, and its terms of sale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from werkzeug.exceptions import NotFound

from shop.catalogue.listing import Filter, listing
from shop.offers.queries import bargain
from shop.plumbing.i18n import language, pick
from shop.stores import queries as stores
from shop.stores.models import Store
from shop.web.storefront.bargains import Offers, automatic_offers
from shop.web.storefront.blueprint import front
from shop.web.storefront.cards import Card, cards, links, wilaya_name
from shop.web.ui.access import Access, entry
from shop.web.ui.offers import sentence


@front.get("/<lang:lang>/@<name:slug>")
@entry(Access.PUBLIC)
def store(slug: str) -> str:
    """Show who makes, what she makes, and who she is for the law."""
    row = _public(slug)
    page = listing(Filter(store_id=row.id), after=request.args.get("after") or None, bargain=bargain())
    following = url_for("storefront.store", slug=slug, after=page.next) if page.next else ""
    offers = automatic_offers([row.id] if all(each.bargain for each in page.items) else ())
    return store_page(
        row, cards(page.items, offers), offers, next_url=following, open_now=stores.accepting(row),
        **links("storefront.store", slug=slug),
    )  # fmt: skip


def store_page(row: Store, items: Sequence[Card], offers: Offers, **more: Any) -> str:
    """Draw a workshop's page with these cards and its offers."""
    story, story_lang = pick({"ar": row.story_ar, "fr": row.story_fr, "en": row.story_en})
    return render_template(
        "storefront/store.html",
        store=row,
        artisan=pick({"ar": row.artisan_ar, "fr": row.artisan_fr, "en": ""})[0],
        story=story,
        story_lang=story_lang,
        wilaya=wilaya_name(row.wilaya_code),
        legal=stores.legal_lines(row),
        items=items,
        offers=[sentence(each) for each in offers.get(row.id, ())],
        **more,
    )


@front.get("/<lang:lang>/@<name:slug>/terms")
@entry(Access.PUBLIC)
def store_terms(slug: str) -> str:
    """Show a workshop's terms of sale."""
    row = _public(slug)
    text, _digest = stores.terms_of(row, language())
    return render_template(
        "storefront/store_terms.html",
        store=row,
        paragraphs=[part for part in text.splitlines() if part],
        legal=stores.legal_lines(row),
        **links("storefront.store_terms", slug=slug),
    )


def _public(slug: str) -> Store:
    row = stores.store_by_slug(slug)
    if row is None or row.state != "open":
        raise NotFound
    return row

"""Products as cards show them, and the links that every public page carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, request, url_for
from markupsafe import Markup

from shop.catalogue.listing import CardRow
from shop.core.money import Money
from shop.offers.words import Standing
from shop.plumbing import geography
from shop.plumbing.i18n import LANGUAGES, _, language, ngettext, pick, speaking
from shop.web.storefront.bargains import Offers, automatic_offers, price_now
from shop.web.storefront.blueprint import front
from shop.web.ui.crafts import CRAFT_NAMES
from shop.web.ui.here import here, settings
from shop.web.ui.templating import CRAFT_PICTURES


@dataclass(frozen=True)
class Card:
    """What templates/ui/card.html draws."""

    url: str
    name: str
    name_lang: str
    shop: str
    wilaya: str
    price: Money
    picture: str
    craft: str
    tag: str
    sold_out: bool


def cards(rows: Sequence[CardRow], offers: Offers | None = None) -> list[Card]:
    """Dress rows in the reader's language, at the prices that buyers pay now.

    `offers` are those of their workshops, where they are at hand; else one statement asks for them, if there are any.
    """
    stand = automatic_offers({row.store_id for row in rows if row.bargain}) if offers is None else offers
    return [_card(row, stand.get(row.store_id, ())) for row in rows]


def _card(row: CardRow, offers: Sequence[Standing]) -> Card:
    name, lang = pick(row.names)
    price, _offer = price_now(row.product_id, row.price, offers)
    return Card(
        url=product_url(row.product_id, row.slug), name=name, name_lang=lang, shop=row.store_name,
        wilaya=wilaya_name(row.wilaya_code), price=price, picture=row.cover, craft=row.craft, tag=_tag(row),
        sold_out=not row.in_stock,
    )  # fmt: skip


def _tag(row: CardRow) -> str:
    if row.made_to_order_days is not None:
        return ngettext("Made in {n} day", "Made in {n} days", row.made_to_order_days)
    if row.left == 1:
        return _("One left")
    return _("Several choices") if row.choices > 1 else ""


def product_url(product_id: int, slug: str, **values: Any) -> str:
    """Return the address of a product's page in the language being spoken."""
    if values:
        return url_for("storefront.product", product_id=product_id, slug=slug, **values)
    return _product_url(request.root_path, language(), product_id, slug)


@lru_cache(maxsize=4096)
def _product_url(_root: str, _lang: str, product_id: int, slug: str) -> str:
    return url_for("storefront.product", product_id=product_id, slug=slug)


@lru_cache(maxsize=4096)
def _drawn(_lang: str, item: Card, level: int, first: bool) -> Markup:
    macros: Any = current_app.jinja_env.get_template("ui/card.html").module
    drawn: Markup = macros.card(item, level, first=first)
    return drawn


def card(item: Card, level: int = 3, *, first: bool = False) -> Markup:
    """Draw a card, once for all pages that show the same: whatever it shows is part of the key."""
    return _drawn(language(), item, level, first)


def wilaya_name(code: str) -> str:
    """Return a wilaya's name in the language being spoken."""
    return geography.name(geography.wilaya(code), language())


@lru_cache(maxsize=256)
def wilaya_options(lang: str, chosen: str) -> Markup:
    """Return the options of a list of wilayas in a language, one of them chosen."""
    with speaking(lang):
        labels = [(each.code, each.code == chosen, geography.label(each)) for each in geography.wilayas()]
    return Markup().join(
        Markup('<option value="{}"{}>{}</option>').format(code, " selected" if mine else "", label)
        for code, mine, label in labels
    )


def links(endpoint: str, *, kept: Mapping[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """Return `canonical` and `alternates` of a page that exists in each language.

    `kept` is what the reader chose on the page (a filter, a variant): it goes along to another language, and is no
    part of the page's own address.
    """
    base = settings().base_url
    chosen = {lang: base + url_for(endpoint, lang=lang, **values, **(kept or {})) for lang in LANGUAGES}
    own = base + url_for(endpoint, lang=here().lang, **values) if kept else chosen[here().lang]
    return {"canonical": own, "alternates": list(chosen.items())}


@front.context_processor
def _frame() -> dict[str, Any]:
    """Give each page its menu of crafts and the phone to call."""
    return {
        "crafts": [(key, _(CRAFT_NAMES[key])) for key in CRAFT_PICTURES],
        "contact": settings().contact_phone,
        "base_url": settings().base_url,
        "card": card,
    }

"""Products as cards show them, and the links that every public page carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from shop.catalogue.listing import CardRow
from shop.core.money import Money
from shop.plumbing import geography
from shop.plumbing.i18n import LANGUAGES, _, language, ngettext, pick
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


def cards(rows: Iterable[CardRow]) -> list[Card]:
    """Dress rows in the reader's language."""
    return [_card(row) for row in rows]


def _card(row: CardRow) -> Card:
    name, lang = pick(row.names)
    return Card(
        url=product_url(row.product_id, row.slug), name=name, name_lang=lang, shop=row.store_name,
        wilaya=wilaya_name(row.wilaya_code), price=row.price, picture=row.cover, craft=row.craft, tag=_tag(row),
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
    return url_for("storefront.product", product_id=product_id, slug=slug, **values)


def wilaya_name(code: str) -> str:
    """Return a wilaya's name in the language being spoken."""
    return geography.name(geography.wilaya(code), language())


def links(endpoint: str, **values: Any) -> dict[str, Any]:
    """Return `canonical` and `alternates` of a page that exists in each language."""
    base = settings().base_url
    own = {lang: base + url_for(endpoint, lang=lang, **values) for lang in LANGUAGES}
    return {"canonical": own[here().lang], "alternates": list(own.items())}


@front.context_processor
def _frame() -> dict[str, Any]:
    """Give each page its menu of crafts and the phone to call."""
    return {
        "crafts": [(key, _(CRAFT_NAMES[key])) for key in CRAFT_PICTURES],
        "contact": settings().contact_phone,
        "base_url": settings().base_url,
    }

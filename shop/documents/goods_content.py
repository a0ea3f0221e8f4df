"""What is known of products and shops for their labels, tags and posters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from shop.catalogue.details import current_lot, said_of
from shop.catalogue.models import Product, Variant
from shop.documents.goods import COMPOSITION, Poster, PriceTag, ProductLabel
from shop.plumbing import geography
from shop.plumbing.db import session
from shop.plumbing.formats import money_text, weight
from shop.plumbing.i18n import _, pick, speaking
from shop.stores.models import Store

# How many letters of each text a label takes.
LETTERS = {
    "net": 24, "ingredients": COMPOSITION, "precautions": 300, "lot": 40, "made_on": 20, "best_before": 20,
    "after_opening": 20, "authorisation": 60,
}  # fmt: skip


def label_texts(product: Product, language: str) -> dict[str, str]:
    """Return what a product's label can say without being asked, by the name of its field."""
    said = said_of([product.id])[product.id]
    lot = current_lot(product.store_id, product.id)
    months = _said(said, "period_after_opening", language)
    with speaking(language):
        allergens = _said(said, "allergens", language)
        known = {
            "net": _said(said, "net_content", language) or (weight(product.weight_g) if product.weight_g else ""),
            "ingredients": _said(said, "inci", language) or _said(said, "ingredients", language)
            or pick(_texts(product, "materials"), language)[0],
            "precautions": _said(said, "precautions", language)
            or (_("Allergens: {what}", what=allergens) if allergens else ""),
            "lot": lot.code if lot else "",
            "made_on": _month(lot.made_on) if lot else "",
            "best_before": _month(lot.best_before) if lot else "",
            "after_opening": f"{months} M" if months else "",
            "authorisation": _said(said, "authorisation", language),
        }  # fmt: skip
    return {name: " ".join(text.split())[: LETTERS[name]] for name, text in known.items()}


def label_of(product: Product, store: Store, *, languages: tuple[str, ...], **typed: str) -> ProductLabel:
    """Return a product's label in some languages, with what was typed for it."""
    names = dict.fromkeys(pick(_texts(product, "name"), language)[0] for language in languages)
    maker = dict.fromkeys((store.name, store.legal_name or store.name))
    return ProductLabel(
        names=tuple(names), languages=languages, maker=", ".join(maker),
        maker_address=", ".join(filter(None, (store.address, _place(store, languages[0])))),
        origin=product.origin, **typed,
    )  # fmt: skip


def tags_of(store: Store, product_ids: Sequence[int], *, link: Callable[[int], str]) -> list[PriceTag]:
    """Return a price tag for each offered variant of products of a store, in the order of the products given."""
    wanted = (
        select(Product, Variant).join(Variant, Variant.product_id == Product.id)
        .where(Product.store_id == store.id, Product.id.in_(product_ids), Variant.hidden.is_(False))
        .order_by(Variant.position, Variant.id)
    )  # fmt: skip
    rows = [(row[0], row[1]) for row in session.execute(wanted)]
    rows.sort(key=lambda row: product_ids.index(row[0].id))
    with speaking(store.language):
        return [
            PriceTag(
                name=pick(_texts(product, "name"))[0], label=pick(_texts(variant, "label"))[0],
                price=money_text(variant.price), shop=store.name, link=link(product.id),
            )
            for product, variant in rows
        ]  # fmt: skip


def poster_of(store: Store, *, link: str, shown: str, craft: Callable[[str], str]) -> Poster:
    """Return the poster of a shop; `shown` is its readable address, `craft` says its craft in words."""
    under = []
    for language in ("ar", "fr"):
        with speaking(language):
            under.append(f"{craft(store.craft)} · {geography.name(geography.wilaya(store.wilaya_code))}")
    return Poster(shop=store.name, under=tuple(under), link=link, shown_link=shown)


def _said(said: Mapping[str, Mapping[str, str]], key: str, language: str) -> str:
    """Return what is said under a key: the same in every language, or in the best one there is."""
    texts = said.get(key, {})
    return texts.get("") or pick(texts, language)[0]


def _month(day: date | None) -> str:
    return f"{day:%m/%Y}" if day else ""


def _place(store: Store, language: str) -> str:
    if store.commune_code:
        return geography.name(geography.commune(store.commune_code), language)
    return geography.name(geography.wilaya(store.wilaya_code), language)


def _texts(row: Product | Variant, what: str) -> dict[str, str | None]:
    return {lang: getattr(row, f"{what}_{lang}") for lang in ("ar", "fr", "en")}

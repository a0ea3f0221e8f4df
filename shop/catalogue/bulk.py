"""Verbs on many products at once, for sheets: the same rows as one by one, in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from shop.catalogue import service, stock
from shop.catalogue.models import Product, StockMovement, Variant
from shop.catalogue.service import VariantRow
from shop.core import clock
from shop.core.errors import NotFound
from shop.core.text import slug
from shop.plumbing import journal
from shop.plumbing.db import session
from shop.plumbing.i18n import LANGUAGES
from shop.plumbing.journal import Actor
from shop.stores.models import Store


@dataclass(frozen=True)
class NewProduct:
    """A product under a reference of the workshop's own, with at least one choice; `fields` as products have them."""

    reference: str
    fields: Mapping[str, Any]
    choices: Sequence[VariantRow]


def create_products(store_id: int, wanted: Sequence[NewProduct], *, by: Actor) -> None:
    """Make drafts with their choices and first stock. Raises NotFound for no such store; references must be free."""
    home = session.execute(select(Store.wilaya_code, Store.craft).where(Store.id == store_id)).one_or_none()
    if home is None:
        raise NotFound(f"no store {store_id}")
    if not wanted:
        return
    session.execute(insert(Product), [_product(store_id, *home, each) for each in wanted])
    references = {each.reference: each for each in wanted}
    made = session.execute(
        select(Product.id, Product.reference, Product.slug)
        .where(Product.store_id == store_id, Product.reference.in_(references)).order_by(Product.id)
    ).all()  # fmt: skip
    variants = [
        _variant(store_id, product_id, position, row)
        for product_id, reference, _slug in made
        for position, row in enumerate(references[str(reference)].choices)
    ]
    session.execute(insert(Variant), variants)
    _begin_stock(store_id, [product_id for product_id, _reference, _slug in made], by)
    for product_id, _reference, name in made:
        journal.record(
            "product.created", subject="product", subject_id=product_id, store_id=store_id, by=by, name=name, sheet=True
        )


def add_choices(store_id: int, product_id: int, rows: Sequence[VariantRow], *, by: Actor) -> None:
    """Add choices after those that are there. Raises NotFound for another store's product."""
    stock.hold_product(product_id)
    hers = select(Product.id).where(Product.id == product_id, Product.store_id == store_id)
    if session.scalar(hers) is None:
        raise NotFound(f"no product {product_id}")
    there = session.scalars(select(Variant.position).where(Variant.product_id == product_id)).all()
    first = max(there, default=-1) + 1
    for place, row in enumerate(rows):
        values = _variant(store_id, product_id, first + place, row)
        variant_id = session.execute(insert(Variant).returning(Variant.id), values).scalar_one()
        stock.begin(store_id, variant_id, row.on_hand, by=by)
    stock.refresh(product_id)
    journal.record(
        "product.choices", subject="product", subject_id=product_id, store_id=store_id, by=by,
        count=len(there) + len(rows),
    )  # fmt: skip


def name_choice(store_id: int, variant_id: int, labels: Mapping[str, str], *, by: Actor) -> None:
    """Say in these languages what makes a choice different. Raises NotFound for another store's variant."""
    stock.hold_product_of(variant_id)
    variant = session.scalar(select(Variant).where(Variant.id == variant_id, Variant.store_id == store_id))
    if variant is None:
        raise NotFound(f"no variant {variant_id}")
    for lang, text in labels.items():
        setattr(variant, f"label_{lang}", text)
    session.flush()
    stock.refresh(variant.product_id)
    journal.record(
        "product.choice_named", subject="product", subject_id=variant.product_id, store_id=store_id, by=by,
        variant=variant_id,
    )  # fmt: skip


def _product(store_id: int, wilaya_code: str, craft: str, wanted: NewProduct) -> dict[str, Any]:
    unknown = set(wanted.fields) - service.FIELDS
    if unknown:
        raise ValueError(f"not of a product: {sorted(unknown)}")
    craft = wanted.fields.get("craft", craft)
    fields = {**dict.fromkeys(_TEXTS, ""), **_PLAIN, "craft": craft, **service.of_family(craft), **wanted.fields}
    spoken = fields["name_fr"] or fields["name_en"] or fields["name_ar"]
    now = clock.now()
    return {
        "store_id": store_id, "wilaya_code": wilaya_code, "reference": wanted.reference, "state": "draft",
        "slug": slug(spoken) or "creation", "price_minor": min(row.price.minor for row in wanted.choices),
        "currency": wanted.choices[0].price.currency, "version": 1, "created_at": now, "listed_at": now,
        "in_stock": fields["made_to_order_days"] is not None or any(row.on_hand for row in wanted.choices), **fields,
    }  # fmt: skip


_PLAIN: Mapping[str, Any] = {
    "weight_g": 500, "fragile": False, "length_mm": None, "width_mm": None, "height_mm": None,
    "made_to_order_days": None,
}  # fmt: skip
_TEXTS = tuple(f"{what}_{lang}" for what in ("name", "description", "materials") for lang in LANGUAGES)


def _variant(store_id: int, product_id: int, position: int, row: VariantRow) -> dict[str, Any]:
    return {
        "store_id": store_id, "product_id": product_id, "position": position, "price_minor": row.price.minor,
        "currency": row.price.currency, "on_hand": row.on_hand, "hidden": row.hidden,
        **{f"label_{lang}": row.labels.get(lang, "") for lang in LANGUAGES},
    }  # fmt: skip


def _begin_stock(store_id: int, product_ids: Sequence[int], by: Actor) -> None:
    now = clock.now()
    filled = session.execute(
        select(Variant.id, Variant.on_hand).where(Variant.product_id.in_(product_ids), Variant.on_hand > 0)
        .order_by(Variant.id)
    )  # fmt: skip
    rows = [
        {"store_id": store_id, "variant_id": variant_id, "delta": pieces, "reason": "initial", "note": "",
         "account_id": by.account_id, "by_name": by.name, "at": now}
        for variant_id, pieces in filled
    ]  # fmt: skip
    if rows:
        session.execute(insert(StockMovement), rows)

"""Reading price lists."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select

from shop.abroad.models import ForeignList, ForeignPrice
from shop.abroad.words import PriceList
from shop.catalogue.models import Product, Variant
from shop.core.money import Money
from shop.plumbing.db import session


def lists(store_ids: Collection[int], variant_ids: Collection[int] = ()) -> dict[int, list[PriceList]]:
    """Return the lists of workshops with the fixed prices of some variants, by workshop, in one statement."""
    of_variant = and_(
        ForeignPrice.store_id == ForeignList.store_id, ForeignPrice.currency == ForeignList.currency,
        ForeignPrice.variant_id.in_(sorted(variant_ids)),
    )  # fmt: skip
    wanted = (
        select(
            ForeignList.store_id, ForeignList.currency, ForeignList.worth_minor, ForeignList.step_minor,
            ForeignPrice.variant_id, ForeignPrice.price_minor,
        )
        .outerjoin(ForeignPrice, of_variant)
        .where(ForeignList.store_id.in_(sorted(store_ids)))
        .order_by(ForeignList.store_id, ForeignList.currency)
    )  # fmt: skip
    found: dict[int, dict[str, PriceList]] = {store_id: {} for store_id in store_ids}
    fixed: dict[tuple[int, str], dict[int, int]] = {}
    for row in session.execute(wanted):
        mine = fixed.setdefault((row.store_id, row.currency), {})
        if row.variant_id is not None:
            mine[row.variant_id] = row.price_minor
        found[row.store_id][row.currency] = PriceList(row.currency, Money(row.worth_minor), row.step_minor, mine)
    return {store_id: list(each.values()) for store_id, each in found.items()}


def list_in(store_id: int, currency: str, variant_ids: Collection[int] = ()) -> PriceList | None:
    """Return a workshop's list in a currency, if it keeps one."""
    return next((each for each in lists([store_id], variant_ids)[store_id] if each.currency == currency), None)


@dataclass(frozen=True, slots=True)
class Priced:
    """One thing that has a price: its names and labels by language."""

    variant_id: int
    names: dict[str, str]
    labels: dict[str, str]
    unit: Money


def priced(store_id: int, *, skip: int = 0, limit: int = 50) -> list[Priced]:
    """Return what a workshop sells, product by product: what buyers see first."""
    wanted = (
        select(
            Variant.id, Variant.price_minor, Variant.currency, Variant.label_ar, Variant.label_fr, Variant.label_en,
            Product.name_ar, Product.name_fr, Product.name_en,
        )
        .join(Product, and_(Product.id == Variant.product_id, Product.store_id == Variant.store_id))
        .where(Variant.store_id == store_id, Product.state != "hidden", ~Variant.hidden, Variant.price_minor > 0)
        .order_by(Product.state.desc(), Product.listed_at.desc(), Product.id.desc(), Variant.position, Variant.id)
        .offset(skip)
        .limit(limit)
    )  # fmt: skip
    return [
        Priced(
            row.id, {"ar": row.name_ar, "fr": row.name_fr, "en": row.name_en},
            {"ar": row.label_ar, "fr": row.label_fr, "en": row.label_en}, Money(row.price_minor, row.currency),
        )
        for row in session.execute(wanted)
    ]  # fmt: skip

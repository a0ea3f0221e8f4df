"""The prices that there were: what an offer may call the price before."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from sqlalchemy import func, insert, select

from shop.catalogue.models import PriceChange, Product, Variant
from shop.core import clock
from shop.core.money import Money
from shop.plumbing.db import session

REMEMBERED = timedelta(days=30)


def note(product: Product, variant: Variant, before: Money) -> None:
    """Write down that a variant cost something else until now, unless no buyer could ever see that price."""
    note_many([(product, variant, before, variant.price)])


def note_many(moved: Iterable[tuple[Product, Variant, Money, Money]]) -> None:
    """Write down that variants cost something else until now: the product, the variant, its price before and after."""
    rows = [
        {"store_id": variant.store_id, "variant_id": variant.id, "before_minor": before.minor,
         "after_minor": after.minor, "currency": after.currency, "at": clock.now()}
        for product, variant, before, after in moved
        if product.state != "draft" and before and before != after
    ]  # fmt: skip
    if rows:
        session.execute(insert(PriceChange), rows)


def lowest_lately(variant_ids: Collection[int]) -> dict[int, int]:
    """Return the lowest price, in minor units, of each variant whose price changed in the last 30 days."""
    since = clock.now() - REMEMBERED
    wanted = (
        select(PriceChange.variant_id, func.min(PriceChange.before_minor), func.min(PriceChange.after_minor))
        .where(PriceChange.variant_id.in_(sorted(variant_ids)), PriceChange.at >= since)
        .group_by(PriceChange.variant_id)
    )
    return {row[0]: min(int(row[1]), int(row[2])) for row in session.execute(wanted)}

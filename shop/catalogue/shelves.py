"""Reads of the stock: what should be on the shelves, of what few are left, and how it came to that."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select

from shop.catalogue.models import Product, StockMovement, Variant
from shop.core.errors import NotFound
from shop.plumbing.db import session
from shop.plumbing.i18n import LANGUAGES, pick


@dataclass(frozen=True)
class Shelf:
    """One variant that is counted, with its product."""

    product: Product
    variant: Variant

    @property
    def name(self) -> tuple[str, str]:
        """The product's name in the reader's language or the next best, and that language."""
        return pick({lang: getattr(self.product, f"name_{lang}") for lang in LANGUAGES})

    @property
    def label(self) -> tuple[str, str]:
        """What makes this choice different, and its language; "" for a product of one kind."""
        return pick({lang: getattr(self.variant, f"label_{lang}") for lang in LANGUAGES})

    @property
    def is_low(self) -> bool:
        """Tell whether fewer pieces are left than she wants."""
        return self.variant.low_since is not None


@dataclass(frozen=True)
class Moved:
    """A movement, and how many pieces there were after it."""

    movement: StockMovement
    balance: int


def shelf(store_id: int, variant_id: int) -> Shelf:
    """Return a variant of a workshop with its product, as they are now. Raises NotFound."""
    found = session.execute(
        select(Product, Variant).join(Variant, Variant.product_id == Product.id)
        .where(Variant.id == variant_id, Variant.store_id == store_id),
        execution_options={"populate_existing": True},
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound(f"no variant {variant_id}")
    return Shelf(*found)


def shelves(store_id: int, *, text: str = "", start: int = 0, limit: int = 40) -> list[Shelf]:
    """Return what is counted: every choice that is offered of what isn't made to order, the newest product first."""
    wanted = [*_counted(store_id)]
    if text:
        names = (Product.name_ar, Product.name_fr, Product.name_en, Product.reference)
        wanted.append(or_(*(column.icontains(text, autoescape=True) for column in names)))
    return _shelves(wanted, start, limit)


def shelves_of(store_id: int, variant_ids: list[int]) -> list[Shelf]:
    """Return these variants of a workshop; those that are not hers are left out."""
    return _shelves([*_counted(store_id), Variant.id.in_(variant_ids)], 0, len(variant_ids))


def low_shelves(store_id: int, *, limit: int = 40) -> list[Shelf]:
    """Return what few pieces are left of, among what is for sale."""
    return _shelves([*_low(store_id)], 0, limit)


def low_count(store_id: int) -> ScalarSelect[int]:
    """Return the question of how many choices few pieces are left, a part of whatever statement asks it."""
    low = select(func.count(Variant.id)).join(Product, Product.id == Variant.product_id).where(*_low(store_id))
    return low.scalar_subquery()


def history(store_id: int, variant_id: int, *, before: int | None = None, limit: int = 30) -> list[Moved]:
    """Return the movements of a variant, the last first, each with what was left; `before` is a movement's id."""
    known = [StockMovement.store_id == store_id, StockMovement.variant_id == variant_id]
    if before is not None:
        known.append(StockMovement.id < before)
    balance = session.scalar(select(func.coalesce(func.sum(StockMovement.delta), 0)).where(*known)) or 0
    told = []
    for each in session.scalars(select(StockMovement).where(*known).order_by(StockMovement.id.desc()).limit(limit)):
        told.append(Moved(each, int(balance)))
        balance -= each.delta
    return told


def _counted(store_id: int) -> tuple[ColumnElement[bool], ...]:
    return Variant.store_id == store_id, Variant.hidden.is_(False), Product.made_to_order_days.is_(None)


def _low(store_id: int) -> tuple[ColumnElement[bool], ...]:
    return *_counted(store_id), Variant.low_since.is_not(None), Product.state == "published"


def _shelves(wanted: list[ColumnElement[bool]], start: int, limit: int) -> list[Shelf]:
    query = (
        select(Product, Variant).join(Variant, Variant.product_id == Product.id).where(*wanted)
        .order_by(Product.id.desc(), Variant.position, Variant.id).offset(start).limit(limit)
    )  # fmt: skip
    return [Shelf(*row) for row in session.execute(query)]

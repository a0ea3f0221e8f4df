"""Reads: a product's page, the artisan's list, what a cart needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from shop.catalogue.listing import Bargain, CardRow, Filter, Page, card_rows, listing, related
from shop.catalogue.models import Attribute, Lot, Picture, Product, Variant
from shop.catalogue.options import NO_OPTIONS, Options, options_of
from shop.core import clock, making
from shop.core.boxes import Box
from shop.core.money import Money
from shop.plumbing.db import session
from shop.stores.models import Store

__all__ = ["CardRow", "Filter", "Page", "card_rows", "listing", "related"]


_PRODUCT = bindparam("product_id", type_=BigInteger)
MOST_PIECES = 999  # of one variant in one order
MOST_TO_ORDER = 99  # of what is made when it is ordered
MOST_SOLD = 500  # variants that a form lists


@dataclass(frozen=True, slots=True)
class Personal:
    """The text that a buyer types for the maker: how it is called, how many letters, whether it must be there."""

    labels: dict[str, str]
    most: int
    required: bool


def personal_of(product: Product) -> Personal | None:
    """Return what a buyer of this product is asked to type."""
    if product.personal_most is None:
        return None
    return Personal(_texts(product, "personal"), product.personal_most, product.personal_required)


@dataclass(frozen=True, slots=True)
class Shot:
    """A photograph of a product: `key` names its files, the texts say what it shows."""

    id: int
    key: str
    width: int
    height: int
    alt_ar: str
    alt_fr: str
    alt_en: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a product: its photographs, what is said of it, until when the lot sold now is good."""

    pictures: tuple[Shot, ...]
    said: Mapping[str, Mapping[str, str]]  # by key and language
    best_before: date | None


@dataclass(frozen=True)
class ProductView:
    """A product as its page shows it."""

    product: Product
    store: Store
    variants: tuple[Variant, ...]
    beside: Beside
    options: Options = NO_OPTIONS
    bargain: bool = True  # its workshop may have an offer today

    @property
    def pictures(self) -> tuple[Shot, ...]:
        """Its photographs, the first one first."""
        return self.beside.pictures

    @property
    def names(self) -> dict[str, str]:
        """The name in each language."""
        return _texts(self.product, "name")

    @property
    def descriptions(self) -> dict[str, str]:
        """The description in each language."""
        return _texts(self.product, "description")

    @property
    def materials(self) -> dict[str, str]:
        """The materials or ingredients in each language."""
        return _texts(self.product, "materials")

    def can_buy(self, variant: Variant) -> bool:
        """Tell whether one piece of a variant can be ordered now."""
        if self.product.made_to_order_days is not None:
            return not self.is_full
        return variant.on_hand > 0

    @property
    def is_full(self) -> bool:
        """Tell whether so many wait for it that it takes no more orders."""
        product = self.product
        limit = product.queue_most if product.made_to_order_days is not None else None
        return limit is not None and product.queued >= limit

    @property
    def _at_work(self) -> date:
        """The day from which she makes things: today, or the one on which her holiday ends."""
        return max(clock.today(), self.store.closed_until or date.min)

    @property
    def opens_again(self) -> date | None:
        """The day by which a full queue is short enough for one more piece."""
        product = self.product
        if not self.is_full or product.queue_most is None:
            return None
        return making.opens_again(
            self._at_work, capacity=product.capacity_week, waiting=product.queued, most=product.queue_most
        )

    @property
    def ready_on(self) -> date | None:
        """The day on which one more piece would be made; None for what is in stock."""
        product = self.product
        if product.made_to_order_days is None:
            return None
        return making.ready_on(
            self._at_work, lead_days=product.made_to_order_days, capacity=product.capacity_week, ahead=product.queued,
            pieces=1,
        )  # fmt: skip


@dataclass(frozen=True)
class CartVariant:
    """What a cart must know of a variant as it is now."""

    variant_id: int
    product_id: int
    store_id: int
    store_slug: str
    store_name: str
    slug: str
    names: dict[str, str]
    labels: dict[str, str]
    price: Money
    on_hand: int
    made_to_order_days: int | None
    cover: str
    craft: str
    weight_g: int
    fragile: bool
    offered: bool  # published, shown, in an open workshop
    accepting: bool  # and the workshop is not on holiday
    closed_until: date | None = None  # the first day on which it takes orders again
    closed_message: str = ""  # what she says meanwhile
    room: int | None = None  # so many more can be made to order; None: as many as are asked for
    one_of_a_kind: bool = False
    personal: Personal | None = None  # what the buyer is asked to type
    box: Box | None = None

    @property
    def most(self) -> int:
        """How many pieces can be ordered now."""
        if not (self.offered and self.accepting):
            return 0
        if self.made_to_order_days is None:
            return min(self.on_hand, MOST_PIECES)
        return MOST_TO_ORDER if self.room is None else min(self.room, MOST_TO_ORDER)


def product_page(product_id: int, *, bargain: Bargain = None) -> ProductView | None:
    """Return what the public page of a product needs, in two statements; None when buyers can't see it."""
    rows = session.execute(_public(bargain), {"product_id": product_id}).all()
    if not rows:
        return None
    product, store = rows[0][0], rows[0][1]
    variants = tuple(row[2] for row in rows)
    told = bargain is None or bool(rows[0][3])
    return ProductView(product, store, variants, _beside(product_id), _options(product, variants), bargain=told)


@cache
def _public(bargain: Bargain) -> Select[*tuple[Any, ...]]:
    more = () if bargain is None else (bargain.label("bargain"),)
    return (
        select(Product, Store, Variant, *more).join(Store, Store.id == Product.store_id)
        .join(Variant, and_(Variant.product_id == Product.id, Variant.hidden.is_(False)))
        .where(Product.id == _PRODUCT, Product.state == "published", Store.state == "open")
        .order_by(Variant.position, Variant.id)
    )  # fmt: skip


def studio_product(store_id: int, product_id: int) -> ProductView | None:
    """Return a product of a workshop in whatever state, hidden variants too."""
    row = session.execute(
        select(Product, Store).join(Store, Store.id == Product.store_id)
        .where(Product.id == product_id, Product.store_id == store_id)
    ).one_or_none()  # fmt: skip
    return None if row is None else _view(row[0], row[1], shown_only=Variant.id > 0)


@dataclass(frozen=True)
class StudioRow:
    """A product in the artisan's list."""

    product: Product
    on_hand: int
    choices: int
    variant_id: int


def studio_products(
    store_id: int, *, state: str = "", text: str = "", before: int | None = None, limit: int = 30
) -> list[StudioRow]:
    """Return a workshop's products, the newest first; `before` is the last id of the page before."""
    query = (
        select(Product, func.coalesce(func.sum(Variant.on_hand), 0), func.count(Variant.id), func.min(Variant.id))
        .outerjoin(Variant, and_(Variant.product_id == Product.id, Variant.hidden.is_(False)))
        .where(Product.store_id == store_id).group_by(Product.id).order_by(Product.id.desc()).limit(limit)
    )  # fmt: skip
    if state:
        query = query.where(Product.state == state)
    if before is not None:
        query = query.where(Product.id < before)
    if text:
        named = [
            column.icontains(text, autoescape=True) for column in (Product.name_ar, Product.name_fr, Product.name_en)
        ]
        query = query.where(or_(*named))
    return [StudioRow(row[0], int(row[1]), row[2], row[3] or 0) for row in session.execute(query)]


def variants_for_cart(variant_ids: Iterable[int]) -> dict[int, CartVariant]:
    """Return what a cart must know of these variants, in one query; unknown ones are left out."""
    ids = sorted(set(variant_ids))
    if not ids:
        return {}
    query = (
        select(Variant, Product, Store.slug, Store.name, Store.state, Store.closed_until, Store.closed_message)
        .join(Product, Product.id == Variant.product_id).join(Store, Store.id == Variant.store_id)
        .where(Variant.id.in_(ids))
    )  # fmt: skip
    today = clock.today()
    found = {}
    for variant, product, slug, name, state, closed, message in session.execute(query):
        found[variant.id] = CartVariant(
            variant_id=variant.id, product_id=product.id, store_id=variant.store_id, store_slug=slug, store_name=name,
            slug=product.slug, names=_texts(product, "name"), labels=_texts(variant, "label"), price=variant.price,
            on_hand=variant.on_hand, made_to_order_days=product.made_to_order_days, cover=product.cover,
            craft=product.craft, weight_g=product.weight_g, fragile=product.fragile,
            offered=state == "open" and product.state == "published" and not variant.hidden,
            accepting=closed is None or closed <= today, closed_until=closed, closed_message=message,
            room=None if product.queue_most is None else max(0, product.queue_most - product.queued),
            one_of_a_kind=product.one_of_a_kind, personal=personal_of(product), box=product.box,
        )  # fmt: skip
    return found


def sold_by(store_id: int) -> list[CartVariant]:
    """Return every variant that a workshop sells now, by product and choice, at most MOST_SOLD."""
    wanted = (
        select(Variant.id).join(Product, Product.id == Variant.product_id)
        .where(Variant.store_id == store_id, Product.state == "published", Variant.hidden.is_(False))
        .order_by(Product.listed_at.desc(), Product.id, Variant.position, Variant.id).limit(MOST_SOLD)
    )  # fmt: skip
    ids = list(session.scalars(wanted))
    found = variants_for_cart(ids)
    return [found[variant_id] for variant_id in ids]


def crafts_shown() -> list[str]:
    """Return the crafts that have something to show."""
    query = (
        select(Product.craft).join(Store, Store.id == Product.store_id)
        .where(Product.state == "published", Store.state == "open").distinct()
    )  # fmt: skip
    return sorted(session.scalars(query))


def _view(product: Product, store: Store, *, shown_only: object) -> ProductView:
    found = session.scalars(
        select(Variant).where(Variant.product_id == product.id, shown_only)  # type: ignore[arg-type]
        .order_by(Variant.position, Variant.id)
    )  # fmt: skip
    variants = tuple(found)
    return ProductView(product, store, variants, _beside(product.id), _options(product, variants))


def _options(product: Product, variants: tuple[Variant, ...]) -> Options:
    """Return the options of a product and the faces of its variants; one that has a single variant costs no query."""
    named = product.option1_ar or product.option1_fr or product.option1_en
    return options_of(product.id) if named or len(variants) > 1 else NO_OPTIONS


def _beside(product_id: int) -> Beside:
    """Return what stands beside a product in one statement: three times a few rows, most often."""
    pictures: list[Shot] = []
    said: dict[str, dict[str, str]] = {}
    until = None
    for what, key, number, wide, tall, day, *texts in session.execute(_all_beside(), {"product_id": product_id}):
        if what == "picture":
            pictures.append(Shot(number, key, wide, tall, *texts))
        elif what == "said":
            said.setdefault(key, {})[texts[0]] = texts[1]
        else:
            until = day
    return Beside(tuple(pictures), said, until)


@cache
def _all_beside() -> Select[*tuple[Any, ...]]:
    none: ColumnElement[int] = literal_column("0")
    empty: ColumnElement[str] = literal_column("''")
    never = cast(null(), Date)
    pictures: Select[*tuple[Any, ...]] = select(
        literal_column("'picture'").label("what"), Picture.key, Picture.id, Picture.width, Picture.height,
        never.label("day"), Picture.position, Picture.alt_ar, Picture.alt_fr, Picture.alt_en,
    ).where(Picture.product_id == _PRODUCT)  # fmt: skip
    said: Select[*tuple[Any, ...]] = select(
        literal_column("'said'"), Attribute.key, Attribute.id, none, none, never, none, Attribute.lang,
        Attribute.value, empty,
    ).where(Attribute.product_id == _PRODUCT)  # fmt: skip
    lot: Select[*tuple[Any, ...]] = select(
        literal_column("'lot'"), Lot.code, Lot.id, none, none, Lot.best_before, none, empty, empty, empty
    ).where(Lot.product_id == _PRODUCT, Lot.current)
    rows = union_all(pictures, said, lot).subquery().c
    return select(
        rows.what, rows.key, rows.id, rows.width, rows.height, rows.day, rows.alt_ar, rows.alt_fr, rows.alt_en
    ).order_by(rows.what, rows.position, rows.id)


def _texts(row: Product | Variant, what: str) -> dict[str, str]:
    return {lang: getattr(row, f"{what}_{lang}") for lang in ("ar", "fr", "en")}

"""Listings: one query each, whatever the number of rows; pages by key, never by number."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
    union_all,
)

from shop.catalogue.models import Product, Variant
from shop.core.money import Money
from shop.plumbing.db import session
from shop.stores.models import CRAFTS, Store

SORTS = ("new", "cheap", "dear")
HIGHEST_MINOR = 2**31 - 1  # what a price's column holds
LONGEST_CURSOR = 200
Bargain = ColumnElement[bool] | None  # what a higher room knows of a product's workshop: whether it has an offer today


@dataclass(frozen=True)
class Filter:
    """What a listing shows: prices in minor units; `store_id` for one workshop."""

    craft: str = ""
    wilaya: str = ""
    min_minor: int | None = None
    max_minor: int | None = None
    in_stock: bool = False
    sort: str = "new"
    store_id: int | None = None


@dataclass(frozen=True)
class CardRow:
    """A product as cards show it."""

    product_id: int
    slug: str
    names: dict[str, str]
    craft: str
    price: Money
    cover: str
    in_stock: bool
    made_to_order_days: int | None
    left: int  # pieces on hand over all shown variants
    choices: int  # shown variants
    store_id: int
    store_slug: str
    store_name: str
    wilaya_code: str
    bargain: bool = True  # its workshop may have an offer today


@dataclass(frozen=True)
class Page:
    """Some cards, and where the next ones begin. `count` is known for searches only."""

    items: list[CardRow]
    next: str | None
    count: int | None = None


def listing(wanted: Filter, *, after: str | None = None, limit: int = 24, bargain: Bargain = None) -> Page:
    """Return one page of products that buyers can see. A cursor that makes no sense gives the first page."""
    query = _cards(bargain).where(*conditions(wanted))
    beyond = _beyond(wanted.sort, after)
    if beyond is not None:
        query = query.where(beyond)
    rows = session.execute(query.order_by(*_ORDERS[wanted.sort]).limit(limit + 1)).all()
    items = [_card(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items, None)
    last = rows[limit - 1]
    return Page(items, _cursor(last.listed_at if wanted.sort == "new" else last.price_minor, last.id))


def card_rows(condition: ColumnElement[bool], *, bargain: Bargain = None) -> list[CardRow]:
    """Return the cards of products that buyers can see and that fit a condition, the newest first."""
    query = _cards(bargain).where(Product.state == "published", Store.state == "open", condition)
    return [_card(row) for row in session.execute(query.order_by(Product.listed_at.desc(), Product.id.desc()))]


def cards_for_members(store_id: int, *, limit: int = 60) -> list[CardRow]:
    """Return a workshop's cards as its members may see them before it opens: drafts too, the newest first."""
    query = _cards().where(Product.store_id == store_id, Product.state.in_(("published", "draft")))
    return [_card(row) for row in session.execute(query.order_by(*_ORDERS["new"]).limit(limit))]


def related(product_id: int, *, craft: str, store_id: int, limit: int = 4, bargain: Bargain = None) -> list[CardRow]:
    """Return other products of the workshop, then of the craft."""
    given = {"product_id": product_id, "craft": craft, "store_id": store_id, "limit": limit}
    return [_card(row) for row in session.execute(_related(bargain), given)]


@cache
def _related(bargain: Bargain) -> Select[*tuple[Any, ...]]:
    # each half reads the head of an index; one condition with OR would sort the whole craft
    shop, limit = bindparam("store_id", type_=BigInteger), bindparam("limit", type_=Integer)
    craft = bindparam("craft", type_=String)
    halves = (_newest(condition, limit + 1) for condition in (Product.store_id == shop, Product.craft == craft))
    near = union_all(*(select(half.c.id) for half in halves))
    return (
        _cards(bargain).where(Product.id.in_(near), Product.id != bindparam("product_id", type_=BigInteger))
        .order_by((Product.store_id == shop).desc(), *_ORDERS["new"]).limit(limit)
    )  # fmt: skip


def _newest(condition: ColumnElement[bool], limit: int | ColumnElement[int]) -> Subquery:
    return (
        select(Product.id, Product.craft, Product.cover).join(Store, Store.id == Product.store_id)
        .where(Product.state == "published", Store.state == "open", condition)
        .order_by(*_ORDERS["new"]).limit(limit).subquery()
    )  # fmt: skip


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return a filter as conditions on products joined with stores."""
    found: list[ColumnElement[bool]] = [Product.state == "published", Store.state == "open"]
    if wanted.craft:
        found.append(Product.craft == wanted.craft)
    if wanted.wilaya:
        found.append(Product.wilaya_code == wanted.wilaya)
    if wanted.min_minor is not None:
        found.append(Product.price_minor >= min(wanted.min_minor, HIGHEST_MINOR))
    if wanted.max_minor is not None:
        found.append(Product.price_minor <= min(wanted.max_minor, HIGHEST_MINOR))
    if wanted.in_stock:
        found.append(Product.in_stock.is_(True))
    if wanted.store_id is not None:
        found.append(Product.store_id == wanted.store_id)
    return found


@cache
def _cards(bargain: Bargain = None) -> Select[*tuple[Any, ...]]:
    shown = select(Variant).where(Variant.product_id == Product.id, Variant.hidden.is_(False)).correlate(Product)
    left = shown.with_only_columns(func.coalesce(func.sum(Variant.on_hand), 0)).scalar_subquery()
    choices = shown.with_only_columns(func.count()).scalar_subquery()
    wanted = select(
        Product.id, Product.slug, Product.name_ar, Product.name_fr, Product.name_en, Product.craft, Product.price_minor,
        Product.currency, Product.cover, Product.in_stock, Product.made_to_order_days, Product.wilaya_code,
        Product.listed_at, Product.store_id, left.label("left"), choices.label("choices"),
        Store.slug.label("store_slug"),
        Store.name.label("store_name"),
    ).join(Store, Store.id == Product.store_id)  # fmt: skip
    return wanted if bargain is None else wanted.add_columns(bargain.label("bargain"))


def _card(row: object) -> CardRow:
    got = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's public name for it
    return CardRow(
        product_id=got["id"], slug=got["slug"], craft=got["craft"], cover=got["cover"], in_stock=got["in_stock"],
        names={"ar": got["name_ar"], "fr": got["name_fr"], "en": got["name_en"]},
        price=Money(got["price_minor"], got["currency"]), made_to_order_days=got["made_to_order_days"],
        left=int(got["left"]), choices=got["choices"], store_id=got["store_id"], store_slug=got["store_slug"],
        store_name=got["store_name"],
        wilaya_code=got["wilaya_code"], bargain=bool(got.get("bargain", True)),
    )  # fmt: skip


_ORDERS: Mapping[str, tuple[Any, ...]] = {
    "new": (Product.listed_at.desc(), Product.id.desc()),
    "cheap": (Product.price_minor.asc(), Product.id.asc()),
    "dear": (Product.price_minor.desc(), Product.id.desc()),
}


def _cursor(key: datetime | int, product_id: int) -> str:
    plain = [key.isoformat() if isinstance(key, datetime) else key, product_id]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _beyond(sort: str, after: str | None) -> ColumnElement[bool] | None:
    """Return what lies beyond a cursor; None for no cursor, or one that makes no sense."""
    if not after or len(after) > LONGEST_CURSOR:
        return None
    try:
        key, product_id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        value = datetime.fromisoformat(key).astimezone(UTC) if sort == "new" else int(key)
        product_id = int(product_id)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None
    if not 0 < product_id < 2**62 or (isinstance(value, int) and not 0 <= value <= HIGHEST_MINOR):
        return None
    column = Product.listed_at if isinstance(value, datetime) else Product.price_minor
    if sort == "cheap":
        return or_(column > value, and_(column == value, Product.id > product_id))
    return or_(column < value, and_(column == value, Product.id < product_id))


def craft_covers() -> dict[str, str]:
    """Return, for each craft that has something to show, the picture of its newest product."""
    return {row.craft: row.cover for row in session.execute(_craft_heads())}


@cache
def _craft_heads() -> CompoundSelect[*tuple[Any, ...]]:
    return union_all(*(select(_newest(Product.craft == craft, 1)) for craft in CRAFTS))


def newest_stores(limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what the first page shows of the newest workshops: id, slug, name, craft, wilaya_code, artisan_*, cover.

    The cover is the picture of a workshop's newest product, or nothing.
    """
    return session.execute(_newest_stores(), {"limit": limit}).all()


@cache
def _newest_stores() -> Select[*tuple[Any, ...]]:
    columns = (Store.id, Store.slug, Store.name, Store.craft, Store.wilaya_code, Store.artisan_ar, Store.artisan_fr)
    newest = (
        select(Product.cover).where(Product.state == "published", Product.store_id == Store.id).correlate(Store)
        .order_by(*_ORDERS["new"]).limit(1).scalar_subquery()
    )  # fmt: skip
    wanted = select(*columns, newest.label("cover")).where(Store.state == "open")
    return wanted.order_by(Store.created_at.desc(), Store.id).limit(bindparam("limit", type_=Integer))

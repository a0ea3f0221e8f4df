"""Reads: which offers stand, what they have given, which order used which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, exists, func, or_, select

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import NotFound
from shop.core.money import Money, total
from shop.offers.models import Offer, OfferProduct, Redemption
from shop.offers.words import Standing
from shop.plumbing.db import session

FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Figures:
    """An offer in the artisan's list: how many orders used it, what it gave them, what they came to."""

    offer: Standing
    uses: int
    gave: Money


def standing(store_ids: Collection[int], *, codes: Collection[str] = ()) -> dict[int, list[Standing]]:
    """Return the offers that run today, by store, in one statement.

    Those with one of these codes come along whatever became of them, so that a page can say why a code fails.
    """
    if not store_ids:
        return {}
    given = {"store_ids": sorted(store_ids), "codes": sorted(codes), "today": clock.today()}
    found: dict[int, list[Standing]] = {}
    for each in _standings(_running(), given):
        found.setdefault(each.store_id, []).append(each)
    return found


@cache
def _running() -> Select[Offer, int]:
    # built once: every product's page asks it
    runs = _runs(bindparam("today", type_=Date))
    named = Offer.code.in_(bindparam("codes", expanding=True))
    return _offers(Offer.store_id.in_(bindparam("store_ids", expanding=True)), or_(runs, named))


@cache
def bargain() -> ColumnElement[bool]:
    """Say of a product whether its workshop has an offer today that counts by itself: a column for the product's row.

    Most have none; their pages need not ask for it.
    """
    runs = _runs(bindparam("today", callable_=clock.today, type_=Date))
    return exists().where(Offer.store_id == Product.store_id, Offer.code.is_(None), runs).correlate(Product)


def _runs(today: ColumnElement[date]) -> ColumnElement[bool]:
    return and_(
        Offer.state == "running", Offer.from_day <= today, or_(Offer.until_day.is_(None), Offer.until_day >= today)
    )


def used_by_phone(store_id: int, offer_ids: Collection[int], phone: str) -> dict[int, int]:
    """Return how often a phone number holds each of these offers, in one statement."""
    wanted = (
        select(Redemption.offer_id, func.count())
        .where(Redemption.store_id == store_id, Redemption.offer_id.in_(sorted(offer_ids)))
        .where(Redemption.phone == phone, Redemption.given_back_at.is_(None))
        .group_by(Redemption.offer_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(wanted)}


def offer(store_id: int, offer_id: int) -> Standing:
    """Return an offer of a store. Raises NotFound."""
    found = _read(Offer.store_id == store_id, Offer.id == offer_id)
    if not found:
        raise NotFound(f"no offer {offer_id}")
    return found[0]


def figures(store_id: int) -> list[Figures]:
    """Return every offer of a store, the newest first, with what it has given so far, in two statements."""
    wanted = (
        select(Redemption.offer_id, Redemption.currency, func.count(), func.sum(Redemption.amount_minor))
        .where(Redemption.store_id == store_id, Redemption.given_back_at.is_(None))
        .group_by(Redemption.offer_id, Redemption.currency)
    )
    given: dict[int, tuple[int, Money]] = {}
    for offer_id, currency, uses, gave in session.execute(wanted):
        given[offer_id] = (int(uses), Money(int(gave), currency))
    return [
        Figures(each, *given.get(each.offer_id, (0, Money(0, each.amount.currency))))
        for each in reversed(_read(Offer.store_id == store_id))
    ]


def redemption(store_id: int, order_id: int) -> Redemption | None:
    """Return what an order used, given back or not; None when it used nothing."""
    wanted = select(Redemption).where(Redemption.store_id == store_id, Redemption.order_id == order_id)
    return session.scalars(wanted, execution_options=FRESH).one_or_none()


def choosable(store_id: int, chosen: Collection[int], *, limit: int) -> list[Product]:
    """Return the products that an offer may be kept to: the chosen ones, then the newest that are no drafts."""
    ours = Product.id.in_(sorted(chosen))
    wanted = (
        select(Product).where(Product.store_id == store_id, or_(Product.state != "draft", ours))
        .order_by(ours.desc(), Product.id.desc()).limit(limit)
    )  # fmt: skip
    return list(session.scalars(wanted))


def given(rows: Collection[Figures]) -> Money:
    """Return what all offers have given together."""
    return total(each.gave for each in rows)


def _read(*conditions: ColumnElement[bool]) -> list[Standing]:
    return _standings(_offers(*conditions), {})


def _offers(*conditions: ColumnElement[bool]) -> Select[Offer, int]:
    return (
        select(Offer, OfferProduct.product_id).outerjoin(OfferProduct, OfferProduct.offer_id == Offer.id)
        .where(*conditions).order_by(Offer.id)
    )  # fmt: skip


def _standings(wanted: Select[Offer, int], given: dict[str, Any]) -> list[Standing]:
    rows: dict[int, Offer] = {}
    products: dict[int, set[int]] = {}
    for row, product_id in session.execute(wanted, given, execution_options=FRESH):
        rows[row.id] = row
        products.setdefault(row.id, set()).update(() if product_id is None else (product_id,))
    return [_standing(row, products[row.id]) for row in rows.values()]


def _standing(row: Any, product_ids: set[int]) -> Standing:
    return Standing(
        offer_id=row.id, store_id=row.store_id, state=row.state, name=row.name, kind=row.kind, percent=row.percent,
        amount=Money(row.amount_minor, row.currency), code=row.code or "",
        minimum=Money(row.minimum_minor, row.currency), from_day=row.from_day, until_day=row.until_day,
        most_uses=row.most_uses, most_per_phone=row.most_per_phone, uses=row.uses,
        product_ids=frozenset(product_ids),
    )  # fmt: skip

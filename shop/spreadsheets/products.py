"""Products on a sheet: what there is of them, and the writing of what was planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from shop.catalogue import bulk, details, lots, stock
from shop.catalogue import service as catalogue
from shop.catalogue.bulk import NewProduct, ProductChange, VariantChange
from shop.catalogue.models import Lot, Product, Variant
from shop.catalogue.service import OWN_NUMBER, REFERENCE_TAKEN, VariantRow
from shop.core.errors import Refused
from shop.core.money import Money
from shop.plumbing.db import part, session
from shop.plumbing.journal import Actor
from shop.spreadsheets.lines import Choice, wanted
from shop.spreadsheets.plans import Known, Plan, plan
from shop.spreadsheets.topics import Asked, Told, Topic
from shop.spreadsheets.values import Problem
from shop.stores.models import Store

FRESH = {"populate_existing": True}


def _look(store_id: int, asked: Sequence[Asked]) -> list[Told]:
    return [
        Told(found.verdict, _name(found), found.changes, found.problems, {v.id: v.on_hand for v, _c in found.matched})
        for found in _plans(store_id, asked, hold=False)
    ]


def _write(store_id: int, asked: Sequence[Asked], by: Actor) -> list[Sequence[Problem]]:
    plans = _plans(store_id, asked, hold=True)
    why: dict[str, Sequence[Problem]] = {found.wanted.reference: found.problems for found in plans}
    fresh = [_new(found) for found in plans if found.verdict == "new"]
    for taken in bulk.create_products(store_id, fresh, by=by):
        why[taken] = [{"line": 0, "said": REFERENCE_TAKEN, "values": {}}]
    moved = [found for found in plans if found.verdict == "changed"]
    refused = bulk.change_products(store_id, [_change(found) for found in moved if not _beside(found)], by=by)
    for found in moved:
        try:
            if _beside(found):
                with part():
                    _change_whole(store_id, found, by)
            elif found.product.id in refused:
                raise refused[found.product.id]
        except Refused as reason:
            values = {name: str(value) for name, value in reason.values.items()}
            why[found.wanted.reference] = [{"line": found.line, "said": reason.message, "values": values}]
    return [why[each.reference] for each in asked]


PRODUCTS = Topic(_look, _write)


def _plans(store_id: int, asked: Sequence[Asked], *, hold: bool) -> list[Plan]:
    craft, *maker = session.execute(
        select(Store.craft, Store.legal_name, Store.address).where(Store.id == store_id)
    ).one()
    known = _known(store_id, [each.reference for each in asked], maker=all(maker), hold=hold)
    return [
        plan(wanted(each.reference, each.lines), known.get(each.reference), craft=craft, looked=each.seen)
        for each in asked
    ]


def _name(found: Plan) -> str:
    names = [found.wanted.fields.get(f"name_{lang}") for lang in ("fr", "ar", "en")]
    if found.known is not None:
        names += [getattr(found.known.product, f"name_{lang}") for lang in ("fr", "ar", "en")]
    return next(filter(None, names), "")


def _new(found: Plan) -> NewProduct:
    rows = [_row(each) for each in found.added]
    return NewProduct(found.wanted.reference, found.wanted.fields, rows, found.said, found.lot)


def _row(choice: Choice) -> VariantRow:
    return VariantRow(
        choice.labels, Money(choice.price_minor or 0), choice.on_hand or 0, hidden=choice.offered is False
    )


def _beside(found: Plan) -> bool:
    """Tell whether more changes than fields, prices and pieces: such a product is written by itself."""
    return bool(found.said or found.lot or found.state or found.added)


def _change(found: Plan) -> ProductChange:
    return ProductChange(found.product, found.fields, [_of_variant(found, *pair) for pair in found.matched])


def _of_variant(found: Plan, variant: Variant, choice: Choice) -> VariantChange:
    fields: dict[str, Any] = {
        f"label_{lang}": text
        for lang, text in choice.labels.items()
        if text not in {"", getattr(variant, f"label_{lang}")}
    }
    if choice.price_minor is not None and choice.price_minor != variant.price_minor:
        fields["price_minor"] = choice.price_minor
    if choice.offered is not None and choice.offered == variant.hidden:
        fields["hidden"] = not choice.offered
    pieces = None
    if choice.on_hand is not None:  # what was sold since the dry run is gone all the same
        pieces = max(0, variant.on_hand + choice.on_hand - found.looked.get(variant.id, variant.on_hand))
    return VariantChange(variant, fields, pieces)


def _change_whole(store_id: int, found: Plan, by: Actor) -> None:
    """Change one product in every way that is asked, or not at all. Raises Refused."""
    product_id = found.product.id
    for reason in bulk.change_products(store_id, [_change(found)], by=by).values():
        raise reason
    if found.added:
        bulk.add_choices(store_id, product_id, [_row(each) for each in found.added], by=by)
    if found.said:
        details.say(store_id, product_id, found.said, by=by)
    if found.lot:
        _sell(store_id, product_id, found.lot, by)
    if found.state == "published":
        catalogue.publish(store_id, product_id, by=by)
    elif found.state == "hidden":
        catalogue.hide(store_id, product_id, by=by)


def _sell(store_id: int, product_id: int, lot: Mapping[str, Any], by: Actor) -> None:
    """Sell a lot by its code from now on, a new one or one of before."""
    for each in lots.lots_of(store_id, product_id):
        if each.code == lot["lot"]:
            lots.sell_lot(store_id, product_id, each.id, by=by)
            return
    lots.add_lot(
        store_id, product_id, lot["lot"], by=by, made_on=lot.get("made_on"), best_before=lot.get("best_before")
    )


def _known(store_id: int, references: Sequence[str], *, maker: bool, hold: bool) -> dict[str, Known]:
    """Return the products under these references, or under their own numbers; held, when they will be changed."""
    numbers = {each: int(each[1:]) for each in references if _is_number(each)}
    named = Product.reference.in_(references) | (Product.id.in_(numbers.values()) & Product.reference.is_(None))
    products = session.scalars(select(Product).where(Product.store_id == store_id, named)).all()
    ids = [each.id for each in products]
    if hold and ids:
        stock.hold_products(ids)
        session.scalars(select(Product).where(Product.id.in_(ids)), execution_options=FRESH).all()
    rows = select(Variant).where(Variant.product_id.in_(ids)).order_by(Variant.hidden, Variant.position, Variant.id)
    variants: dict[int, list[Variant]] = {number: [] for number in ids}
    for each in session.scalars(rows, execution_options=FRESH):
        variants[each.product_id].append(each)
    current = {each.product_id: each for each in session.scalars(
        select(Lot).where(Lot.product_id.in_(ids), Lot.current).order_by(Lot.id), execution_options=FRESH
    )}  # fmt: skip
    said = details.said_of(ids)
    for row in (*products, *current.values(), *(each for several in variants.values() for each in several)):
        session.expunge(row)  # to be read only: each statement of the verbs would look at all of them
    return {
        each.reference or f"{OWN_NUMBER}{each.id}":
            Known(each, variants[each.id], said[each.id], current.get(each.id), maker)
        for each in products
    }  # fmt: skip


def _is_number(reference: str) -> bool:
    digits = reference[1:]
    return reference.startswith(OWN_NUMBER) and digits.isascii() and digits.isdigit() and len(digits) <= 17

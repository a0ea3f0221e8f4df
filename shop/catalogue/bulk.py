"""Verbs on many products at once, for sheets: the same rows as one by one, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shop.catalogue import forbidden, prices, search, service, stock, wording
from shop.catalogue.formalities import Values
from shop.catalogue.models import Attribute, Lot, Product, StockMovement, Variant
from shop.catalogue.service import VariantRow
from shop.catalogue.stock import Counted
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.plumbing import journal
from shop.plumbing.db import Base, changed, part, session, table_of
from shop.plumbing.i18n import LANGUAGES
from shop.plumbing.journal import Actor
from shop.stores.models import Store


@dataclass(frozen=True)
class NewProduct:
    """A product under a reference of the workshop's own, with at least one choice; `fields` as products have them."""

    reference: str
    fields: Mapping[str, Any]
    choices: Sequence[VariantRow]
    said: Values = field(default_factory=dict)  # by the keys of its family, see `details.say`
    lot: Mapping[str, Any] = field(default_factory=dict)  # {"lot": code, "made_on", "best_before"}


def create_products(store_id: int, wanted: Sequence[NewProduct], *, by: Actor) -> set[str]:
    """Make drafts with their choices and first stock; return the references that another product took meanwhile.

    Raises NotFound for no such store.
    """
    home = session.execute(select(Store.wilaya_code, Store.craft).where(Store.id == store_id)).one_or_none()
    if home is None:
        raise NotFound(f"no store {store_id}")
    if not wanted:
        return set()
    of = {each.reference: each for each in wanted}
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    free = dialect.insert(Product).on_conflict_do_nothing(index_elements=["store_id", "reference"])
    made = session.execute(
        free.returning(Product.id, Product.reference, Product.slug),
        [_product(store_id, *home, each) for each in wanted],
    ).all()
    _insert(Variant, [
        _variant(store_id, product_id, position, row)
        for product_id, reference, _slug in made
        for position, row in enumerate(of[str(reference)].choices)
    ])  # fmt: skip
    _insert(Attribute, [
        {"store_id": store_id, "product_id": product_id, "key": key, "lang": lang, "value": text}
        for product_id, reference, _slug in made
        for key, texts in of[str(reference)].said.items() for lang, text in texts.items() if text
    ])  # fmt: skip
    _insert(Lot, [
        _lot(store_id, product_id, of[str(reference)].lot) for product_id, reference, _slug in made if of[reference].lot
    ])  # fmt: skip
    _begin_stock(store_id, [product_id for product_id, _reference, _slug in made], by)
    for product_id, _reference, name in sorted(made):
        _record("product.created", product_id, store_id, by, name=name, sheet=True)
    return of.keys() - {str(reference) for _id, reference, _slug in made}


def add_choices(store_id: int, product_id: int, rows: Sequence[VariantRow], *, by: Actor) -> None:
    """Add choices after those that are there. Raises NotFound for another store's product, Refused for a word."""
    stock.hold_product(product_id)
    product = session.scalar(select(Product).where(Product.id == product_id, Product.store_id == store_id))
    if product is None:
        raise NotFound(f"no product {product_id}")
    there = session.scalars(select(Variant.position).where(Variant.product_id == product_id)).all()
    first = max(there, default=-1) + 1
    for place, row in enumerate(rows):
        values = _variant(store_id, product_id, first + place, row)
        variant_id = session.execute(insert(Variant).returning(Variant.id), values).scalar_one()
        stock.begin(store_id, variant_id, row.on_hand, by=by)
    stock.refresh(product_id)
    forbidden.look_again(product, by=by)
    _record("product.choices", product_id, store_id, by, count=len(there) + len(rows))


@dataclass(frozen=True)
class VariantChange:
    """What becomes of one choice: `fields` that differ, and how many pieces are there now, None for as many as were."""

    variant: Variant
    fields: Mapping[str, Any]
    on_hand: int | None = None


@dataclass(frozen=True)
class ProductChange:
    """What becomes of one product that is held and was read since: only what differs."""

    product: Product
    fields: Mapping[str, Any]
    variants: Sequence[VariantChange]


def change_products(store_id: int, wanted: Sequence[ProductChange], *, by: Actor) -> dict[int, Refused]:
    """Change many products and their choices in few statements; return which stay as they were, and why.

    Each is changed as `update_product`, `set_price` and `count_stock` would, with the same rows in the books.
    """
    refused: dict[int, Refused] = {}
    for each in wanted:
        try:
            _require_possible(each)
        except Refused as why:
            refused[each.product.id] = why
    judged = _judged([each for each in wanted if each.product.id not in refused])
    for number, each in judged.items():
        try:
            with part():
                service.update_product(store_id, number, by=by, **each.fields)
                forbidden.admitted(each.product, by=by, also=_labels(each))
        except Refused as why:
            refused[number] = why
    ready = [each for each in wanted if each.product.id not in refused]
    _write_products([each for each in ready if each.fields and each.product.id not in judged], store_id, by)
    _write_variants(ready, store_id, by)
    stock.refresh(*(each.product.id for each in ready))
    return refused


def _require_possible(change: ProductChange) -> None:
    product = change.product
    if not any(change.fields.get(name, getattr(product, name)) for name in _NAMES):
        raise Refused(service.NAMELESS, field="name")
    if product.one_of_a_kind and any((each.on_hand or 0) > 1 for each in change.variants):
        raise Refused(stock.ONE_ONLY, field="on_hand")
    prices = [each.fields["price_minor"] for each in change.variants if "price_minor" in each.fields]
    if any(price <= 0 for price in prices):
        raise Refused(service.PRICELESS, field="price")


def _judged(wanted: Sequence[ProductChange]) -> dict[int, ProductChange]:
    """Return what buyers would see of it and somebody must look at first: that is written one by one."""
    shown = {each.product.id: each for each in wanted if each.product.state == "published"}
    there = wording.texts_of(*(each.product for each in shown.values()))
    texts = {
        number: there[number] | _labels(each) | {name: each.fields[name] for name in _SAID & set(each.fields)}
        for number, each in shown.items()
        if each.fields or any(not _FACE.isdisjoint(variant.fields) for variant in each.variants)
    }
    unsettled = forbidden.unsettled(texts) if texts else set()
    return {number: each for number, each in shown.items() if number in unsettled}


def _labels(change: ProductChange) -> wording.Texts:
    """Return how the choices are called that change, by field, but for those that nobody will see."""
    found = {}
    for each in change.variants:
        if not each.fields.get("hidden", each.variant.hidden):
            for lang in LANGUAGES:
                label = each.fields.get(f"label_{lang}", getattr(each.variant, f"label_{lang}"))
                found[f"{wording.CHOICE}:{each.variant.id}_{lang}"] = label
    return found


def _write_products(wanted: Sequence[ProductChange], store_id: int, by: Actor) -> None:
    """Write fields, those products together that change the same ones."""
    together: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in wanted:
        fields = {**each.fields}
        if not _NAMES.isdisjoint(fields):
            names = {name: fields.get(name, getattr(each.product, name)) for name in _NAMES}
            fields["slug"] = service.slug_of(names)
        together[tuple(sorted(fields))].append({"of": each.product.id, **fields})
        _record("product.changed", each.product.id, store_id, by, fields=sorted(each.fields), sheet=True)
    table = table_of(Product)
    for moved, rows in together.items():
        hers = update(table).where(table.c.id == bindparam("of"), table.c.store_id == store_id)
        if changed(hers.values({name: bindparam(name) for name in moved}), rows) != len(rows):
            raise NotFound("a product that is not hers")
    found = [each.product.id for each in wanted
             if each.product.state == "published" and not service.WORDS.isdisjoint(each.fields)]  # fmt: skip
    if found:
        search.index(*found)


def _write_variants(wanted: Sequence[ProductChange], store_id: int, by: Actor) -> None:
    several = [(change.product, each) for change in wanted for each in change.variants]
    table = table_of(Variant)
    written = [(product, each) for product, each in several if each.fields]
    if written:
        rows = [
            {"of": each.variant.id, **{f"new_{name}": each.fields.get(name, getattr(each.variant, name))
                                       for name in _OF_VARIANTS}}
            for _product, each in written
        ]  # fmt: skip
        hers = update(table).where(table.c.id == bindparam("of"), table.c.store_id == store_id)
        if changed(hers.values({name: bindparam(f"new_{name}") for name in _OF_VARIANTS}), rows) != len(rows):
            raise NotFound("a variant that is not hers")
    _note_prices([(product, each) for product, each in written if "price_minor" in each.fields], store_id, by)
    for product, each in written:
        if not _FACE.isdisjoint(each.fields):
            _record("product.choice_changed", product.id, store_id, by, variant=each.variant.id,
                    fields=sorted(_FACE & each.fields.keys()))  # fmt: skip
    stock.count_many(store_id, [
        Counted(each.variant.id, each.variant.on_hand, each.on_hand, each.variant.low_stock)
        for _product, each in several if each.on_hand is not None
    ], by=by)  # fmt: skip


def _note_prices(several: Sequence[tuple[Product, VariantChange]], store_id: int, by: Actor) -> None:
    moved = [
        (product, each.variant, each.variant.price, Money(each.fields["price_minor"], each.variant.currency))
        for product, each in several
    ]
    prices.note_many(moved)
    for product, _variant, before, after in moved:
        _record("product.price", product.id, store_id, by, before=before.minor, after=after.minor)


def _record(verb: str, product_id: int, store_id: int, by: Actor, **values: object) -> None:
    journal.record(verb, subject="product", subject_id=product_id, store_id=store_id, by=by, **values)


def _product(store_id: int, wilaya_code: str, craft: str, wanted: NewProduct) -> dict[str, Any]:
    unknown = set(wanted.fields) - service.FIELDS
    if unknown:
        raise ValueError(f"not of a product: {sorted(unknown)}")
    craft = wanted.fields.get("craft", craft)
    family = service.of_family(wanted.fields.get("family") or craft)
    fields = {**dict.fromkeys(_TEXTS, ""), **_PLAIN, "craft": craft, **family, **wanted.fields}
    offered = [row for row in wanted.choices if not row.hidden]
    now = clock.now()
    return {
        "store_id": store_id, "wilaya_code": wilaya_code, "reference": wanted.reference, "state": "draft",
        "slug": service.slug_of(fields), "price_minor": min(row.price.minor for row in offered),
        "currency": wanted.choices[0].price.currency, "version": 1, "created_at": now, "listed_at": now,
        "in_stock": fields["made_to_order_days"] is not None or any(row.on_hand for row in offered), **fields,
    }  # fmt: skip


_PLAIN: Mapping[str, Any] = {
    "weight_g": 500, "fragile": False, "length_mm": None, "width_mm": None, "height_mm": None,
    "made_to_order_days": None, "capacity_week": None, "queue_most": None, "family": "",
}  # fmt: skip
_TEXTS = tuple(f"{what}_{lang}" for what in ("name", "description", "materials") for lang in LANGUAGES)
_SAID = frozenset((*wording.FOUND_BY, *wording.ASIDE))
_NAMES = frozenset(f"name_{lang}" for lang in LANGUAGES)
_FACE = frozenset({"hidden", *(f"label_{lang}" for lang in LANGUAGES)})
_OF_VARIANTS = ("price_minor", *sorted(_FACE))


def _variant(store_id: int, product_id: int, position: int, row: VariantRow) -> dict[str, Any]:
    return {
        "store_id": store_id, "product_id": product_id, "position": position, "price_minor": row.price.minor,
        "currency": row.price.currency, "on_hand": row.on_hand, "hidden": row.hidden,
        **{f"label_{lang}": row.labels.get(lang, "") for lang in LANGUAGES},
    }  # fmt: skip


def _lot(store_id: int, product_id: int, lot: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "store_id": store_id, "product_id": product_id, "code": lot["lot"], "made_on": lot.get("made_on"),
        "best_before": lot.get("best_before"), "pieces": None, "current": True, "at": clock.now(),
    }  # fmt: skip


def _insert(table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


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
    _insert(StockMovement, rows)

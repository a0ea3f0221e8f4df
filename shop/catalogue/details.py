"""What is said of a product beyond its texts: its family's attributes, its formalities, and what they lack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, delete, insert, select, update

from shop.catalogue import forbidden
from shop.catalogue.families import family_of
from shop.catalogue.formalities import Lacking, Values, lacking
from shop.catalogue.leaving import EUROPEAN_UNION, NO_FILE, Stays, is_cosmetic, staying
from shop.catalogue.models import Attribute, Lot, Product
from shop.catalogue.wording import texts_of
from shop.core.errors import NotFound, Refused
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.journal import Actor
from shop.stores.models import Store


def said_of(product_ids: Collection[int]) -> dict[int, dict[str, dict[str, str]]]:
    """Return what is said of products, by product, key and language, in one query."""
    found: dict[int, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for row in session.execute(_said(), {"product_ids": list(product_ids)}):
        found[row.product_id][row.key][row.lang] = row.value
    return found


@cache
def _said() -> Select[int, str, str, str]:
    return (
        select(Attribute.product_id, Attribute.key, Attribute.lang, Attribute.value)
        .where(Attribute.product_id.in_(bindparam("product_ids", expanding=True))).order_by(Attribute.id)
    )  # fmt: skip


def say(store_id: int, product_id: int, values: Values, *, by: Actor) -> None:
    """Write what is said under these keys; what is empty is taken away, other keys stay.

    Raises NotFound for another store's product, ValueError for a key that its family does not know, Refused for a
    word that may not be sold.
    """
    product = session.scalar(select(Product).where(Product.id == product_id, Product.store_id == store_id))
    if product is None:
        raise NotFound
    if unknown := set(values) - {each.key for each in family_of(product).all}:
        raise ValueError(f"not of this family: {sorted(unknown)}")
    before = said_of([product_id])[product_id]
    moved = [key for key, texts in values.items() if _filled(texts) != _filled(before.get(key, {}))]
    if not moved:
        return
    changed(delete(Attribute).where(Attribute.product_id == product_id, Attribute.key.in_(moved)))
    rows = [
        {"store_id": store_id, "product_id": product_id, "key": key, "lang": lang, "value": text}
        for key in moved for lang, text in _filled(values[key]).items()
    ]  # fmt: skip
    if rows:
        session.execute(insert(Attribute), rows)
    changed(update(Product).where(Product.id == product_id).values(version=Product.version + 1))
    forbidden.look_again(product, by=by)
    journal.record(
        "product.said", subject="product", subject_id=product_id, store_id=store_id, by=by, keys=sorted(moved)
    )


def lacking_of(product: Product) -> list[Lacking]:
    """Return what the law asks of a product and nobody has said yet."""
    family = family_of(product)
    if not family.duties:
        return []
    maker = session.execute(select(Store.legal_name, Store.address).where(Store.id == product.store_id)).one()
    lot = current_lot(product.store_id, product.id)
    return lacking(
        family, said_of([product.id])[product.id], maker=all(maker), lot=lot is not None,
        lot_date=lot is not None and lot.best_before is not None,
    )  # fmt: skip


def require_formalities(product: Product) -> None:
    """Raise Refused, with the field that mends it, while a mandatory formality is missing."""
    for each in lacking_of(product):
        if each.mandatory:
            raise Refused(each.sentence, field=each.field)


def staying_of(product: Product) -> list[Stays]:
    """Return what keeps a product in the country."""
    return _staying([product])[product.id]


def kept_home(product_ids: Collection[int]) -> set[int]:
    """Return those of these products that may not leave the country by the rules of today, whatever was said of them.

    In four statements: a rule, a word or a family may have changed after its maker said that it may be sent abroad.
    """
    found = list(session.scalars(select(Product).where(Product.id.in_(product_ids)))) if product_ids else []
    return {product_id for product_id, reasons in _staying(found).items() if reasons}


def refused_abroad(store: Store) -> list[tuple[Product, list[Stays]]]:
    """Return the products that a workshop sells abroad and that may not leave any more, or not to where it sends.

    Each with its reasons. Nothing is asked of a workshop that sends nothing abroad.
    """
    if not store.sends_to:
        return []
    hers = select(Product).where(Product.store_id == store.id, Product.abroad, Product.state == "published")
    found = list(session.scalars(hers.order_by(Product.id)))
    reasons = _staying(found)
    if not EUROPEAN_UNION.isdisjoint(store.sends_to.split()):
        for each in found:
            if is_cosmetic(each.hs_code) and not each.eu_file:
                reasons[each.id].append(Stays("eu_file", NO_FILE))
    return [(each, reasons[each.id]) for each in found if reasons[each.id]]


def _staying(products: Sequence[Product]) -> dict[int, list[Stays]]:
    if not products:
        return {}
    said, texts = said_of([each.id for each in products]), texts_of(*products)
    return {
        each.id: staying(each, said[each.id], [*texts[each.id].values(), each.customs_fr, each.customs_en])
        for each in products
    }


def require_leaving(product: Product) -> None:
    """Raise Refused, with its field, for the first thing that keeps a product in the country."""
    for each in staying_of(product):
        raise Refused(each.sentence, field=each.field, **dict(each.values))


def current_lot(store_id: int, product_id: int) -> Lot | None:
    """Return the lot that is being sold now."""
    wanted = select(Lot).where(Lot.store_id == store_id, Lot.product_id == product_id, Lot.current)
    return session.scalars(wanted.order_by(Lot.id.desc()).limit(1)).first()


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {lang: text for lang, text in texts.items() if text}

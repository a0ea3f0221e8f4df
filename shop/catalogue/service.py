"""Verbs on products, their variants and their pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from shop.catalogue import details, forbidden, options, prices, search, stock, wording
from shop.catalogue.families import FAMILIES
from shop.catalogue.making import free_place
from shop.catalogue.models import Picture, Product, Variant, Wish
from shop.catalogue.stock import count_stock, hold, move, release, restock, take, tell_below
from shop.core import clock
from shop.core.errors import InvalidTransition, NotFound, Refused
from shop.core.money import Money
from shop.core.text import slug
from shop.plumbing import journal
from shop.plumbing.db import changed, part, session
from shop.plumbing.i18n import LANGUAGES, N_
from shop.plumbing.journal import Actor
from shop.stores.models import Store
from shop.stores.queries import missing_mentions

__all__ = ["count_stock", "free_place", "hold", "move", "release", "restock", "take", "tell_below"]

MOST_VARIANTS = 24
MOST_PICTURES = 12
FIELDS = frozenset({
    *(f"{what}_{lang}" for what in ("name", "description", "materials", "personal") for lang in LANGUAGES),
    "craft", "family", "weight_g", "fragile", "length_mm", "width_mm", "height_mm", "hs_code", "origin",
    "hs_more", "abroad", "net_weight_g", "customs_fr", "customs_en", "eu_file",
    "made_to_order_days", "capacity_week", "queue_most", "one_of_a_kind", "personal_most", "personal_required",
    "materials_minor", "packaging_minor", "reference",
})  # fmt: skip
WORDS = frozenset(wording.FOUND_BY)  # the fields by whose words it is found
NAMELESS = N_("Write the product's name in one language at least.")
PRICELESS = N_("Write a price above zero.")
PICTURELESS = N_("Add one photograph at least.")
UNSAID = N_("The law asks every seller to say who she is. Still missing: {what}")
CHOICELESS = N_("Keep at least one choice.")
OWN_NUMBER = "#"  # before the number of a product without a reference, as an export names it
REFERENCE_TAKEN = N_("Another product of yours has this reference.")
REFERENCE_OURS = N_("A reference does not begin with #: that is how lists name products without one.")
TOO_MANY_VARIANTS = N_("A product can have {most} choices at most.")
TOO_MANY_PICTURES = N_("A product can have {most} photographs at most.")


@dataclass(frozen=True)
class VariantRow:
    """One choice as typed: labels by language, price, pieces on hand. `variant_id` names the one it replaces.

    `seen` is the number of pieces that stood in the form, if it told one: see `count_stock`.
    """

    labels: Mapping[str, str]
    price: Money
    on_hand: int
    hidden: bool = False
    variant_id: int | None = None
    seen: int | None = None


def create_product(
    store_id: int, *, by: Actor, craft: str, names: Mapping[str, str], price: Money, stock: int, **fields: Any
) -> Product:
    """Make a draft with one variant; weight, box and care in packing are its family's unless they are said.

    Raises Refused when it has no name at all.
    """
    given = {f"name_{lang}": names.get(lang, "") for lang in LANGUAGES}
    if not any(given.values()):
        raise Refused(NAMELESS, field="name")
    _require_fields(fields)
    now = clock.now()
    wilaya = session.scalar(select(Store.wilaya_code).where(Store.id == store_id))
    if wilaya is None:
        raise NotFound
    made = Product(
        store_id=store_id, craft=craft, slug=slug_of(given), wilaya_code=wilaya, currency=price.currency,
        created_at=now, listed_at=now, version=0, **given, **(of_family(fields.get("family") or craft) | fields),
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record("product.created", made.id, store_id, by, name=made.slug)
    set_variants(store_id, made.id, [VariantRow({}, price, stock)], by=by)
    session.refresh(made)
    return made


def update_product(store_id: int, product_id: int, *, by: Actor, **fields: Any) -> None:
    """Set fields of a product. Raises NotFound for another store's, Refused when no name would be left.

    What is in the shop may not get a forbidden word either (Refused); one to look at goes to the desk meanwhile.
    What is offered abroad is refused with its field while anything keeps it in the country.
    """
    _require_fields(fields)
    row = _product(store_id, product_id)
    moved = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in moved:
        if name != "reference":
            setattr(row, name, fields[name])
    if not any((row.name_ar, row.name_fr, row.name_en)):
        raise Refused(NAMELESS, field="name")
    if not moved:
        return
    if row.one_of_a_kind and "one_of_a_kind" in moved:
        _require_one(product_id)
    row.slug = slug_of({f"name_{lang}": getattr(row, f"name_{lang}") for lang in LANGUAGES})
    if "reference" in moved:
        _refer_by(row, fields["reference"])
    session.flush()
    if row.abroad:
        details.require_leaving(row)
    stock.refresh(product_id)
    if row.state == "published":
        forbidden.admitted(row, by=by)
        if not WORDS.isdisjoint(moved):
            search.index(product_id)
    _record("product.changed", product_id, store_id, by, fields=sorted(moved))


def publish(store_id: int, product_id: int, *, by: Actor) -> bool:
    """Let buyers see it, as new when it never was for sale; False when a word of it waits for the desk first.

    Raises Refused, with its field, while its price, its picture, a mandatory formality or a mention of the law is
    missing, or for a word that may not be sold.
    """
    row = _product(store_id, product_id)
    store = session.get_one(Store, store_id)
    if store.state != "draft":  # nobody sees it before the shop opens, and that asks for the mentions too
        for mention in missing_mentions(store):
            raise Refused(UNSAID, field=mention.field, what=mention.sentence)
    if row.price_minor <= 0:
        raise Refused(PRICELESS, field="price")
    if not row.cover:
        raise Refused(PICTURELESS, field="photos")
    details.require_formalities(row)
    if not forbidden.admitted(row, by=by):
        return False
    first_time = case((Product.state == "draft", clock.now()), else_=Product.listed_at)
    _move(store_id, product_id, ("draft", "hidden"), "published", listed_at=first_time)
    search.index(product_id)
    _record("product.published", product_id, store_id, by)
    return True


def answer_review(review_id: int, state: str, *, note: str, by: Actor) -> None:
    """Say as the operator that a product may or may not be in the shop: it goes in, or out, at once where it can.

    Raises NotFound, and InvalidTransition when it was answered already.
    """
    product = forbidden.answer(review_id, state, note=note, by=by)
    if state == "refused" and product.state == "published":
        hide(product.store_id, product.id, by=by)
    elif state == "allowed" and product.state == "draft":
        with contextlib.suppress(Refused):  # something else is missing meanwhile: it is hers to publish
            publish(product.store_id, product.id, by=by)


def hide(store_id: int, product_id: int, *, by: Actor) -> None:
    """Take it off the shop; orders of it go on."""
    _move(store_id, product_id, ("published",), "hidden")
    search.unindex(product_id)
    _record("product.hidden", product_id, store_id, by)


def set_variants(store_id: int, product_id: int, rows: Sequence[VariantRow], *, by: Actor) -> None:
    """Write all choices of a product, in their order. Those left out are hidden: orders and carts may name them.

    Raises Refused for too many or when none would be shown, NotFound when a row names a variant of another product.
    """
    if len(rows) > MOST_VARIANTS:
        raise Refused(TOO_MANY_VARIANTS, most=MOST_VARIANTS)
    if all(row.hidden for row in rows):
        raise Refused(CHOICELESS)
    stock.hold_product(product_id)
    product = _product(store_id, product_id)
    known = {row.id: row for row in session.scalars(select(Variant).where(Variant.product_id == product_id))}
    for position, row in enumerate(rows):
        if row.variant_id is None:
            known.pop(_add_variant(product, position, row, by), None)
        else:
            variant = known.pop(row.variant_id, None)
            if variant is None:
                raise NotFound
            before = variant.price
            _write_variant(variant, position, row)
            session.flush()
            prices.note(product, variant, before)
            count_stock(store_id, variant.id, row.on_hand, seen=row.seen, by=by)
    for left_out in known.values():
        left_out.hidden = True
    session.flush()
    stock.refresh(product_id)
    forbidden.look_again(product, by=by)
    _record("product.choices", product_id, store_id, by, count=len(rows))


def set_price(store_id: int, variant_id: int, price: Money, *, by: Actor) -> None:
    """Set the price of one variant. Raises NotFound for another store's, Refused for zero."""
    if price.minor <= 0:
        raise Refused(PRICELESS, field="price")
    stock.hold_product_of(variant_id)
    variant = session.scalar(select(Variant).where(Variant.id == variant_id, Variant.store_id == store_id))
    if variant is None:
        raise NotFound
    before, variant.price_minor = variant.price, price.minor
    session.flush()
    prices.note(_product(store_id, variant.product_id), variant, before)
    stock.refresh(variant.product_id)
    _record("product.price", variant.product_id, store_id, by, before=before.minor, after=price.minor)


def add_picture(
    store_id: int,
    product_id: int,
    key: str,
    *,
    width: int,
    height: int,
    by: Actor,
    alts: Mapping[str, str] | None = None,
) -> Picture:
    """Add a photograph after the others; the first one is the cover. Raises Refused for too many."""
    _product(store_id, product_id)
    count = session.scalar(select(func.count()).where(Picture.product_id == product_id)) or 0
    if count >= MOST_PICTURES:
        raise Refused(TOO_MANY_PICTURES, field="photos", most=MOST_PICTURES)
    last = session.scalar(select(func.max(Picture.position)).where(Picture.product_id == product_id))
    alt = {f"alt_{lang}": (alts or {}).get(lang, "") for lang in LANGUAGES}
    made = Picture(store_id=store_id, product_id=product_id, key=key, width=width, height=height,
                   position=0 if last is None else last + 1, **alt)  # fmt: skip
    session.add(made)
    session.flush()
    _cover(product_id)
    _record("product.picture_added", product_id, store_id, by, picture=made.id)
    return made


def remove_picture(store_id: int, product_id: int, picture_id: int, *, by: Actor) -> str:
    """Take a photograph away; return its key, whose files are to be deleted after the commit."""
    row = _picture(store_id, product_id, picture_id)
    key = row.key
    options.forget_picture(picture_id)
    session.delete(row)
    session.flush()
    _cover(product_id)
    _record("product.picture_removed", product_id, store_id, by, picture=picture_id)
    return key


def move_picture(store_id: int, product_id: int, picture_id: int, place: int, *, by: Actor) -> None:
    """Put a photograph at a place (0: it becomes the cover)."""
    row = _picture(store_id, product_id, picture_id)
    wanted = select(Picture).where(Picture.product_id == product_id, Picture.id != picture_id)
    others = list(session.scalars(wanted.order_by(Picture.position, Picture.id)))
    others.insert(max(0, min(place, len(others))), row)
    for position, each in enumerate(others):
        each.position = position
    session.flush()
    _cover(product_id)
    _record("product.picture_moved", product_id, store_id, by, picture=picture_id)


def show_part(store_id: int, product_id: int, picture_id: int, key: str, *, by: Actor) -> str:
    """Show a photograph by other files, of a part of it; return the key whose files are to be deleted afterwards."""
    row = _picture(store_id, product_id, picture_id)
    old, row.key = row.key, key
    session.flush()
    _cover(product_id)
    _record("product.picture_cut", product_id, store_id, by, picture=picture_id)
    return old


def describe_picture(store_id: int, product_id: int, picture_id: int, alts: Mapping[str, str], *, by: Actor) -> None:
    """Say in one sentence per language what a photograph shows."""
    row = _picture(store_id, product_id, picture_id)
    for lang in LANGUAGES:
        if lang in alts:
            setattr(row, f"alt_{lang}", alts[lang])
    session.flush()
    stock.refresh(product_id)
    _record("product.picture_described", product_id, store_id, by, picture=picture_id)


def wish(variant_id: int, *, phone: str, language: str) -> None:
    """Remember who wants to hear when a variant is back; the same wish twice is one. Raises NotFound."""
    variant = session.get(Variant, variant_id)
    if variant is None:
        raise NotFound
    same = select(Wish.id).where(Wish.variant_id == variant_id, Wish.phone == phone, Wish.told_at.is_(None))
    if session.scalar(same) is None:
        row = {"store_id": variant.store_id, "variant_id": variant_id, "phone": phone, "language": language}
        session.execute(insert(Wish), {**row, "asked_at": clock.now()})


def follow_store(store_id: int, wilaya_code: str) -> None:
    """Bring the products of a workshop that moved in line with its wilaya, and find them under its present names."""
    stock.hold_products_of_store(store_id)
    changed(update(Product).where(Product.store_id == store_id)
            .values(wilaya_code=wilaya_code, version=Product.version + 1))  # fmt: skip
    for product_id in session.scalars(
        select(Product.id).where(Product.store_id == store_id, Product.state == "published")
    ).all():
        search.index(product_id)


def _add_variant(product: Product, position: int, row: VariantRow, by: Actor) -> int:
    if product.one_of_a_kind and row.on_hand > 1:
        raise Refused(stock.ONE_ONLY, field="on_hand")
    made = Variant(store_id=product.store_id, product_id=product.id, on_hand=row.on_hand, price_minor=0)
    _write_variant(made, position, row)
    session.add(made)
    session.flush()
    stock.begin(product.store_id, made.id, row.on_hand, by=by)
    return made.id


def _require_one(product_id: int) -> None:
    most = session.scalar(select(func.max(Variant.on_hand)).where(Variant.product_id == product_id)) or 0
    if most > 1:
        raise Refused(stock.ONE_ONLY, field="one_of_a_kind")


def _write_variant(variant: Variant, position: int, row: VariantRow) -> None:
    variant.position, variant.hidden = position, row.hidden
    variant.price_minor, variant.currency = row.price.minor, row.price.currency
    for lang in LANGUAGES:
        setattr(variant, f"label_{lang}", row.labels.get(lang, ""))


def _cover(product_id: int) -> None:
    first = select(Picture.key).where(Picture.product_id == product_id).order_by(Picture.position, Picture.id).limit(1)
    key = session.scalar(first) or ""
    changed(update(Product).where(Product.id == product_id).values(cover=key, version=Product.version + 1))


def _move(store_id: int, product_id: int, old: Sequence[str], new: str, **more: Any) -> None:
    guarded = update(Product).where(Product.id == product_id, Product.store_id == store_id, Product.state.in_(old))
    if changed(guarded.values(state=new, version=Product.version + 1, **more)) != 1:
        _product(store_id, product_id)
        raise InvalidTransition


def _product(store_id: int, product_id: int) -> Product:
    row = session.scalar(select(Product).where(Product.id == product_id, Product.store_id == store_id))
    if row is None:
        raise NotFound
    return row


def _picture(store_id: int, product_id: int, picture_id: int) -> Picture:
    wanted = select(Picture).where(
        Picture.id == picture_id, Picture.product_id == product_id, Picture.store_id == store_id
    )
    row = session.scalar(wanted)
    if row is None:
        raise NotFound
    return row


def _require_fields(fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"not of a product: {sorted(unknown)}")


def _refer_by(row: Product, reference: str | None) -> None:
    """Give a product its reference; the index, not a look before, says whether another one has it."""
    if reference and reference.startswith(OWN_NUMBER):
        raise Refused(REFERENCE_OURS, field="reference")
    try:
        with part():
            row.reference = reference
            session.flush()
    except IntegrityError:
        raise Refused(REFERENCE_TAKEN, field="reference") from None


def of_family(key: str) -> dict[str, Any]:
    """Return the fields that a family gives to a new product: weight, box, care in packing."""
    family = FAMILIES.get(key)
    if family is None:
        return {}
    length, width, height = family.box_mm
    return {
        "weight_g": family.weight_g, "fragile": family.fragile, "length_mm": length, "width_mm": width,
        "height_mm": height,
    }  # fmt: skip


def slug_of(names: Mapping[str, str]) -> str:
    """Return what stands in the address of a product with these names."""
    spoken = names.get("name_fr") or names.get("name_en") or names.get("name_ar") or ""
    return slug(spoken) or "creation"


def _record(verb: str, product_id: int, store_id: int, by: Actor, **data: Any) -> None:
    journal.record(verb, subject="product", subject_id=product_id, store_id=store_id, by=by, **data)

"""Two options at most, each with its values: every pair of values is one variant with its own price and stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product as pairs_of

from sqlalchemy import delete, select, update

from shop.catalogue import forbidden, stock
from shop.catalogue.models import Picture, Product, Value, Variant, VariantFace
from shop.core.errors import NotFound, Refused
from shop.plumbing import journal
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import LANGUAGES, N_
from shop.plumbing.journal import Actor

MOST_PAIRS = 24
MOST_VALUES = 12
TOO_MANY = N_("{n} combinations are too many: {most} at most. Take values away.")
NAMELESS = N_("Write what the option is called and its values, in one language at least.")
_JOINTS = {"ar": "، ", "fr": ", ", "en": ", "}


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option as typed: its name and its values, each by language."""

    names: Mapping[str, str]
    values: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a product as they stand: values of the first and of the second, and each variant's face."""

    first: tuple[Value, ...]
    second: tuple[Value, ...]
    faces: Mapping[int, VariantFace]

    def __bool__(self) -> bool:
        return bool(self.first)

    def variant_of(self, first_id: int, second_id: int | None) -> int | None:
        """Return the variant that stands for these values."""
        for each in self.faces.values():
            if (each.first_id, each.second_id) == (first_id, second_id):
                return each.variant_id
        return None


NO_OPTIONS = Options((), (), {})


def options_of(product_id: int) -> Options:
    """Return the options of a product, in two queries."""
    values = list(
        session.scalars(select(Value).where(Value.product_id == product_id).order_by(Value.position, Value.id))
    )
    wanted = select(VariantFace).join(Variant, Variant.id == VariantFace.variant_id)
    faces = session.scalars(
        wanted.where(Variant.product_id == product_id), execution_options={"populate_existing": True}
    )
    first, second = ([each for each in values if each.option == n] for n in (1, 2))
    return Options(tuple(first), tuple(second), {each.variant_id: each for each in faces})


def set_options(store_id: int, product_id: int, rows: Sequence[OptionRow], *, by: Actor) -> None:
    """Write the options of a product: a value keeps its place, so that renaming it keeps its variants.

    New pairs begin without stock at the product's lowest price; pairs that are gone are hidden. Without rows the
    variants stay as a plain list. Raises Refused for too many pairs, a nameless option or a forbidden word, NotFound.
    """
    _require_fitting(rows)
    stock.hold_product(product_id)
    product = session.scalar(select(Product).where(Product.id == product_id, Product.store_id == store_id))
    if product is None:
        raise NotFound
    for n in (1, 2):
        names = rows[n - 1].names if n <= len(rows) else {}
        for lang in LANGUAGES:
            setattr(product, f"option{n}_{lang}", names.get(lang, ""))
    before = options_of(product_id)
    kept = [_write_values(product, n, rows, old) for n, old in ((1, before.first), (2, before.second))]
    if rows:
        _pair(product, kept[0], kept[1], before)
    else:
        _forget_values(before)
    _drop_values(before, {each.id for each in (*kept[0], *kept[1])})
    session.flush()
    stock.refresh(product_id)
    forbidden.look_again(product, by=by)
    journal.record(
        "product.options", subject="product", subject_id=product_id, store_id=store_id, by=by, count=len(rows)
    )


def show_by(store_id: int, product_id: int, pictures: Mapping[int, int | None], *, by: Actor) -> None:
    """Say which photograph shows each variant; None shows the product's first. Raises NotFound for another's."""
    own = set(session.scalars(select(Variant.id).where(Variant.product_id == product_id, Variant.store_id == store_id)))
    shots = set(session.scalars(select(Picture.id).where(Picture.product_id == product_id)))
    if set(pictures) - own or {each for each in pictures.values() if each is not None} - shots:
        raise NotFound
    faces = options_of(product_id).faces
    moved = [each for each, shot in pictures.items() if (faces[each].picture_id if each in faces else None) != shot]
    for variant_id in moved:
        face = faces.get(variant_id)
        if face is None:
            session.add(VariantFace(variant_id=variant_id, store_id=store_id, picture_id=pictures[variant_id]))
        else:
            face.picture_id = pictures[variant_id]
    if moved:
        session.flush()
        changed(update(Product).where(Product.id == product_id).values(version=Product.version + 1))
        journal.record(
            "product.shown_by",
            subject="product",
            subject_id=product_id,
            store_id=store_id,
            by=by,
            variants=sorted(moved),
        )


def forget_picture(picture_id: int) -> None:
    """Let no variant be shown by a photograph that goes away."""
    changed(update(VariantFace).where(VariantFace.picture_id == picture_id).values(picture_id=None))


def _require_fitting(rows: Sequence[OptionRow]) -> None:
    for n, row in enumerate(rows, start=1):
        if not any(row.names.values()) or not row.values or not all(any(each.values()) for each in row.values):
            raise Refused(NAMELESS, field=f"name{n}")
    pairs = 1
    for row in rows:
        pairs *= len(row.values)
    if rows and (pairs > MOST_PAIRS or len(rows) > 2):
        raise Refused(TOO_MANY, field="values1", n=pairs, most=MOST_PAIRS)


def _write_values(product: Product, n: int, rows: Sequence[OptionRow], old: Sequence[Value]) -> list[Value]:
    if n > len(rows):
        return []
    found = []
    for position, labels in enumerate(rows[n - 1].values):
        value = (
            old[position] if position < len(old) else Value(store_id=product.store_id, product_id=product.id, option=n)
        )
        value.position = position
        for lang in LANGUAGES:
            setattr(value, f"label_{lang}", labels.get(lang, ""))
        session.add(value)
        found.append(value)
    session.flush()
    return found


def _pair(product: Product, first: Sequence[Value], second: Sequence[Value], before: Options) -> None:
    """Give each pair of values its variant: the one it had, one of the same words, or a new one; hide the others."""
    rows = session.scalars(select(Variant).where(Variant.product_id == product.id).order_by(Variant.position))
    left = {each.id: each for each in rows}
    paired = {each.variant_id for each in before.faces.values() if each.first_id is not None}
    free = [each for each in left.values() if each.id not in paired]
    shown = [each for each in free if not each.hidden]
    only = shown[0] if len(shown) == 1 and not paired else None  # the one kind so far becomes the first pair
    seconds: Sequence[Value | None] = second or (None,)
    for position, (one, other) in enumerate(pairs_of(first, seconds)):
        known = before.variant_of(one.id, other.id if other else None)
        variant = (left.get(known) if known else None) or _same_words(free, one, other) or only or _new(product)
        only = None
        if variant in free:
            free.remove(variant)
            variant.hidden = False
        left.pop(variant.id, None)
        variant.position = position
        for lang, text in _labels(one, other).items():
            setattr(variant, f"label_{lang}", text)
        _face(product, variant, one, other, before)
    for left_out in left.values():
        left_out.hidden, left_out.position = True, MOST_PAIRS
        changed(update(VariantFace).where(VariantFace.variant_id == left_out.id).values(first_id=None, second_id=None))


def _same_words(free: Sequence[Variant], one: Value, other: Value | None) -> Variant | None:
    for variant in free:
        for wanted in (_labels(one, other), {lang: getattr(one, f"label_{lang}") for lang in LANGUAGES}):
            if any(text and getattr(variant, f"label_{lang}") == text for lang, text in wanted.items()):
                return variant
    return None


def _labels(one: Value, other: Value | None) -> dict[str, str]:
    found = {}
    for lang in LANGUAGES:
        words = [getattr(each, f"label_{lang}") for each in (one, other) if each is not None]
        found[lang] = _JOINTS[lang].join(words)[:80] if all(words) else ""
    if not any(found.values()):  # each says its values in another language: better mixed than nothing
        words = [each.label_fr or each.label_ar or each.label_en for each in (one, other) if each is not None]
        found["fr"] = ", ".join(words)[:80]
    return found


def _new(product: Product) -> Variant:
    made = Variant(
        store_id=product.store_id, product_id=product.id, price_minor=product.price_minor, currency=product.currency,
        on_hand=0,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _face(product: Product, variant: Variant, one: Value, other: Value | None, before: Options) -> None:
    face = before.faces.get(variant.id)
    if face is None:
        face = VariantFace(variant_id=variant.id, store_id=product.store_id)
        session.add(face)
    face.first_id, face.second_id = one.id, other.id if other else None
    session.flush()


def _forget_values(before: Options) -> None:
    for face in before.faces.values():
        face.first_id = face.second_id = None
    session.flush()


def _drop_values(before: Options, kept: set[int]) -> None:
    gone = [each.id for each in (*before.first, *before.second) if each.id not in kept]
    if gone:
        for column in (VariantFace.first_id, VariantFace.second_id):
            changed(update(VariantFace).where(column.in_(gone)).values({column: None}))
        changed(delete(Value).where(Value.id.in_(gone)))

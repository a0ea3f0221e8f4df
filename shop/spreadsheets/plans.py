"""What is to be done for one product: what its lines ask for, compared with what there is; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shop.catalogue.families import FAMILIES, Family
from shop.catalogue.formalities import lacking
from shop.catalogue.lots import BACKWARDS
from shop.catalogue.models import Lot, Product, Variant
from shop.catalogue.service import (
    CHOICELESS,
    MOST_VARIANTS,
    NAMELESS,
    OWN_NUMBER,
    PICTURELESS,
    TOO_MANY_VARIANTS,
)
from shop.core.text import fold
from shop.plumbing.i18n import LANGUAGES, N_
from shop.spreadsheets.columns import SAID
from shop.spreadsheets.lines import Choice, Wanted
from shop.spreadsheets.values import Change, Problem, change

NO_SUCH_NUMBER = N_("There is no product {reference} in your shop. Write a reference of your own to make a new one.")
WHICH_CHOICE = N_("This product has several choices. Write which one this line is about.")
NO_PRICE = N_("Write a price above zero: this line makes something new.")
OF_OPTIONS = N_("The choices of this product come from its options. Add or rename them on its page in the studio.")
NOT_OF_FAMILY = N_("{column}: nothing of the kind is said of {family}. Leave the cell empty.")
NOT_BACK = N_("A product that was in the shop is no draft any more. Write “{published}” or “{hidden}”.")
LOT_LESS = N_("Write the code of the lot beside its days.")
NOT_YET = N_("It cannot be in the shop yet. {why}")


@dataclass
class Known:
    """A product that is there, with its variants, those that are offered first, and what is said of it."""

    product: Product
    variants: list[Variant]
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lot: Lot | None = None
    maker: bool = False  # whether the workshop's registered name and address are known

    @property
    def only(self) -> Variant | None:
        """The one variant that is offered, when there is no other."""
        offered = [each for each in self.variants if not each.hidden]
        return offered[0] if len(offered) == 1 else None

    @property
    def has_options(self) -> bool:
        """Tell whether its choices are pairs of values."""
        return any(getattr(self.product, f"option1_{lang}") for lang in LANGUAGES)


@dataclass
class Plan:
    """What is to be done for one product: `matched` are its variants with what the sheet says of each."""

    verdict: str
    wanted: Wanted
    craft: str  # the workshop's
    known: Known | None = None
    looked: Mapping[int, int] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    said: dict[str, dict[str, str]] = field(default_factory=dict)
    lot: dict[str, Any] = field(default_factory=dict)
    state: str = ""
    matched: list[tuple[Variant, Choice]] = field(default_factory=list)
    added: list[Choice] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Why nothing of it is done."""
        return self.wanted.problems

    @property
    def product(self) -> Product:
        """The product that is to be changed."""
        assert self.known is not None
        return self.known.product

    @property
    def line(self) -> int:
        """The number of its first line."""
        return self.wanted.choices[0].line


def plan(wanted: Wanted, known: Known | None, *, craft: str, looked: Mapping[int, int]) -> Plan:
    """Compare what is asked for with what is there; `looked` are the pieces of each variant at the dry run."""
    if known is None:
        return _new(wanted, craft)
    made = Plan("same", wanted, craft, known, looked)
    _match(made, known)
    _compare_fields(made, known)
    _compare_said(made, known.said)
    _compare_lot(made, known.lot)
    for variant, choice in made.matched:
        made.changes += _changes_of(variant, choice, looked.get(variant.id, variant.on_hand))
    made.changes += [change("choice", "", _label(choice.labels)) for choice in made.added]
    _compare_state(made, known)
    made.verdict = "wrong" if made.problems else "changed" if made.changes else "same"
    return made


def _new(wanted: Wanted, craft: str) -> Plan:
    made = Plan("new", wanted, craft, added=list(wanted.choices), fields=dict(wanted.fields))
    if wanted.reference.startswith(OWN_NUMBER):
        wanted.wrong(made.line, NO_SUCH_NUMBER, reference=wanted.reference)
    if not any(wanted.fields.get(f"name_{lang}") or f"name_{lang}" in wanted.unread for lang in LANGUAGES):
        wanted.wrong(made.line, NAMELESS)
    _fill_prices(wanted, wanted.choices, None)
    if len(wanted.choices) > 1:
        for choice in wanted.choices:
            if not any(choice.labels.values()):
                wanted.wrong(choice.line, WHICH_CHOICE)
    if all(choice.offered is False for choice in wanted.choices):
        wanted.wrong(made.line, CHOICELESS)
    _compare_said(made, {})
    _compare_lot(made, None)
    if wanted.state == "published":
        wanted.wrong(made.line, NOT_YET, why=PICTURELESS)
    made.verdict = "wrong" if wanted.problems else "new"
    return made


def _match(made: Plan, known: Known) -> None:
    free = list(known.variants)
    for choice in made.wanted.choices:
        variant = _variant_of(choice, free, known.only)
        if variant is not None:
            free.remove(variant)
            made.matched.append((variant, choice))
        elif not any(choice.labels.values()):
            made.wanted.wrong(choice.line, WHICH_CHOICE)
        else:
            made.added.append(choice)
    if known.has_options:
        _keep_options(made)
    if len(known.variants) + len(made.added) > MOST_VARIANTS:
        made.wanted.wrong(made.added[0].line, TOO_MANY_VARIANTS, most=MOST_VARIANTS)
    hidden = {variant.id: not choice.offered for variant, choice in made.matched if choice.offered is not None}
    if not made.added and all(hidden.get(each.id, each.hidden) for each in known.variants):
        made.wanted.wrong(made.line, CHOICELESS)
    _fill_prices(made.wanted, made.added, known.product.price_minor or None)


def _keep_options(made: Plan) -> None:
    """Refuse what would part a choice from the values that it stands for."""
    for variant, choice in made.matched:
        if any(text and text != getattr(variant, f"label_{lang}") for lang, text in choice.labels.items()):
            made.wanted.wrong(choice.line, OF_OPTIONS)
    for choice in made.added:
        made.wanted.wrong(choice.line, OF_OPTIONS)


def _variant_of(choice: Choice, free: Sequence[Variant], only: Variant | None) -> Variant | None:
    """Return the variant that a line is about: by a label in any language, else the only one that is offered."""
    left = only if only in free else None
    if not any(choice.labels.values()):
        return left if only else next((each for each in free if not any(_labels(each))), None)
    for each in free:
        for lang, label in choice.labels.items():
            if label and fold(label) == fold(getattr(each, f"label_{lang}")):
                return each
    return left if left and not any(_labels(left)) else None


def _fill_prices(wanted: Wanted, choices: Sequence[Choice], otherwise: int | None) -> None:
    """Give each new choice a price: its own, the first one written, or the product's."""
    first = next((each.price_minor for each in wanted.choices if each.price_minor), otherwise)
    for choice in choices:
        choice.price_minor = choice.price_minor or first
        if not choice.price_minor and "price" not in wanted.unread:
            wanted.wrong(choice.line, NO_PRICE)


def _compare_fields(made: Plan, known: Known) -> None:
    for key, value in made.wanted.fields.items():
        before = getattr(known.product, key)
        if before != value:
            made.fields[key] = value
            made.changes.append(change(key, before, value))
    names = {f"name_{lang}" for lang in LANGUAGES}
    if not any(made.wanted.fields.get(name, getattr(known.product, name)) for name in names):
        made.wanted.wrong(made.line, NAMELESS)


def _compare_said(made: Plan, before: Mapping[str, Mapping[str, str]]) -> None:
    family = family_after(made)
    known = family.all if family else ()
    keys = {each.key for each in known}
    for key, texts in made.wanted.said.items():
        there = before.get(key, {})
        moved = {lang: text for lang, text in texts.items() if text != there.get(lang, "")}
        if not moved:
            continue
        if key not in keys:
            column = f"{SAID}{key}_{next(iter(texts))}".removesuffix("_")
            made.wanted.wrong(made.line, NOT_OF_FAMILY, column=column, family=family.title if family else "")
            continue
        made.said[key] = {**there, **moved}
        for lang, text in moved.items():
            made.changes.append(change(f"{SAID}{key}_{lang}".removesuffix("_"), there.get(lang, ""), text))


def family_after(made: Plan) -> Family | None:
    """Return the family that the product will be of: the one that is said, else its craft's."""
    product = made.known.product if made.known else None
    family = made.wanted.fields.get("family", product.family if product else "")
    craft = made.wanted.fields.get("craft", product.craft if product else made.craft)
    return FAMILIES.get(family or craft)


def _compare_lot(made: Plan, before: Lot | None) -> None:
    asked = made.wanted.lot
    if asked and not asked.get("lot"):
        made.wanted.wrong(made.line, LOT_LESS)
    elif asked.get("made_on") and asked.get("best_before") and asked["best_before"] <= asked["made_on"]:
        made.wanted.wrong(made.line, BACKWARDS)
    elif asked and (before is None or before.code != asked["lot"]):
        made.lot = asked
        made.changes.append(change("lot", before.code if before else "", asked["lot"]))


def _compare_state(made: Plan, known: Known) -> None:
    before, asked = known.product.state, made.wanted.state
    if not asked or asked == before:
        return
    if asked == "draft":
        made.wanted.wrong(made.line, NOT_BACK, published="In the shop", hidden="Hidden")
        return
    made.state = asked
    made.changes.append(change("state", before, asked))
    if asked == "published":
        for why in _unready(made, known):
            made.wanted.wrong(made.line, NOT_YET, why=why)


def _unready(made: Plan, known: Known) -> list[str]:
    """Return what keeps a product out of the shop, as far as the sheet and the shop tell today."""
    family = family_after(made)
    said = {**known.said, **made.said}
    dated = made.lot.get("best_before") if made.lot else known.lot.best_before if known.lot else None
    duties = lacking(
        family, said, maker=known.maker, lot=bool(made.lot or known.lot), lot_date=dated is not None
    ) if family else []  # fmt: skip
    return [*([] if known.product.cover else [PICTURELESS]), *(each.sentence for each in duties if each.mandatory)]


def _changes_of(variant: Variant, choice: Choice, pieces: int) -> list[Change]:
    label = _label(choice.labels) or _label(dict(zip(LANGUAGES, _labels(variant), strict=True)))
    changes = []
    if choice.price_minor is not None and choice.price_minor != variant.price_minor:
        changes.append(change("price", variant.price_minor, choice.price_minor, label))
    if choice.on_hand is not None and choice.on_hand != pieces:
        changes.append(change("stock", pieces, choice.on_hand, label))
    if choice.offered is not None and choice.offered == variant.hidden:
        changes.append(change("offered", not variant.hidden, choice.offered, label))
    for lang, text in choice.labels.items():
        before = getattr(variant, f"label_{lang}")
        if text and text != before:
            changes.append(change(f"choice_{lang}", before, text, label))
    return changes


def _labels(variant: Variant) -> tuple[str, ...]:
    return tuple(getattr(variant, f"label_{lang}") for lang in LANGUAGES)


def _label(labels: Mapping[str, str]) -> str:
    return labels.get("fr") or labels.get("ar") or labels.get("en") or ""

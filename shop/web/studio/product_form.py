"""The forms of a product's page: what every product says, and what its family asks besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field

from shop.catalogue import leaving
from shop.catalogue.families import FAMILIES, ORIGINS, Family, Said
from shop.catalogue.models import Product
from shop.core.text import western_digits
from shop.plumbing.i18n import LANGUAGES, N_, _
from shop.web.ui.crafts import craft_choices
from shop.web.ui.forms import BlockField, ChoiceField, DayField, HirfaForm, TextField, WholeField, required

LONGEST_TEXT = 4000
MOST_WEEKLY = 1000
MOST_PERSONAL = 120
PREFIX = "a-"
TEXTS = tuple(f"{what}_{lang}" for what in ("name", "description", "materials", "personal") for lang in LANGUAGES)
CUSTOMS = ("customs_fr", "customs_en", "eu_file")
BOX = ("length", "width", "height")
PERSONAL_NAMELESS = N_("Write what customers are asked to type, in one language at least.")
IN_LANGUAGE = {"ar": N_("In Arabic"), "fr": N_("In French"), "en": N_("In English")}


class ProductForm(HirfaForm):
    """Everything that can be said of a product of any family."""

    photos = TextField(N_("Photographs"))
    name_ar = TextField(N_("Name in Arabic"), most=160)
    name_fr = TextField(N_("Name in French"), most=160)
    name_en = TextField(N_("Name in English"), most=160)
    craft = ChoiceField(N_("Craft"), [required(N_("Please choose a craft."))])
    family = ChoiceField(N_("Kind of product"))
    description_ar = BlockField(N_("Description in Arabic"), most=LONGEST_TEXT)
    description_fr = BlockField(N_("Description in French"), most=LONGEST_TEXT)
    description_en = BlockField(N_("Description in English"), most=LONGEST_TEXT)
    materials_ar = BlockField(N_("Materials or ingredients in Arabic"), most=LONGEST_TEXT)
    materials_fr = BlockField(N_("Materials or ingredients in French"), most=LONGEST_TEXT)
    materials_en = BlockField(N_("Materials or ingredients in English"), most=LONGEST_TEXT)
    reference = TextField(N_("Reference"), most=40)
    weight_g = WholeField(N_("Weight with its packing, in grams"), [required()], most=100_000)
    fragile = BooleanField(N_("Fragile"))
    length = WholeField(N_("Length, in cm"), least=1, most=300)
    width = WholeField(N_("Width, in cm"), least=1, most=300)
    height = WholeField(N_("Height, in cm"), least=1, most=300)
    hs_code = ChoiceField(N_("Customs code (HS)"))
    hs_typed = TextField(N_("Or another code"), most=20)
    origin = ChoiceField(N_("Country of origin"))
    abroad = BooleanField(N_("It may be sent abroad"))
    net_weight_g = WholeField(N_("Net weight of one piece, in grams"), least=1, most=100_000)
    customs_fr = TextField(N_("What it is, for customs, in French"), most=80)
    customs_en = TextField(N_("What it is, for customs, in English"), most=80)
    eu_file = TextField(N_("European file of the cosmetic"), most=120)
    one_of_a_kind = BooleanField(N_("One of a kind"))
    made_to_order_days = WholeField(N_("Made to order: ready in how many days?"), least=1, most=180)
    capacity_week = WholeField(N_("How many can you make in a week?"), least=1, most=MOST_WEEKLY)
    queue_most = WholeField(N_("Close when so many pieces wait"), least=1, most=MOST_WEEKLY)
    personal_ar = TextField(N_("What to type, in Arabic"), most=80)
    personal_fr = TextField(N_("What to type, in French"), most=80)
    personal_en = TextField(N_("What to type, in English"), most=80)
    personal_most = WholeField(N_("How many letters at most?"), least=1, most=MOST_PERSONAL)
    personal_required = BooleanField(N_("It cannot be ordered without this text"))

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        box = {each: _cm(getattr(product, f"{each}_mm")) for each in BOX}
        super().__init__(*args, obj=product, data=box, **kwargs)
        self.craft.choices = craft_choices()
        self.family.choices = [(key, _(family.title)) for key, family in FAMILIES.items()]
        known = FAMILIES[product.family or product.craft].hs
        self.hs_code.choices = [(code, f"{leaving.shown_hs(code)} · {_(words)}") for code, words in known]
        if product.hs_code and product.hs_code not in {code for code, _words in known}:
            self.hs_code.choices.insert(0, (product.hs_code, leaving.shown_hs(product.hs_code)))
        if product.hs_more and not self.hs_typed.raw_data:
            self.hs_typed.data = leaving.shown_hs(product.hs_code + product.hs_more)
        self.origin.choices = [(code, _(name)) for code, name in ORIGINS.items()]

    def is_whole(self) -> bool:
        """Check what one field alone cannot tell; the sentences go to their fields."""
        if self.hs_typed.data and leaving.read_hs(western_digits(self.hs_typed.data)) is None:
            self.refuse("hs_typed", _(leaving.BAD_HS))
        if self.personal_most.data and not any(self[f"personal_{lang}"].data for lang in LANGUAGES):
            self.refuse("personal_fr", _(PERSONAL_NAMELESS))
        return not self.summary

    def written(self) -> dict[str, Any]:
        """Return the fields of a product as they were typed."""
        typed = leaving.read_hs(western_digits(self.hs_typed.data or "")) or self.hs_code.data or ""
        plain = ("craft", "weight_g", "abroad", "net_weight_g", "fragile", "made_to_order_days", "capacity_week",
                 "queue_most", "one_of_a_kind",
                 "personal_most", "personal_required")  # fmt: skip
        return {
            **{name: self[name].data or "" for name in (*TEXTS, *CUSTOMS, "family")},
            **{name: self[name].data for name in plain},
            **{f"{each}_mm": self[each].data * 10 if self[each].data else None for each in BOX},
            "reference": self.reference.data or None,
            "hs_code": typed[:6],
            "hs_more": typed[6:],
            "origin": self.origin.data or next(iter(ORIGINS)),
        }


def _cm(size_mm: int | None) -> int | None:
    return None if size_mm is None else -(-size_mm // 10)


class SaidForm(HirfaForm):
    """What a family asks: one field for each figure, one for each language of a text."""

    def of(self, said: Said) -> list[Field]:
        """Return the fields of one thing that is said."""
        return [self[name] for name in names(said)]


def said_form(family: Family, values: Mapping[str, Mapping[str, str]], typed: MultiDict[str, str] | None) -> SaidForm:
    """Return the form of a family, with what is known or what was typed."""
    fields = {name: field for said in family.all for name, field in _fields(said).items()}
    made: type[SaidForm] = type("SaidForm", (SaidForm,), fields)
    stored = {
        name: _read(said, values.get(said.key, {}).get(lang, ""))
        for said in family.all for name, lang in zip(names(said), langs(said), strict=True)
    }  # fmt: skip
    form = made(typed, prefix=PREFIX, data=stored)
    for said in family.all:
        for field in form.of(said):
            if isinstance(field, ChoiceField):
                field.choices = [(key, _(label)) for key, label in said.choices]
    return form


def said_in(form: SaidForm, family: Family) -> dict[str, dict[str, str]]:
    """Return what a form says, by key and language, as it is kept."""
    return {
        said.key: {lang: _kept(field.data) for lang, field in zip(langs(said), form.of(said), strict=True)}
        for said in family.all
    }


def names(said: Said) -> list[str]:
    """Return the names of the fields of one thing."""
    return [f"{said.key}_{lang}" for lang in LANGUAGES] if said.kind == "text" else [said.key]


def langs(said: Said) -> tuple[str, ...]:
    """Return the languages of the fields of one thing."""
    return LANGUAGES if said.kind == "text" else ("",)


def _fields(said: Said) -> dict[str, object]:
    if said.kind == "text":
        return {f"{said.key}_{lang}": BlockField(IN_LANGUAGE[lang], most=said.most) for lang in LANGUAGES}
    return {said.key: _field(said)}


def _field(said: Said) -> object:
    match said.kind:
        case "long":
            return BlockField(said.label, most=said.most)
        case "number":
            return WholeField(said.label, least=1, most=100_000)
        case "choice":
            return ChoiceField(said.label)
        case "date":
            return DayField(said.label, since=2000)
        case "tick":
            return BooleanField(said.label)
        case _:
            return TextField(said.label, most=said.most)


def _read(said: Said, kept: str) -> object:
    if not kept:
        return None
    match said.kind:
        case "number":
            return int(kept)
        case "date":
            return date.fromisoformat(kept)
        case "tick":
            return True
        case _:
            return kept


def _kept(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)

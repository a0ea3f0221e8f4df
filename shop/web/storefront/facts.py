"""What a buyer reads of a product besides its description: its facts, its care, what the law wants said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shop.catalogue.families import MONTHS, Family, Said, family_of
from shop.catalogue.queries import ProductView
from shop.plumbing.formats import date_long
from shop.plumbing.i18n import LANGUAGES, _, language, ngettext, pick

Text = tuple[str, str]  # a text and its language


@dataclass(frozen=True)
class Facts:
    """Short facts as (label, text and language), then what stands under headings of its own."""

    short: list[tuple[str, Text]]
    care: Text
    inci: str
    ingredients: Text
    precautions: Text
    in_progress: bool
    maker: str


def facts_of(view: ProductView) -> Facts:
    """Return what is said of a product in the reader's language, else in the next best one."""
    family, said = family_of(view.product), view.beside.said
    care = pick(_texts(said.get("care", {})))
    return Facts(
        short=_short(family, said, view.beside.best_before if family.lots else None),
        care=care if care[0] else (_(family.care), language()),
        inci=said.get("inci", {}).get("", ""),
        ingredients=pick(_texts(said.get("ingredients", {}))),
        precautions=pick(_texts(said.get("precautions", {}))),
        in_progress=bool(said.get("in_progress")) and not said.get("authorisation"),
        maker=", ".join(each for each in (view.store.legal_name, view.store.address) if each) if family.duties else "",
    )


def _short(family: Family, said: Mapping[str, Mapping[str, str]], best_before: date | None) -> list[tuple[str, Text]]:
    found = [(_(each.label), _value(each, said[each.key])) for each in family.all if each.shown and each.key in said]
    if best_before:
        found.append((_("Best before"), (date_long(best_before), language())))
    return [(label, text) for label, text in found if text[0]]


def _value(each: Said, texts: Mapping[str, str]) -> Text:
    match each.kind:
        case "text":
            return pick(_texts(texts))
        case "choice":
            return _(dict(each.choices).get(texts.get("", ""), "")), language()
        case "number":
            return _counted(int(texts.get("", "0")), each.unit), language()
        case "date":
            return date_long(date.fromisoformat(texts[""])), language()
        case _:
            return texts.get("", ""), ""


def _counted(n: int, unit: str) -> str:
    return ngettext("{n} month", "{n} months", n) if unit == MONTHS else _("{n} {unit}", n=n, unit=_(unit))


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {lang: texts.get(lang, "") for lang in LANGUAGES}

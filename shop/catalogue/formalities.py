"""What a product still has to say: to the law, and to readers of each language. Pure: rows in, sentences out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shop.catalogue.families import Family
from shop.plumbing.i18n import LANGUAGES, N_

Values = Mapping[str, Mapping[str, str]]  # key → language ("" for figures) → what is said

MEASURED = ("name", "description", "materials", "alt")
MEASURED_NAMES = {
    "name": N_("name"), "description": N_("description"), "materials": N_("composition"),
    "alt": N_("what the photographs show"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lacking:
    """One sentence that is missing, and the field that mends it; a mandatory one keeps the product out of the shop."""

    field: str
    sentence: str  # an English msgid
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of a product is said in one language: what is there, what is not (keys of MEASURED_NAMES)."""

    lang: str
    there: tuple[str, ...]
    lacking: tuple[str, ...]


def lacking(family: Family, said: Values, *, maker: bool, lot: bool, lot_date: bool) -> list[Lacking]:
    """Return what the law asks of a family and nobody has said yet, the mandatory things first.

    `maker` tells whether the workshop's registered name and address are known, `lot` and `lot_date` whether a lot is
    being sold now and whether it has a best-before date.
    """
    known = {key for key, texts in said.items() if any(texts.values())}
    known |= {key for key, there in (("maker", maker), ("lot", lot), ("lot_date", lot_date)) if there}
    found = [
        Lacking(duty.keys[0], duty.sentence, duty.mandatory)
        for duty in family.duties
        if not known.intersection(duty.keys)
    ]
    return sorted(found, key=lambda each: not each.mandatory)


def meters(texts: Mapping[str, Mapping[str, str]], alts: Iterable[Mapping[str, str]]) -> list[Meter]:
    """Return, for each language, which of name, description, composition and alternative texts are there.

    What no language says is asked of none; `alts` holds one mapping for each photograph, and all count.
    """
    pictures = list(alts)
    found = []
    for lang in LANGUAGES:
        there = {what for what in texts if texts[what].get(lang)}
        if pictures and all(each.get(lang) for each in pictures):
            there.add("alt")
        asked = {what for what in texts if what == "name" or any(texts[what].values())}
        asked |= {"alt"} if any(any(each.values()) for each in pictures) else set()
        found.append(
            Meter(
                lang,
                tuple(each for each in MEASURED if each in asked and each in there),
                tuple(each for each in MEASURED if each in asked and each not in there),
            )
        )
    return found

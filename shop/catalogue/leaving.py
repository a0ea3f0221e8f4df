"""What may leave the country: what customs asks of each thing, and what does not travel at all.

The words that keep a thing at home are a table beside this file. Nothing here replaces the customs office: it says
early, at the product, what would be refused at the counter.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shop.catalogue.families import family_of
from shop.catalogue.formalities import Values
from shop.catalogue.models import Product
from shop.core.text import fold
from shop.plumbing.i18n import N_

GROUNDS: Mapping[str, str] = {
    "old": N_("Old things, and what is of interest to history or art"),
    "coral": N_("Coral that is raw or half worked"),
    "hides": N_("Raw hides"),
    "species": N_("Protected animals and plants"),
    "palm": N_("Palm plants"),
    "copy": N_("Copies of what belongs to others"),
}
# The countries where a cosmetic needs a file: those of the European Union.
_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EUROPEAN_UNION = frozenset(_EU.split())
COSMETIC = frozenset({"3303", "3304", "3305", "3307", "3401"})
PRECIOUS = "7113"
CALM = frozenset({"oil", "water"})  # perfumes that do not burn: no alcohol in them
_HS = re.compile(r"(?!00|77|98|99)[0-9]{6,10}")
_FILE = Path(__file__).with_name("leaving.csv")
# Words that say nothing to a customs officer when they stand alone.
_SAY_NOTHING = (
    "gift gifts goods article articles sample samples product products cadeau cadeaux marchandise marchandises "
    "produit produits echantillon echantillons divers craft crafts artisanat handicraft handicrafts"
)
_EMPTY = frozenset(_SAY_NOTHING.split())

NO_HS = N_("Choose the customs code, or write its 6 to 10 digits.")
BAD_HS = N_("A customs code has 6 to 10 digits, for example 3401.11.")
NO_NET = N_("Write the net weight: one piece without its packing.")
NET_ABOVE = N_("The net weight is above the weight with packing. Look at both.")
NO_WORDS = N_("Write for customs what it is, in French or in English, for example: Olive oil soap, handmade.")
EMPTY_WORDS = N_("Say what it is and what it is made of: “{text}” alone is sent back by customs.")
KEPT_HOME = N_("“{word}” may not leave the country: {ground}.")
BURNS = N_("It burns: the post takes no flammable perfume abroad. A perfume oil or a distilled water may go.")
NO_FILE = N_("A cosmetic goes to the European Union with its file only: write it here.")
UNMARKED = N_("Silver and gold leave with their hallmark: write it above.")


@dataclass(frozen=True, slots=True)
class Stays:
    """One reason why a thing does not leave: an English msgid with its values, and the field that mends it."""

    field: str
    sentence: str
    values: tuple[tuple[str, str], ...] = ()


def read_hs(typed: str) -> str | None:
    """Return a customs code as its digits: 3401.11, 3401 11 00 00; None for what is none."""
    digits = re.sub(r"[\s.\u00a0-]", "", typed)
    return digits if _HS.fullmatch(digits) else None


def shown_hs(code: str) -> str:
    """Return a customs code as people write it: 3401.11, 3401.11.00.10."""
    return ".".join([code[:4], *(code[at : at + 2] for at in range(4, len(code), 2))])


def staying(product: Product, said: Values, texts: Iterable[str]) -> list[Stays]:
    """Return everything that keeps a product in the country, what can be mended first; `texts`: all its words."""
    return [*_asked(product), *_kept(product, said), *_words(texts)]


def is_cosmetic(hs_code: str) -> bool:
    """Tell whether its code is one of soaps, creams and perfumes."""
    return hs_code[:4] in COSMETIC


def goes_to(country: str, *, hs_code: str, eu_file: str) -> bool:
    """Tell whether a thing that may leave may enter a country: cosmetics need a file in the European Union."""
    return country not in EUROPEAN_UNION or not is_cosmetic(hs_code) or bool(eu_file)


def _asked(product: Product) -> Iterator[Stays]:
    if read_hs(product.hs_code + product.hs_more) is None:
        yield Stays("hs_code", NO_HS)
    if not product.net_weight_g:
        yield Stays("net_weight_g", NO_NET)
    elif product.net_weight_g > product.weight_g:
        yield Stays("net_weight_g", NET_ABOVE)
    said = {"customs_fr": product.customs_fr, "customs_en": product.customs_en}
    if not any(said.values()):
        yield Stays("customs_fr", NO_WORDS)
    for field, text in said.items():
        if text and set(fold(text).split()) <= _EMPTY:
            yield Stays(field, EMPTY_WORDS, (("text", text),))


def _kept(product: Product, said: Values) -> Iterator[Stays]:
    strength = said.get("strength", {}).get("", "")
    if family_of(product).caution == "flammable" and strength not in CALM:
        yield Stays("abroad", BURNS)
    if product.hs_code.startswith(PRECIOUS) and not any(said.get("hallmark", {}).values()):
        yield Stays("abroad", UNMARKED)


def _words(texts: Iterable[str]) -> Iterator[Stays]:
    every = " | ".join(fold(text) for text in texts)
    for folded, (word, ground) in _kept_home().items():
        if f" {folded} " in f" {every} ":
            yield Stays("abroad", KEPT_HOME, (("word", word), ("ground", GROUNDS[ground])))


@cache
def _kept_home() -> dict[str, tuple[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {fold(row["word"]): (row["word"], row["ground"]) for row in csv.DictReader(file)}

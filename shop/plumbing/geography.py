"""The 69 wilayas and 1,541 communes of Algeria, in Arabic and French, found however their names are spelled.

A place is kept by its ONS code. Carriers still serve the 58 wilayas of before 2026: every place knows its
wilaya of then. The official list is vendored in shop/data/geography; it is read at the first use.

Where an order goes abroad, the two letters of its country stand where the code of a wilaya stands, and of a commune.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from shop.core.errors import NotFound
from shop.core.text import fold, within_one_edit
from shop.paths import PACKAGE
from shop.plumbing import countries
from shop.plumbing.i18n import language

_FOLDER = PACKAGE / "data" / "geography"

# What people and letter heads write where the official French list spells otherwise.
_WILAYAS_IN_FRENCH = {
    "06": "Béjaïa",
    "11": "Tamanrasset",
    "12": "Tébessa",
    "35": "Boumerdès",
    "45": "Naâma",
    "46": "Aïn Témouchent",
    "57": "El M'Ghair",
    "65": "Aïn Oussera",
}
_COMMUNES_IN_FRENCH = {
    "1101": "Tamanrasset",
    "1601": "Alger Centre",
    "1604": "Mohamed Belouizdad",
    "1619": "Bachdjerrah",
    "1731": "Aïn Oussera",
    "4501": "Naâma",
}
_WILAYAS_IN_ARABIC = {"03": "الأغواط", "11": "تمنراست", "33": "إليزي", "46": "عين تموشنت"}
_COMMUNES_IN_ARABIC = {"1101": "تمنراست"}
_WILAYA_ALIASES = {
    "06": ("Bgayet", "Bougie"),
    "16": ("Algiers", "El Djazaïr"),
    "25": ("Qacentina", "Ksentina"),
    "34": ("BBA",),
    "39": ("Oued Souf",),
}
_COMMUNE_ALIASES = {"1604": ("Belouizdad",)}
# The law of 2019 gave El Borma to Touggourt; ordinance 21-03 of 25 March 2021 gave it back to Ouargla.
_MOVED_BACK = {"3021": "30"}
_IN_ENGLISH = {"16": "Algiers", "1601": "Algiers Centre"}

# The old official gazettes write every final ya without dots; these words really end in alif maqsura.
_ALIF_MAQSURA = frozenset(
    "المرسى مرسى عيسى موسى يحيى بويحيى مصطفى الدفلى الوسطى سلمى سلى يبقى".split()  # noqa: SIM905
)
_HAMZA_ALIKE = str.maketrans("أإآٱ", "اااا")
_LATIN_ARTICLE = re.compile(r"\b(?:el|al|les|la|le)\b")
_TWICE = re.compile(r"(.)\1")


@dataclass(frozen=True, slots=True)
class Wilaya:
    """A province: `code` of 69, `code_58` its province before 2026 (its own unless it is new)."""

    code: str
    name_fr: str
    name_ar: str
    code_58: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Commune:
    """A municipality: `code` of the ONS, its wilaya of 69 and of 58, its district, other spellings of its name."""

    code: str
    name_fr: str
    name_ar: str
    wilaya_code: str
    wilaya_code_58: str
    aliases: tuple[str, ...] = ()
    daira: str = ""


Place = Wilaya | Commune
P = TypeVar("P", Wilaya, Commune)


def wilayas() -> tuple[Wilaya, ...]:
    """Return the 69 wilayas in the order of their codes, which is how people know them."""
    return tuple(_wilayas().values())


def wilaya(code: str) -> Wilaya:
    """Return a wilaya by its code ("5" and "05" are the same), or a country in its place. Raises NotFound."""
    try:
        return _wilayas()[code.strip().zfill(2)]
    except KeyError:
        if countries.is_abroad(code):
            return _abroad(code)
        raise NotFound(f"no wilaya {code}") from None


def communes(wilaya_code: str, lang: str | None = None) -> tuple[Commune, ...]:
    """Return the communes of a wilaya by their names in the language being spoken. Raises NotFound."""
    if countries.is_abroad(wilaya_code):
        return (_somewhere(wilaya_code),)
    return _sorted_communes(wilaya(wilaya_code).code, lang or language())


def commune(code: str) -> Commune:
    """Return a commune by its ONS code; a country's own code stands for all of its places. Raises NotFound."""
    try:
        return _communes()[code.strip().zfill(4)]
    except KeyError:
        if countries.is_abroad(code):
            return _somewhere(code)
        raise NotFound(f"no commune {code}") from None


def wilayas_of_58(code_58: str) -> tuple[str, ...]:
    """Return the codes of the wilayas that were one before 2026."""
    return tuple(each.code for each in wilayas() if each.code_58 == code_58)


def distance(here: str, there: str) -> int:
    """Return how far a commune is from another, in steps, as no map is known: 0 the same, 1 in its district, 2 in its
    wilaya, 3 in what was its wilaya before 2026, 4 anywhere else or unknown."""
    one, other = _communes().get(here), _communes().get(there)
    if one is None or other is None or one.wilaya_code_58 != other.wilaya_code_58:
        return 4
    if one.code == other.code:
        return 0
    if one.daira and one.daira == other.daira:
        return 1
    return 2 if one.wilaya_code == other.wilaya_code else 3


def name(place: Place, lang: str | None = None) -> str:
    """Return a place's name in the language being spoken; English writes as French does, but Algiers."""
    spoken = lang or language()
    if spoken == "ar":
        return place.name_ar
    if spoken == "fr":
        return place.name_fr
    return countries.name(place.code, "en") or _IN_ENGLISH.get(place.code, place.name_fr)


def label(place: Wilaya, lang: str | None = None) -> str:
    """Return a wilaya as lists show it: 31 – Oran."""
    return f"{place.code} – {name(place, lang)}"


def _abroad(code: str) -> Wilaya:
    there = countries.country(code)
    return Wilaya(code, there.name_fr, there.name_ar, code)


def _somewhere(code: str) -> Commune:
    there = countries.country(code)
    return Commune(code, there.name_fr, there.name_ar, code, code)


def find_wilaya(text: str) -> Wilaya | None:
    """Return the wilaya that a code or a name, in any usual spelling, stands for, or None."""
    bare = text.strip()
    if bare.isascii() and bare.isdigit():
        return _wilayas().get(bare.zfill(2))
    return _wilaya_names().find(bare)


def find_commune(text: str, wilaya_code: str) -> Commune | None:
    """Return the commune of a wilaya of 69 that a name stands for; None when it isn't clear."""
    return _commune_names(wilaya(wilaya_code).code).find(text)


def find_commune_of_58(text: str, wilaya_code: str) -> Commune | None:
    """Return the commune that a carrier's name stands for, in a wilaya as it was before 2026."""
    return _commune_names_of_58(wilaya_code.strip().zfill(2)).find(text)


def communes_called(text: str) -> tuple[Commune, ...]:
    """Return every commune of the country that is called so, in any usual spelling; there may be several."""
    return _communes_by_key().get(_key(text[:200]), ())


def suggest(text: str, wilaya_code: str | None = None, *, limit: int = 8) -> list[Commune]:
    """Return communes whose names begin with, then contain, then nearly are what was typed so far."""
    typed = _key(text)
    if not typed:
        return []
    pool = communes(wilaya_code) if wilaya_code else _communes().values()
    ranked = [(rank, place.code, place) for place in pool if (rank := _rank(typed, _keys(place))) is not None]
    return [place for *_, place in sorted(ranked, key=lambda each: each[:2])[:limit]]


class _Names(Generic[P]):
    """The ways to write some places: exact after folding, then loosely, then with one letter wrong.

    A spelling that stands for two of the places stands for none; a name goes before another one's alias.
    """

    def __init__(self, places: Iterable[P]) -> None:
        self._exact: dict[str, P | None] = {}
        self._loose: dict[str, P | None] = {}
        aliases: dict[str, P | None] = {}
        for place in places:
            for text in (place.name_fr, place.name_ar):
                _enter(self._exact, _key(text), place)
            for text in place.aliases:
                _enter(aliases, _key(text), place)
            for text in _spellings(place):
                _enter(self._loose, _loose_key(text), place)
        self._exact = {**aliases, **self._exact}

    def find(self, text: str) -> P | None:
        """Return the one place that is meant, or None."""
        key, loose = _key(text[:200]), _loose_key(text[:200])
        if key in self._exact:
            return self._exact[key]
        if loose in self._loose:
            return self._loose[loose]
        near = {
            place.code: place
            for each, place in self._exact.items()
            if place and len(key) >= 5 and within_one_edit(key, each)
        }
        return next(iter(near.values())) if len(near) == 1 else None


def _enter(names: dict[str, P | None], key: str, place: P) -> None:
    names[key] = place if names.get(key, place) is place else None


def _spellings(place: Wilaya | Commune) -> Iterator[str]:
    yield place.name_fr
    yield place.name_ar
    yield from place.aliases


def _key(text: str) -> str:
    """Return a name without anything that people leave out: spaces, hyphens, accents, capitals."""
    return fold(text).replace(" ", "")


def _loose_key(text: str) -> str:
    """Return a name also without its article and doubled letters, and with one spelling of each vowel."""
    plain = _LATIN_ARTICLE.sub("", fold(text)).replace(" ", "")
    return _TWICE.sub(r"\1", plain.replace("ou", "u").replace("y", "i"))


@cache
def _keys(place: Commune) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of a commune's names and of the words in them."""
    folded = [fold(text) for text in _spellings(place)]
    return tuple(each.replace(" ", "") for each in folded), tuple(w for each in folded for w in each.split())


def _rank(typed: str, keys: tuple[tuple[str, ...], tuple[str, ...]]) -> int | None:
    names, parts = keys
    if typed in names:
        return 0
    if any(each.startswith(typed) for each in names):
        return 1
    if any(each.startswith(typed) for each in parts):
        return 2
    if len(typed) >= 3 and any(typed in each for each in names):
        return 3
    return 4 if len(typed) >= 4 and any(within_one_edit(typed, each) for each in (*names, *parts)) else None


@cache
def _wilayas() -> dict[str, Wilaya]:
    parents = {each.wilaya_code: each.wilaya_code_58 for each in _communes().values()}
    return {row["code"]: _wilaya(row, parents[row["code"]]) for row in _rows("wilayas")}


@cache
def _communes() -> dict[str, Commune]:
    return {row["code"]: _commune(row) for row in _rows("communes")}


@cache
def _communes_by_key() -> dict[str, tuple[Commune, ...]]:
    found: dict[str, dict[str, Commune]] = {}
    for place in _communes().values():
        for text in _spellings(place):
            found.setdefault(_key(text), {})[place.code] = place
    return {key: tuple(places.values()) for key, places in found.items()}


@cache
def _of_wilaya() -> dict[str, list[Commune]]:
    grouped: dict[str, list[Commune]] = {}
    for place in _communes().values():
        grouped.setdefault(place.wilaya_code, []).append(place)
    return grouped


@cache
def _sorted_communes(code: str, lang: str) -> tuple[Commune, ...]:
    return tuple(sorted(_of_wilaya()[code], key=lambda place: _sort_key(name(place, lang), lang)))


@cache
def _wilaya_names() -> _Names[Wilaya]:
    return _Names(_wilayas().values())


@cache
def _commune_names(code: str) -> _Names[Commune]:
    return _Names(_of_wilaya()[code])


@cache
def _commune_names_of_58(code: str) -> _Names[Commune]:
    return _Names(place for place in _communes().values() if place.wilaya_code_58 == code)


def _sort_key(text: str, lang: str) -> str:
    return text.translate(_HAMZA_ALIKE) if lang == "ar" else fold(text)


def _rows(which: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{which}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _wilaya(row: dict[str, str], parent: str) -> Wilaya:
    code, french, arabic = row["code"], row["name_fr"], row["name_ar"]
    shown = _WILAYAS_IN_FRENCH.get(code, french), _WILAYAS_IN_ARABIC.get(code, _dotted(arabic))
    others = *_WILAYA_ALIASES.get(code, ()), french, arabic
    return Wilaya(code, *shown, parent, _without(others, shown))


def _commune(row: dict[str, str]) -> Commune:
    code, french, arabic = row["code"], row["name_fr"], row["name_ar"]
    shown = _COMMUNES_IN_FRENCH.get(code, french), _COMMUNES_IN_ARABIC.get(code, _dotted(arabic))
    others = *_COMMUNE_ALIASES.get(code, ()), *filter(None, row["aliases"].split("|")), french, arabic
    moved = _MOVED_BACK.get(code)
    lies_in = moved or row["wilaya_code"], moved or row["wilaya_code_58"]
    return Commune(code, *shown, *lies_in, _without(others, shown), row["daira_1991"])


def _without(others: Iterable[str], shown: tuple[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in others if each not in shown))


def _dotted(arabic: str) -> str:
    return " ".join(w[:-1] + "ي" if w.endswith("ى") and w not in _ALIF_MAQSURA else w for w in arabic.split())

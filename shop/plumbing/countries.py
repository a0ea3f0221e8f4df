"""The countries to which parcels can be sent, those of the diaspora first, in three languages."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from shop.core.errors import NotFound
from shop.paths import PACKAGE
from shop.plumbing.i18n import language

HOME = "DZ"


@dataclass(frozen=True, slots=True)
class Country:
    """A country by the two letters of ISO 3166, and with which figures its numbers begin abroad."""

    code: str
    dial: str
    name_fr: str
    name_ar: str
    name_en: str


def countries() -> tuple[Country, ...]:
    """Return all of them, in the order of the table."""
    return tuple(_countries().values())


def country(code: str) -> Country:
    """Return a country by its two letters. Raises NotFound."""
    try:
        return _countries()[code]
    except KeyError:
        raise NotFound(f"no country {code}") from None


def is_abroad(place_code: str) -> bool:
    """Tell whether the code of a place is a country's: those of wilayas and communes are digits."""
    return place_code in _countries()


def name(code: str, lang: str | None = None) -> str:
    """Return a country's name in the language being spoken; nothing for one that is not in the table."""
    found = _countries().get(code)
    return str(getattr(found, f"name_{lang or language()}")) if found else ""


def known(codes: Collection[str]) -> list[str]:
    """Return those of some codes that are countries, each once, in the order of the table."""
    return [code for code in _countries() if code in codes]


@cache
def _countries() -> dict[str, Country]:
    with (PACKAGE / "data" / "geography" / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Country(**row) for row in csv.DictReader(file)}

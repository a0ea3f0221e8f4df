"""From the words of a paper to the plain values its template draws: printable texts, bars, places, translations.

User text leaves here as JSON strings and stays strings: a template never reads it as its own language.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from shop.documents.letters import BREAK, Weight, breakable, direction, ems, printable
from shop.plumbing.formats import phone_shown
from shop.plumbing.i18n import _, speaking

Sheet = dict[str, Any]
Run = dict[str, Any]  # a text, its direction and weight, and how wide it and its longest word are, in ems

NAME = 60
LINE = 140


def title(names: Sequence[str]) -> str:
    """Name a document after its first paper, and say how many more there are."""
    more = f" (+{len(names) - 1})" if len(names) > 1 else ""
    return printable(names[0], most=LINE) + more


@lru_cache(maxsize=1024)  # a workshop sends many parcels to few wilayas, with one carrier
def run(text: str, most: int, weight: Weight = "regular") -> Run:
    """Return a printable text with the direction it is read in, and estimates that save measuring it."""
    shown = breakable(printable(text, most=most))
    words = shown.replace(BREAK, " ").split(" ")
    return {
        "text": shown,
        "side": direction(shown),
        "weight": weight,
        "ems": round(ems(shown, weight), 3),
        "word": round(max(ems(word, weight) for word in words), 3),
    }


def both(message: str, **values: object) -> dict[str, str]:
    """Return a message in the two languages that every label speaks."""
    spoken = {}
    for lang in ("fr", "ar"):
        with speaking(lang):
            spoken[lang] = _(message, **values)
    return spoken


def phone(e164: str) -> str:
    """Return a phone number as it is read aloud, in one piece."""
    return printable(phone_shown(e164), most=24)

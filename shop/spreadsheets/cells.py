"""What stands in one cell: text that no program takes for a formula, and figures as people write them."""

from __future__ import annotations

import re

from shop.core.text import fold, western_digits
from shop.plumbing.i18n import LANGUAGES, _, speaking

_BEGINS = "=+-@＝＋－＠\t\r"  # what makes a spreadsheet calculate
_GUARDED = re.compile(f"'+[{_BEGINS}]")
_NUMBER = re.compile(r"[+-]?\d[\d  .,]*")
_NO_SPACE = re.compile(r"[\s  ]+")
_WHOLE = re.compile(r"(-?\d{1,12})(?:[.,]0+)?")
_AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2})0*)?")
YES, NO = "yes", "no"


def guarded(text: str) -> str:
    """Return a text as a CSV cell that stays text: an apostrophe stands before what would calculate.

    Numbers and telephone numbers with their sign stay as they are.
    """
    harmless = not text or (text[0] not in _BEGINS and not _GUARDED.match(text)) or _NUMBER.fullmatch(text)
    return text if harmless else f"'{text}"


def bare(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def whole(text: str) -> int | None:
    """Return a whole number however it is written, or None."""
    found = _WHOLE.fullmatch(_figures(text))
    return int(found[1]) if found else None


def minor(text: str) -> int | None:
    """Return an amount of dinars in centimes, or None: 650 · 1 250,50 · 650 DA."""
    found = _AMOUNT.fullmatch(_figures(text).replace("٫", ",").removesuffix("DA").removesuffix("دج"))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def dinars(amount_minor: int) -> str:
    """Write centimes as dinars, with a comma where there are any: 650 · 1250,50."""
    units, cents = divmod(amount_minor, 100)
    return f"{units},{cents:02d}" if cents else str(units)


def truth(text: str) -> bool | None:
    """Return whether a cell says yes or no in any of the languages; None when it says neither."""
    said = fold(text)
    for answer, words in ((True, ("1", "x", "true", "vrai")), (False, ("0", "false", "faux"))):
        if said in words or said in _spoken(YES if answer else NO):
            return answer
    return None


def _spoken(word: str) -> set[str]:
    spoken = set()
    for lang in LANGUAGES:
        with speaking(lang):
            spoken.add(fold(_("yes") if word == YES else _("no")))
    return spoken


def _figures(text: str) -> str:
    return _NO_SPACE.sub("", western_digits(text))

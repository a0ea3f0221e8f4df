"""Telephone numbers: read as people type them, kept as E.164."""

from __future__ import annotations

import re
from typing import Final, Literal

from shop.core.text import western_digits

Reason = Literal["empty", "digits", "prefix"]

ALGERIA: Final = "+213"
_NOISE = re.compile("[\\s\u00a0\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff().\\-\u2010-\u2015\u2212/\u0640\u00b7_]+")
_MOBILE = re.compile(r"[5-7]\d{8}")
_NATIONAL = re.compile(r"[5-7]\d{8}|[2-4]\d{7}|98\d{7}")  # mobile, landline, telephony over the Internet


class BadPhone(ValueError):
    """This is no number that can be called: `reason` is "empty", "digits" (how many) or "prefix" (which)."""

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        super().__init__(reason)


def parse_phone(text: str, *, region: str = "DZ") -> str:
    """Return the E.164 number that was typed: 05…, +213…, 00213…, 213…, +213 0…, or +… of another country.

    Spaces, dots, dashes, parentheses and Arabic-Indic digits are forgiven. Another `region` than DZ takes
    international numbers only. Raises BadPhone with its reason.
    """
    typed = _NOISE.sub("", western_digits(text[:80]).replace("＋", "+"))
    if not typed:
        raise BadPhone("empty")
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    digits = typed.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise BadPhone("digits" if digits else "empty")
    if typed.startswith("+"):
        return _abroad(digits)
    if region != "DZ":
        raise BadPhone("prefix")
    if digits.startswith("213") and len(digits) > 10:
        return _abroad(digits)
    return _algerian(digits.removeprefix("0"), trunk=digits.startswith("0"))


def is_mobile(e164: str) -> bool:
    """Tell whether this is an Algerian mobile number: it takes SMS and WhatsApp messages."""
    return e164.startswith(ALGERIA) and bool(_MOBILE.fullmatch(e164[4:]))


def national(e164: str) -> str:
    """Return an Algerian number as it is dialled at home (0550123456), any other one as it is."""
    return "0" + e164[4:] if e164.startswith(ALGERIA) else e164


def mask(e164: str) -> str:
    """Return the number with only its first two and last two digits readable, for logs and shared pages."""
    shown = national(e164)
    lead = 3 if shown.startswith("+") else 2
    return shown[:lead] + "•" * max(len(shown) - lead - 2, 0) + shown[-2:]


def _abroad(digits: str) -> str:
    """Read the digits of an international number; people write the trunk zero there too: +213 (0) 550…."""
    if digits.startswith("213"):
        return _algerian(digits[3:].removeprefix("0"), trunk=True)
    if not 8 <= len(digits) <= 15:
        raise BadPhone("digits")
    if digits.startswith("0"):
        raise BadPhone("prefix")
    return "+" + digits


def _algerian(number: str, *, trunk: bool) -> str:
    # Spreadsheets drop the first zero: a mobile number is clear without it, a landline isn't.
    if (_NATIONAL if trunk else _MOBILE).fullmatch(number):
        return ALGERIA + number
    raise BadPhone("prefix" if len(number) == 9 else "digits")

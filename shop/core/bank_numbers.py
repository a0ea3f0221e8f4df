"""Account numbers of the Algerian post and banks, with the keys that catch a wrong digit.

CCP: an account of at most ten digits and a key of two, Σ digit × (i + 3) from the right, i = 1 first, modulo 100.
RIB: bank 3, agency 5, account 10, key 2 digits; key = 97 − (agency + account + '00') mod 97. An account of the post
is a RIB of bank 007 and agency 99999, called RIP. (algeria.md 3.4)
"""

from __future__ import annotations

from shop.core.text import western_digits

POST = "00799999"
MOST_CCP = 10


def bare(text: str) -> str:
    """Return a number without the spaces, dots and dashes that people set in it, in western digits."""
    return "".join(each for each in western_digits(text) if each not in " \u00a0\u202f.-/")


def ccp_key(account: str) -> str:
    """Return the two digits of the key of a CCP account. Raises ValueError unless it is 1 to 10 digits."""
    digits = _digits(account)
    if not 1 <= len(digits) <= MOST_CCP:
        raise ValueError("a CCP account has one to ten digits")
    return f"{sum(int(digit) * (i + 4) for i, digit in enumerate(reversed(digits))) % 100:02}"


def rib_key(agency: str, account: str) -> str:
    """Return the two digits of the key of an agency's account (5 and 10 digits). Raises ValueError."""
    digits = _digits(agency) + _digits(account)
    if len(digits) != 15:
        raise ValueError("an agency has five digits, an account ten")
    return f"{97 - int(digits + '00') % 97:02}"


def is_rib(number: str) -> bool:
    """Tell whether twenty digits can be an account: their key is right."""
    return (
        number.isascii()
        and number.isdigit()
        and len(number) == 20
        and rib_key(number[3:8], number[8:18]) == number[18:]
    )


def rip_of(account: str) -> str:
    """Return the RIP of a CCP account, which is what BaridiMob asks for. Raises ValueError."""
    padded = _digits(account).zfill(MOST_CCP)
    return POST + padded + rib_key(POST[3:], padded)


def grouped(number: str) -> str:
    """Return a RIB as it is read aloud: 007 99999 0012345678 03."""
    return " ".join((number[:3], number[3:8], number[8:18], number[18:])) if len(number) == 20 else number


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("only digits")
    return text

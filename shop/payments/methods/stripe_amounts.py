"""How Stripe counts amounts, beside how we do."""

from __future__ import annotations

import re

from shop.core.money import Money

MOST = 99_999_999  # eight digits, whatever they count
# How Stripe counts: by hundredths, but for these. ISK and UGX have no hundredths and are told by them all the same,
# always with two zeros at the end (Stripe's special cases; its list of whole currencies names UGX too, of old). HUF and
# TWD are charged by hundredths; only what is paid out of them is whole.
WHOLE = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})  # the last digit must be 0
UNSERVED = frozenset({"IQD", "LYD", "XTS", "XXX"})
# The least that Stripe takes, as Stripe counts; of other currencies it says so when it is asked.
LEAST = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip


def charged(amount: Money) -> int | None:
    """Return an amount as Stripe counts it, None when Stripe takes no such payment."""
    asked = counted(amount)
    return asked if asked is not None and LEAST.get(amount.currency, 1) <= asked <= MOST else None


def counted(amount: Money) -> int | None:
    """Return an amount as Stripe counts it, None when it can't be told to Stripe exactly."""
    if amount.currency in UNSERVED:
        return None
    told, rest = divmod(amount.minor * 10 ** _decimals(amount.currency), 10**amount.decimals)
    return None if rest or (amount.currency in THOUSANDTHS and told % 10) else told


def _decimals(currency: str) -> int:
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def money(told: object, currency: object) -> Money | None:
    """Return as our money what Stripe counts; None for what is no amount of ours."""
    code = str(currency).upper()
    if not isinstance(told, int) or isinstance(told, bool) or told < 0 or not re.fullmatch("[A-Z]{3}", code):
        return None
    minor, rest = divmod(told * 10 ** Money(0, code).decimals, 10 ** _decimals(code))
    return None if rest or code in UNSERVED else Money(minor, code)

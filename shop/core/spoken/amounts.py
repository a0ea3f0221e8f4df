"""Amounts of money in words: the currencies that are known, with their coins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shop.core.money import Money
from shop.core.spoken import arabic, english, french

MOST = 10**15  # of whole units; nobody's invoice gets there


@dataclass(frozen=True, slots=True)
class _Currency:
    """A currency and its coin, as each language counts them."""

    ar: tuple[arabic.Noun, arabic.Noun]
    fr: tuple[french.Noun, french.Noun]
    en: tuple[english.Noun, english.Noun]


_CENTIME_AR = arabic.Noun("سنتيم", "سنتيمان", "سنتيمين", "سنتيمات", "سنتيمًا")
_CENTIME_FR = french.Noun("centime", "centimes")
_CURRENCIES = {
    "DZD": _Currency(
        ar=(
            arabic.Noun(
                "دينار جزائري", "ديناران جزائريان", "دينارين جزائريين", "دنانير جزائرية", "دينارًا جزائريًا",
                again=("دينار", "ديناران", "دينارين"),
            ),
            _CENTIME_AR,
        ),
        fr=(french.Noun("dinar algérien", "dinars algériens"), _CENTIME_FR),
        en=(english.Noun("Algerian dinar", "Algerian dinars"), english.Noun("centime", "centimes")),
    ),
    "EUR": _Currency(
        ar=(arabic.Noun("يورو", "يورو", "يورو", "يورو", "يورو"), _CENTIME_AR),
        fr=(french.Noun("euro", "euros"), _CENTIME_FR),
        en=(english.Noun("euro", "euros"), english.Noun("cent", "cents")),
    ),
    "TRY": _Currency(
        ar=(
            arabic.Noun(
                "ليرة تركية", "ليرتان تركيتان", "ليرتين تركيتين", "ليرات تركية", "ليرة تركية", feminine=True,
                again=("ليرة", "ليرتان", "ليرتين"),
            ),
            arabic.Noun("قرش", "قرشان", "قرشين", "قروش", "قرشًا"),
        ),
        fr=(french.Noun("livre turque", "livres turques", feminine=True), french.Noun("piastre", "piastres", True)),
        en=(english.Noun("Turkish lira", "Turkish lira"), english.Noun("kuruş", "kuruş")),
    ),
}  # fmt: skip


def cardinal(n: int, language: str, *, feminine: bool = False) -> str:
    """Return a whole number from 0 on in words, for something of this gender (English has none)."""
    if not 0 <= n < MOST:
        raise ValueError("this number is not said in words")
    if language == "ar":
        return arabic.cardinal(n, feminine=feminine)
    return french.cardinal(n, feminine=feminine) if language == "fr" else english.cardinal(n)


def amount_in_words(amount: Money, language: str, *, oblique: bool = False) -> str:
    """Return an amount in words: deux mille dinars algériens et cinquante centimes.

    `oblique` is the Arabic of an amount after a preposition (ألفي دينار). Raises ValueError for a negative amount,
    one too large to be said, or a currency without words.
    """
    currency = _CURRENCIES.get(amount.currency)
    whole, coins = divmod(amount.minor, 10**amount.decimals)
    if currency is None or amount.minor < 0 or whole >= MOST:
        raise ValueError("this amount is not said in words")
    if language == "ar":
        return _joined(whole, coins, lambda n, which: arabic.counted(n, currency.ar[which], oblique=oblique), " و")
    if language == "fr":
        return _joined(whole, coins, lambda n, which: french.counted(n, currency.fr[which]), " et ")
    return _joined(whole, coins, lambda n, which: english.counted(n, currency.en[which]), " and ")


def _joined(whole: int, coins: int, counted: Callable[[int, int], str], between: str) -> str:
    """Say the whole units and the coins; what there is none of is left out, unless there is nothing at all."""
    said = [counted(whole, 0)] if whole or not coins else []
    return between.join([*said, counted(coins, 1)] if coins else said)

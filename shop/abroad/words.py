"""What is asked in another currency: whole minor units from beginning to end, the same wherever it is counted.

A piece costs its fixed price, else what its price in dinars is worth, always up to the list's step. A reduction takes
the same part of a line in both currencies; what is left is rounded up to the step again, as the delivery is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shop.core.money import Money, total
from shop.plumbing.i18n import N_

# The currencies in which a list can be kept, those of the diaspora first, by the names that people know.
CURRENCIES: Mapping[str, str] = {
    "EUR": N_("Euro"), "USD": N_("Dollar of the United States"), "GBP": N_("British pound"),
    "CAD": N_("Canadian dollar"), "CHF": N_("Swiss franc"), "AED": N_("Dirham of the Emirates"),
    "SAR": N_("Saudi riyal"), "QAR": N_("Qatari riyal"), "KWD": N_("Kuwaiti dinar"), "TND": N_("Tunisian dinar"),
    "MAD": N_("Moroccan dirham"), "TRY": N_("Turkish lira"), "XOF": N_("Franc of West Africa"),
    "JPY": N_("Japanese yen"), "AUD": N_("Australian dollar"), "SEK": N_("Swedish crown"),
}  # fmt: skip
# Steps by the decimals of a currency. Services of cards take thousandths with a last digit of 0 only.
STEPS: Mapping[int, tuple[int, ...]] = {
    0: (1, 5, 10, 50, 100), 2: (1, 5, 10, 50, 100), 3: (10, 50, 100, 500, 1000),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """One line as a list looks at it: its price in dinars, how many, what a reduction takes off all of them."""

    variant_id: int
    unit: Money
    pieces: int
    discount: Money


@dataclass(frozen=True, slots=True)
class PriceList:
    """A workshop's prices in one currency: `units` of it are worth so many dinars; `fixed` prices by variant."""

    currency: str
    worth: Money
    step: int
    fixed: Mapping[int, int] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """How many units the worth is told for."""
        return units(self.currency)

    def converted(self, dinars: Money) -> Money:
        """Return what an amount of dinars is worth, up to the step."""
        minor = dinars.minor * self.units * 10 ** Money(0, self.currency).decimals
        return Money(_up(minor, self.worth.minor * self.step) * self.step, self.currency)

    def piece(self, variant_id: int, unit: Money) -> Money:
        """Return what one piece costs."""
        fixed = self.fixed.get(variant_id)
        return self.converted(unit) if fixed is None else Money(fixed, self.currency)

    def line(self, article: Article) -> Money:
        """Return what a line costs, less the part that a reduction takes off it."""
        gross, before = self.piece(article.variant_id, article.unit) * article.pieces, article.unit * article.pieces
        if not article.discount or not before:
            return gross
        left = _up(gross.minor * (before - article.discount).minor, before.minor * self.step) * self.step
        return Money(min(gross.minor, left), self.currency)

    def asked(self, articles: Iterable[Article], delivery: Money) -> Money:
        """Return what articles and their delivery cost together."""
        return total((self.line(each) for each in articles), self.currency) + self.converted(delivery)

    def rest(self, whole: Money, missing: Money, of: Money) -> Money:
        """Return the part of a whole that stands for the dinars that are missing of its total."""
        part = _up(whole.minor * missing.minor, of.minor * self.step) * self.step
        return Money(min(whole.minor, part), self.currency)


def units(currency: str) -> int:
    """Return for how many units of a currency its worth is told: a hundred of those that have no decimals."""
    return 1 if Money(0, currency).decimals else 100


def _up(amount: int, by: int) -> int:
    return -(-amount // by)

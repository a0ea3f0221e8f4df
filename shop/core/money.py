"""Money as whole minor units of one currency. No floats anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Decimals of a currency's minor unit where they are not two (ISO 4217; nobody counts fifths of an ariary).
_WHOLE = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF",
          "XOF", "XPF")  # fmt: skip
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DECIMALS = {**dict.fromkeys(_WHOLE, 0), **dict.fromkeys(_THOUSANDTHS, 3)}


class CurrencyMismatch(TypeError):
    """Two amounts of different currencies met in one sum."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (centimes for DZD), never negative zero, never a float."""

    minor: int
    currency: str = "DZD"

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError("money is counted in whole minor units")

    @classmethod
    def dinars(cls, whole: int) -> Money:
        """Return an amount of whole dinars."""
        return cls(whole * 100)

    @property
    def decimals(self) -> int:
        """Tell how many decimals this currency has."""
        return _DECIMALS.get(self.currency, 2)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, pieces: int) -> Money:
        if not isinstance(pieces, int):
            raise TypeError("money is multiplied by whole pieces only")
        return Money(self.minor * pieces, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Share the amount by weights without losing a minor unit; the largest remainders get the rest.

        Raises ValueError when the weights are empty, negative or all zero.
        """
        total = sum(weights)
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("weights must be positive in sum and none negative")
        shares = [self.minor * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: -(self.minor * weights[i] % total))
        for i in by_remainder[: self.minor - sum(shares)]:
            shares[i] += 1
        return [Money(share, self.currency) for share in shares]

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
        return other.minor


def by_currency(amounts: Iterable[Money]) -> list[Money]:
    """Add amounts currency by currency, in the order in which they come; what adds up to nothing is left out."""
    found: dict[str, Money] = {}
    for each in amounts:
        found[each.currency] = found.get(each.currency, Money(0, each.currency)) + each
    return [each for each in found.values() if each]


def total(amounts: Iterable[Money], currency: str = "DZD") -> Money:
    """Add amounts of one currency; nothing at all is zero."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result

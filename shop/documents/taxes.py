"""What of an amount is tax: prices include it, so it is taken out by rate, and every sum on the paper adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shop.core.money import Money

RATES = (0, 9, 19)  # per cent: none, reduced, ordinary

# Stamp duty on cash by the day from which a table holds: up to so many dinars, so many centimes for each 100 dinars
# begun. The whole amount pays the rate of its bracket. (Finance law for 2025, article 46.)
_BEYOND = 10**15
_STAMP: Sequence[tuple[date, Sequence[tuple[int, int]]]] = (
    (date(2025, 1, 1), ((300, 0), (30_000, 100), (100_000, 150), (_BEYOND, 200))),
)
_LEAST_STAMP = 500  # centimes


@dataclass(frozen=True, slots=True)
class Taxed:
    """What one rate makes of the amounts under it, in minor units: with tax, without, and the tax."""

    rate: int
    gross: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Shares:
    """The amounts without tax, in the order in which they were given, and the sums by rate."""

    nets: tuple[int, ...]
    by_rate: tuple[Taxed, ...]


def taken_out(amounts: Sequence[tuple[int, int]]) -> Shares:
    """Take the tax out of (gross amount, rate) pairs, discounts being negative amounts.

    The tax of a rate is reckoned once, on its sum, to the nearest centime; what rounding leaves goes to the rate's
    largest amount, so that the amounts without tax add up to the sum without tax.
    """
    nets = [0] * len(amounts)
    by_rate = []
    for rate in sorted({rate for _gross, rate in amounts}):
        mine = [at for at, (_gross, its) in enumerate(amounts) if its == rate]
        gross = sum(amounts[at][0] for at in mine)
        net = gross - _nearest(gross * rate, 100 + rate)
        for at in mine:
            nets[at] = amounts[at][0] - _nearest(amounts[at][0] * rate, 100 + rate)
        largest = max(mine, key=lambda at: abs(amounts[at][0]))
        nets[largest] += net - sum(nets[at] for at in mine)
        by_rate.append(Taxed(rate, gross, net, gross - net))
    return Shares(tuple(nets), tuple(by_rate))


def stamp_duty(cash: Money, on: date) -> Money:
    """Return the stamp duty on an amount paid in cash on a day, after the table of that day."""
    table = next((brackets for since, brackets in reversed(_STAMP) if since <= on), ())
    if cash.currency != "DZD":
        return Money(0, cash.currency)
    rate = next((rate for most, rate in table if cash.minor <= most * 100), 0)
    hundreds = -(-cash.minor // 10_000)
    return Money(max(hundreds * rate, _LEAST_STAMP) if rate else 0)


def _nearest(numerator: int, denominator: int) -> int:
    """Divide to the nearest whole number, halves away from zero."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))

"""Which customs form a parcel of the post bears: up to 2 kg and 300 SDR a small packet has the short one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shop.core.money import Money

CN22, CN23 = "CN22", "CN23"
PACKET = "packet"
PACKET_G = 2_000
LIMIT_SDR = 300
MOST_LINES = 4  # of the short form


@dataclass(frozen=True, slots=True)
class Rate:
    """What one special drawing right of the IMF was worth on a day, in thousandths of a dinar, and who says so."""

    on: date
    thousandths: int
    source: str

    @property
    def limit(self) -> Money:
        """What 300 of them are worth, down to the centime."""
        return Money(LIMIT_SDR * self.thousandths // 10)


def rate_on(rates: Sequence[Rate], day: date) -> Rate:
    """Return the newest rate that was known on a day, the oldest for a day before all of them."""
    known = sorted(rates, key=lambda each: each.on)
    return next((each for each in reversed(known) if each.on <= day), known[0])


def form_of(service: str, *, gross_g: int, value: Money, lines: int, rate: Rate) -> str:
    """Return the form: the long one for parcels and EMS, above 2 kg, above 300 SDR, and for more than it has lines."""
    short = service == PACKET and gross_g <= PACKET_G and value <= rate.limit and lines <= MOST_LINES
    return CN22 if short else CN23

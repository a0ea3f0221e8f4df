"""Boxes of parcels, and the weight that carriers reckon: the real one, or the volume's where that is more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shop.core.money import Money

GRAMS = 1000


@dataclass(frozen=True, slots=True)
class Box:
    """Outer sizes in millimetres, as it lies on its largest face."""

    length_mm: int
    width_mm: int
    height_mm: int

    @property
    def cm(self) -> tuple[int, int, int]:
        """Length, width and height in whole centimetres, rounded up as carriers measure."""
        return -(-self.length_mm // 10), -(-self.width_mm // 10), -(-self.height_mm // 10)


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a carrier reckons: `included_g` cost nothing more, and so many cm³ count as a kilogram; 0: volume never."""

    included_g: int = 0
    cm3_per_kg: int = 0


def box_of(length_mm: int | None, width_mm: int | None, height_mm: int | None) -> Box | None:
    """Return a box laid on its largest face; None unless all three sizes are known."""
    if not (length_mm and width_mm and height_mm):
        return None
    return Box(*sorted((length_mm, width_mm, height_mm), reverse=True))


def packed(boxes: Iterable[tuple[Box | None, int]]) -> Box | None:
    """Return the box of a parcel of so many pieces in boxes of their own, stacked: the largest length and width, and
    the sum of the heights. A piece without a box takes no room; None when nothing has one."""
    known = [(box, pieces) for box, pieces in boxes if box is not None and pieces > 0]
    if not known:
        return None
    sizes = (
        max(box.length_mm for box, _pieces in known), max(box.width_mm for box, _pieces in known),
        sum(box.height_mm * pieces for box, pieces in known),
    )  # fmt: skip
    return box_of(*sizes)


def billable_g(weight_g: int, box: Box | None, cm3_per_kg: int) -> int:
    """Return the grams that a parcel counts for: its weight in begun kilograms, or its volume's where that is more."""
    real = -(-weight_g // GRAMS) * GRAMS
    if box is None or cm3_per_kg <= 0:
        return real
    length, width, height = box.cm
    return max(real, -(-length * width * height * GRAMS // cm3_per_kg))


def overweight_fee(billable: int, included_g: int, per_kg: Money) -> Money:
    """Return what the grams above those included cost, by the kilogram, rounded up to a whole dinar."""
    over = max(0, billable - included_g)
    return Money(-(-over * per_kg.minor // (GRAMS * 100)) * 100, per_kg.currency)

"""What an exchange would send for what comes back: the same again, another choice of it, or another article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shop.catalogue.queries import CartVariant, sold_by
from shop.checkout.queries import lines_of, require_stock
from shop.checkout.service import frozen
from shop.checkout.words import Line
from shop.core.errors import Refused
from shop.core.money import Money, total
from shop.orders.models import OrderLine
from shop.orders.service import NewLine
from shop.plumbing.i18n import N_, pick

NOTHING = N_("Choose at least one piece that comes back.")
NOT_SOLD = N_("One of these articles is not sold any more. Please choose another one.")


@dataclass(frozen=True, slots=True)
class Swap:
    """So many pieces of a line come back, and as many of another article go out; None: of the same."""

    line: OrderLine
    pieces: int
    other: Line | None

    @property
    def worth(self) -> Money:
        """What goes out costs: the same again what it did, anything else what it does now."""
        return self.other.total if self.other else self.line.unit * self.pieces

    @property
    def paid(self) -> Money:
        """What was paid for the pieces that come back."""
        share = self.line.discount_minor * self.pieces // self.line.pieces
        return Money(self.line.unit_minor * self.pieces - share, self.line.currency)

    @property
    def weight_g(self) -> int:
        """What goes out weighs."""
        return (self.other.weight_g if self.other else self.line.weight_g) * self.pieces

    def sent(self, discount: Money) -> NewLine:
        """Return the line of the exchange's order, of which so much is taken off."""
        if self.other:
            return frozen(self.other, discount)
        same = [name for name in NewLine.__dataclass_fields__ if name not in {"pieces", "discount_minor"}]
        kept = {name: getattr(self.line, name) for name in same}
        return NewLine(**kept, pieces=self.pieces, discount_minor=discount.minor)


@dataclass(frozen=True, slots=True)
class Swaps:
    """All that comes back and goes out of one order; at least one piece."""

    rows: tuple[Swap, ...]

    @property
    def worth(self) -> Money:
        """What goes out costs."""
        return total((each.worth for each in self.rows), self.rows[0].line.currency)

    @property
    def paid(self) -> Money:
        """What was paid for what comes back; for what goes out again, what that costs."""
        return self.worth - self.difference

    @property
    def difference(self) -> Money:
        """By how much what goes out is dearer than what was paid for what comes back, in whole dinars.

        Less than nothing: cheaper. The same again makes none, whatever it costs by now.
        """
        nothing = Money(0, self.rows[0].line.currency)
        minor = sum(((each.worth - each.paid if each.other else nothing).minor for each in self.rows), 0)
        return Money(abs(minor) // 100 * 100 * (1 if minor > 0 else -1), nothing.currency)

    @property
    def owed(self) -> Money:
        """What is the buyer's, because something cheaper goes out."""
        return max(-self.difference, self.difference * 0)

    @property
    def due(self) -> Money:
        """What the courier collects, because something dearer goes out."""
        return max(self.difference, self.difference * 0)

    @property
    def back(self) -> dict[int, int]:
        """How many pieces of each line come back."""
        return {each.line.id: each.pieces for each in self.rows}

    @property
    def same_box(self) -> bool:
        """Tell whether nothing but what was sent before goes out."""
        return not any(each.other for each in self.rows)

    def sent(self, discount: Money) -> list[NewLine]:
        """Return the lines of the exchange's order, of which so much is taken off together."""
        shares = (
            discount.allocate([each.worth.minor for each in self.rows]) if discount else [discount] * len(self.rows)
        )
        return [each.sent(share) for each, share in zip(self.rows, shares, strict=True)]

    def named_back(self) -> str:
        """Return what the courier takes back, in one line of French: carriers' systems speak it."""
        return ", ".join(f"{each.pieces} × {_in_french(each.line)}" for each in self.rows)[:250]


def swaps(
    store_id: int, lines: list[OrderLine], back: Mapping[int, int], instead: Mapping[int, int]
) -> Swaps:  # fmt: skip
    """Return what would come back (line → pieces, never more than were sent) and go out (line → another variant).

    Raises Refused when nothing comes back (field `pieces`) or for what is not sold here (`instead-<line>`), OutOfStock.
    """
    chosen = [(line, min(back.get(line.id, 0), line.pieces)) for line in lines if back.get(line.id, 0) > 0]
    if not chosen:
        raise Refused(NOTHING, field="pieces")
    sold = sold_by(store_id) if any(_other(line, instead) for line, _pieces in chosen) else []
    rows = []
    for line, pieces in chosen:
        variant_id = _other(line, instead)
        if variant_id and variant_id not in {each.variant_id for each in choices(line, sold)}:
            raise Refused(NOT_SOLD, field=f"instead-{line.id}")
        rows.append(Swap(line, pieces, _sent(store_id, line, variant_id, pieces) if variant_id else None))
    return Swaps(tuple(rows))


def choices(line: OrderLine, sold: list[CartVariant]) -> list[CartVariant]:
    """Return what could go out instead of a line: there now, or made to order, and without a text to ask the buyer for.

    The same product's come first; its text goes along.
    """
    there = [
        each for each in sold
        if each.variant_id != line.variant_id and (each.on_hand > 0 or each.made_to_order_days is not None)
        and (each.product_id == line.product_id or each.personal is None or not each.personal.required)
    ]  # fmt: skip
    return sorted(there, key=lambda each: each.product_id != line.product_id)


def _other(line: OrderLine, instead: Mapping[int, int]) -> int:
    variant_id = instead.get(line.id, 0)
    return 0 if variant_id == line.variant_id else variant_id


def _sent(store_id: int, line: OrderLine, variant_id: int, pieces: int) -> Line:
    (found,) = lines_of(store_id, {variant_id: pieces})
    require_stock(found)
    return replace(found, personal=line.personal if found.product_id == line.product_id else "")


def _in_french(line: OrderLine) -> str:
    name = pick({"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en}, "fr")[0]
    label = pick({"ar": line.label_ar, "fr": line.label_fr, "en": line.label_en}, "fr")[0]
    return f"{name} ({label})" if label else name

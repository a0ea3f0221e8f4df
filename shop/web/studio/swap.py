"""What the page of an order says of its exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.checkout.exchange import can_exchange
from shop.core.money import Money, total
from shop.orders import exchanges
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments.models import Refund
from shop.plumbing.i18n import _, pick
from shop.shipping.models import Shipment


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of the first order that comes back: its name and choice, so many pieces, and how many came whole."""

    line_id: int
    name: str
    pieces: int
    whole: int

    @property
    def counts(self) -> list[tuple[int, int]]:
        """How many of them can be whole, the most first."""
        return [(each, each) for each in range(self.pieces, -1, -1)]


@dataclass(frozen=True, slots=True)
class Swap:
    """The code of the order that this one exchanges, or of the one that exchanges it; neither: it could be."""

    first: str = ""
    by: str = ""
    awaited: bool = False  # the courier has taken the first pieces along
    back: bool = False
    lines: Sequence[Piece] = ()  # what comes back
    owed: Money | None = None  # of the first order's price, because something cheaper goes out: what is the buyer's yet

    @property
    def pieces(self) -> int:
        """How many pieces come back."""
        return sum(each.pieces for each in self.lines)

    @property
    def whole(self) -> int:
        """How many of them came whole."""
        return sum(each.whole for each in self.lines)


def swap_of(order: Order, parcel: Shipment | None, refunds: Sequence[Refund]) -> Swap | None:
    """Return what is said, with what went back of the order's money; None where nothing is and nothing can be."""
    mine = exchanges.exchange_of(order.store_id, order.id)
    if mine is not None:
        first = orders.order(order.store_id, mine.first_id)
        return Swap(
            first.code, awaited=order.state == "completed", back=mine.back_at is not None, owed=mine.owed or None,
            lines=pieces_of(order),
        )  # fmt: skip
    if order.state != "completed":
        return None
    by = exchanges.exchanged_by(order.store_id, order.id)
    if by is not None:
        return Swap(by=by.code, owed=_owed(by, refunds))
    return None if can_exchange(order, parcel) else Swap()


def pieces_of(order: Order) -> list[Piece]:
    """Return what an exchange takes back."""
    found = []
    for each in exchanges.lines_back(order.store_id, order.id).get(order.id, []):
        name, _lang = pick({"ar": each.line.name_ar, "fr": each.line.name_fr, "en": each.line.name_en})
        label, _lang = pick({"ar": each.line.label_ar, "fr": each.line.label_fr, "en": each.line.label_en})
        told = _("{name}, {choice}", name=name, choice=label) if label else name
        found.append(Piece(each.line.id, told, each.pieces, each.whole or 0))
    return found


def _owed(by: Order, refunds: Sequence[Refund]) -> Money | None:
    made = exchanges.exchange_of(by.store_id, by.id)
    assert made is not None
    since = [each for each in refunds if each.state != "failed" and each.created_at >= by.placed_at]
    left = made.owed - total((each.amount for each in since if each.currency == made.currency), made.currency)
    return left if left.minor > 0 else None

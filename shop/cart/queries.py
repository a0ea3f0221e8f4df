"""Reads: a cart as it stands now, one parcel per workshop, and what has changed since it was seen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from shop.cart.models import UNDO, Cart, CartLine
from shop.catalogue.queries import CartVariant, variants_for_cart
from shop.core import clock
from shop.core.boxes import Box, packed
from shop.core.money import Money, total
from shop.plumbing.db import session
from shop.plumbing.links import digest


@dataclass(frozen=True)
class CartLineView:
    """A line: `changed` is price, stock, gone or closed when it isn't any more what the visitor saw."""

    line_id: int
    variant: CartVariant
    pieces: int
    price: Money
    seen: Money
    changed: str | None
    personal: str = ""

    @property
    def total(self) -> Money:
        """What the line costs now."""
        return self.price * self.pieces

    @property
    def can_order(self) -> bool:
        """Tell whether the pieces can be ordered now."""
        return self.changed not in {"gone", "closed", "stock"}


@dataclass(frozen=True)
class CartParcel:
    """The lines of one workshop: they travel together."""

    store_id: int
    store_slug: str
    store_name: str
    lines: tuple[CartLineView, ...]

    @property
    def goods(self) -> Money:
        """What the lines cost."""
        return total((line.total for line in self.lines), self.lines[0].price.currency)

    @property
    def weight_g(self) -> int:
        """What the parcel weighs."""
        return sum(line.variant.weight_g * line.pieces for line in self.lines)

    @property
    def box(self) -> Box | None:
        """Its size with all pieces in it, as far as their boxes are known."""
        return packed((line.variant.box, line.pieces) for line in self.lines)


@dataclass(frozen=True)
class CartView:
    """The whole cart; `removed` are lines that can still be brought back, the last removed first."""

    cart_id: int
    parcels: tuple[CartParcel, ...]
    removed: tuple[CartLineView, ...]

    @property
    def pieces(self) -> int:
        """How many pieces it holds."""
        return sum(line.pieces for parcel in self.parcels for line in parcel.lines)

    @property
    def goods(self) -> Money:
        """What all lines cost."""
        return total(parcel.goods for parcel in self.parcels)

    @property
    def has_changes(self) -> bool:
        """Tell whether something must be seen before it can be ordered."""
        return any(line.changed for parcel in self.parcels for line in parcel.lines)


def cart_by_token(token: str) -> Cart | None:
    """Return the cart of a visitor's cookie."""
    return session.scalar(select(Cart).where(Cart.token_hash == digest(token))) if token else None


def held_by(token: str) -> tuple[Cart, CartView] | None:
    """Return the cart of a visitor's cookie and how it stands now, in two queries; None when there is none."""
    if not token:
        return None
    rows = session.execute(
        select(Cart, CartLine).outerjoin(CartLine, CartLine.cart_id == Cart.id)
        .where(Cart.token_hash == digest(token)).order_by(CartLine.added_at, CartLine.id)
    ).all()  # fmt: skip
    if not rows:
        return None
    return rows[0][0], _view(rows[0][0].id, [line for _cart, line in rows if line is not None])


def pieces(cart_id: int) -> int:
    """Return how many pieces a cart holds, in one query."""
    held = select(func.coalesce(func.sum(CartLine.pieces), 0))
    return int(session.scalar(held.where(CartLine.cart_id == cart_id, CartLine.removed_at.is_(None))) or 0)


def view(cart_id: int) -> CartView:
    """Return the cart as it stands now, in two queries."""
    wanted = select(CartLine).where(CartLine.cart_id == cart_id).order_by(CartLine.added_at, CartLine.id)
    return _view(cart_id, list(session.scalars(wanted)))


def _view(cart_id: int, rows: list[CartLine]) -> CartView:
    variants = variants_for_cart(row.variant_id for row in rows)
    held: dict[int, int] = defaultdict(int)  # of each variant, by the lines before
    lines = [(row, _line(row, variants[row.variant_id], held)) for row in rows]
    by_store: dict[int, list[CartLineView]] = {}
    for row, line in lines:
        if row.removed_at is None:
            by_store.setdefault(line.variant.store_id, []).append(line)
    parcels = [_parcel(several) for several in by_store.values()]
    since = clock.now() - UNDO
    taken_out = ((row.removed_at, line) for row, line in lines if row.removed_at and row.removed_at >= since)
    removed = sorted(taken_out, key=lambda each: each[0])
    return CartView(cart_id, tuple(parcels), tuple(line for _at, line in reversed(removed)))


def _parcel(lines: list[CartLineView]) -> CartParcel:
    first = lines[0].variant
    return CartParcel(first.store_id, first.store_slug, first.store_name, tuple(lines))


def _line(row: CartLine, variant: CartVariant, held: dict[int, int]) -> CartLineView:
    changed = _changed(row, variant, variant.most - held[variant.variant_id])
    if row.removed_at is None:
        held[variant.variant_id] += row.pieces
    return CartLineView(row.id, variant, row.pieces, variant.price, row.seen, changed, row.personal)


def _changed(row: CartLine, variant: CartVariant, room: int) -> str | None:
    if not variant.offered:
        return "gone"
    if not variant.accepting:
        return "closed"
    if room < row.pieces:
        return "stock"
    return "price" if row.seen != variant.price else None

"""Verbs on carts. Stock is not touched here: it is taken when the order is placed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shop.cart.models import UNDO, Cart, CartLine
from shop.catalogue.queries import CartVariant, variants_for_cart
from shop.core import clock
from shop.core.errors import NotFound, OutOfStock, Refused
from shop.core.text import clean
from shop.plumbing.db import changed, session
from shop.plumbing.i18n import N_
from shop.plumbing.links import digest, new_token

__all__ = ["new_token"]

MOST_LINES = 60
FULL = N_("A basket can hold {most} different articles at most.")
GONE = N_("This article is no longer for sale.")
LONGEST_PERSONAL = 200
PERSONAL_MISSING = N_("Write the text that the workshop puts on it.")
PERSONAL_TOO_LONG = N_("The text can have {most} letters at most.")
CLOSED = N_("This workshop is not taking orders at the moment.")


@dataclass(frozen=True)
class Added:
    """How many pieces the line has now; `capped` when more were asked for than there are."""

    pieces: int
    capped: bool


def open_cart(token: str) -> Cart:
    """Return the cart of a token, made when there is none."""
    mine = select(Cart).where(Cart.token_hash == digest(token))
    found = session.scalar(mine)
    if found is None:
        now = clock.now()
        row = {"token_hash": digest(token), "details": {}, "created_at": now, "touched_at": now}
        upsert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        session.execute(upsert(Cart).values(row).on_conflict_do_nothing())  # a second tap may have been quicker
        found = session.scalars(mine).one()
    return found


def add(cart_id: int, variant_id: int, *, pieces: int, personal: str = "") -> Added:
    """Put pieces aside, at most as many as can be ordered now. Each personal text has a line of its own.

    Raises NotFound for an unknown variant, OutOfStock when none is left, Refused when it isn't for sale or when the
    personal text is missing or too long (with its field).
    """
    variant = variants_for_cart([variant_id]).get(variant_id)
    if variant is None:
        raise NotFound
    if not variant.offered:
        raise Refused(GONE)
    if not variant.accepting:
        raise Refused(CLOSED)
    personal = fitting_text(variant, personal)
    _hold(cart_id)
    same = select(CartLine).where(CartLine.cart_id == cart_id, CartLine.variant_id == variant_id)
    line = session.scalar(same.where(CartLine.personal == personal))
    held = line.pieces if line is not None and line.removed_at is None else 0
    wanted = held + max(1, pieces)
    now_held = min(wanted, variant.most - _beside(cart_id, variant_id, line))
    if now_held <= 0:
        raise OutOfStock
    if line is None:
        _require_room(cart_id)
        line = CartLine(cart_id=cart_id, variant_id=variant_id, added_at=clock.now(), pieces=now_held,
                        personal=personal, seen_minor=variant.price.minor,
                        currency=variant.price.currency)  # fmt: skip
        session.add(line)
    elif not held:
        line.added_at, line.removed_at = clock.now(), None
        line.seen_minor, line.currency = variant.price.minor, variant.price.currency
    line.pieces = now_held
    session.flush()
    _touch(cart_id)
    return Added(now_held, capped=now_held < wanted)


def fitting_text(variant: CartVariant, typed: str) -> str:
    """Return the personal text of a line as it is kept; nothing for a product that asks for none.

    Raises Refused, with its field, when it is missing or too long.
    """
    asked = variant.personal
    if asked is None:
        return ""
    text = clean(typed, limit=LONGEST_PERSONAL + 1)
    if not text and asked.required:
        raise Refused(PERSONAL_MISSING, field="personal")
    if len(text) > asked.most:
        raise Refused(PERSONAL_TOO_LONG, field="personal", most=asked.most)
    return text


def set_pieces(cart_id: int, line_id: int, pieces: int) -> Added:
    """Set a line's pieces, at most as many as can be ordered; zero removes it. Raises NotFound for another's line.

    While none can be ordered (sold out, on holiday) the line stays as it is.
    """
    line = _line(cart_id, line_id)
    if pieces <= 0:
        remove(cart_id, line_id)
        return Added(0, capped=False)
    variant = variants_for_cart([line.variant_id])[line.variant_id]
    room = max(0, variant.most - _beside(cart_id, line.variant_id, line))
    line.pieces = min(pieces, room) or line.pieces
    line.removed_at = None
    session.flush()
    _touch(cart_id)
    return Added(line.pieces, capped=line.pieces != pieces)


def remove(cart_id: int, line_id: int) -> None:
    """Take a line out; it can be brought back for an hour. Twice is harmless."""
    line = _line(cart_id, line_id)
    line.removed_at = clock.now()
    session.flush()
    _touch(cart_id)


def undo_removal(cart_id: int, line_id: int) -> None:
    """Bring a removed line back. Raises NotFound when it is forgotten, or another's."""
    _line(cart_id, line_id).removed_at = None
    session.flush()
    _touch(cart_id)


def accept_changes(cart_id: int) -> None:
    """Take note that the visitor saw present prices and stock: lines follow them; what is gone is removed."""
    lines = list(session.scalars(select(CartLine).where(CartLine.cart_id == cart_id, CartLine.removed_at.is_(None))))
    variants = variants_for_cart(line.variant_id for line in lines)
    left = {each.variant_id: each.most for each in variants.values()}
    for line in sorted(lines, key=lambda each: (each.added_at, each.id)):
        variant = variants[line.variant_id]
        line.seen_minor, line.currency = variant.price.minor, variant.price.currency
        if not variant.offered or (variant.accepting and left[line.variant_id] == 0):
            line.removed_at = clock.now()
        elif variant.accepting:
            line.pieces = min(line.pieces, left[line.variant_id])
            left[line.variant_id] -= line.pieces
    session.flush()
    _touch(cart_id)


def keep_details(cart_id: int, details: dict[str, Any]) -> None:
    """Keep what was typed at checkout, right or wrong, until the order is placed."""
    changed(update(Cart).where(Cart.id == cart_id).values(details=details, touched_at=clock.now()))


def clear(cart_id: int, line_ids: Iterable[int]) -> None:
    """Empty the cart of lines that became orders."""
    changed(delete(CartLine).where(CartLine.cart_id == cart_id, CartLine.id.in_(sorted(line_ids))))


def forget_old(_payload: dict[str, Any] | None = None, *, days: int = 180) -> int:
    """Delete carts untouched for half a year; for a job, inside a transaction."""
    return changed(delete(Cart).where(Cart.touched_at < clock.now() - timedelta(days=days)))


def _line(cart_id: int, line_id: int) -> CartLine:
    line = session.scalar(select(CartLine).where(CartLine.id == line_id, CartLine.cart_id == cart_id))
    if line is None:
        raise NotFound
    return line


def _beside(cart_id: int, variant_id: int, line: CartLine | None) -> int:
    """Count the pieces of a variant on the other lines of a basket."""
    others = select(func.coalesce(func.sum(CartLine.pieces), 0)).where(
        CartLine.cart_id == cart_id, CartLine.variant_id == variant_id, CartLine.removed_at.is_(None)
    )
    return int(session.scalar(others if line is None else others.where(CartLine.id != line.id)) or 0)


def _require_room(cart_id: int) -> None:
    held = select(func.count()).where(CartLine.cart_id == cart_id, CartLine.removed_at.is_(None))
    if (session.scalar(held) or 0) >= MOST_LINES:
        raise Refused(FULL, most=MOST_LINES)


def _hold(cart_id: int) -> None:
    """Let two taps on one cart follow each other: the second one finds the line that the first one made."""
    session.execute(select(Cart.id).where(Cart.id == cart_id).with_for_update(key_share=True))


def _touch(cart_id: int) -> None:
    """Note that the cart is in use; what was taken out more than an hour ago is forgotten."""
    changed(delete(CartLine).where(CartLine.cart_id == cart_id, CartLine.removed_at < clock.now() - UNDO))
    changed(update(Cart).where(Cart.id == cart_id).values(touched_at=clock.now()))

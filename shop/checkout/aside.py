"""How much of a stock the unconfirmed cash orders of one phone, or of one network, may hold at once.

An order beyond that is taken like any other, but its pieces stay in the shop until the workshop has called: so many
fake orders cost calls, never the stock, and a town behind one address goes on buying.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from shop.catalogue.models import Product, Variant
from shop.checkout.words import ReviewParcel
from shop.core import clock
from shop.orders.models import Order, OrderLine
from shop.orders.service import NETWORK_KEPT
from shop.payments.models import Payment
from shop.plumbing.db import session

CASH = "cash_on_delivery"
OF_A_PHONE, OF_A_NETWORK = 2, 4  # a phone holds half of what there is, a network leaves a fourth
FIRST = 3  # pieces that an order sets aside in any case while no other of its phone or network waits


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is of one variant, and what waiting cash orders of the same phone and network hold of it."""

    left: int | None  # None: as many as one likes
    of_phone: int
    of_network: int

    def has_room(self, pieces: int) -> bool:
        """Tell whether one more order may set so many pieces aside."""
        if self.left is None:
            return True
        of_phone, of_network = self.left + self.of_phone, self.left + self.of_network
        return _fits(pieces, self.of_phone, of_phone // OF_A_PHONE) and _fits(
            pieces, self.of_network, of_network - max(1, of_network // OF_A_NETWORK)
        )


def _fits(pieces: int, held: int, most: int) -> bool:
    return held + pieces <= (most if held else max(most, FIRST))


def without_room(parcels: Sequence[ReviewParcel], *, phone: str, network_mark: str) -> set[int]:
    """Return the stores whose parcels must wait without their pieces; the caller holds their products."""
    paid_in_cash = [each for each in parcels if each.method == CASH]
    lines = [line for each in paid_in_cash for line in each.lines]
    if not lines:
        return set()
    wanted: Mapping[int, int] = sum((Counter({line.variant_id: line.pieces}) for line in lines), Counter())
    found = session.execute(_stock_of(list(wanted), phone, network_mark)).all()
    return {row.store_id for row in found if not _read(row).has_room(wanted[row.id])}


def _stock_of(variant_ids: Sequence[int], phone: str, network_mark: str) -> Select[*tuple[Any, ...]]:
    came = and_(Order.network_mark == network_mark, Order.placed_at > clock.now() - NETWORK_KEPT)
    return (
        select(
            Variant.id, Variant.store_id, Variant.on_hand, Product.made_to_order_days, Product.queue_most,
            Product.queued, _held(Order.phone == phone).label("of_phone"),
            _held(came).label("of_network"),
        )
        .join(Product, Product.id == Variant.product_id).where(Variant.id.in_(variant_ids))
    )  # fmt: skip


def _held(whose: ColumnElement[bool]) -> ColumnElement[int]:
    """Return how many pieces of a variant waiting cash orders hold; an order in the making has no lines yet."""
    cash = select(Payment.id).where(Payment.order_id == Order.id, Payment.method == CASH).correlate(Order).exists()
    return (
        select(func.coalesce(func.sum(OrderLine.pieces), 0)).join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.variant_id == Variant.id, OrderLine.store_id == Variant.store_id, Order.state == "placed")
        .where(Order.store_id == Variant.store_id, Order.set_aside, cash, whose).correlate(Variant).scalar_subquery()
    )  # fmt: skip


def _read(row: Any) -> Stock:
    left: int | None = row.on_hand
    if row.made_to_order_days is not None:
        left = None if row.queue_most is None else max(0, row.queue_most - row.queued)
    return Stock(left, int(row.of_phone), int(row.of_network))

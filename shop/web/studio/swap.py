"""What the page of an order says of its exchange."""

from __future__ import annotations

from dataclasses import dataclass

from shop.checkout.exchange import can_exchange
from shop.orders import exchanges
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.shipping.models import Shipment


@dataclass(frozen=True, slots=True)
class Swap:
    """The code of the order that this one exchanges, or of the one that exchanges it; neither: it could be."""

    first: str = ""
    by: str = ""
    awaited: bool = False  # the courier has taken the first pieces along
    back: bool = False


def swap_of(order: Order, parcel: Shipment | None) -> Swap | None:
    """Return what is said; None where nothing is and nothing can be."""
    mine = exchanges.exchange_of(order.store_id, order.id)
    if mine is not None:
        first = orders.order(order.store_id, mine.first_id)
        return Swap(first.code, awaited=order.state == "completed", back=mine.back_at is not None)
    if order.state != "completed":
        return None
    by = exchanges.exchanged_by(order.store_id, order.id)
    if by is not None:
        return Swap(by=by.code)
    return None if can_exchange(order, parcel) else Swap()

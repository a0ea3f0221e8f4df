"""A delivered parcel is exchanged: the same pieces go out once more, and their courier takes the first ones back.

It is an order of its own, linked to the first: so one order has one live parcel, and its money is its own. What it
costs is taken off but for what she asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from shop.checkout.words import fingerprint
from shop.core import clock
from shop.core.calendar import add_delivery_days, arrival_window
from shop.core.errors import Refused
from shop.core.money import Money, total
from shop.orders import exchanges
from shop.orders import queries as order_queries
from shop.orders import service as orders
from shop.orders.models import Order, OrderLine
from shop.orders.service import NewLine, NewOrder, Purchased
from shop.payments import ledger
from shop.payments import service as payments
from shop.plumbing import journal
from shop.plumbing.countries import HOME
from shop.plumbing.db import session
from shop.plumbing.i18n import N_, pick
from shop.plumbing.journal import Actor
from shop.shipping import queries as shipping_queries
from shop.shipping import service as shipping
from shop.shipping.carriers import CARRIERS
from shop.shipping.models import Shipment
from shop.shipping.service import NewShipment
from shop.stores.models import Store

NOT_DELIVERED = N_("Only what was delivered can be exchanged.")
NO_EXCHANGE = N_("This carrier takes nothing back: it cannot exchange a parcel.")
ALREADY = N_("This order is being exchanged already.")
NOTHING = N_("Choose at least one piece that comes back.")
TOO_MUCH = N_("That is more than the pieces cost.")
DAYS = (1, 5)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An exchange that stands; `repeated` when this key had already made it."""

    order_id: int
    code: str
    repeated: bool


def can_exchange(order: Order, parcel: Shipment | None) -> str:
    """Return why an order cannot be exchanged, an English msgid; '' when it can."""
    if parcel is None or order.state != "completed" or parcel.state != "delivered" or order.country != HOME:
        return NOT_DELIVERED
    plugin = CARRIERS.usable.get(parcel.carrier)
    if parcel.account_id is None or plugin is None or not plugin.exchanges:
        return NO_EXCHANGE
    return ALREADY if exchanges.exchanged_by(order.store_id, order.id) is not None else ""


def start(
    store_id: int, first_id: int, back: Mapping[int, int], *, collect: Money, key: str, by: Actor
) -> Exchanged:  # fmt: skip
    """Place the order that exchanges some pieces (line → pieces) of a delivered one; its courier collects so much.

    Idempotent by `key`. Raises NotFound, Refused (with its field), OutOfStock, Conflict when the key came with another
    request.
    """
    asked = fingerprint(["exchange", store_id, first_id, sorted(back.items()), collect.minor])
    first = order_queries.order(store_id, first_id)
    purchase = orders.place_purchase(key, request_hash=asked, cart_id=None, language=first.language)
    if purchase.repeated:
        row = session.execute(select(Order.id, Order.code).where(Order.purchase_id == purchase.id)).one()
        return Exchanged(row[0], row[1], repeated=True)
    # Two taps with two keys queue here: the second one finds the first exchange.
    session.execute(select(Order.id).where(Order.id == first_id).with_for_update(key_share=True))
    parcel = shipping_queries.live_shipment(store_id, first_id)
    if why := can_exchange(first, parcel):
        raise Refused(why)
    assert parcel is not None
    goods = _goods(store_id, first_id, back)
    return _written(first, parcel, goods, purchase, collect=collect, by=by)


def _goods(store_id: int, first_id: int, back: Mapping[int, int]) -> list[tuple[OrderLine, int]]:
    """Return the lines of which something comes back, and how many pieces: never more than were sent."""
    lines = order_queries.lines(store_id, [first_id])[first_id]
    found = [(line, min(back.get(line.id, 0), line.pieces)) for line in lines]
    chosen = [(line, pieces) for line, pieces in found if pieces > 0]
    if not chosen:
        raise Refused(NOTHING, field="pieces")
    return chosen


def _written(
    first: Order, parcel: Shipment, goods: list[tuple[OrderLine, int]], purchase: Purchased, *, collect: Money,
    by: Actor,
) -> Exchanged:  # fmt: skip
    worth = total((line.unit * pieces for line, pieces in goods), first.currency)
    if collect > worth:
        raise Refused(TOO_MUCH, field="collect")
    discount, store_id = worth - collect, first.store_id
    order_id, code = orders.add_order(purchase, _order(first, worth, discount), wanted_code=purchase.code)
    lines = _lines(goods, discount)
    orders.take_stock([(store_id, order_id, line) for line in lines], by=by)
    orders.add_lines(store_id, order_id, lines)
    exchanges.add(store_id, order_id, first.id)
    ledger.sold(store_id, order_id, goods=worth, delivery=Money(0, first.currency), discount=discount, by=by)
    if collect:
        payments.add_payment(store_id, order_id, "cash_on_delivery", collect)
    else:
        payments.take_in_hand(store_id, order_id, collect, by=by)
    shipping.open_shipment(store_id, order_id, _shipment(parcel, goods, collect))
    journal.record(
        "order.placed", subject="order", subject_id=order_id, store_id=store_id, by=by, code=code,
        purchase=purchase.code, total=collect.minor, exchanges=first.code,
    )  # fmt: skip
    journal.record("order.exchanged", subject="order", subject_id=first.id, store_id=store_id, by=by, by_order=code)
    return Exchanged(order_id, code, repeated=False)


def _order(first: Order, worth: Money, discount: Money) -> NewOrder:
    same = ("store_id", "language", "buyer_name", "phone", "wilaya_code", "commune_code", "address", "kind", "currency",
            "terms", "terms_hash")  # fmt: skip
    store = session.get_one(Store, first.store_id)
    promised = arrival_window(add_delivery_days(clock.today(), store.preparation_days), *DAYS)
    return NewOrder(
        **{name: getattr(first, name) for name in same}, note="", goods_minor=worth.minor, delivery_minor=0,
        discount_minor=discount.minor, promised_from=promised[0], promised_to=promised[1],
    )  # fmt: skip


def _lines(goods: list[tuple[OrderLine, int]], discount: Money) -> list[NewLine]:
    costs = [line.unit.minor * pieces for line, pieces in goods]
    shares = discount.allocate(costs) if discount else [discount] * len(goods)
    same = [name for name in NewLine.__dataclass_fields__ if name not in {"pieces", "discount_minor"}]
    return [
        NewLine(**{name: getattr(line, name) for name in same}, pieces=pieces, discount_minor=share.minor)
        for (line, pieces), share in zip(goods, shares, strict=True)
    ]


def _shipment(parcel: Shipment, goods: list[tuple[OrderLine, int]], collect: Money) -> NewShipment:
    same = ("account_id", "carrier", "carrier_title", "kind", "desk_id", "desk_name", "desk_external", "desk_commune",
            "desk_address", "desk_hours", "fee_minor", "currency", "length_mm", "width_mm", "height_mm", "billable_g",
            "over_minor")  # fmt: skip
    return NewShipment(
        **{name: getattr(parcel, name) for name in same}, collect_minor=collect.minor,
        weight_g=sum(line.weight_g * pieces for line, pieces in goods), takes_back=_named(goods),
    )  # fmt: skip


def _named(goods: list[tuple[OrderLine, int]]) -> str:
    """Return what the courier takes back, in one line of French: carriers' systems speak it."""
    names = (
        (pieces, pick({"ar": line.name_ar, "fr": line.name_fr, "en": line.name_en}, "fr")[0]) for line, pieces in goods
    )
    return ", ".join(f"{pieces} × {name}" for pieces, name in names)[:250]

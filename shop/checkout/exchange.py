"""A delivered parcel is exchanged: a second one goes out, and its courier takes the first pieces back.

It is an order of its own, linked to the first: so one order has one live parcel, and its money is its own. What was
paid already is taken off its price; something dearer costs the difference, of something cheaper the rest is owed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from shop.checkout.swaps import Swaps, swaps
from shop.checkout.words import fingerprint
from shop.core import clock
from shop.core.calendar import add_delivery_days, arrival_window
from shop.core.errors import Refused
from shop.core.money import Money
from shop.orders import exchanges
from shop.orders import queries as order_queries
from shop.orders import service as orders
from shop.orders.models import Order
from shop.orders.service import NewOrder, Purchased
from shop.payments import ledger
from shop.payments import service as payments
from shop.plumbing import journal
from shop.plumbing.countries import HOME
from shop.plumbing.db import session
from shop.plumbing.i18n import N_
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
TOO_MUCH = N_("That is more than the pieces cost.")
DAYS = (1, 5)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An exchange that stands; `repeated` when this key had already made it."""

    order_id: int
    code: str
    repeated: bool
    owed: Money


def can_exchange(order: Order, parcel: Shipment | None) -> str:
    """Return why an order cannot be exchanged, an English msgid; '' when it can."""
    if parcel is None or order.state != "completed" or parcel.state != "delivered" or order.country != HOME:
        return NOT_DELIVERED
    plugin = CARRIERS.usable.get(parcel.carrier)
    if parcel.account_id is None or plugin is None or not plugin.exchanges:
        return NO_EXCHANGE
    return ALREADY if exchanges.exchanged_by(order.store_id, order.id) is not None else ""


def weighed(
    first: Order, back: Mapping[int, int], instead: Mapping[int, int]
) -> Swaps:  # fmt: skip
    """Return what an exchange would send and cost; raises what `swaps` raises."""
    return swaps(first.store_id, order_queries.lines(first.store_id, [first.id])[first.id], back, instead)


def start(
    store_id: int, first_id: int, back: Mapping[int, int], *, instead: Mapping[int, int] | None = None,
    collect: Money | None = None, key: str, by: Actor,
) -> Exchanged:  # fmt: skip
    """Place the order that exchanges some pieces (line → pieces) of a delivered one.

    The same goes out again, or what is told `instead` (line → variant). The courier collects so much, or the
    difference. Idempotent by `key`. Raises NotFound, Refused (with its field), OutOfStock, Conflict when the key came
    with another request.
    """
    instead = {line_id: variant_id for line_id, variant_id in (instead or {}).items() if variant_id}
    typed = None if collect is None else collect.minor
    asked = fingerprint(["exchange", store_id, first_id, sorted(back.items()), sorted(instead.items()), typed])
    first = order_queries.order(store_id, first_id)
    purchase = orders.place_purchase(key, request_hash=asked, cart_id=None, language=first.language)
    if purchase.repeated:
        return _again(purchase)
    # Two taps with two keys queue here: the second one finds the first exchange.
    session.execute(select(Order.id).where(Order.id == first_id).with_for_update(key_share=True))
    parcel = shipping_queries.live_shipment(store_id, first_id)
    if why := can_exchange(first, parcel):
        raise Refused(why)
    assert parcel is not None
    goods = weighed(first, back, instead)
    return _written(first, parcel, goods, purchase, collect=goods.due if collect is None else collect, by=by)


def _again(purchase: Purchased) -> Exchanged:
    row = session.execute(select(Order.store_id, Order.id, Order.code).where(Order.purchase_id == purchase.id)).one()
    made = exchanges.exchange_of(row[0], row[1])
    assert made is not None
    return Exchanged(row[1], row[2], repeated=True, owed=made.owed)


def _written(
    first: Order, parcel: Shipment, goods: Swaps, purchase: Purchased, *, collect: Money, by: Actor
) -> Exchanged:  # fmt: skip
    worth, store_id = goods.worth, first.store_id
    if collect > worth:
        raise Refused(TOO_MUCH, field="collect")
    discount = worth - collect
    order_id, code = orders.add_order(purchase, _order(first, worth, discount), wanted_code=purchase.code)
    lines = goods.sent(discount)
    orders.take_stock([(store_id, order_id, line) for line in lines], by=by)
    orders.add_lines(store_id, order_id, lines)
    exchanges.add(store_id, order_id, first.id, goods.back, owed=goods.owed)
    ledger.sold(store_id, order_id, goods=worth, delivery=Money(0, first.currency), discount=discount, by=by)
    if collect:
        payments.add_payment(store_id, order_id, "cash_on_delivery", collect)
    else:
        payments.take_in_hand(store_id, order_id, collect, by=by)
    shipping.open_shipment(store_id, order_id, _shipment(parcel, goods, collect))
    owed = {"owed": goods.owed.minor} if goods.owed else {}
    journal.record(
        "order.placed", subject="order", subject_id=order_id, store_id=store_id, by=by, code=code,
        purchase=purchase.code, total=collect.minor, exchanges=first.code,
    )  # fmt: skip
    journal.record(
        "order.exchanged", subject="order", subject_id=first.id, store_id=store_id, by=by, by_order=code, **owed
    )
    return Exchanged(order_id, code, repeated=False, owed=goods.owed)


def _order(first: Order, worth: Money, discount: Money) -> NewOrder:
    same = ("store_id", "language", "buyer_name", "phone", "wilaya_code", "commune_code", "address", "kind", "currency",
            "terms", "terms_hash")  # fmt: skip
    store = session.get_one(Store, first.store_id)
    promised = arrival_window(add_delivery_days(clock.today(), store.preparation_days), *DAYS)
    return NewOrder(
        **{name: getattr(first, name) for name in same}, note="", goods_minor=worth.minor, delivery_minor=0,
        discount_minor=discount.minor, promised_from=promised[0], promised_to=promised[1],
    )  # fmt: skip


def _shipment(parcel: Shipment, goods: Swaps, collect: Money) -> NewShipment:
    same = ("account_id", "carrier", "carrier_title", "kind", "desk_id", "desk_name", "desk_external", "desk_commune",
            "desk_address", "desk_hours", "fee_minor", "currency")  # fmt: skip
    box = ("length_mm", "width_mm", "height_mm", "billable_g", "over_minor") if goods.same_box else ()
    return NewShipment(
        **{name: getattr(parcel, name) for name in (*same, *box)}, collect_minor=collect.minor,
        weight_g=sum(each.weight_g for each in goods.rows), takes_back=goods.named_back(),
    )  # fmt: skip

"""Placing an order: stock, prices, payment and parcel in one transaction, and the same tap twice is one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from shop.cart import service as carts
from shop.cart.models import Cart
from shop.catalogue import stock
from shop.checkout.aside import without_room
from shop.checkout.queries import review
from shop.checkout.words import Choice, Details, Line, Placed, Review, ReviewParcel, request_hash
from shop.core.errors import NotFound, PriceChanged
from shop.core.money import Money
from shop.core.text import clean, clean_block
from shop.offers import service as offers
from shop.orders import queries as order_queries
from shop.orders import service as orders
from shop.orders.models import Order, Purchase
from shop.orders.service import NewLine, NewOrder, Purchased
from shop.payments import ledger
from shop.payments import service as payments
from shop.payments.models import Payment
from shop.plumbing import journal
from shop.plumbing.db import session
from shop.plumbing.journal import BUYER, Actor
from shop.plumbing.marks import mark
from shop.shipping import service as shipping
from shop.shipping.service import NewShipment

__all__ = ["Choice", "Details", "Placed", "Review", "cancel_by_buyer", "place", "review"]


@dataclass(frozen=True, slots=True)
class _Written:
    """An order that has its row, and the codes of earlier ones that it looks like a repetition of."""

    parcel: ReviewParcel
    order_id: int
    code: str
    alike: list[str]


def place(
    cart_id: int, *, key: str, details: Details, choices: Sequence[Choice], review_hash: str, network: str = "",
    by: Actor = BUYER,
) -> Placed:  # fmt: skip
    """Make one order per workshop, all or none, and empty the basket.

    `network` is from where somebody unknown orders; of what waiting orders of one phone or network may set aside,
    `aside` says how much. Without one, nobody is counted: the artisan writes the order, or sent the link to it.

    Idempotent by `key`: the same request again, even at the same moment, gives the first purchase back. Raises
    Conflict when the key came with another request, PriceChanged when anything differs from what `review_hash`
    stands for or an offer was used up at this very moment, and what `review` raises.
    """
    asked = request_hash(cart_id, details, list(choices), review_hash)
    purchase = orders.place_purchase(key, request_hash=asked, cart_id=cart_id, language=details.language)
    if purchase.repeated:
        return _placed_before(purchase)
    # Two taps with two keys (two tabs) queue here; the second one finds the basket empty.
    session.execute(select(Cart.id).where(Cart.id == cart_id).with_for_update(key_share=True))
    seen = review(cart_id, details, choices)
    if seen.hash != review_hash:
        raise PriceChanged
    placed = _write(purchase, seen, network=network, by=by)
    carts.clear(cart_id, [line.line_id for parcel in seen.parcels for line in parcel.lines])
    return placed


def _placed_before(purchase: Purchased) -> Placed:
    rows = session.execute(
        select(Order.id, Payment.id).join(Payment, Payment.order_id == Order.id)
        .where(Order.purchase_id == purchase.id).order_by(Order.id, Payment.id)
    ).all()  # fmt: skip
    order_ids = tuple(dict.fromkeys(row[0] for row in rows))
    return Placed(purchase.code, order_ids, tuple(row[1] for row in rows), repeated=True)


def _write(purchase: Purchased, seen: Review, *, network: str, by: Actor) -> Placed:
    alone = purchase.code if len(seen.parcels) == 1 else None
    came = mark("network", network) if network else ""
    written = [_order(purchase, parcel, seen.details, alone, came) for parcel in seen.parcels]
    # whoever orders the same at the same moment is counted after this one
    stock.hold_products({line.product_id for parcel in seen.parcels for line in parcel.lines})
    full = without_room(seen.parcels, phone=seen.details.phone, network_mark=came) if came else set()
    orders.take_held([
        (each.parcel.store_id, each.order_id, line)
        for each in written if each.parcel.store_id not in full for line in _lines(each.parcel)
    ], by=by)  # fmt: skip
    for each in written:
        if each.parcel.store_id in full:
            orders.leave_in_stock(each.parcel.store_id, each.order_id, by=by)
    paid = [_rest(purchase, seen.details, each, by=by) for each in written]
    every = tuple(payment_id for mine in paid for payment_id in mine)
    return Placed(purchase.code, tuple(each.order_id for each in written), every, repeated=False)


def _order(
    purchase: Purchased, parcel: ReviewParcel, details: Details, code: str | None, network_mark: str
) -> _Written:
    offer, products = parcel.deal.offer, {line.product_id for line in parcel.lines}
    alike = order_queries.orders_alike(parcel.store_id, phone=details.phone, product_ids=products)
    new = NewOrder(
        store_id=parcel.store_id, language=details.language, buyer_name=clean(details.name, limit=120),
        phone=details.phone, wilaya_code=details.wilaya_code, commune_code=details.commune_code,
        address=clean_block(details.address, limit=400), note=clean_block(details.note, limit=400),
        kind=parcel.quote.kind, goods_minor=parcel.goods.minor, delivery_minor=parcel.delivery.minor,
        discount_minor=parcel.deal.discount.minor, offer_name=offer.name if offer else "",
        offer_code=offer.code if offer else "", currency=parcel.total.currency, promised_from=parcel.promised[0],
        promised_to=parcel.promised[1],
        terms=parcel.terms, terms_hash=parcel.terms_hash, network_mark=network_mark,
        gift=details.gift, gift_words=clean_block(details.gift_words, limit=300), payer_phone=details.payer_phone,
        city=clean(details.city, limit=80), postcode=clean(details.postcode, limit=16),
        email=clean(details.email, limit=254),
    )  # fmt: skip
    order_id, order_code = orders.add_order(purchase, new, wanted_code=code)
    return _Written(parcel, order_id, order_code, alike)


def _rest(purchase: Purchased, details: Details, written: _Written, *, by: Actor) -> tuple[int, ...]:
    """Write the order's lines, use of an offer, payment, parcel and journal; return the payments."""
    parcel, order_id, store_id = written.parcel, written.order_id, written.parcel.store_id
    orders.add_lines(store_id, order_id, _lines(parcel))
    offers.redeem(store_id, order_id, parcel.deal, phone=details.phone, by=by)
    paid = _payments(parcel, order_id)
    ledger.sold(
        store_id, order_id, goods=parcel.goods, delivery=parcel.delivery, discount=parcel.deal.discount, by=by
    )  # fmt: skip
    shipment_id, _reference = shipping.open_shipment(store_id, order_id, _shipment(parcel))
    journal.record(
        "order.placed", subject="order", subject_id=order_id, store_id=store_id, by=by, code=written.code,
        purchase=purchase.code, total=parcel.total.minor, wilaya=details.wilaya_code, payment=paid[-1],
        shipment=shipment_id,
    )  # fmt: skip
    if written.alike:
        # A hint for the call, never a refusal: people do order the same soap twice.
        journal.record(
            "order.looks_repeated", subject="order", subject_id=order_id, store_id=store_id, by=by, of=written.alike
        )
    return paid


def _payments(parcel: ReviewParcel, order_id: int) -> tuple[int, ...]:
    if parcel.way.deposit:
        return payments.add_with_deposit(
            parcel.store_id, order_id, first=parcel.way.first, deposit=parcel.way.deposit, wait_h=parcel.way.wait_h,
            method=parcel.method, rest=parcel.rest,
        )  # fmt: skip
    made, _reference = payments.add_payment(
        parcel.store_id, order_id, parcel.method, parcel.abroad or parcel.total, wait_h=parcel.way.wait_h,
        worth=parcel.total if parcel.abroad else None,
    )  # fmt: skip
    return (made,)


def _shipment(parcel: ReviewParcel) -> NewShipment:
    quote, desk, box = parcel.quote, parcel.desk, parcel.box
    return NewShipment(
        account_id=quote.account_id, carrier=quote.carrier, carrier_title=quote.title, kind=quote.kind,
        desk_id=desk.desk_id if desk else None, desk_name=desk.name if desk else "",
        desk_external=desk.external if desk else "", desk_commune=desk.commune_code if desk else "",
        desk_address=desk.address if desk else "", desk_hours=desk.hours if desk else "", fee_minor=quote.price.minor,
        collect_minor=parcel.at_door.minor, currency=parcel.total.currency, weight_g=parcel.weight_g,
        length_mm=box.length_mm if box else None, width_mm=box.width_mm if box else None,
        height_mm=box.height_mm if box else None, billable_g=quote.billable_g, over_minor=quote.over.minor,
        insured=quote.insured, insurance_minor=quote.insurance.minor,
    )  # fmt: skip


def _lines(parcel: ReviewParcel) -> list[NewLine]:
    return [frozen(line, share) for line, share in zip(parcel.lines, parcel.deal.shares, strict=True)]


def frozen(line: Line, discount: Money) -> NewLine:
    """Return a line as an order keeps it: names and price as they are now, and its share of a reduction."""
    return NewLine(
        variant_id=line.variant_id, product_id=line.product_id, name_ar=line.names["ar"], name_fr=line.names["fr"],
        name_en=line.names["en"], label_ar=line.labels["ar"], label_fr=line.labels["fr"],
        label_en=line.labels["en"], cover=line.cover, unit_minor=line.unit.minor, currency=line.unit.currency,
        pieces=line.pieces, weight_g=line.weight_g, fragile=line.fragile, personal=line.personal,
        discount_minor=discount.minor, caution=line.caution, cost_minor=line.cost_minor,
    )  # fmt: skip


def cancel_by_buyer(purchase_code: str, order_code: str) -> Order:
    """Cancel an order of a purchase while nobody has confirmed it: its stock is free and its cash not awaited.

    Raises NotFound, or InvalidTransition once it was confirmed or cancelled.
    """
    order = session.scalars(
        select(Order).join(Purchase, Purchase.id == Order.purchase_id)
        .where(Purchase.code == purchase_code, Order.code == order_code)
    ).one_or_none()  # fmt: skip
    if order is None:
        raise NotFound(f"no order {order_code}")
    orders.mark_cancelled(order.store_id, order.id, "buyer", by=BUYER, still=frozenset({"placed"}))
    orders.put_back(order.store_id, order.id, reason="cancelled", by=BUYER)
    offers.give_back(order.store_id, order.id, by=BUYER)
    payments.cancel_for(order.store_id, order.id, by=BUYER)
    ledger.cancelled(order.store_id, order.id, by=BUYER)
    shipping.cancel_for(order.store_id, order.id, by=BUYER)
    return order

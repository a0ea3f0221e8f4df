"""What a carrier is told of a parcel that leaves the country: where it goes, what is in it, who sends it."""

from __future__ import annotations

from collections.abc import Iterator

from shop.orders.models import Order
from shop.plumbing import geography
from shop.plumbing.countries import HOME
from shop.shipping.contract import Abroad, Goods
from shop.shipping.customs_facts import facts_told
from shop.shipping.models import Shipment
from shop.stores.models import Store


def abroad_of(order: Order, store: Store, parcel: Shipment) -> Abroad | None:
    """Return what is told of an order that goes abroad; None for one that stays.

    Codes, weights and words are those that the products have now, or had when the carrier was first asked; values are
    those of the order.
    """
    if order.country == HOME:
        return None
    where = geography.commune(store.commune_code) if store.commune_code else geography.wilaya(store.wilaya_code)
    return Abroad(
        country=order.country, city=order.city, postcode=order.postcode, goods=tuple(_goods(order, parcel)),
        invoice=order.code, sender=store.legal_name or store.name, sender_address=store.address,
        sender_city=where.name_fr, sender_phone=store.phone, sender_email=store.email,
        email=order.email,
    )  # fmt: skip


def _goods(order: Order, parcel: Shipment) -> Iterator[Goods]:
    for each in facts_told(order, parcel).goods:
        yield Goods(
            description=each.named, pieces=each.pieces, net_g=each.net_g, value=each.value, hs=each.hs,
            origin=each.origin,
        )  # fmt: skip

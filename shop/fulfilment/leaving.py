"""What a carrier is told of a parcel that leaves the country: where it goes, what is in it, who sends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from shop.catalogue.models import Product
from shop.core.money import Money
from shop.orders.models import Order, OrderLine
from shop.plumbing import geography
from shop.plumbing.countries import HOME
from shop.plumbing.db import session
from shop.shipping.contract import Abroad, Goods
from shop.stores.models import Store


def abroad_of(order: Order, store: Store, lines: Sequence[OrderLine]) -> Abroad | None:
    """Return what is told of an order that goes abroad; None for one that stays.

    Codes, weights and words are those that the products have now, values those of the order.
    """
    if order.country == HOME:
        return None
    where = geography.commune(store.commune_code) if store.commune_code else geography.wilaya(store.wilaya_code)
    return Abroad(
        country=order.country, city=order.city, postcode=order.postcode, goods=tuple(_goods(order.store_id, lines)),
        invoice=order.code, sender=store.legal_name or store.name, sender_address=store.address,
        sender_city=where.name_fr, sender_phone=store.phone, sender_email=store.email,
    )  # fmt: skip


def _goods(store_id: int, lines: Sequence[OrderLine]) -> Iterator[Goods]:
    mine = select(Product).where(Product.store_id == store_id, Product.id.in_([line.product_id for line in lines]))
    known = {each.id: each for each in session.scalars(mine)}
    for line in lines:
        product = known[line.product_id]
        yield Goods(
            description=" / ".join(dict.fromkeys(filter(None, (product.customs_fr, product.customs_en)))),
            pieces=line.pieces, net_g=(product.net_weight_g or line.weight_g) * line.pieces,
            value=line.unit * line.pieces - Money(line.discount_minor, line.currency),
            hs=product.hs_code + product.hs_more, origin=product.origin,
        )  # fmt: skip

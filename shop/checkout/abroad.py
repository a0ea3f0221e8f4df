"""What a parcel, or an order that was placed, costs in the other currencies in which it can be paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shop.abroad import queries as price_lists
from shop.abroad.words import Article, PriceList
from shop.checkout.words import Parcel
from shop.core.money import Money
from shop.offers.words import Deal
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.payments.tills import Till


def lists_for(paid: Mapping[int, Till], parcels: Sequence[Parcel]) -> dict[int, tuple[PriceList, ...]]:
    """Return the price lists in currencies that tills take, by workshop: in one statement, in none where none does."""
    asking = {store_id: each.currencies for store_id, each in paid.items() if each.currencies}
    if not asking:
        return {}
    found = price_lists.lists(asking, {line.variant_id for each in parcels for line in each.lines})
    return {
        store_id: tuple(each for each in mine if each.currency in asking[store_id]) for store_id, mine in found.items()
    }


def asked(lists: Sequence[PriceList], parcel: Parcel, deal: Deal, delivery: Money) -> list[Money]:
    """Return what a parcel costs in each currency when its way costs so much and this is its deal."""
    articles = [
        Article(line.variant_id, line.unit, line.pieces, share)
        for line, share in zip(parcel.lines, deal.shares, strict=True)
    ]
    return [each.asked(articles, delivery - deal.delivery_off) for each in lists]


def asked_of(order: Order, paid: Till, missing: Money) -> list[Money]:
    """Return what is missing of an order in each currency that its till takes, by the lists of now."""
    if not paid.currencies:
        return []
    lines = orders.lines(order.store_id, [order.id])[order.id]
    lists = price_lists.lists([order.store_id], {line.variant_id for line in lines})[order.store_id]
    articles = [
        Article(line.variant_id, line.unit, line.pieces, Money(line.discount_minor, line.currency)) for line in lines
    ]
    return [
        each.rest(each.asked(articles, order.delivery), missing, order.total)
        for each in lists if each.currency in paid.currencies
    ]  # fmt: skip

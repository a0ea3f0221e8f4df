"""Offers where buyers meet them before the checkout: in the basket, on a product's page, on a workshop's page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shop.cart.queries import CartParcel, CartView
from shop.catalogue import prices
from shop.catalogue.models import Variant
from shop.catalogue.queries import ProductView
from shop.core import clock
from shop.core.money import Money, total
from shop.offers.queries import standing
from shop.offers.words import Article, Deal, Standing, best
from shop.plumbing.formats import money
from shop.plumbing.i18n import _m
from shop.shipping.quotes import StoreQuote
from shop.web.ui import offers as spoken
from shop.web.ui.templating import bdi

Offers = Mapping[int, Sequence[Standing]]


@dataclass(frozen=True)
class Bill:
    """What a basket costs by one kind of delivery, or before any is chosen: each parcel with its deal."""

    parcels: tuple[tuple[CartParcel, Deal], ...]
    asked: Money  # what the carriers ask for delivery, in all

    @property
    def delivery(self) -> Money:
        """What delivery costs the buyer."""
        return self.asked - total(deal.delivery_off for _parcel, deal in self.parcels)

    @property
    def due(self) -> Money:
        """What is paid in all."""
        goods = total(parcel.goods for parcel, _deal in self.parcels)
        return goods - total(deal.discount for _parcel, deal in self.parcels) + self.delivery


@dataclass(frozen=True)
class Price:
    """What one piece costs a buyer now, and the price before an offer, where that is true."""

    now: Money
    before: Money | None = None
    told: Markup | None = None


def automatic_offers(store_ids: Collection[int]) -> Offers:
    """Return the offers that count by themselves today, by store, in one statement."""
    today = clock.today()
    return {
        store_id: [each for each in found if not each.code and each.stage(today) == "running"]
        for store_id, found in standing(store_ids).items()
    }


def bill(view: CartView, offers: Offers, quotes: Mapping[int, Sequence[StoreQuote]], kind: str) -> Bill | None:
    """Return what a basket costs by one kind of delivery; None when a workshop does not offer it."""
    asked: dict[int, Money] = {}
    for parcel in view.parcels:
        found = next((each.price for each in quotes.get(parcel.store_id, ()) if each.kind == kind), None)
        if found is None:
            return None
        asked[parcel.store_id] = found
    return _bill(view, offers, asked)


def bill_so_far(view: CartView, offers: Offers) -> Bill:
    """Return what a basket costs before its delivery is known."""
    return _bill(view, offers, {each.store_id: Money(0) for each in view.parcels})


def hints(view: CartView, offers: Offers) -> dict[int, Markup]:
    """Say, by store, what is missing to an offer that begins at an amount: of each parcel the nearest one."""
    found = {}
    for parcel in view.parcels:
        above = [each for each in offers.get(parcel.store_id, ()) if spoken.missing(each, parcel.goods)]
        if above:
            near = min(above, key=lambda each: (each.minimum.minor, each.offer_id))
            found[parcel.store_id] = _m(
                "“{offer}”, {gain}: from {minimum} of articles, {amount} more.", offer=bdi(near.name),
                gain=spoken.gain(near), minimum=money(near.minimum), amount=money(spoken.missing(near, parcel.goods)),
            )  # fmt: skip
    return found


def price_now(product_id: int, asked: Money, offers: Sequence[Standing]) -> tuple[Money, Standing | None]:
    """Return what one piece costs now, by the best offer that counts for it by itself, and which one that is."""
    able = [each for each in offers if each.is_for(product_id) and each.minimum <= asked]
    offer = max(able, key=lambda each: (each.off_piece(asked).minor, -each.offer_id), default=None)
    if offer is None or not offer.off_piece(asked):
        return asked, None
    return asked - offer.off_piece(asked), offer


def price_of(view: ProductView, variant: Variant, offers: Sequence[Standing]) -> Price:
    """Return what one piece costs now. A price is struck only where it was really asked, at its lowest of 30 days."""
    now, offer = price_now(view.product.id, variant.price, offers)
    if offer is None:
        return Price(now)
    lowest = prices.lowest_lately([variant.id]).get(variant.id, variant.price_minor)
    before = Money(min(lowest, variant.price_minor), variant.currency)
    return Price(now, before if now < before else None, spoken.sentence(offer, one_product=True))


def also(view: ProductView, offers: Sequence[Standing], price: Price) -> list[Markup]:
    """Tell the other offers of a product's workshop that could count for it."""
    told = [spoken.sentence(each, one_product=True) for each in offers if each.is_for(view.product.id)]
    return [each for each in told if each != price.told]


def _bill(view: CartView, offers: Offers, asked: Mapping[int, Money]) -> Bill:
    today = clock.today()
    parcels = tuple(
        (each, best(offers.get(each.store_id, ()), _articles(each), asked[each.store_id], today=today))
        for each in view.parcels
    )
    return Bill(parcels, total(asked.values()))


def _articles(parcel: CartParcel) -> list[Article]:
    return [Article(line.variant.product_id, line.price, line.pieces) for line in parcel.lines]

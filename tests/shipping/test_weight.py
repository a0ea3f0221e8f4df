"""Heavy and bulky parcels: what they cost is typed or told, quoted, and kept with the order."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from shop.catalogue.models import Product
from shop.checkout import service as checkout
from shop.core.boxes import Box
from shop.core.errors import PriceChanged
from shop.core.money import Money
from shop.fulfilment.booking import parcel_of
from shop.orders import queries as orders
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import queries
from shop.shipping import service as shipping
from shop.shipping.queries import Load, live_shipment, place_of, quotes_for
from shop.shipping.quotes import wilaya_prices
from shop.shipping.service import RateRow
from shop.stores.models import Store
from tests.checkout.cast import YACINE, Workshop, basket, choose, ordered, workshop
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("app")
BULKY = Box(500, 400, 300)  # 60 litres


def typed(shop: Workshop, **tariff: int | None) -> None:
    with transaction():
        shipping.change_carrier(shop.id, shop.carrier.id, by=SYSTEM, **tariff)


def boxed(shop: Workshop, *sizes_mm: int) -> None:
    names = dict(zip(("length_mm", "width_mm", "height_mm"), sizes_mm, strict=True))
    with transaction():
        session.execute(update(Product).where(Product.id == shop.product.id).values(**names))


def price(shop: Workshop, grams: int, box: Box | None = None) -> tuple[Money, int]:
    """Return what the way home to Oran costs, and what the parcel counts for."""
    quote = quotes_for({shop.id: Load(grams, Money(0), box)}, place_of("3101"))[shop.id][0]
    assert quote.price == Money.dinars(500) + quote.over
    return quote.over, quote.billable_g


def test_what_she_typed_counts_from_the_first_gram_above() -> None:
    amina = workshop()
    assert price(amina, 12_000)[0] == Money(0), "nobody said that it costs more"
    typed(amina, included_g=5_000, per_kg_minor=100_00)
    assert price(amina, 5_000) == (Money(0), 5_000)
    assert price(amina, 6_200) == (Money.dinars(200), 7_000)
    assert price(amina, 2_000, BULKY) == (Money(0), 2_000), "the size does not count unless she says so"
    typed(amina, cm3_per_kg=5_000)
    assert price(amina, 2_000, BULKY) == (Money.dinars(700), 12_000)
    (home, _desk) = wilaya_prices(amina.id, "31", 2_000, BULKY)
    assert home.price == Money.dinars(1_200)


def test_what_a_partner_tells_of_a_wilaya_counts_until_she_types_her_own() -> None:
    amina = workshop()
    with transaction():
        far = shipping.add_carrier(amina.id, "yalidine", "Yalidine", by=SYSTEM)
        shipping.ask_first(amina.id, far.id, by=SYSTEM)
        told = RateRow(wilaya_code="31", home=Money.dinars(500), desk=None, per_kg=Money.dinars(50))
        shipping.set_rates(amina.id, far.id, [told], by=SYSTEM)
    assert price(amina, 7_000)[0] == Money.dinars(100)
    assert price(amina, 2_000, BULKY)[0] == Money.dinars(350)
    with transaction():  # she types prices: what a kilogram costs stays as it was told
        shipping.set_rates(amina.id, far.id, [RateRow(wilaya_code="31", home=Money.dinars(500), desk=None)], by=SYSTEM)
    assert price(amina, 7_000)[0] == Money.dinars(100)
    with transaction():
        shipping.change_carrier(amina.id, far.id, by=SYSTEM, per_kg_minor=0, cm3_per_kg=0)
    assert price(amina, 7_000, BULKY) == (Money(0), 7_000)


def test_the_tariff_costs_no_statement_more() -> None:
    shops = [workshop(), workshop("Atelier Ismahane")]
    for shop in shops:
        typed(shop, included_g=0, per_kg_minor=10_00, cm3_per_kg=5_000)
    loads = {shop.id: Load(2_000, Money(0), BULKY) for shop in shops}
    session.rollback()
    with statements() as heard:
        quotes_for(loads, place_of("3101"))
    assert len(heard) <= 2


def test_the_fee_is_frozen_with_the_order_and_the_box_goes_to_the_partner() -> None:
    amina = workshop(weight_g=2_000)
    typed(amina, included_g=5_000, per_kg_minor=100_00, cm3_per_kg=5_000)
    boxed(amina, 120, 300, 400)  # three: 40 × 30 × 36 cm = 8.64 kg, and 6 kg by the scale
    order = ordered(amina, pieces=3)
    parcel = live_shipment(amina.id, order.id)
    assert parcel is not None
    assert (order.delivery, parcel.over, parcel.billable_g) == (Money.dinars(864), Money.dinars(364), 8_640)
    assert (parcel.box, parcel.weight_g, parcel.fee_minor) == (Box(400, 360, 300), 6_000, 864_00)
    typed(amina, per_kg_minor=900_00)
    boxed(amina, 10, 10, 10)
    kept = session.get_one(Order, order.id, populate_existing=True)
    assert kept.delivery == Money.dinars(864)
    told = parcel_of(parcel, kept, session.get_one(Store, amina.id), orders.lines(amina.id, [order.id])[order.id])
    assert (told.box, told.weight_g) == (Box(400, 360, 300), 6_000)


def test_a_tariff_that_changed_under_the_buyer_is_said_before_she_orders() -> None:
    amina = workshop(weight_g=6_000)
    typed(amina, included_g=5_000, per_kg_minor=100_00)
    cart = basket({amina.variant: 1})
    choices = choose(cart)
    typed(amina, per_kg_minor=200_00)
    with pytest.raises(PriceChanged):
        checkout.review(cart.id, YACINE, choices)


def test_a_tariff_is_no_name_of_a_column_that_may_not_change() -> None:
    amina = workshop()
    with pytest.raises(TypeError):
        shipping.change_carrier(amina.id, amina.carrier.id, by=SYSTEM, store_id=2)
    assert queries.carrier_account(amina.id, amina.carrier.id).included_g is None

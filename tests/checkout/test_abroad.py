"""An order that goes abroad: its price by the foreign list and the zone, what may go, how it can be paid."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from sqlalchemy import update

from shop.abroad import service as price_lists
from shop.catalogue.models import Product
from shop.checkout import service as checkout
from shop.checkout.queries import offered
from shop.checkout.words import Choice, Details
from shop.core.errors import Refused
from shop.core.money import Money
from shop.documents.queries import label_contents
from shop.orders.models import Order
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from shop.shipping import abroad
from shop.shipping.abroad import NewZone
from shop.shipping.queries import live_shipment
from tests.checkout.cast import AMINA, Workshop, basket, workshop
from tests.payments.till import of, takes

pytestmark = pytest.mark.usefixtures("app")

SARAH = Details(
    phone="+33612345678", name="Sarah Martin", wilaya_code="FR", commune_code="FR", address="5 rue des Lilas",
    city="Lyon", postcode="69003", language="fr",
)  # fmt: skip


@pytest.fixture
def shop() -> Workshop:
    """Amina's workshop: Stripe in euros, a zone with France, a soap that may leave with its European file."""
    made = workshop(stock=50)
    takes(made, "stripe", {"secret_key": "sk_test_simulateurabroad52", "currencies": "EUR"})
    with transaction():
        price_lists.keep(made.id, "EUR", worth=Money.dinars(250), step=1, by=AMINA)
        abroad.add_zone(
            made.id,
            NewZone(
                name="Europe", account_id=made.carrier.id, service="packet", countries=["FR", "GB"],
                steps=[(500, Money.dinars(1500)), (2000, Money.dinars(3200))], min_days=7, max_days=21,
            ),
            by=AMINA,
        )  # fmt: skip
    leaves(made)
    return made


def leaves(shop: Workshop, **fields: object) -> None:
    facts = {
        "abroad": True,
        "hs_code": "340111",
        "net_weight_g": 100,
        "eu_file": "CPNP 1, Lyon",
        "customs_fr": "Savon à l’huile d’olive",
    } | fields
    with transaction():
        session.execute(update(Product).where(Product.id == shop.product.id).values(facts))


def choice(shop: Workshop, price: int = 1500, way: str = "stripe.EUR") -> list[Choice]:
    return [
        Choice(
            store_id=shop.id, kind="home", account_id=shop.carrier.id, price=Money.dinars(price), method=way
        )
    ]  # fmt: skip


def placed(shop: Workshop, details: Details = SARAH, pieces: int = 1) -> tuple[Order, Payment]:
    cart = basket({shop.variant: pieces})
    seen = checkout.review(cart.id, details, choice(shop))
    with transaction():
        made = checkout.place(
            cart.id, key=secrets.token_hex(8), details=details, choices=choice(shop), review_hash=seen.hash
        )  # fmt: skip
    return of(made.order_ids[0])


def test_it_is_paid_in_euros_with_the_delivery_of_its_weight(shop: Workshop) -> None:
    order, payment = placed(shop)
    assert (order.country, order.town, order.delivery) == ("FR", "69003 Lyon", Money.dinars(1500))
    assert payment.amount == Money(840, "EUR")  # 600 and 1 500 DA at 250 DA
    assert (payment.method, order.total) == ("stripe", Money.dinars(2100))


def test_its_label_bears_the_country_and_the_town(shop: Workshop) -> None:

    order, _payment = placed(shop)
    shipment = live_shipment(shop.id, order.id)
    assert shipment is not None
    label = label_contents(shop.id, [shipment.id])[0]
    assert (label.wilaya_code, label.wilaya_fr, label.commune_fr) == ("FR", "France", "69003 Lyon")
    assert label.collect == Money.dinars(0), "it is paid before it leaves"


def test_a_courier_collects_nothing_abroad(shop: Workshop) -> None:
    cart = basket({shop.variant: 1})
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, SARAH, choice(shop, way="cash_on_delivery"))
    assert refused.value.field == "payment"


@pytest.mark.parametrize(
    ("facts", "country", "goes"),
    [
        ({}, "FR", True), ({"eu_file": ""}, "FR", False), ({"eu_file": ""}, "GB", True),
        ({"abroad": False}, "GB", False), ({}, "IT", False),
    ],
)  # fmt: skip
def test_what_may_not_go_to_a_country_is_not_quoted_there(
    shop: Workshop, facts: dict[str, object], country: str, goes: bool
) -> None:
    leaves(shop, **facts)
    cart = basket({shop.variant: 1})
    [offer] = offered(cart.id, wilaya_code=country, commune_code=country)
    assert bool(offer.quotes) is goes
    if not goes:
        with pytest.raises(Refused) as refused:
            checkout.review(cart.id, replace(SARAH, wilaya_code=country, commune_code=country), choice(shop))
        assert refused.value.field == f"delivery-{shop.id}"


def test_a_city_is_asked_for(shop: Workshop) -> None:
    cart = basket({shop.variant: 1})
    with pytest.raises(Refused) as refused:
        checkout.review(cart.id, replace(SARAH, city=""), choice(shop))
    assert refused.value.field == "city"


def test_a_heavier_parcel_costs_its_step_and_the_price_that_was_seen_is_not_taken(shop: Workshop) -> None:
    cart = basket({shop.variant: 2})  # 600 g
    [offer] = offered(cart.id, wilaya_code="FR", commune_code="FR")
    assert offer.quotes[0].price == Money.dinars(3200)
    with pytest.raises(Refused):
        checkout.review(cart.id, SARAH, choice(shop, 1500))

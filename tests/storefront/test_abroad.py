"""Somebody orders to an address abroad, without JavaScript: the country, the town, the whole number, the duties."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from shop.abroad import service as price_lists
from shop.catalogue.models import Product
from shop.core.money import Money
from shop.fulfilment.leaving import abroad_of
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import abroad
from shop.shipping.abroad import NewZone
from shop.shipping.models import CarrierAccount
from shop.shipping.queries import live_shipment
from shop.stores.models import Store
from tests.checkout.cast import Workshop
from tests.payments.till import takes
from tests.storefront.buying import Buyer

SARAH = {"phone": "+33 6 12 34 56 78", "name": "Sarah Martin", "address": "5 rue des Lilas", "wilaya": "FR"}
DUTIES = "Duties and taxes of the country are not included"


@pytest.fixture
def shop(application: Flask, amina: Workshop) -> Workshop:
    """Amina's workshop, open to buyers in France."""
    with application.app_context():
        takes(amina, "stripe", {"secret_key": "sk_test_simulateurabroad53", "currencies": "EUR"})
        with transaction():
            price_lists.keep(amina.id, "EUR", worth=Money.dinars(250), step=1, by=SYSTEM)
            new = NewZone(
                name="Europe", account_id=session.scalars(select(CarrierAccount.id)).first() or 0, service="packet",
                countries=["FR"], steps=[(2000, Money.dinars(1500))], min_days=7, max_days=21,
            )  # fmt: skip
            abroad.add_zone(amina.id, new, by=SYSTEM)
            facts = {
                "abroad": True,
                "hs_code": "340111",
                "eu_file": "CPNP 1, Lyon",
                "net_weight_g": 100,
                "customs_fr": "Savon à l’huile d’olive",
            }
            session.execute(update(Product).where(Product.id == amina.product.id).values(facts))
        session.remove()  # type: ignore[attr-defined]
    return amina


def begun(application: Flask, shop: Workshop, **typed: str) -> Buyer:
    buyer = Buyer(application)
    buyer.add(shop)
    buyer.open("/checkout")
    assert "Wilaya or country" in buyer.page.text
    buyer.press("/checkout", button={"update": "1"}, **(SARAH | typed))
    return buyer


def chosen(buyer: Buyer, shop: Workshop) -> dict[str, str]:
    return {f"delivery-{shop.id}": buyer.page.ways(shop.id)["home"], "payment": "stripe.EUR"}


def test_she_orders_to_lyon_and_reads_of_the_duties_first(application: Flask, shop: Workshop) -> None:
    buyer = begun(application, shop)
    assert DUTIES in buyer.page.text
    assert buyer.page.value("city") == ""
    assert buyer.page.value("commune") is None
    assert "In cash, on delivery" not in buyer.page.text
    page = buyer.press("/checkout", city="Lyon", postcode="69003", **chosen(buyer, shop))
    assert page.path.endswith("/check")
    assert "69003 Lyon, France" in page.text
    assert DUTIES in page.text
    assert "8,40 EUR" in page.text
    buyer.press("/checkout/confirmation")
    with application.app_context():
        order = session.scalars(select(Order)).one()
        assert (order.wilaya_code, order.postcode, order.city) == ("FR", "69003", "Lyon")
        assert order.delivery == Money.dinars(1500)
        session.remove()  # type: ignore[attr-defined]


def by_express(application: Flask) -> None:
    """Let DHL take what goes abroad."""
    with application.app_context():
        with transaction():
            session.execute(update(CarrierAccount).values(carrier="mydhl"))
        session.remove()  # type: ignore[attr-defined]


def test_an_email_is_asked_for_where_the_carrier_announces_by_it_and_may_stay_empty(
    application: Flask, shop: Workshop
) -> None:
    assert 'name="email"' not in begun(application, shop).page.text, "the post needs none"
    by_express(application)
    buyer = begun(application, shop)
    assert "E-mail of who receives it" in buyer.page.text
    wrong = buyer.press("/checkout", city="Lyon", postcode="69003", email="sarah", **chosen(buyer, shop))
    assert "Write the whole e-mail address" in wrong.text
    buyer.press("/checkout", email="sarah@exemple.fr", **chosen(buyer, shop))
    buyer.press("/checkout/confirmation")
    with application.app_context():
        order = session.scalars(select(Order)).one()
        store, parcel = session.get_one(Store, order.store_id), live_shipment(order.store_id, order.id)
        assert parcel is not None
        there = abroad_of(order, store, parcel)
        assert there is not None
        assert (order.email, there.email) == ("sarah@exemple.fr", "sarah@exemple.fr")
        session.remove()  # type: ignore[attr-defined]


def test_the_basket_too_tells_the_prices_of_the_foreign_list(application: Flask, shop: Workshop) -> None:
    buyer = Buyer(application)
    buyer.add(shop)
    assert "EUR" not in buyer.open("/cart").text, "nobody chose a country"
    with application.app_context():
        with transaction():
            price_lists.fix(shop.id, "EUR", {shop.variant.id: Money(390, "EUR")}, by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]
    buyer = begun(application, shop)
    assert "for abroad, without delivery: 3,90 EUR" in buyer.open("/cart").text
    buyer.open("/checkout")
    buyer.press("/checkout", city="Lyon", postcode="69003", **chosen(buyer, shop))
    assert "9,90 EUR" in buyer.page.text
    assert "for abroad, with delivery: 9,90 EUR" in buyer.open("/cart").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"city": ""}, "Write the city."), ({"phone": "06 12 34 56 78"}, "for example +33"),
        ({"address": ""}, "Write the address"),
    ],
)  # fmt: skip
def test_what_lacks_is_asked_for_at_its_field(
    application: Flask, shop: Workshop, typed: dict[str, str], sentence: str
) -> None:
    buyer = begun(application, shop)
    page = buyer.press("/checkout", **({"city": "Lyon", **chosen(buyer, shop)} | typed))
    assert page.status == 422
    assert any(sentence in each for each in page.problems)


def test_what_stays_in_algeria_is_named(application: Flask, shop: Workshop) -> None:
    with application.app_context():
        with transaction():
            session.execute(update(Product).values(eu_file=""))
        session.remove()  # type: ignore[attr-defined]
    buyer = begun(application, shop)
    assert "Atelier Amina cannot send there: Savon d'olive." in buyer.page.text


# What a later change of a rule, a word or a family leaves behind, where nobody saved the product since.
CHANGES: dict[str, dict[str, str | int]] = {
    "no code": {"hs_code": ""}, "no weight": {"net_weight_g": 0}, "heavier than its parcel": {"net_weight_g": 90_000},
    "no file": {"eu_file": ""}, "a forbidden word": {"name_fr": "Corail brut"}, "no words": {"customs_fr": ""},
    "burns": {"craft": "perfume", "hs_code": "330300"}, "no hallmark": {"craft": "jewellery", "hs_code": "711311"},
}  # fmt: skip


def changed(application: Flask, **values: str | int) -> None:
    with application.app_context():
        with transaction():
            session.execute(update(Product).values(values))
        session.remove()  # type: ignore[attr-defined]


@pytest.mark.parametrize("values", CHANGES.values(), ids=CHANGES)
def test_what_may_not_leave_any_more_is_refused_at_each_step(
    application: Flask, shop: Workshop, values: dict[str, str | int]
) -> None:
    buyer = begun(application, shop)
    page = buyer.press("/checkout", city="Lyon", postcode="69003", **chosen(buyer, shop))
    assert page.path.endswith("/check")
    changed(application, **values)
    page = buyer.press("/checkout/confirmation")
    assert "Atelier Amina cannot send there: " in page.text
    assert page.problems
    assert buyer.open("/checkout/check").path.endswith("/checkout")
    with application.app_context():
        assert session.scalars(select(Order)).all() == []
        session.remove()  # type: ignore[attr-defined]


def test_what_is_typed_outlives_a_change_of_country_and_comes_back(application: Flask, shop: Workshop) -> None:
    with application.app_context():
        with transaction():
            zone = abroad.zones(shop.id)[0]
            new = NewZone(
                name="Europe", account_id=zone.row.account_id, service="packet", countries=["FR", "BE"],
                steps=[(2000, Money.dinars(1500))], min_days=7, max_days=21,
            )  # fmt: skip
            abroad.change_zone(shop.id, zone.row.id, new, by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]
    buyer = begun(application, shop)
    for wilaya in ("BE", "31", "FR"):  # as a script asks
        asked = buyer.open(f"/checkout/parcels?wilaya={wilaya}&city=Lyon&postcode=69003&commune=3101").body
        assert asked.xpath("//*[@data-ask][@name='city']/@value") == ["Lyon"], wilaya
        assert asked.xpath("//*[@data-ask][@name='postcode']/@value") == ["69003"], wilaya
        assert "3101" in asked.xpath("//input[@name='commune']/@value | //option[@selected]/@value"), wilaya
    buyer.open("/checkout")
    for wilaya in ("BE", "31", "FR"):  # as a form goes without one
        page = buyer.press("/checkout", button={"update": "1"}, wilaya=wilaya, city="Lyon", postcode="69003")
        assert (page.value("city"), page.value("postcode")) == ("Lyon", "69003"), wilaya
    buyer.press("/checkout", button={"update": "1"}, wilaya="31")
    buyer.press("/checkout", button={"update": "1"}, wilaya="31", commune="3101")
    page = buyer.press("/checkout", button={"update": "1"}, wilaya="FR")
    assert (page.value("city"), page.value("commune")) == ("Lyon", "3101")


def test_nobody_is_offered_a_country_where_nothing_can_be_paid_or_sent(application: Flask, shop: Workshop) -> None:
    with application.app_context():
        with transaction():
            price_lists.drop(shop.id, "EUR", by=SYSTEM)
        session.remove()  # type: ignore[attr-defined]
    buyer = Buyer(application)
    buyer.add(shop)
    page = buyer.open("/checkout")
    assert "Wilaya or country" not in page.text

"""Zones of countries: prices by weight, one zone for each country, and what the store says of where it sends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.plumbing import geography
from shop.plumbing.db import session, transaction
from shop.shipping import abroad
from shop.shipping.abroad import NewZone
from shop.shipping.models import CarrierAccount
from shop.shipping.queries import Load, place_of, quotes_for
from shop.stores.models import Store
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def shop() -> Workshop:
    return workshop()


def europe(shop: Workshop) -> NewZone:
    return NewZone(
        name="Europe", account_id=shop.carrier.id, service="packet", countries=["FR", "BE"],
        steps=[(500, Money.dinars(1500)), (2000, Money.dinars(3200))], min_days=7, max_days=21,
    )  # fmt: skip


def add(shop: Workshop, new: NewZone) -> int:
    with transaction():
        return abroad.add_zone(shop.id, new, by=AMINA)


def sends_to(shop: Workshop) -> str:
    session.rollback()
    return session.get_one(Store, shop.id, populate_existing=True).sends_to


@pytest.mark.parametrize(("grams", "price"), [(1, 1500), (500, 1500), (501, 3200), (2000, 3200), (2001, None)])
def test_a_parcel_costs_the_first_step_that_holds_it(shop: Workshop, grams: int, price: int | None) -> None:
    add(shop, europe(shop))
    with statements() as seen:
        found = quotes_for({shop.id: Load(grams, Money(0))}, place_of("FR"))[shop.id]
    assert len(seen) == 1
    assert [(each.kind, each.price) for each in found] == ([("home", Money.dinars(price))] if price else [])
    assert quotes_for({shop.id: Load(grams, Money(0))}, place_of("IT"))[shop.id] == []


def test_a_carrier_that_is_stopped_takes_nothing(shop: Workshop) -> None:
    add(shop, europe(shop))
    with transaction():
        session.execute(update(CarrierAccount).values(active=False))
    assert abroad.quotes({shop.id: 100}, "FR") == {}


def test_a_country_is_in_one_zone_and_the_store_says_where_it_sends(shop: Workshop) -> None:
    made = add(shop, europe(shop))
    assert sends_to(shop) == "FR BE"
    with pytest.raises(Refused) as refused:
        add(shop, replace(europe(shop), name="Other", countries=["BE", "IT"]))
    assert (refused.value.field, refused.value.message) == ("countries", abroad.TAKEN)
    with transaction():
        abroad.change_zone(shop.id, made, replace(europe(shop), countries=["CA"]), by=AMINA)
    assert sends_to(shop) == "CA"
    with transaction():
        abroad.drop_zone(shop.id, made, by=AMINA)
    assert sends_to(shop) == ""
    with pytest.raises(NotFound), transaction():
        abroad.drop_zone(shop.id, made, by=AMINA)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"), ({"service": "pigeon"}, "service"), ({"countries": []}, "countries"),
        ({"countries": ["DZ"]}, "countries"), ({"countries": ["XX"]}, "countries"), ({"steps": []}, "weight-0"),
        ({"steps": [(2001, Money.dinars(9))]}, "weight-0"), ({"account_id": 999_999}, "account"),
        ({"steps": [(100, Money.dinars(1)), (100, Money.dinars(2))]}, "weight-0"),
    ],
)  # fmt: skip
def test_a_zone_that_cannot_be_is_refused_at_its_field(shop: Workshop, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        add(shop, replace(europe(shop), **wrong))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_another_workshops_carrier_and_zone_are_not_hers(shop: Workshop) -> None:
    other = workshop("Parfums Ismahane")
    with pytest.raises(Refused):
        add(shop, replace(europe(shop), account_id=other.carrier.id))
    hers = add(other, europe(other))
    with pytest.raises(NotFound), transaction():
        abroad.change_zone(shop.id, hers, europe(shop), by=AMINA)
    with pytest.raises(NotFound):
        abroad.zone(shop.id, hers)


def test_a_country_stands_where_a_wilaya_and_a_commune_stand() -> None:
    assert geography.label(geography.wilaya("FR"), "fr") == "FR – France"
    assert geography.name(geography.commune("DE"), "ar") == "ألمانيا"
    assert geography.name(geography.commune("DE"), "en") == "Germany"
    with pytest.raises(NotFound):
        geography.wilaya("XX")
    assert all(each.code.isdigit() for each in geography.wilayas())

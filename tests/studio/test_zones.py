"""Zones abroad: kept by the owner, refused at their fields, offered once they stand."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from shop.catalogue.models import Product
from shop.plumbing.db import session, transaction
from shop.shipping import abroad
from shop.shipping.abroad import Zone
from tests.studio.day import Day, a_day

ZONES = "/settings/delivery/abroad"
EUROPE = {"name": "Europe", "account": "1", "service": "packet", "countries": ["FR", "BE"], "min_days": "7",
          "max_days": "٢١", "weight-0": "500", "price-0": "1500", "weight-1": "2000", "price-1": "3 200"}  # fmt: skip


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def kept(day: Day) -> list[Zone]:
    with day.application.app_context():
        found = abroad.zones(day.store_id)
        session.expunge_all()
        return found


def test_a_zone_is_made_changed_and_given_up(day: Day) -> None:
    assert "Nothing is sent abroad yet" in day.page(ZONES)
    assert "Parcels abroad" in day.page("/settings/delivery")
    assert day.send(f"{ZONES}/new", EUROPE).status_code == 303
    [zone] = kept(day)
    assert zone.countries == ("FR", "BE")
    assert [(grams, price.minor) for grams, price in zone.steps] == [(500, 150_000), (2000, 320_000)]
    page = day.page(ZONES)
    assert "France, Belgium" in page
    assert "Nobody abroad can pay yet" in page
    url = f"{ZONES}/{zone.row.id}"
    assert 'value="FR" checked' in day.page(url)
    assert day.send(url, EUROPE | {"countries": ["CA"], "weight-1": "", "price-1": ""}).status_code == 303
    assert [(each.countries, len(each.steps)) for each in kept(day)] == [(("CA",), 1)]
    assert day.send(url, {"action": "drop"}).status_code == 303
    assert kept(day) == []


def leaves(day: Day, **changed: str | int) -> None:
    facts = {"abroad": True, "hs_code": "340111", "net_weight_g": 100, "customs_fr": "Savon", "eu_file": "CPNP 1"}
    with day.application.app_context(), transaction():
        session.execute(update(Product).where(Product.store_id == day.store_id).values(facts | changed))


@pytest.mark.parametrize(
    ("changed", "sentence", "field"),
    [
        ({"hs_code": ""}, "Choose the customs code", "hs_code"), ({"net_weight_g": 0}, "Write the net weight", "net_w"),
        ({"name_fr": "Corail brut"}, "may not leave the country: Coral that is raw", "abroad"),
        ({"eu_file": ""}, "with its file only", "eu_file"),
    ],
)  # fmt: skip
def test_what_may_not_leave_any_more_is_listed_with_what_mends_it(
    day: Day, changed: dict[str, str | int], sentence: str, field: str
) -> None:
    today = "may not be sent abroad any more"
    leaves(day, **changed)
    assert today not in day.page(), "it sends nothing abroad"
    assert day.send(f"{ZONES}/new", EUROPE).status_code == 303
    page = day.page(ZONES).partition('id="refused"')[2].partition("</section>")[0]
    assert sentence in page
    assert f"#{field}" in page
    assert today in day.page()
    leaves(day, name_fr="Savon")
    assert 'id="refused"' not in day.page(ZONES)
    assert today not in day.page()


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"name": ""}, "name", "Give the zone a name"), ({"account": "99"}, "account", "Please choose one."),
        ({"service": ""}, "service", "Choose by which service"), ({"countries": []}, "countries", "Choose at least"),
        ({"countries": ["XX"]}, "countries", "Choose at least"), ({"price-0": ""}, "weight-0", "Write both"),
        ({"weight-0": "heavy"}, "weight-0", "Write a number"), ({"weight-1": "2001"}, "weight-0", "2000 g at most"),
        ({"max_days": "3"}, "max_days", "shorter than"), ({"min_days": ""}, "min_days", "Write how many days"),
        ({"weight-0": "", "price-0": "", "weight-1": "", "price-1": ""}, "weight-0", "Write at least one weight"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    day: Day, wrong: dict[str, object], field: str, sentence: str
) -> None:
    answer = day.send(f"{ZONES}/new", EUROPE | wrong)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sentence in answer.text
    assert "countries" in wrong or 'value="FR" checked' in answer.text
    assert kept(day) == []


def test_zones_are_the_owners_and_nobody_elses(day: Day) -> None:
    day.send(f"{ZONES}/new", EUROPE)
    assert day.lila.get(f"{day.url}{ZONES}").status_code == 403
    assert day.sami.get(f"{day.url}{ZONES}/1").status_code == 404

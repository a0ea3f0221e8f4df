"""What delivery costs: the first carrier that serves wins, two statements for any number of workshops."""

from __future__ import annotations

import pytest

from shop.core.errors import NotFound, Refused
from shop.core.money import Money
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.shipping import service as shipping
from shop.shipping.queries import (
    Load,
    carrier_accounts,
    carrier_of,
    desks,
    place_of,
    quotes,
    quotes_for,
    rates,
    wilaya_quotes,
)
from shop.shipping.service import DeskRow, RateRow
from tests.checkout.cast import workshop
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("app")


def test_a_wilaya_has_its_home_and_desk_price_with_its_desks() -> None:
    amina = workshop()
    home, desk = wilaya_quotes(amina.id, "31", 500)
    assert (home.kind, home.price, home.title, home.points) == ("home", Money.dinars(500), "Barq Express", ())
    assert (desk.kind, desk.price) == ("desk", Money.dinars(300))
    assert [point.name for point in desk.points] == ["Oran centre"]
    assert [quote.kind for quote in wilaya_quotes(amina.id, "16", 500)] == ["home"]
    assert wilaya_quotes(amina.id, "01", 500) == []


def test_the_first_carrier_that_serves_wins_for_each_kind() -> None:
    amina = workshop()
    with transaction():
        own = shipping.add_carrier(amina.id, "own_delivery", "Amina", by=SYSTEM)
        shipping.set_rates(
            amina.id, own.id,
            [RateRow(wilaya_code="31", home=Money.dinars(100), desk=None, min_days=0, max_days=1),
             RateRow(wilaya_code="15", home=Money(0), desk=None)], by=SYSTEM,
        )  # fmt: skip
    assert [quote.title for quote in wilaya_quotes(amina.id, "31", 500)] == ["Barq Express", "Barq Express"]
    assert [(quote.title, quote.price) for quote in wilaya_quotes(amina.id, "15", 500)] == [("Amina", Money(0))]
    with transaction():
        shipping.change_carrier(amina.id, own.id, position=-1, by=SYSTEM)
    home, desk = wilaya_quotes(amina.id, "31", 500)
    assert [(home.title, home.kind), (desk.title, desk.kind)] == [("Amina", "home"), ("Barq Express", "desk")]
    assert (home.min_days, home.max_days) == (0, 1)
    with transaction():
        shipping.change_carrier(amina.id, own.id, active=False, by=SYSTEM)
    assert wilaya_quotes(amina.id, "15", 500) == []


def test_many_workshops_are_asked_in_two_statements() -> None:
    shops = [shop.id for shop in (workshop(), workshop("Atelier Ismahane"), workshop("Atelier Nadia"))]
    session.rollback()
    with statements() as heard:
        found = quotes_for({shop: Load(500, Money(0)) for shop in shops}, place_of("3101"))
    assert len(heard) <= 2
    assert [len(found[shop]) for shop in shops] == [2, 2, 2]


def test_what_is_too_heavy_has_no_price() -> None:
    assert wilaya_quotes(workshop().id, "31", 30_001) == []


def test_a_vanished_carrier_is_passed_over() -> None:
    amina = workshop()
    with transaction():
        amina.carrier.carrier = "vanished"
    assert quotes(amina.id, place_of("3101"), weight_g=500, declared=Money(0)) == []


def test_a_place_knows_its_wilaya_of_before() -> None:
    place = place_of("1731")
    assert (place.wilaya_code, place.wilaya_code_58, place.commune_name) == ("65", "17", "Aïn Oussera")
    with pytest.raises(NotFound):
        place_of("9999")


def test_rates_and_desks_replace_those_of_before() -> None:
    amina = workshop()
    with transaction():
        shipping.set_rates(amina.id, amina.carrier.id, [RateRow(wilaya_code="25", home=None, desk=Money(0))], by=SYSTEM)
        shipping.set_desks(amina.id, amina.carrier.id, [DeskRow(wilaya_code="25", name="Khroub")], by=SYSTEM)
    assert [(rate.wilaya_code, rate.home_minor, rate.desk_minor) for rate in rates(amina.id, amina.carrier.id)] == [
        ("25", None, 0)
    ]
    assert [desk.name for desk in desks(amina.id, amina.carrier.id)] == ["Khroub"]
    assert [q.kind for q in wilaya_quotes(amina.id, "25", 1)] == ["desk"]
    assert carrier_of(carrier_accounts(amina.id)[0]).key == "rate_sheet"


def test_another_workshops_carrier_is_not_found() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    for verb in (
        lambda: shipping.set_rates(ismahane.id, amina.carrier.id, [], by=SYSTEM),
        lambda: shipping.set_desks(ismahane.id, amina.carrier.id, [], by=SYSTEM),
        lambda: shipping.change_carrier(ismahane.id, amina.carrier.id, active=False, by=SYSTEM),
    ):
        with pytest.raises(NotFound), transaction():
            verb()
    assert len(rates(amina.id, amina.carrier.id)) == 2


def test_a_carrier_needs_a_name_and_to_be_installed() -> None:
    amina = workshop()
    for key, title, field in (("vanished", "X", "carrier"), ("rate_sheet", "  ", "title")):
        with pytest.raises(Refused) as refused, transaction():
            shipping.add_carrier(amina.id, key, title, by=SYSTEM)
        assert refused.value.field == field


def test_a_partner_without_a_desk_in_a_new_wilaya_shows_those_of_the_old_one() -> None:
    amina = workshop()
    with transaction():
        rate = RateRow(wilaya_code="59", home=None, desk=Money.dinars(400))  # part of 03 before 2026
        shipping.set_rates(amina.id, amina.carrier.id, [rate], by=SYSTEM)
        there = DeskRow(wilaya_code="03", name="Laghouat", commune_code="0301")
        shipping.set_desks(amina.id, amina.carrier.id, [there], by=SYSTEM)
    (typed,) = quotes(amina.id, place_of("0310"), weight_g=300, declared=Money(0))
    assert typed.points == (), "the prices of a sheet are for its own wilayas"
    with transaction():
        amina.carrier.carrier = "yalidine"
    (told,) = quotes(amina.id, place_of("0310"), weight_g=300, declared=Money(0))
    assert [point.name for point in told.points] == ["Laghouat"]


def test_desks_come_nearest_first() -> None:
    amina = workshop()
    with transaction():
        rows = [DeskRow(wilaya_code="31", name=code, commune_code=code) for code in ("3106", "3101", "3113", "3105")]
        shipping.set_desks(amina.id, amina.carrier.id, rows, by=SYSTEM)
    desk = quotes(amina.id, place_of("3105"), weight_g=300, declared=Money(0))[1]
    assert [point.name for point in desk.points] == ["3105", "3113", "3101", "3106"]

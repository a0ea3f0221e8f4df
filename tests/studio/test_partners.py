"""An artisan connects her partner: its key once, checked in a tap, never shown; a parcel says what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from shop.core import clock
from shop.plumbing import i18n
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import Entry
from shop.shipping import partners
from shop.shipping.models import CarrierAccount, DeliveryRate, Shipment
from shop.testing.outside import World
from shop.web.studio.trail import said
from tests.fulfilment.partner import KEYS, Partner, a_world, partner_on
from tests.studio.day import Day, a_day

TYPED = {"carrier": "yalidine", "title": "Yalidine"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world() as found:
        yield found


@pytest.fixture
def partner(world: World, application: Flask) -> Iterator[Partner]:
    outside = application.extensions["hirfa_outside"]
    with partner_on(world, outside.seal) as found:
        application.extensions["hirfa_outside"] = replace(outside, http=found.outside.http)
        yield found


@pytest.fixture
def day(application: Flask, partner: Partner) -> Day:
    return a_day(application)


def connected(day: Day, partner: Partner) -> None:
    with day.application.app_context():
        partner.connect(day._workshop())
        session.remove()  # type: ignore[attr-defined]


def account(day: Day) -> CarrierAccount:
    with day.application.app_context():
        found = session.scalars(select(CarrierAccount).where(CarrierAccount.carrier == "yalidine")).one()
        session.expunge_all()
        return found


def test_a_partner_is_chosen_its_key_typed_and_checked(day: Day, partner: Partner) -> None:
    assert "Yalidine" in day.page("/settings/delivery/new")
    answer = day.send("/settings/delivery/new", TYPED)
    path = str(answer.location).removeprefix(day.url)
    assert path.endswith("/connection")
    page = day.page(path)
    assert all(each in page for each in ("Guepex", "Easy &amp; Speed", "API token"))
    wrong = day.send(path, {**KEYS, "api_token": "too short"})
    assert (wrong.status_code, "letters and digits only" in wrong.text) == (422, True)
    assert 'value="01234567890123456789"' in wrong.text
    assert day.send(path, KEYS).location.endswith(path)
    page = day.page(path)
    assert "The connection works." in page
    assert KEYS["api_token"] not in page
    assert KEYS["hook_secret"] not in page
    assert f"/hooks/carriers/{day.store_id}/" in page
    kept = account(day)
    assert KEYS["api_token"] not in kept.sealed + str(kept.settings)
    day.send(path, {**KEYS, "api_token": "", "hook_secret": ""})
    assert account(day).problem == "", "a secret that is left empty stays"
    assert ">works<" in day.page("/settings/delivery")


def test_keys_that_do_not_work_are_said_where_she_looks(day: Day, partner: Partner) -> None:
    connected(day, partner)
    path = f"/settings/delivery/{account(day).id}/connection"
    partner.sim.closed = {KEYS["api_id"]}
    assert day.send(f"{path}/check").status_code == 303
    assert "refused these keys" in day.page(path)
    assert "refused these keys" in day.page("/settings/delivery")
    partner.sim.closed = set()
    partner.world.faults.add("yalidine", "error", times=None)
    day.send(f"{path}/check")
    assert "did not answer" in day.page(path)


def test_helpers_and_strangers_see_no_key(day: Day, partner: Partner) -> None:
    connected(day, partner)
    path = f"/settings/delivery/{account(day).id}/connection"
    for who, status in ((day.lila, 403), (day.sami, 404)):
        assert who.get(day.url + path).status_code == status
        assert day.send(path, KEYS, who=who).status_code == status
        assert day.send(f"{path}/check", who=who).status_code == status
    sheet = day.send("/settings/delivery/new", {"carrier": "rate_sheet", "title": "Barq"})
    other = str(sheet.location).removeprefix(day.url).replace("/rates", "/connection")
    assert day.amina.get(day.url + other).status_code == 404, "a rate sheet has no key"


def test_the_page_of_an_order_says_what_its_parcel_waits_for(day: Day, partner: Partner) -> None:
    connected(day, partner)
    code = day.confirmed()
    assert "is being booked with Yalidine" in day.page(f"/orders/{code}")
    partner.world.faults.add("yalidine", "cut", times=None)
    parcel = day.parcel(code)
    shown = day.send("/labels", {"shipments": parcel.id, "paper": "a6"})
    assert shown.status_code == 303, "her own label prints"
    assert "1 parcel waits for its partner" in day.amina.get(shown.location).text
    assert "Yalidine is not answering: the parcel is booked as soon as it does." in day.page(f"/orders/{code}")
    partner.world.faults.clear()
    with day.application.app_context():
        partner.comes_round(minutes=9)
        session.remove()  # type: ignore[attr-defined]
    page = day.page(f"/orders/{code}")
    assert day.parcel(code).tracking.startswith("yal-")
    assert day.parcel(code).tracking in page
    assert "printed before Yalidine gave its number" in page
    with clock.standing_at(clock.now() + timedelta(minutes=20)):
        day.send("/labels", {"shipments": parcel.id, "paper": "a6"})
    assert "printed before Yalidine" not in day.page(f"/orders/{code}")


def test_a_refusal_says_why_and_one_tap_asks_again(day: Day, partner: Partner) -> None:
    connected(day, partner)
    code = day.confirmed()
    parcel = day.parcel(code)
    with day.application.app_context(), transaction():
        changed(update(Shipment).where(Shipment.id == parcel.id).values(collect_minor=150_001_00))
    assert day.send(f"/orders/{code}/booking").status_code == 303
    page = day.page(f"/orders/{code}")
    assert "Yalidine refused this parcel: it collects 150 000 DA at most" in page
    assert f"/orders/{code}/booking" in page
    with day.application.app_context(), transaction():
        changed(update(Shipment).where(Shipment.id == parcel.id).values(collect_minor=1100_00))
    day.send(f"/orders/{code}/booking", who=day.lila)
    page = day.page(f"/orders/{code}")
    assert "The parcel is booked." in day.page("/orders") or day.parcel(code).tracking in page
    assert "refused this parcel" not in page
    assert len(partner.sim.parcels) == 1
    assert day.send(f"/orders/{code}/booking", who=day.sami).status_code == 404


def test_what_was_refused_because_of_its_keys_is_booked_by_itself_once_they_work(day: Day, partner: Partner) -> None:
    connected(day, partner)
    code, mine = day.confirmed(), account(day)
    partner.sim.closed = {KEYS["api_id"]}
    day.send(f"/orders/{code}/booking")
    keys = f"/settings/delivery/{mine.id}/connection"
    assert "Yalidine refused the keys of your account." in day.page(f"/orders/{code}")
    assert keys in day.page(f"/orders/{code}")
    assert keys not in day.page(f"/orders/{code}", who=day.lila), "a helper does not see them"
    partner.sim.closed = set()
    with day.application.app_context():
        partner.comes_round(minutes=9)
        session.remove()  # type: ignore[attr-defined]
    assert partner.sim.parcels == {}, "nobody looked at the keys"
    day.send(f"{keys}/check")
    assert "refused the keys" not in day.page(f"/orders/{code}")
    with day.application.app_context():
        partner.comes_round(minutes=9)
        session.remove()  # type: ignore[attr-defined]
    assert day.parcel(code).tracking in partner.sim.parcels


def test_printing_waits_a_moment_at_most(day: Day, partner: Partner) -> None:
    connected(day, partner)
    code = day.confirmed()
    partner.world.faults.add("yalidine", "slow", times=None, seconds=4)
    began = clock.now()
    assert day.send("/labels", {"shipments": day.parcel(code).id, "paper": "a6"}).status_code == 303
    assert clock.now() - began < timedelta(seconds=4)
    partner.world.faults.clear()


def test_a_parcel_is_insured_at_the_partner_and_what_it_costs_is_told_before(day: Day, partner: Partner) -> None:
    connected(day, partner)
    path = f"/settings/delivery/{account(day).id}"
    assert "150\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}DA" in day.page(path)
    with day.application.app_context(), transaction():
        changed(update(DeliveryRate).values(insurance_hundredths=75))
    assert "It costs you 0,75\N{NO-BREAK SPACE}%" in day.page(path)
    code = day.ordered()
    page = day.page(f"/orders/{code}")
    assert "0,75\N{NO-BREAK SPACE}% of 600\N{NO-BREAK SPACE}DA: 4,50\N{NO-BREAK SPACE}DA" in page
    assert "Insure the parcel" in page
    answer = day.send(f"/orders/{code}/insurance", {"insured": "1"})
    assert answer.status_code == 303
    page = day.page(f"/orders/{code}")
    assert all(each in page for each in ("Insured", "Without insurance", "Parcel insured"))
    assert day.send(f"/orders/{code}/calls", {"outcome": "confirmed"}).status_code == 303
    with day.application.app_context():
        partner.works(minutes=1)
    (made,) = partner.sim.parcels.values()
    assert (made.row["do_insurance"], made.row["declared_value"]) == (1, 600)
    assert "Without insurance" not in day.page(f"/orders/{code}")
    day.send(f"/orders/{code}/insurance", {"insured": "0"})
    assert day.parcel(code).insured, "it is too late"
    day.send(path, {"title": "Yalidine", "insured_from": "0"})
    assert account(day).insured_from_minor == 0
    assert day.send(path, {"title": "Yalidine", "insured_from": "much"}).status_code == 422


def test_a_silent_partner_is_said_once_for_all_and_left_alone_until_it_answers(day: Day, partner: Partner) -> None:
    connected(day, partner)
    first, second = day.confirmed(), day.confirmed()
    partner.world.faults.add("yalidine", "error", times=None)
    with day.application.app_context():
        partner.works(minutes=1)
        session.remove()  # type: ignore[attr-defined]
    assert "Yalidine is not answering: 2 parcels wait" in day.page()
    partner.world.faults.clear()
    for code in (first, second):
        assert "Yalidine is not answering" in day.page(f"/orders/{code}")
        assert day.send("/labels", {"shipments": day.parcel(code).id, "paper": "a6"}).status_code == 303
    assert day.send(f"/orders/{second}/booking").status_code == 303
    assert partner.sim.parcels == {}, "nobody asks who was silent just now"
    with day.application.app_context():
        partner.comes_round(minutes=9)
        session.remove()  # type: ignore[attr-defined]
    assert "is not answering" not in day.page()
    assert len(partner.sim.parcels) == 2


def test_her_tap_asks_a_silent_partner_all_the_same(day: Day, partner: Partner) -> None:
    connected(day, partner)
    path = f"/settings/delivery/{account(day).id}/connection"
    partner.world.faults.add("yalidine", "cut", times=1)
    day.send(f"{path}/check")
    assert "did not answer" in day.page(path)
    day.send(f"{path}/check")
    assert "The connection works." in day.page(path)


def test_what_was_refused_is_said_on_today(day: Day, partner: Partner) -> None:
    connected(day, partner)
    code = day.confirmed()
    partner.sim.closed = {KEYS["api_id"]}
    day.send(f"/orders/{code}/booking")
    page = day.page()
    assert "Yalidine refused 1 parcel: the order says why." in page
    assert f'href="/studio/atelier-amina/orders/{code}"' in page


@pytest.mark.parametrize(("verb", "told"), [("refused", True), ("unknown", False)])
def test_what_happened_is_told_in_the_readers_language_without_the_networks_words(verb: str, told: bool) -> None:
    row = Entry(verb=f"shipment.booking_{verb}", data={"why": partners.WRONG_KEYS})
    with i18n.speaking("ar"):
        _sentence, detail = said(row)
        assert detail == (i18n._(partners.WRONG_KEYS) if told else "")
    assert detail != partners.WRONG_KEYS

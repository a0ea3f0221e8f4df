"""An artisan connects MyDHL, gives it a zone, and asks what a parcel abroad costs before she books it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from shop.core import clock
from shop.core.money import Money
from shop.orders.models import Order
from shop.plumbing.db import session, transaction
from shop.shipping import abroad
from shop.shipping.models import CarrierAccount, Shipment
from shop.testing.mydhl_sim import MyDhlSim
from shop.testing.outside import World
from tests.fulfilment.partner import Partner, a_world, partner_of
from tests.fulfilment.test_abroad import KEYS
from tests.studio.day import Day, a_day

TYPED = {"stage": "live", "product": "P", "box": "30 × 20 × 10"} | KEYS


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world(MyDhlSim) as found:
        yield found


@pytest.fixture
def partner(world: World, application: Flask) -> Iterator[Partner]:
    outside = application.extensions["hirfa_outside"]
    with partner_of(world, MyDhlSim, KEYS, outside.seal) as found:
        application.extensions["hirfa_outside"] = replace(outside, http=found.outside.http)
        yield found


@pytest.fixture
def day(application: Flask, partner: Partner) -> Day:
    return a_day(application)


def joined(day: Day) -> CarrierAccount:
    day.send("/settings/delivery/new", {"carrier": "mydhl", "title": "DHL"})
    found = account(day)
    day.send(f"/settings/delivery/{found.id}/connection", TYPED)
    return account(day)


def account(day: Day) -> CarrierAccount:
    with day.application.app_context():
        found = session.scalars(select(CarrierAccount).where(CarrierAccount.carrier == "mydhl")).one()
        session.expunge_all()
        return found


def going_abroad(day: Day, mydhl: CarrierAccount, *, delivery: int) -> str:
    """An order to Lyon that waits for her call, its parcel to go with DHL; return its code."""
    code = day.ordered()
    with day.application.app_context():
        with transaction():
            there = {"wilaya_code": "FR", "commune_code": "FR", "city": "Lyon", "postcode": "69003"}
            more = Order.delivery_minor - delivery * 100
            money = {"delivery_minor": delivery * 100, "total_minor": Order.total_minor - more}
            session.execute(update(Order).where(Order.code == code).values(there | money))
            going = {"carrier": "mydhl", "account_id": mydhl.id, "carrier_title": "DHL", "collect_minor": 0}
            order_id = session.scalars(select(Order.id).where(Order.code == code)).one()
            session.execute(update(Shipment).where(Shipment.order_id == order_id).values(going))
        session.remove()  # type: ignore[attr-defined]
    return code


def test_it_is_connected_and_asks_for_no_wilaya(day: Day) -> None:
    found = joined(day)
    assert (found.problem, found.learned) == ("", None)
    page = day.page("/settings/delivery")
    assert "No zone yet" in page
    assert f"/settings/delivery/{found.id}/rates" not in page
    for what in ("rates", "rates/pasted", "desks"):
        assert day.amina.get(f"{day.url}/settings/delivery/{found.id}/{what}").status_code == 404
    assert day.send(f"/settings/delivery/{found.id}/connection/prices").status_code == 404
    assert KEYS["password"] not in day.page(f"/settings/delivery/{found.id}/connection")


def test_what_is_wrong_is_said_at_its_field_and_a_closed_account_on_the_page(day: Day, partner: Partner) -> None:
    found = joined(day)
    refused = day.send(f"/settings/delivery/{found.id}/connection", TYPED | {"postcode": "15", "box": "big"})
    assert refused.status_code == 422
    assert "A postcode has five figures." in refused.text
    assert "Write three numbers" in refused.text
    partner.sim.closed = {KEYS["user"]}
    day.send(f"/settings/delivery/{found.id}/connection/check")
    assert "The partner refused these keys" in day.page(f"/settings/delivery/{found.id}/connection")


def test_a_zone_takes_it_and_its_page_counts_the_countries(day: Day) -> None:
    found = joined(day)
    typed = {"name": "Europe", "account": str(found.id), "service": "parcel", "min_days": "2", "max_days": "6",
             "weight-0": "500", "price-0": "6000", "countries": "FR"}  # fmt: skip
    assert day.send("/settings/delivery/abroad/new", typed).status_code == 303
    page = day.page("/settings/delivery")
    assert "No zone yet" not in page
    assert "1 country" in page
    with day.application.app_context():
        assert abroad.zones(day.store_id)[0].steps == ((500, Money.dinars(6000)),)


def test_the_page_of_its_zone_takes_its_prices_once_an_order_went_there(day: Day) -> None:
    found = joined(day)
    typed = {"name": "Europe", "account": str(found.id), "service": "parcel", "min_days": "2", "max_days": "6",
             "weight-0": "500", "price-0": "6000", "countries": "FR"}  # fmt: skip
    day.send("/settings/delivery/abroad/new", typed)
    with day.application.app_context():
        path = f"/settings/delivery/abroad/{abroad.zones(day.store_id)[0].row.id}"
    assert "Take the partner" not in day.page(path)
    day.send(path, {"action": "prices"})
    assert "once an order has gone" in day.page(path)
    going_abroad(day, found, delivery=6000)
    assert "Take the partner" in day.page(path)
    assert day.send(path, {"action": "prices"}).status_code == 303
    assert "are being asked" in day.page(path)


@pytest.mark.parametrize(("paid", "missing"), [(5000, "1 350"), (7000, "")])
def test_what_it_asks_stands_beside_what_the_buyer_pays(day: Day, partner: Partner, paid: int, missing: str) -> None:
    code = going_abroad(day, joined(day), delivery=paid)
    assert "Ask what it costs" in day.page(f"/orders/{code}")
    assert day.send(f"/orders/{code}/price").status_code == 303
    page = day.page(f"/orders/{code}").replace("\xa0", " ")
    assert "6 350" in page
    assert "It arrives in 3 days." in page
    assert ("are missing" in page, missing in page) == (bool(missing), True)
    assert "Ask again what it costs" in page
    assert partner.sim.parcels == {}


def test_what_is_cancelled_is_to_be_kept_and_its_invoice_is_what_it_wants(day: Day) -> None:
    code = going_abroad(day, joined(day), delivery=7000)
    assert "wants the commercial invoice" in day.page(f"/orders/{code}")
    with day.application.app_context():
        with transaction():
            order_id = session.scalars(select(Order.id).where(Order.code == code)).one()
            gone = {"state": "cancelled", "booked_at": clock.now(), "tracking": "1840000013"}
            session.execute(update(Shipment).where(Shipment.order_id == order_id).values(gone))
        session.remove()  # type: ignore[attr-defined]
    page = day.page(f"/orders/{code}")
    assert "Keep the parcel 1840000013" in page
    assert "please cancel" not in page


def test_a_partner_that_is_down_says_so(day: Day, partner: Partner) -> None:
    code = going_abroad(day, joined(day), delivery=5000)
    partner.world.faults.add("mydhl", "cut", "/rates$")
    day.send(f"/orders/{code}/price")
    assert "The partner did not answer" in day.page(f"/orders/{code}")


def test_an_order_at_home_asks_nobody(day: Day, partner: Partner) -> None:
    joined(day)
    code, asked = day.ordered(), sum(map(len, partner.sim.asked.values()))
    assert "Ask what it costs" not in day.page(f"/orders/{code}")
    day.send(f"/orders/{code}/price")
    assert "not going abroad" in day.page(f"/orders/{code}")
    assert sum(map(len, partner.sim.asked.values())) == asked

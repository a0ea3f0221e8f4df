"""Partners whose parcels are drafts until they are confirmed: exactly one that moves, whatever was lost between."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from shop import audit
from shop.core.money import Money
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import speaking
from shop.shipping import learning
from shop.shipping.models import CarrierPlace, Desk
from shop.shipping.partner_words import spoken
from shop.shipping.queries import place_of, quotes
from shop.testing.ecotrack_sim import LIMITS, EcotrackSim
from tests.checkout.cast import AMINA, Workshop, confirmed, parcel
from tests.fulfilment.partner import Partner

pytestmark = pytest.mark.usefixtures("app")
KIND = EcotrackSim
KEYS = {"brand": "packers", "api_token": "CanaryTokenOfAminaAtPackers1234567890", "collection": "0"}


def test_a_confirmed_order_is_booked_and_confirmed_there(amina: Workshop, partner: Partner) -> None:
    order, _box = confirmed(amina)
    partner.works(minutes=1)
    box = parcel(amina, order)
    row = partner.row(box)
    assert (box.tracking, row["validated"], row["montant"]) == (row["tracking"], 1, str(box.collect_minor // 100))


@pytest.mark.parametrize("path", ["/create/order$", "/valid/order$", "/get/orders$"])
@pytest.mark.parametrize("kind", ["cut_after", "error_after", "cut"])
def test_a_lost_answer_leaves_exactly_one_parcel_that_is_confirmed(
    amina: Workshop, partner: Partner, path: str, kind: str
) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add("ecotrack", kind, path)
    partner.works(minutes=1)
    assert parcel(amina, order).booked_at is None
    partner.comes_round(minutes=8)
    assert parcel(amina, order).tracking == partner.row(box)["tracking"]
    assert partner.row(box)["validated"] == 1


def test_a_draft_that_is_not_accepted_is_said_and_confirmed_when_she_asks_again(
    amina: Workshop, partner: Partner, sim: EcotrackSim
) -> None:
    sim.unconfirmed = "Solde insuffisant"
    order, box = confirmed(amina)
    partner.works(minutes=1)
    problem = parcel(amina, order).booking_problem
    assert problem == "it lies there as a draft and was not accepted — Solde insuffisant"
    with speaking("fr"):
        assert spoken(problem) == "il y est en brouillon et n’a pas été accepté — Solde insuffisant"
    partner.comes_round(minutes=60)
    assert partner.row(box)["validated"] == 0, "what was refused waits for her"
    sim.unconfirmed = ""
    booking.announce(amina.id, [box.id], by=AMINA, outside=partner.outside)
    assert parcel(amina, order).tracking == partner.row(box)["tracking"]
    assert partner.row(box)["validated"] == 1


def test_each_parcel_takes_its_turns_and_the_limit_is_never_met(
    amina: Workshop, partner: Partner, sim: EcotrackSim
) -> None:
    sim.limits = dict(LIMITS)
    boxes = [confirmed(amina)[1].id for _each in range(14)]
    outcomes = [each.outcome for each in booking.book(amina.id, boxes, outside=partner.outside)]
    assert (outcomes.count("booked"), outcomes.count("busy"), sim.offences) == (11, 3, 0)
    assert sum(map(len, sim.asked.values())) <= 25


def test_its_way_comes_back_by_asking(amina: Workshop, partner: Partner) -> None:
    box = partner.takes(amina)
    partner.sim.go(box.tracking, "paid", step_s=3600)
    went = partner.goes(box, hours=7)
    assert went == ["in_transit", "in_transit", "in_transit", "delivered", "delivered", "delivered", "delivered"]
    assert list(audit.findings()) == []


def test_what_is_cancelled_is_asked_back_and_a_lost_draft_is_deleted(amina: Workshop, partner: Partner) -> None:
    order, box = confirmed(amina)
    partner.works(minutes=1)
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    partner.works()
    assert partner.row(box)["status"] == "return_asked"
    order, box = confirmed(amina)
    partner.world.faults.add("ecotrack", "cut_after", "/create/order$")
    partner.works(minutes=1)
    assert partner.row(box)["validated"] == 0
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    partner.works(minutes=10)
    assert partner.sim.of_reference(box.reference) == []


def test_places_prices_and_the_communes_with_a_desk_are_learned(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "WILAYAS", ["15", "31"])
    with transaction():
        learning.ask(amina.id, amina.carrier.id, by=AMINA)
    learning.learn(partner.outside, {"store_id": amina.id, "account_id": amina.carrier.id})
    assert session.scalar(select(func.count()).where(CarrierPlace.commune_code != "")) == 1541
    found = quotes(amina.id, place_of("3101"), weight_g=300, declared=Money(0))
    assert [(each.kind, each.price) for each in found] == [("home", Money.dinars(600)), ("desk", Money.dinars(400))]
    desks = session.scalars(select(Desk).where(Desk.external != "", Desk.wilaya_code == "31")).all()
    assert {each.name for each in desks} == {"Oran", "Es Senia"}
    assert all(each.commune_code and not each.address for each in desks)

"""A partner that knows no parcel by our reference: the number of its draft is kept first, so one is confirmed, once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from shop import audit
from shop.core.money import Money
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.shipping import learning
from shop.shipping.models import CarrierPlace, Desk, Scan, Shipment
from shop.shipping.queries import place_of, quotes
from shop.testing.noest_sim import LIMITS, NoestSim
from tests.checkout.cast import AMINA, Workshop, confirmed, parcel
from tests.fulfilment.partner import Partner

pytestmark = pytest.mark.usefixtures("app")
KIND = NoestSim
KEYS = {"user_guid": "2QCANARY", "api_token": "CanaryTokenOfAminaAtNoest1234567890"}


def there(partner: Partner, box: Shipment) -> list[object]:
    """Return what lies there for a parcel: 1 for what is confirmed, 0 for a draft."""
    return sorted(each["validated"] for each in partner.sim.of_reference(box.reference))


@pytest.mark.parametrize("kind", ["cut_after", "error_after", "cut"])
def test_a_lost_answer_to_the_confirming_leaves_exactly_one_parcel(
    amina: Workshop, partner: Partner, kind: str
) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add("noest", kind, "/valid/order$")
    partner.works(minutes=1)
    kept = parcel(amina, order)
    assert (kept.booked_at, kept.draft != "") == (None, True)
    partner.comes_round(minutes=8)
    assert (parcel(amina, order).tracking, there(partner, box)) == (kept.draft, [1])
    assert not booking.left_a_draft(parcel(amina, order))


def test_a_draft_that_was_made_unheard_never_moves(amina: Workshop, partner: Partner) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add("noest", "cut_after", "/create/order$")
    partner.works(minutes=1)
    assert (parcel(amina, order).draft, there(partner, box)) == ("", [0])
    partner.comes_round(minutes=8)
    assert there(partner, box) == [0, 1]
    assert partner.sim.parcels[parcel(amina, order).tracking].row["validated"] == 1
    assert booking.left_a_draft(parcel(amina, order))


def test_a_draft_that_is_not_accepted_waits_for_her_and_one_that_is_gone_is_made_anew(
    amina: Workshop, partner: Partner, sim: NoestSim
) -> None:
    sim.refused = {"confirming": "Solde insuffisant"}
    order, box = confirmed(amina)
    partner.works(minutes=1)
    assert parcel(amina, order).booking_problem.endswith("not accepted — Solde insuffisant")
    partner.comes_round(minutes=60)
    assert there(partner, box) == [0]
    sim.refused = {}
    sim.parcels.clear()
    booking.announce(amina.id, [box.id], by=AMINA, outside=partner.outside)
    assert "no longer there" in parcel(amina, order).booking_problem
    booking.announce(amina.id, [box.id], by=AMINA, outside=partner.outside)
    assert (parcel(amina, order).booking_problem, there(partner, box)) == ("", [1])


def test_a_silent_partner_is_left_alone_and_the_limit_is_never_met(
    amina: Workshop, partner: Partner, sim: NoestSim
) -> None:
    boxes = [confirmed(amina)[1].id for _each in range(13)]
    partner.world.faults.add("noest", "cut", "/valid/order$")
    outcomes = [each.outcome for each in booking.book(amina.id, boxes, outside=partner.outside)]
    assert (outcomes.count("unknown"), outcomes.count("busy"), len(sim.parcels)) == (11, 2, 1)
    sim.limits = dict(LIMITS)
    for minutes in range(8, 20, 3):
        sim.world.clock.advance(seconds=180)
        partner.comes_round(minutes=minutes)
    assert (len(sim.parcels), sim.offences) == (13, 0)


def test_what_is_cancelled_is_taken_back_with_its_draft(amina: Workshop, partner: Partner) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add("noest", "cut", "/valid/order$")
    partner.works(minutes=1)
    assert there(partner, box) == [0]
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    partner.works(minutes=10)
    assert there(partner, box) == []


def test_money_moves_nothing(amina: Workshop, partner: Partner) -> None:
    box = partner.takes(amina)
    minutes = 1
    for status in ("validation_collect_colis", "edit_price", "fdr_activated", "extra_fee", "livre"):
        partner.world.clock.advance(hours=1)
        partner.sim.become(box.tracking, status)
        minutes += 11
        partner.comes_round(minutes=minutes)
    session.rollback()
    assert session.scalars(select(Shipment.state).where(Shipment.id == box.id)).one() == "delivered"
    assert session.scalar(select(func.count()).select_from(Scan)) == 3
    partner.sim.become(box.tracking, "verssement_admin_cust")
    partner.comes_round(minutes=minutes + 11)
    payment = payment_of(amina.id, box.order_id)
    assert payment is not None
    assert payment.state == "collected", "paid out is what her statement says, never an event of a parcel"
    assert list(audit.findings()) == []


def test_places_prices_and_desks_are_learned_wilaya_by_wilaya(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "WILAYAS", ["15", "31", "54"])
    for _again in range(2):
        with transaction():
            learning.ask(amina.id, amina.carrier.id, by=AMINA)
        learning.learn(partner.outside, {"store_id": amina.id, "account_id": amina.carrier.id})
        session.rollback()
        assert session.scalar(select(func.count()).where(CarrierPlace.commune_code != "")) == 67 + 26 + 2
        desks = session.scalars(select(Desk).where(Desk.external != "", Desk.active)).all()
        assert {each.external for each in desks} == {"15A", "31A", "31B"}
        assert all(each.commune_code and each.hours for each in desks)
    found = quotes(amina.id, place_of("3101"), weight_g=300, declared=Money(0))
    assert [(each.kind, each.price) for each in found] == [("home", Money.dinars(550)), ("desk", Money.dinars(350))]

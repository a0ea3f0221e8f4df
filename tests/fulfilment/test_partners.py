"""A partner through every layer: booked by a job, found again, taken back, followed by poll and by notice."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from shop import audit
from shop.core import clock
from shop.core.errors import Forged
from shop.core.money import Money
from shop.documents import service as documents
from shop.documents.queries import label_contents
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.payments.queries import payment_of
from shop.plumbing.db import db, session, transaction
from shop.shipping import inbox, partners
from shop.shipping.contract import Notice
from shop.shipping.models import CarrierAccount, CarrierNotice, Scan, Shipment
from shop.shipping.queries import place_of, quotes
from shop.testing.yalidine_sim import signed
from tests.checkout.cast import AMINA, Workshop, confirmed, ordered, parcel, workshop
from tests.fulfilment.partner import KEYS, Partner

pytestmark = pytest.mark.usefixtures("app")


def printed(shop: Workshop, box: Shipment) -> None:
    with transaction():
        documents.print_labels(shop.id, [box.id], paper="100x150", start=1, by=AMINA)


def booked(shop: Workshop, partner: Partner) -> Shipment:
    order, _box = confirmed(shop)
    partner.works(minutes=1)
    return parcel(shop, order)


def test_buyers_are_quoted_from_the_prices_that_are_kept_and_nobody_is_asked(amina: Workshop, partner: Partner) -> None:
    partner.world.faults.add("yalidine", "cut", times=None)
    found = quotes(amina.id, place_of("3101"), weight_g=300, declared=Money(0))
    assert [(each.kind, each.price) for each in found] == [("home", Money.dinars(500)), ("desk", Money.dinars(300))]
    assert partner.sim.asked == {}


def test_a_confirmed_order_is_booked_by_a_job_and_its_label_bears_the_number(amina: Workshop, partner: Partner) -> None:
    order, box = confirmed(amina)
    assert partner.works() == 0, "a call can be taken back for a moment"
    assert partner.works(minutes=1) == 1
    box = parcel(amina, order)
    row = partner.row(box)
    assert (box.tracking, box.booked_at is not None) == (row["tracking"], True)
    assert (row["price"], row["to_commune_name"]) == (box.collect_minor // 100, "Oran")
    assert [each.code for each in label_contents(amina.id, [box.id])] == [box.tracking]


def test_no_connection_is_held_while_a_partner_is_asked(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, held = db.engine, list[int]()
    monkeypatch.setattr(partner.sim, "tick", lambda: held.append(engine.pool.checkedout()))  # type: ignore[attr-defined]
    order, box = confirmed(amina)
    partner.works(minutes=1)
    printed(amina, box)
    partner.comes_round(minutes=70)
    assert parcel(amina, order).booked_at is not None
    assert set(held) == {0}, "whoever waits for a partner keeps no connection from those who order"
    assert len(held) >= 3, "sought, booked, followed"


def test_an_order_that_is_undone_is_never_booked(amina: Workshop, partner: Partner) -> None:
    order, _box = confirmed(amina)
    with transaction():
        fulfilment.undo_call(amina.id, order.id, by=AMINA)
    partner.works(minutes=1)
    partner.comes_round(minutes=2)
    assert partner.sim.parcels == {}


def test_a_partner_that_is_down_keeps_nobody_from_printing_and_is_asked_again(
    amina: Workshop, partner: Partner
) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add("yalidine", "cut", times=None)
    partner.works(minutes=1)
    printed(amina, box)
    box = parcel(amina, order)
    assert (box.state, box.tracking, box.asked_at is not None, box.booking_problem) == ("labelled", "", True, "")
    asked = sum(map(len, partner.sim.asked.values()))
    done, waiting = booking.announce(amina.id, [box.id], by=AMINA, outside=partner.outside)
    assert (done, waiting) == ([], 1), "it was silent just now: nobody waits for it"
    assert sum(map(len, partner.sim.asked.values())) == asked
    partner.world.faults.clear()
    partner.comes_round(minutes=3)
    assert partner.sim.parcels == {}, "not before the lost request must be over"
    partner.comes_round(minutes=8)
    assert parcel(amina, order).tracking == partner.row(box)["tracking"]


@pytest.mark.parametrize("kind", ["cut_after", "error_after"])
def test_an_answer_that_was_lost_leaves_exactly_one_parcel(amina: Workshop, partner: Partner, kind: str) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add("yalidine", kind, "/v1/parcels", method="POST")
    partner.works(minutes=1)
    assert parcel(amina, order).booked_at is None
    partner.comes_round(minutes=8)
    assert parcel(amina, order).tracking == partner.row(box)["tracking"]


def test_many_are_booked_in_one_request_and_one_that_is_wrong_says_why(amina: Workshop, partner: Partner) -> None:
    made = [confirmed(amina) for _each in range(6)]
    with transaction():
        session.get_one(Shipment, made[2][1].id).collect_minor = 150_001_00
    booking.book(amina.id, [box.id for _order, box in made], outside=partner.outside)
    assert sum(map(len, partner.sim.asked.values())) == 2
    found = [parcel(amina, order) for order, _box in made]
    assert [bool(each.tracking) for each in found] == [True, True, False, True, True, True]
    assert "150 000" in found[2].booking_problem
    partner.comes_round(minutes=60)
    assert len(partner.sim.of_reference(found[2].reference)) == 0, "what was refused waits for her"


def test_a_partner_is_never_asked_more_than_it_allows(
    amina: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shop.testing.yalidine_sim import LIMITS

    monkeypatch.setattr(booking, "AT_ONCE", 1)
    partner.sim.limits = {"minute": LIMITS["minute"]}
    boxes = [confirmed(amina)[1].id for _each in range(14)]
    outcomes = [each.outcome for each in booking.book(amina.id, boxes, outside=partner.outside)]
    assert (outcomes.count("booked"), outcomes.count("busy"), partner.sim.offences) == (12, 2, 0)


def test_what_is_cancelled_is_free_at_the_partner(amina: Workshop, partner: Partner) -> None:
    box = booked(amina, partner)
    assert len(partner.sim.parcels) == 1
    with transaction():
        fulfilment.cancel(amina.id, box.order_id, "other", by=AMINA)
    partner.works()
    assert partner.sim.parcels == {}


def test_what_is_cancelled_while_no_answer_came_is_sought_and_freed(amina: Workshop, partner: Partner) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add("yalidine", "cut_after", "/v1/parcels", method="POST")
    partner.works(minutes=1)
    assert len(partner.sim.of_reference(box.reference)) == 1
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    partner.works(minutes=10)
    assert partner.sim.parcels == {}


def test_its_way_comes_back_by_asking_until_the_money_is_known(amina: Workshop, partner: Partner) -> None:
    box = partner.takes(amina)
    partner.sim.go(box.tracking, "second_try", step_s=3600)
    went = partner.goes(box, hours=7)
    assert went == ["in_transit", "in_transit", "in_transit", "attempt_failed", "in_transit", "delivered", "delivered"]
    payment = payment_of(amina.id, box.order_id)
    assert payment is not None
    assert payment.state == "collected"
    assert session.scalar(select(func.count()).select_from(Scan)) == 6
    assert list(audit.findings()) == []


def test_parcels_of_several_workshops_are_followed_in_one_round(amina: Workshop, partner: Partner) -> None:
    shops = [amina, workshop("Atelier Ismahane"), workshop("Atelier Zineb")]
    for number, shop in enumerate(shops[1:]):
        partner.connect(shop, api_id=f"{number:020d}")
    boxes = [partner.takes(shop) for shop in shops]
    for box in boxes:
        partner.sim.go(box.tracking, "second_try", step_s=3600)
    assert [partner.goes(box, hours=1) for box in boxes] == [["in_transit"]] * 3


def notice(partner: Partner, tracking: str, status: str, event: str, *, secret: str = KEYS["hook_secret"]) -> Notice:
    data = {"tracking": tracking, "status": status, "reason": None}
    told = {"event_id": event, "occurred_at": "2026-11-26 10:00:00", "data": data}
    body = json.dumps({"type": "parcel_status_updated", "events": [told]}).encode()
    headers = {name.lower(): value for name, value in signed(secret, body).items()}
    return Notice(body, headers, clock.now())


def test_a_notice_moves_nothing_by_what_it_says(amina: Workshop, partner: Partner) -> None:
    box = booked(amina, partner)
    printed(amina, box)
    told = notice(partner, box.tracking, "Livré", "e1")
    assert inbox.receive(amina.id, amina.carrier.id, told, partner.outside) == 1
    assert inbox.receive(amina.id, amina.carrier.id, told, partner.outside) == 0
    assert partner.works() == 1
    session.rollback()
    assert session.scalars(select(Shipment.state).where(Shipment.id == box.id)).one() == "labelled"
    partner.sim.become(box.tracking, "Expédié")
    inbox.receive(amina.id, amina.carrier.id, notice(partner, box.tracking, "Livré", "e2"), partner.outside)
    partner.works()
    session.rollback()
    assert session.scalars(select(Shipment.state).where(Shipment.id == box.id)).one() == "in_transit"


def test_forged_and_foreign_notices_do_nothing(amina: Workshop, partner: Partner) -> None:
    box = booked(amina, partner)
    with pytest.raises(Forged):
        inbox.receive(
            amina.id, amina.carrier.id, notice(partner, box.tracking, "Livré", "e", secret="other"), partner.outside
        )
    other = workshop("Atelier Ismahane")
    partner.connect(other, hook_secret="SecretOfIsmahane12345")
    asked = sum(map(len, partner.sim.asked.values()))
    foreign = notice(partner, box.tracking, "Livré", "e", secret="SecretOfIsmahane12345")
    assert inbox.receive(other.id, other.carrier.id, foreign, partner.outside) == 1
    partner.works()
    assert sum(map(len, partner.sim.asked.values())) == asked, "a number of another workshop is not asked about"
    assert session.scalar(select(CarrierNotice.handled_at)) is not None


def test_a_secret_opens_for_its_own_account_only(amina: Workshop, partner: Partner) -> None:
    other = workshop("Atelier Ismahane")
    partner.connect(other)
    with transaction():
        mine, theirs = (session.get_one(CarrierAccount, each.carrier.id) for each in (amina, other))
        theirs.sealed = mine.sealed
    session.rollback()
    stolen = session.get_one(CarrierAccount, other.carrier.id)
    assert partners.secrets_of(stolen, partner.outside.seal) == {}
    assert KEYS["api_token"] not in stolen.sealed + json.dumps(stolen.settings)


def test_keys_that_were_closed_are_refused_and_say_so(amina: Workshop, partner: Partner) -> None:
    partner.sim.closed = {KEYS["api_id"]}
    order, _box = confirmed(amina)
    partner.works(minutes=1)
    assert parcel(amina, order).booking_problem == partners.WRONG_KEYS
    assert partners.check(session.get_one(CarrierAccount, amina.carrier.id), partner.outside) == partners.WRONG_KEYS


def test_an_order_that_is_only_placed_is_not_booked(amina: Workshop, partner: Partner) -> None:
    ordered(amina)
    partner.comes_round(minutes=60)
    assert partner.sim.parcels == {}

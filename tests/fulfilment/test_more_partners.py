"""Every other partner through every layer: learned, booked once whatever is lost, followed by poll and by notice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from shop import audit
from shop.core import clock
from shop.core.errors import Forged, Refused
from shop.documents import service as documents
from shop.documents.queries import label_contents
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import session, transaction
from shop.shipping import inbox, learning, partners, places
from shop.shipping.models import CarrierAccount, CarrierNotice, DeliveryRate, Desk, Shipment
from shop.shipping.queries import by_ending
from shop.testing import maystro_sim
from shop.testing.outside import World
from tests.checkout.cast import AMINA, Workshop, confirmed, ordered, parcel, workshop
from tests.fulfilment.more_partners import CASES, TOLD, Case
from tests.fulfilment.partner import Partner, a_world, partner_of

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world(*(each.kind for each in CASES)) as found:
        yield found


@pytest.fixture(params=CASES, ids=repr)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def partner(world: World, case: Case) -> Iterator[Partner]:
    with partner_of(world, case.kind, case.keys) as found:
        yield found


@pytest.fixture
def amina(partner: Partner) -> Workshop:
    shop = workshop(stock=60)
    partner.connect(shop)
    return shop


def learn(shop: Workshop, partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "WILAYAS", ["15", "31"])
    with transaction():
        learning.ask(shop.id, shop.carrier.id, by=AMINA)
    learning.learn(partner.outside, {"store_id": shop.id, "account_id": shop.carrier.id})


def booked(shop: Workshop, partner: Partner) -> Shipment:
    order, _box = confirmed(shop)
    partner.works(minutes=1)
    return parcel(shop, order)


def state_of(box: Shipment) -> str:
    session.rollback()
    return session.scalars(select(Shipment.state).where(Shipment.id == box.id)).one()


def test_its_places_prices_and_desks_are_learned_and_parcels_bear_their_marks(
    amina: Workshop, partner: Partner, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(amina, partner, monkeypatch)
    assert (places.spelled(case.key, "3101") is not None) == case.lists
    priced = session.scalars(select(DeliveryRate.home_minor).where(DeliveryRate.wilaya_code == "31")).one()
    assert priced == 600_00
    with transaction():
        session.query(Desk).filter(Desk.external == "").update({"active": False})
    assert bool(session.scalar(select(func.count()).where(Desk.external != ""))) == case.desks
    order = ordered(amina, kind="desk" if case.desks else "home")
    with transaction():
        fulfilment.confirm(amina.id, order.id, by=AMINA)
    partner.works(minutes=1)
    box = parcel(amina, order)
    assert box.booked_at is not None
    assert box.tracking in partner.sim.parcels
    assert [each.code for each in label_contents(amina.id, [box.id])] == [box.tracking]


def test_a_parcel_is_found_by_the_number_that_is_scanned_from_its_label(amina: Workshop, partner: Partner) -> None:
    box = booked(amina, partner)
    with transaction():
        documents.print_labels(amina.id, [box.id], paper="100x150", start=1, by=AMINA)
    (label,) = label_contents(amina.id, [box.id])
    for typed in (label.code, label.code.lower(), label.code[-6:], box.reference):
        assert by_ending(amina.id, typed).id == box.id
    for typed in ("----", "%%%%", "____", "-"):
        with pytest.raises(Refused):
            by_ending(amina.id, typed)


@pytest.mark.parametrize("kind", ["cut", "cut_after", "error_after"])
def test_an_answer_that_was_lost_leaves_exactly_one_parcel(
    amina: Workshop, partner: Partner, case: Case, kind: str
) -> None:
    order, box = confirmed(amina)
    partner.world.faults.add(case.key, kind, case.path, method="POST")
    partner.works(minutes=1)
    assert parcel(amina, order).booked_at is None
    partner.comes_round(minutes=8)
    assert parcel(amina, order).tracking
    assert len(partner.sim.of_reference(box.reference)) == len(partner.sim.parcels) == 1


def test_what_is_cancelled_while_no_answer_came_is_sought_and_freed(
    amina: Workshop, partner: Partner, case: Case
) -> None:
    order, _box = confirmed(amina)
    partner.world.faults.add(case.key, "cut_after", case.path, method="POST")
    partner.works(minutes=1)
    with transaction():
        fulfilment.cancel(amina.id, order.id, "other", by=AMINA)
    partner.works(minutes=10)
    left = [each for each in partner.sim.parcels.values() if each.row.get("status") != maystro_sim.CANCELLED]
    assert (left == []) == case.cancels == partners.takes_back(case.key)


def test_no_account_is_asked_more_than_it_may(amina: Workshop, partner: Partner) -> None:
    boxes = [confirmed(amina)[1].id for _each in range(30)]
    outcomes = [each.outcome for each in booking.book(amina.id, boxes, outside=partner.outside)]
    alone = partners.turns_of_a_parcel(partner.sim.key)
    turns = 50 // 2 // partners.PER_TURN
    assert outcomes.count("booked") == ((turns - 1) // alone if alone else 30)
    assert outcomes.count("booked") + outcomes.count("busy") == 30


def test_its_way_comes_back_by_asking(amina: Workshop, partner: Partner, case: Case) -> None:
    box = partner.takes(amina)
    partner.sim.go(box.tracking, "second_try", step_s=3600)
    assert partner.goes(box, hours=len(case.second_try)) == list(case.second_try)
    assert list(audit.findings()) == []


@pytest.mark.parametrize("case", TOLD, ids=repr)
def test_a_notice_moves_nothing_by_what_it_says(amina: Workshop, partner: Partner, case: Case) -> None:
    assert case.notice is not None
    box, journey = partner.takes(amina), case.kind.journeys["delivered"]
    told = case.notice(box.tracking, journey[-1], "e1", clock.now())
    assert inbox.receive(amina.id, amina.carrier.id, told, partner.outside) == 1
    assert inbox.receive(amina.id, amina.carrier.id, told, partner.outside) == 0
    partner.works()
    assert state_of(box) == "handed_over"
    partner.sim.become(box.tracking, journey[0])
    later = case.notice(box.tracking, journey[-1], "e2", clock.now())
    inbox.receive(amina.id, amina.carrier.id, later, partner.outside)
    partner.works()
    assert state_of(box) == "in_transit"


@pytest.mark.parametrize("case", TOLD, ids=repr)
def test_a_notice_for_one_workshop_is_forged_for_another(amina: Workshop, partner: Partner, case: Case) -> None:
    assert case.notice is not None
    box, other = partner.takes(amina), workshop("Atelier Ismahane")
    partner.connect(other, hook_secret="whsec_T3RoZXJTZWNyZXRPZkhvb2tz")
    told = case.notice(box.tracking, case.kind.journeys["delivered"][-1], "e1", clock.now())
    with pytest.raises(Forged):
        inbox.receive(other.id, other.carrier.id, told, partner.outside)
    assert session.scalar(select(func.count()).select_from(CarrierNotice)) == 0


def test_its_keys_are_sealed_and_open_for_their_own_account_only(amina: Workshop, partner: Partner, case: Case) -> None:
    account = session.get_one(CarrierAccount, amina.carrier.id)
    hidden = partners.secrets_of(account, partner.outside.seal)
    assert hidden
    assert not [each for each in hidden.values() if each in account.sealed + str(account.settings)]
    other = workshop("Atelier Ismahane")
    partner.connect(other)
    with transaction():
        theirs = session.get_one(CarrierAccount, other.carrier.id)
        theirs.sealed = account.sealed
    assert partners.secrets_of(theirs, partner.outside.seal) == {}

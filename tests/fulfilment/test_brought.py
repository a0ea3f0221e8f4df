"""What a partner paid out comes as a list by itself: once, in its own words, and settles nothing before she says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from shop import audit
from shop.core import clock
from shop.core.money import Money
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from shop.settlement import brought, drafts
from shop.settlement.models import Remittance, Statement
from shop.shipping.models import Shipment
from shop.testing import yalidine_places as places
from shop.testing.yalidine_sim import YalidineSim
from tests.checkout.cast import AMINA, Workshop, confirmed, parcel
from tests.fulfilment.partner import KEYS, Partner

pytestmark = pytest.mark.usefixtures("app")
HOME = Money.dinars(places.HOME[1])  # what the partner asks for the door within the North


def arrived(shop: Workshop, partner: Partner) -> Shipment:
    """Have an order booked, brought and paid for at the door."""
    box = partner.takes(shop)
    for status in ("Expédié", "Sorti en livraison", "Livré"):
        partner.sim.become(box.tracking, status)
    partner.comes_round(minutes=11)
    session.refresh(box)
    assert box.state == "delivered"
    return box


def paid(partner: Partner) -> str:
    assert isinstance(partner.sim, YalidineSim)
    return partner.sim.pay(KEYS["api_id"])


def asks(partner: Partner, *, days: int = 0) -> list[Statement]:
    """Let the job come round; return the lists that wait for her."""
    with clock.standing_at(clock.now() + timedelta(days=days)):
        brought.bring(partner.outside, {})
    session.rollback()
    wanted = select(Statement).where(Statement.remittance_id.is_(None)).order_by(Statement.id)
    return list(session.scalars(wanted, execution_options={"populate_existing": True}))


def state(box: Shipment) -> str:
    session.expire_all()
    found = payment_of(box.store_id, box.order_id)
    assert found is not None
    return found.state


def test_what_was_paid_out_waits_as_a_list_and_settles_its_parcels_when_she_writes_it_down(
    amina: Workshop, partner: Partner
) -> None:
    first, second, third = (arrived(amina, partner) for _ in range(3))
    assert asks(partner) == [], "it collected, and paid nothing out yet"
    payment = paid(partner)
    fourth = arrived(amina, partner)
    (told,) = asks(partner)
    assert (told.reference, told.lines, told.carrier_title) == (payment, 3, "Yalidine")
    looked = drafts.look(drafts.statement(amina.id, told.id))
    assert {(each.outcome, each.shipment_id) for each in looked} == {
        ("matched", box.id) for box in (first, second, third)
    }
    assert {(each.collected, each.fee) for each in looked} == {(first.collect, HOME)}
    assert [state(box) for box in (first, second, third)] == ["collected"] * 3, "nothing is settled by what it says"
    with transaction():
        drafts.write(amina.id, told.id, reference="", received_on=clock.today(), by=AMINA)
    assert [state(box) for box in (first, second, third, fourth)] == ["settled"] * 3 + ["collected"]
    assert session.scalars(select(Remittance.received_minor)).one() == 3 * (first.collect - HOME).minor
    assert asks(partner) == [], "told once"
    assert list(audit.findings()) == []


def test_a_list_that_was_set_aside_is_not_brought_again(amina: Workshop, partner: Partner) -> None:
    arrived(amina, partner)
    paid(partner)
    (told,) = asks(partner)
    with transaction():
        drafts.drop(amina.id, told.id, by=AMINA)
    assert asks(partner) == []
    arrived(amina, partner)
    paid(partner)
    (second,) = asks(partner)
    assert second.lines == 1


def test_what_she_ticked_off_herself_is_not_told_her_again(amina: Workshop, partner: Partner) -> None:
    box = arrived(amina, partner)
    arrived(amina, partner)  # so that the partner holds something still, and is asked
    payment = paid(partner)
    (told,) = asks(partner)
    with transaction():
        drafts.write(amina.id, told.id, reference="", received_on=clock.today(), by=AMINA)
    arrived(amina, partner)
    other = Partner(partner.world, partner.sim, partner.outside, partner.keys)
    assert isinstance(partner.sim, YalidineSim)
    for made in partner.sim.parcels.values():  # the same money under another name
        if made.row["payment_id"] == payment:
            made.row["payment_id"] = "PAY-AGAIN"
    assert asks(other) == []
    assert state(box) == "settled"


def test_nobody_is_asked_who_holds_nothing_and_who_is_silent_is_asked_again(amina: Workshop, partner: Partner) -> None:
    order, _box = confirmed(amina)
    partner.works(minutes=1)
    before = {key: len(asked) for key, asked in partner.sim.asked.items()}
    assert asks(partner) == []
    assert {key: len(asked) for key, asked in partner.sim.asked.items()} == before
    assert parcel(amina, order).state == "preparing"
    arrived(amina, partner)
    paid(partner)
    partner.world.faults.add("yalidine", "cut", "/v1/parcels", method="GET")
    assert asks(partner) == []
    with clock.standing_at(clock.now() + timedelta(minutes=15)):
        assert len(asks(partner)) == 1


def test_its_share_of_large_amounts_is_kept_too(amina: Workshop, partner: Partner) -> None:
    box = arrived(amina, partner)
    partner.sim.parcels[box.tracking].row["taxe_from"] = 500
    paid(partner)
    (told,) = asks(partner)
    (line,) = drafts.look(drafts.statement(amina.id, told.id))
    assert line.fee == HOME + Money(round(box.collect.minor * 0.015))
    assert session.scalar(select(func.count()).select_from(Remittance)) == 0

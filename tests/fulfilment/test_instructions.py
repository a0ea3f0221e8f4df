"""A parcel that found nobody: its partner is asked once for another attempt or its return, and says what it will."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shop.core.errors import InvalidTransition, Refused
from shop.fulfilment import instructions
from shop.fulfilment import service as fulfilment
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.shipping import queries as shipping
from shop.shipping.models import Shipment
from shop.testing.ecotrack_sim import EcotrackSim
from shop.testing.noest_sim import NoestSim
from shop.testing.outside import World
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.fulfilment.more_partners import CASES
from tests.fulfilment.partner import Partner, a_world, partner_of

pytestmark = pytest.mark.usefixtures("app")
NOEST_KEYS = {"user_guid": "2QCANARY", "api_token": "CanaryTokenOfAminaAtNoest1234567890"}
ECOTRACK_KEYS = next(each.keys for each in CASES if each.key == "ecotrack")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world(NoestSim, EcotrackSim) as found:
        yield found


@pytest.fixture
def noest(world: World) -> Iterator[Partner]:
    with partner_of(world, NoestSim, NOEST_KEYS) as found:
        yield found


@pytest.fixture
def ecotrack(world: World) -> Iterator[Partner]:
    with partner_of(world, EcotrackSim, ECOTRACK_KEYS) as found:
        yield found


def missed(partner: Partner, status: str) -> tuple[Workshop, Shipment]:
    """Give a parcel whose courier found nobody."""
    shop = workshop(stock=5)
    partner.connect(shop)
    box = partner.takes(shop)
    partner.sim.become(box.tracking, status)
    partner.comes_round(minutes=61)
    return shop, fresh(shop, box)


def fresh(shop: Workshop, box: Shipment) -> Shipment:
    session.rollback()
    return shipping.shipment(shop.id, box.id)


def ask(shop: Workshop, box: Shipment, instruction: str) -> None:
    with transaction():
        instructions.ask(shop.id, box.id, instruction, by=AMINA)


def said(partner: Partner, box: Shipment) -> list[str]:
    return [str(each.get("event_key") or each.get("status")) for each in partner.sim.parcels[box.tracking].told]


def verbs(shop: Workshop, box: Shipment) -> list[str]:
    return [each.verb for each in journal.timeline("shipment", box.id, store_id=shop.id)]


def test_another_attempt_is_asked_for_once_and_the_parcel_arrives(noest: Partner) -> None:
    shop, box = missed(noest, "mise_a_jour")
    assert (box.state, instructions.possible(box)) == ("attempt_failed", ["try_again", "send_back"])
    ask(shop, box, "try_again")
    ask(shop, box, "try_again")
    assert instructions.standing(box) == "try_again"
    assert instructions.possible(box) == []
    noest.works()
    noest.works(minutes=30)
    assert said(noest, box).count("nouvel_tentative_asked_by_customer") == 1
    assert verbs(shop, box).count("shipment.try_again") == 1
    noest.sim.go(box.tracking, "again", step_s=60)
    noest.world.clock.advance(hours=1)
    noest.comes_round(minutes=120)
    assert fresh(shop, box).state == "delivered"


def test_after_a_second_failure_it_can_be_asked_again(noest: Partner) -> None:
    shop, box = missed(noest, "mise_a_jour")
    ask(shop, box, "try_again")
    noest.works()
    noest.world.clock.advance(hours=1)
    noest.sim.become(box.tracking, "fdr_activated")
    noest.comes_round(minutes=122)
    assert instructions.possible(fresh(shop, box)) == []
    noest.world.clock.advance(hours=1)
    noest.sim.become(box.tracking, "mise_a_jour")
    noest.comes_round(minutes=183)
    assert instructions.possible(fresh(shop, box)) == ["try_again", "send_back"]


@pytest.mark.parametrize(("kind", "status", "told"), [
    ("noest", "mise_a_jour", "return_asked_by_customer"), ("ecotrack", "attempt_delivery", "return_asked"),
])  # fmt: skip
def test_it_is_called_back(request: pytest.FixtureRequest, kind: str, status: str, told: str) -> None:
    partner: Partner = request.getfixturevalue(kind)
    shop, box = missed(partner, status)
    ask(shop, box, "send_back")
    partner.works()
    assert said(partner, box).count(told) == 1
    partner.comes_round(minutes=122)
    assert fresh(shop, box).state == "returning"


def test_a_lost_answer_asks_again_and_one_return_is_asked_for(ecotrack: Partner) -> None:
    shop, box = missed(ecotrack, "attempt_delivery")
    ask(shop, box, "send_back")
    ecotrack.world.faults.add("ecotrack", "cut_after", "/ask/for/order/return$", method="POST")
    ecotrack.works()
    ecotrack.works(minutes=5)
    assert said(ecotrack, box).count("return_asked") == 1
    assert "shipment.instruction_refused" not in verbs(shop, box)


def test_a_refusal_is_said_and_it_can_be_asked_anew(noest: Partner) -> None:
    shop, box = missed(noest, "mise_a_jour")
    ask(shop, box, "try_again")
    noest.sim.become(box.tracking, "colis_suspendu")
    noest.works()
    (refused,) = [
        each
        for each in journal.timeline("shipment", box.id, store_id=shop.id)
        if each.verb == "shipment.instruction_refused"
    ]
    assert refused.data["why"] == "Aucune tentative à refaire"
    assert instructions.possible(fresh(shop, box)) == ["try_again", "send_back"]


def test_what_cannot_be_asked_is_refused_in_words(ecotrack: Partner) -> None:
    shop, box = missed(ecotrack, "attempt_delivery")
    assert instructions.possible(box) == ["send_back"]
    with pytest.raises(InvalidTransition):
        ask(shop, box, "try_again")
    with pytest.raises(Refused):
        ask(shop, box, "fly")
    with transaction():
        fulfilment.scan(shop.id, box.id, "delivered", by=AMINA)
    with pytest.raises(InvalidTransition):
        ask(shop, fresh(shop, box), "send_back")

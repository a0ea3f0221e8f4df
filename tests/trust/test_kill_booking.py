"""kill -9 around a booking: after the intent, between the partner's answer and our writing, before it was asked.

The server is the real one, the partner a simulator that holds its answer while the server dies and books all the same.
Afterwards there is one parcel at the partner, and its number on ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import update

from shop.core import clock
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.jobs import Job
from shop.plumbing.limits import Tally
from shop.plumbing.settings import Settings
from shop.shipping.models import Shipment
from shop.testing.ecotrack_sim import EcotrackSim
from shop.testing.mydhl_sim import MyDhlSim
from shop.testing.noest_sim import NoestSim
from shop.testing.outside import World
from shop.testing.yalidine_sim import YalidineSim
from tests.checkout.cast import AMINA, Workshop, ordered, parcel
from tests.fulfilment import test_abroad as abroad
from tests.fulfilment import test_drafts as drafts
from tests.fulfilment import test_kept_drafts as kept_drafts
from tests.fulfilment.more_partners import CASES
from tests.fulfilment.partner import KEYS, Partner, a_world, partner_of
from tests.plumbing import outside as gateways
from tests.storefront.buying import workshops
from tests.trust.test_kill import Server, wait_for

HELD_S = 1.0
FAMILIES = {
    "yalidine": (YalidineSim, KEYS),
    "ecotrack": (EcotrackSim, drafts.KEYS),
    "noest": (NoestSim, kept_drafts.KEYS),
    "mydhl": (MyDhlSim, abroad.KEYS),
} | {each.key: (each.kind, each.keys) for each in CASES}
POINTS = (  # whose, what is held while the server dies, how many parcels lie there afterwards
    ("yalidine", "GET", "/v1/parcels", 0), ("yalidine", "POST", "/v1/parcels", 1),
    ("ecotrack", "POST", "/create/order$", 1), ("ecotrack", "POST", "/valid/order$", 1),
    ("noest", "POST", "/create/order$", 1), ("noest", "POST", "/valid/order$", 1),
    ("mydhl", "POST", "/shipments$", 1),
    *((each.key, "POST", each.path, 1) for each in CASES[: int(os.environ.get("TEST_KILLS", "1"))]),  # all by hand
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with a_world(*(kind for kind, _keys in FAMILIES.values())) as found:
        yield found


@pytest.fixture
def partner(request: pytest.FixtureRequest, world: World, application: Flask) -> Iterator[Partner]:
    kind, keys = FAMILIES[request.param]
    with partner_of(world, kind, keys, application.extensions["hirfa_outside"].seal) as found:
        yield found


@pytest.fixture
def server(application: Flask, settings: Settings, tmp_path: Path, world: World) -> Iterator[Server]:
    found = Server(tmp_path, settings.database, cast(gateways.Outside, SimpleNamespace(url="")))
    found.environment["HIRFA_SIMULATORS"] = world.url
    yield found
    found.kill()


def confirmed_long_ago(application: Flask, partner: Partner) -> tuple[Workshop, Shipment]:
    """Have an order that is confirmed and waits to be booked; nobody has asked for it yet."""
    shop, _other = workshops(application)
    with application.app_context():
        if partner.sim.key == MyDhlSim.key:
            abroad.to_europe(shop, partner)
        else:
            partner.connect(shop)
        with clock.standing_at(clock.now() - timedelta(minutes=1)):
            if partner.sim.key == MyDhlSim.key:
                order, _box = abroad.paid(shop)
            else:
                order = ordered(shop)
                with transaction():
                    fulfilment.confirm(shop.id, order.id, by=AMINA)
        box = parcel(shop, order)
        session.expunge_all()
        session.remove()  # type: ignore[attr-defined]
    return shop, box


def later(application: Flask) -> None:
    """Let the time pass in which nobody asks again: what was asked is long over, and leases have ended."""
    with application.app_context(), transaction():
        then = clock.now() - timedelta(minutes=6)
        changed(update(Shipment).where(Shipment.asked_at.is_not(None)).values(asked_at=then))
        changed(update(Tally).values(until=then))
        changed(update(Job).where(Job.done_at.is_(None)).values(run_at=then, lease=None, leased_until=None))


def now(application: Flask, box: Shipment) -> Shipment:
    with application.app_context():
        found = session.get_one(Shipment, box.id)
        session.expunge_all()
        session.remove()  # type: ignore[attr-defined]
        return found


@pytest.mark.slow
@pytest.mark.parametrize(("partner", "method", "path", "there"), POINTS, indirect=["partner"])
def test_one_parcel_is_there_whenever_the_server_dies(
    application: Flask, server: Server, partner: Partner, method: str, path: str, there: int
) -> None:
    _shop, box = confirmed_long_ago(application, partner)
    partner.world.faults.add(partner.sim.key, "slow", path, method=method, seconds=HELD_S)
    server.start()
    wait_for(lambda: not partner.world.faults.told())
    server.kill()
    wait_for(lambda: len(partner.sim.of_reference(box.reference)) == there)
    assert (now(application, box).booked_at, now(application, box).asked_at is not None) == (None, True)
    later(application)
    server.start()
    wait_for(lambda: now(application, box).booked_at is not None)
    lying = [each for each in partner.sim.parcels.values() if each.row[partner.sim.reference] == box.reference]
    moving = [each.tracking for each in lying if each.row.get("validated", 1)]
    assert moving == [now(application, box).tracking], "exactly one, and it is ours"
    assert len(lying) == 1 or (partner.sim.key, path) == ("noest", "/create/order$"), "no draft is left behind"
    assert " 0 breaches" in server.audit()

"""A workshop whose partner is a simulator, Yalidine's if no other, and the work that comes round by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from shop import work
from shop.core import clock
from shop.documents import by_itself
from shop.documents import service as documents
from shop.fulfilment import booking, following, instructions
from shop.fulfilment import service as fulfilment
from shop.notifications.words import JOB as NOTIFY
from shop.orders.models import Order
from shop.plumbing import jobs, turns
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal
from shop.shipping import inbox, partners
from shop.shipping.carriers import CARRIERS
from shop.shipping.models import CarrierAccount, Shipment
from shop.testing.carrier_parcels import CarrierSystem
from shop.testing.outside import World, running
from shop.testing.yalidine_sim import YalidineSim
from tests.checkout.cast import AMINA, Workshop, confirmed, parcel

KEYS = {
    "brand": "yalidine", "api_id": "01234567890123456789", "api_token": "CanaryTokenOfAmina1234567890abcd",
    "hook_secret": "CanarySecretOfHooks99",
}  # fmt: skip


@dataclass
class Partner:
    """The simulator, how the shop reaches it, and the keys of the account there."""

    world: World
    sim: CarrierSystem
    outside: Outside
    keys: Mapping[str, str]

    def connect(self, shop: Workshop, **keys: str) -> None:
        """Have the workshop's carrier be the partner, its prices staying as they are."""
        with transaction():
            mine = update(CarrierAccount).where(CarrierAccount.id == shop.carrier.id)
            changed(mine.values(carrier=self.sim.key, title=self.sim.key.capitalize()))
        with transaction():
            account = session.get_one(CarrierAccount, shop.carrier.id)
            partners.connect(account, {**self.keys, **keys}, seal=self.outside.seal, by=AMINA)

    def allows(self, patch: pytest.MonkeyPatch, *windows: tuple[int, int]) -> None:
        """Let it allow so many requests in so many seconds."""
        patch.setitem(CARRIERS.usable, self.sim.key, replace(CARRIERS.usable[self.sim.key], allows=windows))

    def works(self, *, minutes: float = 0) -> int:
        """Let the jobs that are due by then run; return how many did."""
        handlers = {
            "fulfilment.book": partial(booking.book_later, self.outside),
            "fulfilment.cancel_booking": partial(booking.cancel_booking, self.outside),
            by_itself.JOB: partial(work.print_confirmed, self.outside),
            inbox.JOB: partial(following.look_into, self.outside),
            instructions.JOB: partial(instructions.tell, self.outside),
        }
        told: list[object] = []
        with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
            return jobs.run_all({**handlers, NOTIFY: told.append}) - len(told)

    def comes_round(self, *, minutes: float = 1) -> None:
        """Let the job that comes round do its work, so many minutes from now."""
        with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
            following.follow(self.outside, {})

    def takes(self, shop: Workshop, order: Order | None = None) -> Shipment:
        """Book, label and hand over the parcel of a confirmed order, a new one if none is given; return it."""
        order = order or confirmed(shop)[0]
        self.works(minutes=1)
        box = parcel(shop, order)
        with transaction():
            documents.print_labels(shop.id, [box.id], paper="100x150", start=1, by=AMINA)
        with transaction():
            fulfilment.hand_over(shop.id, [box.id], by=AMINA)
        return parcel(shop, order)

    def goes(self, box: Shipment, *, hours: int) -> list[str]:
        """Ask about a parcel hour by hour; return where it was each time."""
        went = []
        for hour in range(1, hours + 1):
            self.world.clock.advance(hours=1)
            self.comes_round(minutes=61 * hour)
            session.rollback()
            went.append(session.scalars(select(Shipment.state).where(Shipment.id == box.id)).one())
        return went

    def row(self, parcel: Shipment) -> dict[str, object]:
        """Return the one parcel that the partner has for one of ours."""
        (found,) = self.sim.of_reference(parcel.reference)
        return dict(found)


@contextmanager
def partner_on(world: World, seal: Seal | None = None) -> Iterator[Partner]:
    """Give Yalidine in a world that has forgotten everything."""
    with partner_of(world, YalidineSim, KEYS, seal) as found:
        yield found


@contextmanager
def partner_of(
    world: World, kind: type[CarrierSystem], keys: Mapping[str, str], seal: Seal | None = None
) -> Iterator[Partner]:
    """Give a partner of a kind in a world that has forgotten everything; it counts no requests, and turns come fast."""
    world.reset()
    sim = world.systems[kind.key]
    assert isinstance(sim, kind)
    sim.limits = {}
    outside = Outside(seal or Seal("a key of tests that is long"), world.outbound(), "https://x.example")
    with pytest.MonkeyPatch.context() as changed_for_now:
        changed_for_now.setattr(turns, "SPREAD", 0)
        yield Partner(world, sim, outside, keys)


@contextmanager
def a_world(*kinds: type[CarrierSystem]) -> Iterator[World]:
    """Serve simulators: Yalidine's when none is named."""
    with running(list(kinds) or [YalidineSim]) as found:
        yield found

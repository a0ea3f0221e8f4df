"""Shuffled sequences of every family of partners: whatever comes late, twice, never, or in unknown words, one end.

TEST_WAYS of them, 1,000 if nothing else is said, are parcels of one workshop that go their ways side by side. Each
is told in an order of its own: events go ahead by chance, their notices come shuffled, again or not at all, the
partner's answers lack some of what it knows, and between the notices parcels are asked about.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select, text

from shop import audit
from shop.core import clock
from shop.fulfilment import following
from shop.payments.models import Payment
from shop.plumbing import journal
from shop.plumbing.db import session, transaction
from shop.plumbing.jobs import Job
from shop.plumbing.journal import Entry
from shop.shipping import inbox
from shop.shipping.models import CarrierNotice, Scan, Shipment
from shop.shipping.scans import FINAL
from shop.testing.carrier_parcels import CarrierSystem, Made
from tests.checkout.cast import Workshop, workshop
from tests.fulfilment.crowd import Box, a_world_inside, crowd
from tests.fulfilment.families import FAMILIES, Event, Family
from tests.fulfilment.partner import Partner, partner_of
from tests.fulfilment.test_abroad import paid, to_europe

pytestmark = pytest.mark.usefixtures("app")
SEQUENCES = int(os.environ.get("TEST_WAYS", "1000"))
ROUNDS = 3
STAYS = 0.7  # of the parcels that end on their way
ALONE, TOGETHER = 10, 20  # notices that are kept one by one, and in one transaction after those


@pytest.fixture(params=FAMILIES, ids=repr)
def family(request: pytest.FixtureRequest) -> Family:
    found: Family = request.param
    return found


@pytest.fixture
def partner(family: Family) -> Iterator[Partner]:
    with a_world_inside(family.kind) as world, partner_of(world, family.kind, family.keys) as found:
        yield found


@dataclass
class Way:
    """One sequence: a parcel, what will be said of it, what was, and the events that may be told yet."""

    box: Box
    made: Made
    chance: Random
    end: str
    coming: list[str]
    said: list[str] = field(default_factory=list)
    untold: list[Event] = field(default_factory=list)

    def goes_on(self, sim: CarrierSystem, began: datetime, *, most: int) -> None:
        """Let some of what comes happen at the partner."""
        for status in self.coming[:most]:
            sim.say(self.made, status, at=began + timedelta(hours=len(self.said)))
            name = f"{self.box.id}.{len(self.said)}"
            self.said.append(status)
            self.untold.append(Event(self.box.tracking, status, name, clock.now()))
        del self.coming[:most]

    def tells(self) -> list[Event]:
        """Return the events whose notices come now, in any order: some again later, some never."""
        now = [each for each in self.untold if self.chance.random() < 0.5]
        kept = [each for each in self.untold if each not in now or self.chance.random() < 0.2]
        self.untold = [each for each in kept if self.chance.random() < 0.9]
        return self.chance.sample(now, len(now))

    @contextmanager
    def forgetful(self) -> Iterator[None]:
        """Let the partner know only a part of it for now, in any order; where it tells one status, an older one."""
        told, row = self.made.told, dict(self.made.row)
        self.made.told = self.chance.sample(told, self.chance.randint(0, len(told)))
        if "Situation" in row:
            self.made.row.update(self.chance.choice(told))
        yield
        self.made.told = told
        self.made.row.update(row)


@dataclass
class Story:
    """All sequences of a family, side by side."""

    family: Family
    shop: Workshop
    partner: Partner
    ways: list[Way]
    chance: Random = field(default_factory=lambda: Random(7))
    minutes: int = 1
    heard: set[str] = field(default_factory=set)

    def goes(self) -> None:
        """Let all of them happen, from the first parcel that is fetched to the last look."""
        began = self.partner.world.clock.now()
        for turn in range(ROUNDS):
            for way in self.ways:
                way.goes_on(self.partner.sim, began, most=way.chance.randint(0, 3) if turn + 1 < ROUNDS else 99)
            with ExitStack() as forgotten:
                for way in self.ways:
                    if way.chance.random() < 0.3:
                        forgotten.enter_context(way.forgetful())
                events = [each for way in self.ways for each in way.tells()]
                self.chance.shuffle(events)
                self._hears(events[: len(events) // 2])
                if turn % 2:
                    self._works()
                self._looks(len(self.ways) // 8)
                self._hears(events[len(events) // 2 :])
        self._works()
        self._looks(len(self.ways))

    def _hears(self, events: Sequence[Event]) -> None:
        shop, outside = self.shop, self.partner.outside
        notices = self.family.tells(events) if self.family.tells else []
        self.heard.update(each.name for each in events if notices)
        for told in notices[:ALONE]:
            inbox.receive(shop.id, shop.carrier.id, told, outside)
        for at in range(ALONE, len(notices), TOGETHER):
            some = notices[at : at + TOGETHER]
            said = [each for told in some for each in inbox.read(shop.id, shop.carrier.id, told, outside)]
            with transaction():
                inbox.keep(shop.id, shop.carrier.id, said)

    def _works(self) -> None:
        while self.partner.works(minutes=self.minutes):
            pass

    def _looks(self, parcels: int) -> None:
        self.minutes += 11
        for _each in range(-(-parcels // following.MOST_LOOKED)):
            self.partner.comes_round(minutes=self.minutes)


def story(family: Family, partner: Partner) -> Story:
    """Return the sequences of a family, all parcels being with the courier."""
    shop = workshop(stock=SEQUENCES)
    if family.prepaid:
        to_europe(shop, partner)
    else:
        partner.connect(shop)
    first = partner.takes(shop, paid(shop)[0] if family.prepaid else None)
    found = []
    for seed, box in enumerate(crowd(partner.sim, first, SEQUENCES)):
        chance = Random(seed)
        journey = partner.sim.journeys[chance.choice(sorted(partner.sim.journeys))]
        coming = [each for each in journey if each not in family.left_out]
        if chance.random() < STAYS:
            del coming[chance.randint(1, len(coming) - 1) :]
        end = family.end(coming)
        for word in chance.sample(family.strange, chance.randint(0, 2)):
            coming.insert(chance.randrange(len(coming)), word)
        found.append(Way(box, partner.sim.parcels[box.tracking], chance, end, coming))
    return Story(family, shop, partner, found)


def test_shuffled_sequences_lead_to_one_end(family: Family, partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    partner.allows(monkeypatch)  # as often as anybody likes: many sequences are many requests
    with journal.unheard():
        told = story(family, partner)
        with transaction():
            session.execute(text("ANALYZE"))  # as PostgreSQL does by itself within a minute
        told.goes()
    session.rollback()
    states = {row.id: row.state for row in session.execute(select(Shipment.id, Shipment.state))}
    assert {each.box.id: each.end for each in told.ways} == states
    _each_said_once(told)
    _each_ended_once(told)
    assert session.scalar(select(func.count()).select_from(CarrierNotice)) == len(told.heard)
    assert session.scalar(select(func.count()).where(CarrierNotice.handled_at.is_(None))) == 0
    assert session.scalar(select(func.count()).where(Job.done_at.is_(None), Job.kind == inbox.JOB)) == 0
    assert list(audit.findings()) == []


def _each_said_once(told: Story) -> None:
    """See that what was kept of a parcel was said of it, no oftener than it was, and all of it in the end."""
    kept: dict[int, Counter[str]] = defaultdict(Counter)
    for row in session.execute(select(Scan.shipment_id, Scan.raw)):
        kept[row.shipment_id][row.raw] += 1
    for way in told.ways:
        said = Counter(told.family.writes(each) for each in way.said if each not in told.family.still)
        assert kept[way.box.id] <= said, way
        assert kept[way.box.id] == said or way.end in FINAL or not told.family.remembers, way


def _each_ended_once(told: Story) -> None:
    """See that each parcel that came to an end did so once, in the journal and in the money."""
    verbs = [f"shipment.{each}" for each in FINAL]
    ended = session.scalars(select(Entry.subject_id).where(Entry.verb.in_(verbs)))
    assert sorted(ended) == sorted(each.box.id for each in told.ways if each.end in FINAL)
    money = {row.order_id: row.state for row in session.execute(select(Payment.order_id, Payment.state))}
    due = {} if told.family.prepaid else {"delivered": "collected", "returned": "cancelled"}
    for way in told.ways:
        assert money[way.box.order_id] == due.get(way.end, "collected" if told.family.prepaid else "pending"), way

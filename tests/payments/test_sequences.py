"""Whatever is paid, told, lost, told again, forged, looked up or given up, in any order: one end, the money exact.

TEST_SEQUENCES=1000 tries so many sequences per service on each database (a few otherwise). Notices come over HTTP to
the shop's own address, signed as the service signs them in that moment. What is true is read at the service.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from shop.audit import findings
from shop.checkout import paying
from shop.core import clock
from shop.core.errors import InvalidTransition, Refused
from shop.core.money import Money
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.orders.models import Order
from shop.payments import attempts, inbox, incidents, refunds
from shop.payments.models import LedgerEntry, Payment, PaymentNotice
from shop.plumbing.db import session, transaction
from shop.plumbing.outside import Outside
from shop.testing.chargily_sim import ChargilySim
from shop.testing.outside import World, running
from shop.testing.outside.notices import Letter
from shop.testing.satim_sim import SatimSim
from shop.testing.stripe_api import Stripe
from tests.checkout.cast import AMINA, Workshop, workshop
from tests.payments.rails import DEEDS, RAILS, Rail, Truth
from tests.payments.till import OUTSIDE, all_of, of, takes, waiting

SEQUENCES = int(os.environ.get("TEST_SEQUENCES", "2"))
MANY = settings(
    max_examples=SEQUENCES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
TROUBLES = ("cut", "cut_after", "error", "error_after")
STEPS = (
    *DEEDS, "pays", "notice", "notice", "every notice", "told again", "forged", "work", "work", "look", "silence",
    "minutes", "minutes", "night", "page", "otherwise", "otherwise", "cancel", "refund",
)  # fmt: skip
SEQUENCE = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 99)), min_size=3, max_size=16)
TO_GIVE_BACK = {"late", "back", "over"}


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running([ChargilySim, SatimSim, Stripe]) as world:
        yield world


@dataclass
class Story:
    """One order that is paid by card, and everything that happens to it. Time goes on with it, on both sides."""

    app: Flask
    rail: Rail
    shop: Workshop
    outside: Outside
    first: int  # how the answer to the first beginning goes wrong, if it does
    order: Order = field(init=False)
    at: datetime = field(default_factory=clock.now)
    bag: list[Letter] = field(default_factory=list)  # notices on their way
    read: list[Letter] = field(default_factory=list)
    told: set[str] = field(default_factory=set)  # payments whose page the buyer was led to: its tab may stay open

    def begin(self) -> None:
        """Order, and begin to pay."""
        self.rail.world.reset()
        self.rail.listen(f"{OUTSIDE.base_url}/hooks/payments/{self.shop.id}/{self.rail.key}")
        with self.now():
            self.order, payment = waiting(self.shop, self.rail.key)
            self._start(payment.id, self.first)

    @contextmanager
    def now(self) -> Iterator[None]:
        """Let it be the same moment here and there; notices that are sent meanwhile are on their way then."""
        self.rail.world.clock.stand(self.at)
        with clock.standing_at(self.at):
            yield
            self.bag += self.rail.world.notices.waiting()
            self.rail.world.notices.clear()
        session.rollback()

    def step(self, name: str, n: int) -> None:
        """Let one thing happen."""
        mine = all_of(self.order)
        payment = mine[n % len(mine)]
        deeds: dict[str, Callable[[Payment, int], object]] = {
            "notice": lambda _payment, n: self._post(n), "every notice": lambda _payment, _n: self._post_all(),
            "told again": self._tell_again, "forged": self._forge, "work": lambda *_: self._work(),
            "look": lambda payment, _n: attempts.look(payment.id, self.outside), "silence": self._silence,
            "minutes": lambda _payment, n: self._later(minutes=1 + n % 20), "night": lambda *_: self._later(hours=25),
            "page": lambda payment, n: self._start(payment.id, n), "otherwise": self._otherwise,
            "cancel": lambda *_: self._cancel(), "refund": self._refund,
        }  # fmt: skip
        with self.now():
            if name in DEEDS:
                self._on_the_page(payment, name)
            else:
                deeds[name](payment, n)

    def end(self) -> None:
        """Let the line be good again, everything arrive, and time go by until nothing is awaited any more."""
        for payment in all_of(self.order):
            with self.now():
                self.rail.deed(payment.reference, "arrives")
        for hours in (0, 1, 2, 25, 2, 2):
            self.at += timedelta(hours=hours)
            with self.now():
                self._post_all()
                self._work()
                unpaid.reconcile(self.outside, {})

    def _on_the_page(self, payment: Payment, what: str) -> None:
        if payment.redirect:
            self.told.add(payment.reference)
        if payment.reference in self.told or what == "runs out":
            self.rail.deed(payment.reference, what)

    def _start(self, payment_id: int, n: int) -> None:
        with self._broken(n, self.rail.starts):
            attempts.start(payment_id, self.outside, language="fr", return_url="https://hirfa.example/fr/t/x")

    @contextmanager
    def _broken(self, n: int, path: str = "") -> Iterator[None]:
        """Let the next answer go wrong, in half of the cases."""
        if n % 8 < len(TROUBLES):
            self.rail.world.faults.add(self.rail.key, TROUBLES[n % 8], path)
        yield
        self.rail.world.faults.clear()

    def _post(self, n: int) -> None:
        if self.bag:
            letter = self.bag.pop(n % len(self.bag))
            assert self._sent(letter.url, letter.body, dict(letter.sign(letter.body))) == 200
            self.read.append(letter)

    def _post_all(self) -> None:
        while self.bag:
            self._post(7)

    def _tell_again(self, _payment: Payment, n: int) -> None:
        if self.read:
            letter, before = self.read[n % len(self.read)], self._kept()
            assert self._sent(letter.url, letter.body, dict(letter.sign(letter.body))) == 200
            assert self._kept() == before, "each event is kept once"

    def _forge(self, _payment: Payment, n: int) -> None:
        if letters := self.bag + self.read:
            letter, before = letters[n % len(letters)], self._kept()
            right = dict(letter.sign(letter.body))
            name = next(name for name in right if "signature" in name.lower())
            wrong = [(letter.body + b" ", right), (letter.body, right | {name: right[name][:-1] + "x"}),
                     (letter.body, {**right, name: ""})][n % 3]  # fmt: skip
            assert self._sent(letter.url, *wrong) == 400
            assert self._kept() == before

    def _sent(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        path = url.removeprefix(OUTSIDE.base_url)
        return self.app.test_client().post(path, data=body, headers=headers).status_code

    def _kept(self) -> int:
        session.rollback()
        return session.scalar(select(func.count()).select_from(PaymentNotice)) or 0

    def _work(self) -> None:
        session.rollback()
        for each in session.scalars(select(PaymentNotice.id).where(PaymentNotice.handled_at.is_(None))).all():
            inbox.handle(self.outside, {"notice": each})

    def _silence(self, payment: Payment, n: int) -> None:
        with self._broken(n % len(TROUBLES)):
            attempts.look(payment.id, self.outside)

    def _later(self, *, minutes: int = 0, hours: int = 0) -> None:
        self.at += timedelta(minutes=minutes, hours=hours)
        self.rail.world.clock.stand(self.at)
        with clock.standing_at(self.at):
            unpaid.reconcile(self.outside, {})

    def _otherwise(self, _payment: Payment, n: int) -> None:
        """Try again, as the buyer's page does; every second time its process dies before the old page is closed."""
        try:
            with transaction():
                again = paying.pay_otherwise(self.order.code, self.order.code, self.rail.key, language="fr")
        except (InvalidTransition, Refused):
            return
        if n % 2:
            for each in again.given_up:
                attempts.close(each, self.outside)
        self._start(again.payment_id, n)

    def _cancel(self) -> None:
        try:
            with transaction():
                fulfilment.cancel(self.shop.id, self.order.id, "other", by=AMINA)
        except InvalidTransition:
            assert of(self.order.id)[0].state == "cancelled"

    def _refund(self, payment: Payment, n: int) -> None:
        part = Money(payment.returnable.minor if n % 4 == 0 else min(20_000, payment.returnable.minor))
        if not part or self.rail.key == "chargily":
            return
        with transaction():
            made = refunds.ask(self.shop.id, payment.id, part, reason="trop", proof="", by=AMINA)
        with self._broken(n, "refund"):
            refunds.give(made, self.outside)


def require_one_end(story: Story) -> None:
    """Fail unless what stands here is what is true there, to the centime, and nobody waits for anything."""
    mine, truths = all_of(story.order), dict[int, Truth]()
    for each in mine:
        truth = truths[each.id] = story.rail.truth(each.reference)
        assert truth.made <= 1, "one reference, one session there"
        assert not (truth.open and each.reference in story.told), "nobody can pay there any more"
        assert (each.collected_minor, each.refunded_minor) == (truth.taken, truth.back)
        ended = {"collected", "refunded"} if truth.taken else {"failed", "cancelled"}
        assert each.state in ended, each.state
    order, stands = of(story.order.id)[0], incidents.standing(story.shop.id, story.order.id)
    taken, back = sum(each.taken for each in truths.values()), sum(each.back for each in truths.values())
    assert stands.kept.minor == taken - back
    assert (order.state == "cancelled") or taken >= order.total_minor
    told = {each.incident.kind for each in incidents.open_incidents(story.shop.id, order_id=order.id)}
    assert bool(told & TO_GIVE_BACK) == bool(stands.excess), (told, stands)
    assert not told - TO_GIVE_BACK - {"refund"}, told
    held = Counter[str]()
    for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.order_id == order.id)):
        held[entry.account] += entry.minor
    due = 0 if order.state == "cancelled" else order.total_minor
    assert (held["buyer"], held["with_provider"], held["refunded"]) == (due - taken, taken - back, back)


@pytest.mark.parametrize("key", sorted(RAILS))
def test_every_sequence_has_one_end_and_the_money_is_exact(application: Flask, running_world: World, key: str) -> None:
    rail = RAILS[key](running_world)
    outside = Outside(OUTSIDE.seal, running_world.outbound(), OUTSIDE.base_url)
    application.extensions["hirfa_outside"] = outside
    with application.app_context():
        shop = workshop(stock=90_000)
        takes(shop, key, dict(rail.values))

        @given(SEQUENCE, st.integers(0, 7))
        @example([("page", 4), ("otherwise", 4), ("pays", 0)], 7)  # at the old page, which nobody closed
        @example([("minutes", 11), ("otherwise", 4)], 0)  # never heard of there, and given up in doubt
        @MANY
        def tried(steps: list[tuple[str, int]], first: int) -> None:
            story = Story(application, rail, shop, outside, first)
            story.begin()
            for name, n in steps:
                story.step(name, n)
            story.end()
            require_one_end(story)

        tried()
        session.rollback()
        assert session.scalar(select(func.count()).select_from(Order)) >= SEQUENCES, "as many as were asked for"
        assert list(findings()) == []

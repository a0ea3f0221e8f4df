"""An order is cancelled, given up or paid otherwise in the moment in which its money comes; fifty taps order and pay.

Each race is held where it hurts most: both sides have written their first row when they meet. Controls take one guard
away and must be seen.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.audit import findings
from shop.checkout import paying
from shop.checkout import service as checkout
from shop.core.errors import InvalidTransition
from shop.core.states import PAYMENT, Machine
from shop.fulfilment import service as fulfilment
from shop.fulfilment import unpaid
from shop.orders.models import Order, Purchase
from shop.payments import attempts, incidents, proofs
from shop.payments import service as payments
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.outside import Outside
from shop.testing.outside import World, running
from tests.checkout.cast import AMINA, YACINE, Workshop, basket, choose, workshop
from tests.crowd import at_once
from tests.payments.rails import RAILS, Rail
from tests.payments.till import CCP, OUTSIDE, all_of, of, takes, waiting

TAPS = 50
MEET_S = 0.25
WRITTEN = ((payments, "_of"),)  # the money is written, and so is the cancellation; now each looks at the other's rows


@pytest.fixture(scope="module")
def running_world() -> Iterator[World]:
    with running() as world:
        yield world


@dataclass
class Race:
    """One order on its way to be paid, and those who do something with it at once."""

    app: Flask
    rail: Rail
    outside: Outside
    shop: Workshop
    store_id: int
    order_id: int
    code: str
    payment_id: int
    reference: str

    def pays(self) -> None:
        """The buyer has paid on the page, and the shop hears of it."""
        self.rail.deed(self.reference, "pays")
        attempts.look(self.payment_id, self.outside)

    def cancels(self) -> None:
        """The artisan cancels."""
        with transaction():
            fulfilment.cancel(self.store_id, self.order_id, "other", by=AMINA)

    def gives_up(self) -> None:
        """The time is over, and the method has just said that nothing was paid."""
        with transaction():
            unpaid._cancel(self.store_id, self.order_id, self.payment_id, by=SYSTEM)

    def pays_otherwise(self) -> None:
        """The buyer begins anew in another tab."""
        with transaction():
            paying.pay_otherwise(self.code, self.code, self.rail.key, language="fr")

    def run(self, *deeds: Callable[[], object]) -> list[BaseException]:
        """Do it all at once; refuse anything but a deed that came too late."""
        raised = at_once(self.app, *deeds)
        assert all(isinstance(each, InvalidTransition) for each in raised), raised
        return raised


@pytest.fixture
def race(application: Flask, running_world: World) -> Race:
    return begun(application, RAILS["satim"](running_world))


def begun(application: Flask, rail: Rail) -> Race:
    rail.world.reset()
    outside = Outside(OUTSIDE.seal, rail.world.outbound(), OUTSIDE.base_url)
    with application.app_context():
        shop = workshop(stock=200)
        takes(shop, rail.key, dict(rail.values))
        order, payment = waiting(shop, rail.key)
        attempts.start(payment.id, outside, language="fr", return_url="https://hirfa.example/t")
        made = Race(
            application, rail, outside, shop, shop.id, order.id, order.code, payment.id, payment.reference
        )  # fmt: skip
        session.remove()  # type: ignore[attr-defined]
    return made


def meet(monkeypatch: pytest.MonkeyPatch, *places: tuple[Any, str]) -> None:
    """Let who has come through one of these places wait for somebody else who comes through one, for a moment."""
    gate = threading.Barrier(2)

    def held(act: Callable[..., Any]) -> Callable[..., Any]:
        def after(*args: Any, **more: Any) -> Any:
            done = act(*args, **more)
            with suppress(threading.BrokenBarrierError):
                gate.wait(MEET_S)
            return done

        return after

    for module, name in places:
        monkeypatch.setattr(module, name, held(getattr(module, name)))


def require_nothing_silent(race: Race) -> None:
    """Fail unless the money that came is here, and somebody is told of what is not owed."""
    with race.app.app_context():
        session.rollback()
        order, mine = of(race.order_id)[0], all_of(session.get_one(Order, race.order_id))
        for each in mine:
            assert each.collected_minor == race.rail.truth(each.reference).taken
            assert (each.state in {"collected", "settled"}) == bool(each.collected_minor), each.state
        stands = incidents.standing(race.store_id, race.order_id)
        told = {each.incident.kind for each in incidents.open_incidents(race.store_id, order_id=order.id)}
        assert bool(told) == bool(stands.excess), (order.state, told)
        assert order.state == "cancelled" or stands.kept
        assert list(findings()) == []
        session.remove()  # type: ignore[attr-defined]


def test_cancelled_in_the_moment_of_paying(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, *WRITTEN)
    race.run(race.pays, race.cancels)
    monkeypatch.undo()
    require_nothing_silent(race)


def test_given_up_in_the_moment_of_paying(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, *WRITTEN)
    race.run(race.pays, race.gives_up)
    monkeypatch.undo()
    require_nothing_silent(race)


def test_paid_otherwise_in_the_moment_of_paying(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    meet(monkeypatch, (attempts, "moved"), (paying, "order_of"))
    race.run(race.pays, race.pays_otherwise)
    monkeypatch.undo()
    require_nothing_silent(race)


def paid_twice(race: Race) -> list[Callable[[], object]]:
    """Return the deeds of a buyer who pays at two pages of one order."""
    with race.app.app_context():
        with transaction():
            again = paying.pay_otherwise(race.code, race.code, race.rail.key, language="fr")
        attempts.start(again.payment_id, race.outside, language="fr", return_url="https://hirfa.example/t")
        second = replace(race, payment_id=again.payment_id, reference=of(race.order_id)[1].reference)
        session.remove()  # type: ignore[attr-defined]
    return [race.pays, second.pays]


def test_paid_at_two_pages_in_one_moment(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    deeds = paid_twice(race)
    meet(monkeypatch, (attempts, "moved"))
    race.run(*deeds)
    monkeypatch.undo()
    require_nothing_silent(race)


@pytest.mark.parametrize("guard", ["turn", "machine"])
def test_without_its_guard_money_is_lost_from_sight(
    application: Flask, running_world: World, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """The control. On SQLite whoever writes is alone, so that taking turns can't be taken away there."""
    race = begun(application, RAILS["satim"](running_world))
    if guard == "machine":
        states = Machine("payment", dict.fromkeys(PAYMENT.states, PAYMENT.states))
        monkeypatch.setattr(payments, "PAYMENT", states)
    elif application.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("one writer at a time")
    else:
        monkeypatch.setattr(incidents, "in_turn", lambda *_: None)
        meet(monkeypatch, *WRITTEN)
    if guard == "machine":
        race.run(race.pays)
    race.run(*([race.cancels] if guard == "machine" else [race.pays, race.cancels]))
    with pytest.raises(AssertionError):
        require_nothing_silent(race)


def test_a_transfer_that_came_is_cancelled_in_that_moment(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with application.app_context():
        shop = workshop()
        takes(shop, "transfer", dict(CCP))
        order, payment = waiting(shop, "transfer")
        store_id, order_id, payment_id, amount = shop.id, order.id, payment.id, payment.amount
        session.remove()  # type: ignore[attr-defined]

    def accepts() -> None:
        with transaction():
            proofs.accept(store_id, payment_id, amount, by=AMINA)

    def cancels() -> None:
        with transaction():
            fulfilment.cancel(store_id, order_id, "other", by=AMINA)

    meet(monkeypatch, *WRITTEN)
    raised = at_once(application, accepts, cancels)
    assert all(isinstance(each, InvalidTransition) for each in raised), raised
    with application.app_context():
        order, payment = of(order_id)
        told = {each.incident.kind for each in incidents.open_incidents(store_id)}
        assert (order.state, payment.state, bool(told & {"late", "back"})) == ("cancelled", "settled", True)
        assert list(findings()) == []


@pytest.fixture(params=sorted(RAILS))
def rail(running_world: World, request: pytest.FixtureRequest) -> Rail:
    found: Rail = RAILS[request.param](running_world)
    found.world.reset()
    return found


def tapped(application: Flask, rail: Rail) -> tuple[list[BaseException], list[int]]:
    """Order and begin to pay fifty times at once under one key; return what was raised, and how often it was begun."""
    outside = Outside(OUTSIDE.seal, rail.world.outbound(), OUTSIDE.base_url)
    with application.app_context():
        shop = workshop(stock=200)
        takes(shop, rail.key, dict(rail.values))
        cart = basket({shop.variant: 1})
        choices = [replace(each, method=rail.key) for each in choose(cart)]
        seen, cart_id, key = checkout.review(cart.id, YACINE, choices).hash, cart.id, secrets.token_hex(8)
        session.remove()  # type: ignore[attr-defined]

    def tap() -> None:
        with transaction():
            placed = checkout.place(cart_id, key=key, details=YACINE, choices=choices, review_hash=seen)
        for payment_id in placed.payment_ids:
            attempts.start(payment_id, outside, language="fr", return_url="https://hirfa.example/t")

    raised = at_once(application, *[tap] * TAPS)
    with application.app_context():
        counts = [session.scalar(select(func.count()).select_from(each)) or 0 for each in (Purchase, Order, Payment)]
        made = sum(rail.truth(each).made for each in session.scalars(select(Payment.reference)))
        session.remove()  # type: ignore[attr-defined]
    return raised, [*counts, made]


def test_fifty_taps_with_one_key_make_one_order_and_one_page(application: Flask, rail: Rail) -> None:
    assert tapped(application, rail) == ([], [1, 1, 1, 1])


def test_without_its_guard_fifty_taps_open_several_pages(
    application: Flask, running_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control, at the service that knows no keys: it is asked for one page after the other."""
    monkeypatch.setattr(attempts, "_claimed", lambda _payment: True)
    meet(monkeypatch, (attempts, "_claimed"))
    rail = RAILS["chargily"](running_world)
    rail.world.reset()
    rail.world.faults.add("chargily", "slow", rail.starts, method="POST", times=2, seconds=0.4)
    assert tapped(application, rail)[1][3] > 1

"""kill -9 around a charge: while a payment is begun, between the charge and the commit, in the middle of a refund.

The server is the real one, its provider a simulator that holds its answer while the server dies, and does what it was
asked all the same. Afterwards there is one order, one charge, one refund, found by the shop's own looking.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop import audit
from shop.core import clock
from shop.core.errors import Unavailable
from shop.core.money import Money
from shop.fulfilment import unpaid
from shop.orders.models import Order
from shop.payments import inbox, incidents, refunds, setup
from shop.payments.methods.satim import Satim
from shop.payments.methods.stripe import Stripe
from shop.payments.models import LedgerEntry, Payment, PaymentNotice, Refund
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.jobs import Job
from shop.plumbing.outside import Outside
from shop.plumbing.settings import Settings
from shop.testing.outside import World, running
from tests.checkout.cast import AMINA, Workshop
from tests.payments.rails import RAILS, Rail
from tests.plumbing import outside as gateways
from tests.storefront.buying import Buyer, workshops
from tests.trust.test_kill import KILLS, Press, Server, Wire, wait_for

HELD_S = 1.0
KEYS = ["stripe", "satim"] if KILLS > 3 else ["stripe"]  # TEST_KILLS=12 tries both
LOOKS = {"stripe": (r"checkout/sessions/\w+$", "GET"), "satim": ("getOrderStatus", "POST")}


@dataclass
class Scene:
    """A server, its provider, and one order that is being paid."""

    app: Flask
    server: Server
    rail: Rail
    outside: Outside
    shop: Workshop

    @contextmanager
    def dies_before_the_answer(self, path: str, method: str) -> Iterator[None]:
        """Hold the next answer of the provider, and kill the server once it was asked."""
        world = self.rail.world
        world.faults.add(self.rail.key, "slow", path, method=method, seconds=HELD_S)
        yield
        wait_for(lambda: not world.faults.told())
        self.server.kill()

    def payment(self) -> Payment:
        """Return the one payment as it stands."""
        with self.app.app_context():
            found = session.scalars(select(Payment)).one()
            session.expunge_all()
            return found

    def looks_by_itself(self, minutes: int) -> None:
        """Let the job that comes round do its work, so many minutes from now."""
        with self.app.app_context(), clock.standing_at(clock.now() + timedelta(minutes=minutes)):
            unpaid.reconcile(self.outside, {})
            session.remove()  # type: ignore[attr-defined]

    def works_now(self) -> None:
        """Have the server's worker come round at once."""
        with self.app.app_context(), transaction():
            mine = update(Job).where(Job.kind == unpaid.RECONCILE)
            assert changed(mine.values(run_at=clock.now(), lease=None, leased_until=None)) == 1

    def told(self) -> set[str]:
        """Return the kinds of open incidents."""
        with self.app.app_context():
            found = {each.incident.kind for each in incidents.open_incidents(self.shop.id)}
            session.remove()  # type: ignore[attr-defined]
            return found

    def count(self, *tables: type) -> list[int]:
        """Return how many rows there are."""
        with self.app.app_context():
            found = [session.scalar(select(func.count()).select_from(each)) or 0 for each in tables]
            session.remove()  # type: ignore[attr-defined]
            return found


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running() as found:
        yield found


@pytest.fixture(params=KEYS)
def scene(
    application: Flask, settings: Settings, tmp_path: Path, world: World, request: pytest.FixtureRequest
) -> Iterator[Scene]:
    world.reset()
    rail = RAILS[request.param](world)
    server = Server(tmp_path, settings.database, cast(gateways.Outside, SimpleNamespace(url="")))
    server.environment["HIRFA_SIMULATORS"] = world.url
    shop, _other = workshops(application)
    rail.listen(f"http://127.0.0.1:{server.port}/hooks/payments/{shop.id}/{rail.key}")
    outside: Outside = replace(application.extensions["hirfa_outside"], http=world.outbound())
    with application.app_context(), transaction():
        setup.set_up(shop.id, rail.key, dict(rail.values), on=True, seal=outside.seal, by=AMINA)
    server.start()
    try:
        yield Scene(application, server, rail, outside, shop)
    finally:
        server.kill()


@pytest.mark.slow
def test_one_charge_one_order_and_one_refund_whenever_the_server_dies(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_while_it_begins(scene)
    nothing_is_found_without_looking(scene, monkeypatch)
    scene.looks_by_itself(30)
    assert scene.told() == set()
    killed_between_charge_and_commit(scene)
    scene.looks_by_itself(120)
    paid = scene.payment()
    assert (paid.state, paid.collected_minor) == ("collected", paid.amount_minor)
    killed_while_it_gives_back(scene)
    scene.looks_by_itself(240)
    require_once(scene)


def killed_while_it_begins(scene: Scene) -> None:
    press = on_the_last_step(scene)
    with scene.dies_before_the_answer(scene.rail.starts, "POST"):
        hand = threading.Thread(target=press.press, args=(Counter(),))
        hand.start()
    hand.join()
    reference = scene.payment().reference
    wait_for(lambda: scene.rail.truth(reference).made == 1)
    assert (scene.payment().state, scene.payment().redirect) == ("pending", "")
    scene.server.start()
    assert press.press(Counter()), "the same press leads to the same order"


def on_the_last_step(scene: Scene) -> Press:
    """Return the button 'order' of a buyer who has chosen to pay by card."""
    wire = Wire(scene.server.port, 1)
    buyer = Buyer(SimpleNamespace(test_client=lambda: wire))  # type: ignore[arg-type]
    buyer.add(scene.shop)
    page = buyer.fill_details(scene.shop, payment=scene.rail.key)
    form = page.form("/checkout/confirmation")
    return Press(wire, form.get("action"), page.filled(form))


def nothing_is_found_without_looking(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: while nothing can be looked up, the payment stays unknown, and somebody is told."""

    def silent(*_: object) -> None:
        raise Unavailable("nobody answers")

    with monkeypatch.context() as off:
        for method in (Stripe, Satim):
            off.setattr(method, "look_up", silent)
        scene.looks_by_itself(12)
    assert (scene.payment().state, scene.payment().external, scene.told()) == ("pending", "", {"unknown"})


def killed_between_charge_and_commit(scene: Scene) -> None:
    reference = scene.payment().reference
    scene.rail.deed(reference, "pays")
    assert scene.rail.truth(reference).taken == scene.payment().amount_minor
    path, method = LOOKS[scene.rail.key]
    with scene.dies_before_the_answer(path, method):
        notified = threading.Thread(target=scene.rail.world.deliver)
        notified.start()
        if scene.rail.key == "satim":  # it sends no notices: the worker looks by itself
            ask_now(scene)
            scene.works_now()
    notified.join()
    assert scene.payment().state == "pending", "it died before it could write what it heard"
    scene.server.start()


def ask_now(scene: Scene) -> None:
    """Have the payment wait for its next look since long."""
    with scene.app.app_context(), transaction():
        then = clock.now() - timedelta(hours=2)
        changed(update(Payment).values(looked_at=then, started_at=then))


def killed_while_it_gives_back(scene: Scene) -> None:
    paid = scene.payment()
    with scene.app.app_context(), clock.standing_at(clock.now() - timedelta(minutes=2)), transaction():
        refunds.ask(scene.shop.id, paid.id, Money(paid.amount_minor // 2), reason="trop", proof="", by=AMINA)
    with scene.dies_before_the_answer("refund", "POST"):
        scene.works_now()
    wait_for(lambda: scene.rail.truth(paid.reference).back > 0)
    with scene.app.app_context():
        assert session.scalars(select(Refund.state)).one() == "pending"
        session.remove()  # type: ignore[attr-defined]
    scene.server.start()


def require_once(scene: Scene) -> None:
    """Fail unless everything is here once, as it is there once."""
    paid = scene.payment()
    truth, half = scene.rail.truth(paid.reference), paid.amount_minor // 2
    assert (truth.made, truth.taken, truth.back) == (1, paid.amount_minor, half)
    assert (paid.collected_minor, paid.refunded_minor) == (paid.amount_minor, half)
    assert scene.count(Order, Payment, Refund) == [1, 1, 1]
    with scene.app.app_context():
        for each in session.scalars(select(PaymentNotice.id).where(PaymentNotice.handled_at.is_(None))).all():
            inbox.handle(scene.outside, {"notice": each})
        assert session.scalars(select(Refund.state)).one() == "done"
        counted = select(LedgerEntry.kind, func.count()).where(LedgerEntry.payment_id == paid.id)
        rows = dict(session.execute(counted.group_by(LedgerEntry.kind)).all())
        assert rows == {"collected": 2, "refunded": 2}, "each movement once, in two parts"
        assert list(audit.findings()) == []
        session.remove()  # type: ignore[attr-defined]
    assert scene.told() == set()
    assert " 0 breaches" in scene.server.audit()

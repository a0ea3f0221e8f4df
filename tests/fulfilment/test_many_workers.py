"""Many parcels at once, several real worker processes: no account is asked more than it allows, nobody else waits.

TEST_BURST=300 books so many parcels (fewer otherwise). A minute of the partner is four seconds here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from shop.core import clock
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import session, transaction
from shop.plumbing.settings import Settings
from shop.shipping.models import Shipment
from shop.testing.outside import World
from shop.testing.yalidine_sim import YalidineSim
from tests.checkout.cast import AMINA, Workshop, ordered, workshop
from tests.conftest import SECRET
from tests.fulfilment.partner import KEYS, partner_of

BURST = int(os.environ.get("TEST_BURST", "16"))
WORKERS = 3
MOST, WINDOW_S = 50, 4  # requests of an account in a "minute"
NADIAS = {"api_id": "09876543210987654321", "api_token": "CanaryTokenOfNadia1234567890abcd"}


@contextmanager
def workers(settings: Settings, world: World, folder: Path) -> Iterator[None]:
    """Run worker processes on the database until the end of the block."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HIRFA_")}
    told = {
        "HIRFA_DATA_DIR": str(folder), "HIRFA_DATABASE_URL": settings.database, "HIRFA_SECRET_KEY": SECRET,
        "HIRFA_SIMULATORS": world.url, "HIRFA_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.fulfilment.worker_process", str(MOST), str(WINDOW_S)]
    running = [subprocess.Popen(command, env=clean | told) for _each in range(WORKERS)]
    try:
        yield
        assert [each.poll() for each in running] == [None] * WORKERS, "a worker died"
    finally:
        for each in running:
            each.kill()
            each.wait(20)


def confirmed_a_minute_ago(shop: Workshop, count: int) -> None:
    with clock.standing_at(clock.now() - timedelta(minutes=1)):
        orders = [ordered(shop).id for _each in range(count)]
        with transaction():
            for order_id in orders:
                fulfilment.confirm(shop.id, order_id, by=AMINA)


def waiting(shop: Workshop) -> int:
    session.rollback()
    return session.scalar(
        select(func.count()).where(Shipment.store_id == shop.id, Shipment.booked_at.is_(None))
    ) or 0  # fmt: skip


def until(done: Callable[[], bool], within_s: float) -> None:
    end = time.monotonic() + within_s
    while not done() and time.monotonic() < end:
        time.sleep(0.1)
    assert done(), session.execute(
        text("SELECT id, store_id, asked_at, booked_at, booking_problem FROM shipments WHERE booked_at IS NULL")
    ).all()


@pytest.mark.slow
@pytest.mark.usefixtures("app")
def test_a_burst_never_asks_more_than_is_allowed_and_keeps_nobody_waiting(
    application: Flask, settings: Settings, world: World, tmp_path: Path
) -> None:
    with partner_of(world, YalidineSim, KEYS, application.extensions["hirfa_outside"].seal) as partner:
        amina, nadia = workshop(stock=BURST), workshop("Atelier Nadia")
        partner.connect(amina)
        partner.connect(nadia, **NADIAS)
        confirmed_a_minute_ago(amina, BURST)
        partner.sim.limits = {"second": (1, 5), "minute": (WINDOW_S, MOST)}
        with workers(settings, world, tmp_path):
            until(lambda: waiting(amina) < BURST, 60)
            confirmed_a_minute_ago(nadia, 1)
            until(lambda: waiting(nadia) == 0, 60)
            until(lambda: waiting(amina) == 0, 60 + 2 * BURST)
        made = [each.row["order_id"] for each in partner.sim.parcels.values()]
        assert (len(made), len(set(made)), partner.sim.offences) == (BURST + 1, BURST + 1, 0)

"""What a hanging partner costs those who order: the transaction of confirming, beside one with a quick partner.

Orders come at a steady pace; each is confirmed and booked after the commit, by a worker in a process of its own, as a
deployment has it: what the two share is the database. Rounds with a quick partner and with one that takes four seconds,
a second less than the patience that the shop has, alternate in one run.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from bench.orders import ready
from bench.paying import Ready, median, p99
from shop.app import create_app
from shop.checkout import service as checkout
from shop.core.errors import HirfaError
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.links import new_token
from shop.plumbing.outside import Outside
from shop.plumbing.settings import Settings
from shop.shipping import partners
from shop.shipping import queries as shipping
from shop.shipping.models import CarrierAccount
from shop.testing.outside import World, running
from shop.testing.yalidine_sim import YalidineSim

ROUNDS, ORDERS, PACE_S, SLOW_S, LATER_S = 6, 300, 0.06, 4.0, 2.0
FIRST = 54_000  # beside the baskets of other measurements
Ask = Callable[..., Any]


def measure(app: Flask, settings: Settings) -> dict[str, float]:
    """Return the 99th percentile of ordering with each partner, their ratio, and how many parcels were booked."""
    times: dict[bool, list[float]] = {False: [], True: []}
    with _worker(settings) as ask:
        for turn in range(2 * ROUNDS):
            slow = turn % 2 == turn // 2 % 2  # the one that comes first changes, too
            ask("be", SLOW_S if slow else 0.0)
            times[slow] += _round(app, FIRST + turn * ORDERS, ask)
        booked = ask("end", waiting=True)
    return {
        "order, partner takes 4 s: p99 against a quick one": p99(times[True]) / p99(times[False]),
        "order, partner takes 4 s: median against a quick one": median(times[True]) / median(times[False]),
        "order, quick partner: p99, ms": p99(times[False]) * 1000,
        "order: parcels booked meanwhile": booked,
    }


def _round(app: Flask, first: int, ask: Ask) -> list[float]:
    """Place orders at a steady pace; return how long each transaction took. All were booked, or tried, when it ends."""
    with app.app_context():
        baskets = [ready(first + n) for n in range(ORDERS)]
        times, at = list[float](), time.perf_counter()
        for basket in baskets:
            at += PACE_S
            time.sleep(max(0.0, at - time.perf_counter()))
            begun = time.perf_counter()
            placed = _place(basket)
            times.append(time.perf_counter() - begun)
            ask("book", *placed, random.uniform(0, LATER_S))
    ask("finish", waiting=True)
    return times


def _place(basket: Ready) -> tuple[int, int]:
    cart_id, details, choices, seen = basket
    with transaction():
        placed = checkout.place(cart_id, key=new_token(), details=details, choices=choices, review_hash=seen)
    return choices[0].store_id, placed.order_ids[0]


# The worker.


@contextmanager
def _worker(settings: Settings) -> Iterator[Ask]:
    """Start one, whose partner answers at once; yield how it is told what to do."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(settings, theirs))
    process.start()
    theirs.close()

    def ask(*what: object, waiting: bool = False) -> Any:
        ours.send(what)
        return ours.recv() if waiting else None

    ours.recv()  # it is ready
    yield ask
    process.join()


@dataclass
class Worker:
    """Books parcels at a partner on this machine, which answers at once or takes its time."""

    app: Flask
    world: World
    outside: Outside

    def be(self, seconds: float) -> None:
        """Let the partner take so long from now on."""
        self.world.faults.clear()
        if seconds:
            self.world.faults.add("yalidine", "slow", times=None, seconds=seconds)

    def book(self, store_id: int, order_id: int, later: float) -> None:
        """Confirm an order and have its parcel booked, as the job does, at some moment after it was placed.

        Right after it, a quick partner's answers would all be written down before the next order comes, and a slow
        one's at any moment: the two would meet orders unequally often.
        """
        time.sleep(later)
        with self.app.app_context():
            with transaction():
                fulfilment.confirm(store_id, order_id, by=SYSTEM)
            parcel = shipping.live_shipment(store_id, order_id)
            assert parcel is not None
            session.rollback()
            try:
                booking.book(store_id, [parcel.id], outside=self.outside)
            except HirfaError:
                session.rollback()
            session.remove()  # type: ignore[attr-defined]


def _work(settings: Settings, told: Connection) -> None:
    """Do what is told until the end; answer with how many parcels lie at the partner then."""
    app = create_app(settings)
    with running([YalidineSim]) as world:
        outside: Outside = replace(app.extensions["hirfa_outside"], http=world.outbound())
        worker = Worker(app, world, outside)
        _connect(app, outside)
        told.send("ready")
        what, *more = told.recv()
        while what != "end":
            with ThreadPoolExecutor(ORDERS) as pool:
                while what != "finish":
                    if what == "be":
                        worker.be(*more)
                    else:
                        pool.submit(worker.book, *more)
                    what, *more = told.recv()
            told.send("finished")
            what, *more = told.recv()
        told.send(len(world.systems["yalidine"].parcels))  # type: ignore[attr-defined]


def _connect(app: Flask, outside: Outside) -> None:
    """Make the carrier of every workshop a partner, its prices staying as they are; each has a key of its own."""
    with app.app_context():
        with transaction():
            changed(update(CarrierAccount).values(carrier="yalidine", title="Yalidine"))
        with transaction():
            for account in session.scalars(select(CarrierAccount)).all():
                keys = {"brand": "yalidine", "api_id": f"{account.id:020d}", "api_token": f"Bench{account.id:027d}"}
                partners.connect(account, keys, seal=outside.seal, by=SYSTEM)

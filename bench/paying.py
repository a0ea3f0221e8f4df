"""What a slow provider of cards costs those who order: the transaction of confirming, beside one with a quick provider.

Orders come at a steady pace and are placed one after the other; each payment is begun after the commit, in a thread of
its own, as a server does. Rounds with a quick provider and with one that takes five seconds alternate in one run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask
from sqlalchemy import select

from bench.orders import ready
from shop.checkout import service as checkout
from shop.checkout.words import Choice, Details
from shop.payments import attempts, setup
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.links import new_token
from shop.plumbing.outside import Outside
from shop.stores.models import Store
from shop.testing.outside import World, running
from shop.testing.satim_sim import PASSWORD, TERMINAL, USER_NAME, SatimSim

ROUNDS, ORDERS, PACE_S, SLOW_S = 4, 150, 0.06, 5.0
ACCOUNT = {"user_name": USER_NAME, "password": PASSWORD, "terminal": TERMINAL, "mode": "test"}
Ready = tuple[int, Details, list[Choice], str]


@dataclass
class Provider:
    """A shop and its provider on this machine, which answers at once or takes its time."""

    app: Flask
    world: World
    outside: Outside

    def begin(self, payment_ids: tuple[int, ...]) -> None:
        """Begin payments, as a server's thread does after the commit."""
        with self.app.app_context():
            for each in payment_ids:
                attempts.start(each, self.outside, language="fr", return_url="https://shop.example/t")
            session.remove()  # type: ignore[attr-defined]

    @contextmanager
    def being(self, *, slow: bool) -> Iterator[None]:
        """Let it be slow for a while, or not."""
        if slow:
            self.world.faults.add("satim", "slow", times=None, seconds=SLOW_S)
        yield
        self.world.faults.clear()


def measure(app: Flask) -> dict[str, float]:
    """Return the 99th percentile of confirming with each provider, and their ratio."""
    times: dict[bool, list[float]] = {False: [], True: []}
    with running([SatimSim]) as world:
        outside: Outside = replace(app.extensions["hirfa_outside"], http=world.outbound())
        provider = Provider(app, world, outside)
        _open(app, outside)
        for turn in range(2 * ROUNDS):
            slow = turn % 2 == turn // 2 % 2  # the one that comes first changes, too
            with provider.being(slow=slow):
                times[slow] += _round(provider, turn * ORDERS)
    quick, waited = p99(times[False]), p99(times[True])
    return {
        "confirm by card, provider takes 5 s: p99 against a quick one": waited / quick,
        "confirm by card, provider takes 5 s: median against a quick one": median(times[True]) / median(times[False]),
        "confirm by card, quick provider: p99, ms": quick * 1000,
    }


def _open(app: Flask, outside: Outside) -> None:
    with app.app_context(), transaction():
        for store_id in session.scalars(select(Store.id)).all():
            setup.set_up(store_id, "satim", dict(ACCOUNT), on=True, seal=outside.seal, by=SYSTEM)


def _round(provider: Provider, first: int) -> list[float]:
    """Place orders at a steady pace; return how long each transaction took. All payments are begun when it ends."""
    with provider.app.app_context(), ThreadPoolExecutor(ORDERS) as pool:
        baskets = [ready(first + n, method="satim") for n in range(ORDERS)]
        times, at = list[float](), time.perf_counter()
        for basket in baskets:
            at += PACE_S
            time.sleep(max(0.0, at - time.perf_counter()))
            begun = time.perf_counter()
            payment_ids = _place(basket)
            times.append(time.perf_counter() - begun)
            pool.submit(provider.begin, payment_ids)
    return times


def _place(basket: Ready) -> tuple[int, ...]:
    cart_id, details, choices, seen = basket
    with transaction():
        placed = checkout.place(cart_id, key=new_token(), details=details, choices=choices, review_hash=seen)
    return tuple(placed.payment_ids)


def p99(times: list[float]) -> float:
    """Return the time that one of a hundred takes longer than."""
    return sorted(times)[round(len(times) * 0.99) - 1]


def median(times: list[float]) -> float:
    """Return the time that half of them take longer than."""
    return sorted(times)[len(times) // 2]

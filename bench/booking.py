"""What a hanging partner costs those who order: the transaction of confirming, beside one with a quick partner.

Orders come at a steady pace and are placed one after the other; each is confirmed and booked after the commit, in a
thread of its own. Rounds with a quick partner and with one that takes four seconds, which is a second less than the
patience that the shop has, alternate in one run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask
from sqlalchemy import select, update

from bench.orders import ready
from bench.paying import Ready, median, p99
from shop.checkout import service as checkout
from shop.core.errors import HirfaError
from shop.fulfilment import booking
from shop.fulfilment import service as fulfilment
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.journal import SYSTEM
from shop.plumbing.links import new_token
from shop.plumbing.outside import Outside
from shop.shipping import partners
from shop.shipping import queries as shipping
from shop.shipping.models import CarrierAccount
from shop.testing.outside import World, running
from shop.testing.yalidine_sim import YalidineSim

ROUNDS, ORDERS, PACE_S, SLOW_S, LATER_S = 4, 200, 0.06, 4.0, 2.0
FIRST = 54_000  # beside the baskets of other measurements


@dataclass
class Partner:
    """Workshops and their partner on this machine, which answers at once or takes its time."""

    app: Flask
    world: World
    outside: Outside

    def book(self, store_id: int, order_id: int) -> None:
        """Confirm an order and have its parcel booked, as the job does, at some moment after it was placed.

        Right after it, a quick partner's answers would all be written down before the next order comes, and a slow
        one's at any moment: the two would meet orders unequally often.
        """
        time.sleep(random.uniform(0, LATER_S))
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

    @contextmanager
    def being(self, *, slow: bool) -> Iterator[None]:
        """Let it be slow for a while, or not."""
        if slow:
            self.world.faults.add("yalidine", "slow", times=None, seconds=SLOW_S)
        yield
        self.world.faults.clear()


def measure(app: Flask) -> dict[str, float]:
    """Return the 99th percentile of ordering with each partner, their ratio, and how many parcels were booked."""
    times: dict[bool, list[float]] = {False: [], True: []}
    with running([YalidineSim]) as world:
        outside: Outside = replace(app.extensions["hirfa_outside"], http=world.outbound())
        partner = Partner(app, world, outside)
        _connect(app, outside)
        for turn in range(2 * ROUNDS):
            slow = turn % 2 == turn // 2 % 2  # the one that comes first changes, too
            with partner.being(slow=slow):
                times[slow] += _round(partner, FIRST + turn * ORDERS)
        booked = len(world.systems["yalidine"].parcels)  # type: ignore[attr-defined]
    return {
        "order, partner takes 4 s: p99 against a quick one": p99(times[True]) / p99(times[False]),
        "order, partner takes 4 s: median against a quick one": median(times[True]) / median(times[False]),
        "order, quick partner: p99, ms": p99(times[False]) * 1000,
        "order: parcels booked meanwhile": booked,
    }


def _connect(app: Flask, outside: Outside) -> None:
    """Make the carrier of every workshop a partner, its prices staying as they are; each has a key of its own."""
    with app.app_context():
        with transaction():
            changed(update(CarrierAccount).values(carrier="yalidine", title="Yalidine"))
        with transaction():
            for account in session.scalars(select(CarrierAccount)).all():
                keys = {"brand": "yalidine", "api_id": f"{account.id:020d}", "api_token": f"Bench{account.id:027d}"}
                partners.connect(account, keys, seal=outside.seal, by=SYSTEM)


def _round(partner: Partner, first: int) -> list[float]:
    """Place orders at a steady pace; return how long each transaction took. All were booked, or tried, when it ends."""
    with partner.app.app_context(), ThreadPoolExecutor(ORDERS) as pool:
        baskets = [ready(first + n) for n in range(ORDERS)]
        times, at = list[float](), time.perf_counter()
        for basket in baskets:
            at += PACE_S
            time.sleep(max(0.0, at - time.perf_counter()))
            begun = time.perf_counter()
            store_id, order_id = _place(basket)
            times.append(time.perf_counter() - begun)
            pool.submit(partner.book, store_id, order_id)
    return times


def _place(basket: Ready) -> tuple[int, int]:
    cart_id, details, choices, seen = basket
    with transaction():
        placed = checkout.place(cart_id, key=new_token(), details=details, choices=choices, review_hash=seen)
    return choices[0].store_id, placed.order_ids[0]

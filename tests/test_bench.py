"""What `make bench` measures can be measured: it runs on little, so that it never rots unseen."""

from __future__ import annotations

import pytest

from bench import __main__ as bench
from bench import booking, orders, pages, paying


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure a few of everything."""
    for module, name, value in (
        (orders, "ORDERS", 3), (paying, "ROUNDS", 1), (paying, "ORDERS", 3), (paying, "PACE_S", 0.01),
        (paying, "SLOW_S", 0.5), (booking, "ROUNDS", 1), (booking, "ORDERS", 3), (booking, "PACE_S", 0.01),
        (booking, "SLOW_S", 0.5), (booking, "LATER_S", 0.1), (pages, "ROUNDS", 3),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("little")
def test_orders_slow_providers_and_slow_partners_can_be_measured() -> None:
    with bench.deployment() as (app, settings):
        pages.fill(app, 30)
        found = orders.measure(app, settings) | paying.measure(app) | booking.measure(app, settings)
    assert all(each > 0 for each in found.values()), found

"""Which way a scan takes a parcel: every state × every word."""

from __future__ import annotations

import pytest

from shop.core.states import SCANS, SHIPMENT
from shop.shipping.scans import steps_to


@pytest.mark.parametrize("state", sorted(SHIPMENT.states))
@pytest.mark.parametrize("word", sorted(SCANS))
def test_a_scan_takes_a_parcel_only_along_the_table(state: str, word: str) -> None:
    steps = steps_to(state, SCANS[word])
    here = state
    for step in steps:
        SHIPMENT.require(here, step)
        here = step
    if steps:
        assert here == SCANS[word] != state
    else:
        assert not SHIPMENT.allows(state, SCANS[word]) or SCANS[word] == state

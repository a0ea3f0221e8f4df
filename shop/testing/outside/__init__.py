"""The outside world on this machine: local simulators of the systems that a shop speaks with.

    with running() as world:
        method = PLUGIN.build(settings, world.outbound())   # the adapter knows only the real addresses
        world.faults.add("stripe", "cut_after")             # or POST /control/faults, see `control`
        world.clock.advance(hours=25)
        world.deliver()

A system is a subclass of `System` and one line in `SYSTEMS`. `python -m shop.testing.outside --port 8009` serves all of
them beside a demo shop.
"""

from __future__ import annotations

from shop.testing.outside.clock import Clock
from shop.testing.outside.faults import Fault, Faults
from shop.testing.outside.notices import Notices, Sent, Trouble
from shop.testing.outside.serving import SYSTEMS, application, instead_of, running
from shop.testing.outside.world import System, World

__all__ = [
    "SYSTEMS", "Clock", "Fault", "Faults", "Notices", "Sent", "System", "Trouble", "World", "application", "instead_of",
    "running",
]  # fmt: skip

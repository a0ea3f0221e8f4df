"""A world of outside systems: what they share, and what each of them brings."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request

from shop.plumbing.http import Outbound
from shop.testing.outside.clock import Clock
from shop.testing.outside.faults import Faults
from shop.testing.outside.notices import Notices, Post, Sent, post


class System:
    """One outside system, in memory: subclass it and name it in `SYSTEMS`.

    `key` is its address prefix, `/<key>`. `stands_for` maps the real addresses to what they become behind the prefix.
    Faults strike paths that begin with `api`. What handlers change, they change under `self.lock`.
    """

    key: str = ""
    api: str = "/"
    stands_for: Mapping[str, str] = {}

    def __init__(self, world: World) -> None:
        self.world = world
        self.lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Begin anew, with nothing in memory. Called once at the beginning."""

    def tick(self) -> None:
        """Do what time does; called before notices are delivered."""

    def live(self) -> None:
        """Let things happen by themselves: it stands beside a shop that people look at."""

    def blueprint(self) -> Blueprint:
        """Return what it serves below `/<key>`."""
        raise NotImplementedError

    def control(self) -> Blueprint | None:
        """Return what is told to it below `/control/<key>`, if anything."""
        return None

    def page_url(self, path: str) -> str:
        """Return the full address of one of its pages, as a browser reaches it."""
        base = self.world.public_url or request.host_url.rstrip("/")
        return f"{base}/{self.key}{path}"

    def file_url(self, path: str) -> str:
        """Return the full address of one of its files, as a shop that is led here reaches it."""
        return f"{self.world.url}/{self.key}{path}"


class World:
    """All outside systems with their common clock, faults and post. `url` is where they are served."""

    def __init__(self, systems: Sequence[type[System]], *, public_url: str = "", send: Post = post) -> None:
        self.url, self.public_url = "", public_url.rstrip("/")
        self.clock, self.faults = Clock(), Faults()
        self.notices = Notices(self.clock, send)
        self.systems: dict[str, System] = {each.key: each(self) for each in systems}

    def instead(self) -> dict[str, str]:
        """Return where the real addresses lead in this world, as `Outbound(instead=…)` takes it."""
        return {
            real: f"{self.url}/{system.key}{path}"
            for system in self.systems.values() for real, path in system.stands_for.items()
        }  # fmt: skip

    def outbound(self, **more: Any) -> Outbound:
        """Return a way out that ends in this world."""
        return Outbound(instead=self.instead(), **more)

    def deliver(self) -> list[Sent]:
        """Let time do its work, then send the notices that are due. Return what was sent."""
        for system in self.systems.values():
            system.tick()
        return self.notices.deliver()

    def reset(self) -> None:
        """Forget everything: states, faults, post, time."""
        self.clock.reset()
        self.faults.clear()
        self.notices.clear()
        for system in self.systems.values():
            with system.lock:
                system.forget()


def deliver_on(world: World, stop: threading.Event, every_s: float = 0.3) -> None:
    """Deliver again and again, until told to stop."""
    while not stop.wait(every_s):
        world.deliver()

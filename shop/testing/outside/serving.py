"""Serving a world of outside systems: as one Flask application, on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from shop.testing.outside.control import port as control_port
from shop.testing.outside.faults import strike
from shop.testing.outside.notices import Post, post
from shop.testing.outside.pages import hosted_pages
from shop.testing.outside.world import System, World, deliver_on

# One line registers a simulator: the class, where it stands.
SYSTEMS: tuple[str, ...] = (
    "shop.testing.chargily_sim:ChargilySim",
    "shop.testing.ecotrack_sim:EcotrackSim",
    "shop.testing.maystro_sim:MaystroSim",
    "shop.testing.procolis_sim:ProcolisSim",
    "shop.testing.mydhl_sim:MyDhlSim",
    "shop.testing.noest_sim:NoestSim",
    "shop.testing.satim_sim:SatimSim",
    "shop.testing.stripe_api:Stripe",
    "shop.testing.yalidine_sim:YalidineSim",
    "shop.testing.zrexpress_sim:ZrExpressSim",
)


def application(world: World | None = None) -> Flask:
    """Return an application that serves every system of a world below its prefix, and the control port."""
    world = world or World(known())
    app = Flask("shop.testing.outside", static_folder=None)
    app.extensions["world"] = world
    hosted_pages(app)
    strike(app, world.faults, {key: system.api for key, system in world.systems.items()})
    app.register_blueprint(control_port)
    for key, system in world.systems.items():
        app.register_blueprint(system.blueprint(), url_prefix=f"/{key}")
        told = system.control()
        if told is not None:
            app.register_blueprint(told, url_prefix=f"/control/{key}")
    return app


def known() -> list[type[System]]:
    """Return the simulators that Hirfa brings along."""
    found = (where.split(":") for where in SYSTEMS)
    return [getattr(import_module(module), name) for module, name in found]


def instead_of(url: str) -> dict[str, str]:
    """Return where the real addresses lead when every simulator is served at an address of this machine."""
    world = World(known())
    world.url = url.rstrip("/")
    return world.instead()


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name is werkzeug's
        """Keep silent."""


@contextmanager
def running(
    systems: Sequence[type[System]] | None = None, *, port: int = 0, public_url: str = "", send: Post = post,
    automatic: bool = False,
) -> Iterator[World]:  # fmt: skip
    """Serve a world on a port of this machine (0: a free one) for as long as the block lasts.

    Notices wait for `world.deliver()`, unless they are sent automatically.
    """
    world = World(known() if systems is None else systems, public_url=public_url, send=send)
    server = make_server("127.0.0.1", port, application(world), threaded=True, request_handler=_Quiet)
    world.url = f"http://127.0.0.1:{server.server_port}"
    stop = threading.Event()
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True, name="outside")]
    if automatic:
        for system in world.systems.values():
            system.live()
        threads.append(threading.Thread(target=deliver_on, args=(world, stop), daemon=True, name="notices"))
    for each in threads:
        each.start()
    try:
        yield world
    finally:
        stop.set()
        server.shutdown()
        for each in threads:
            each.join()
        server.server_close()

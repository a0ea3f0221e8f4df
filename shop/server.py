"""Serving: granian in front, the worker inside the same process unless settings say otherwise."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

from flask import Flask

from shop.plumbing.jobs import Worker
from shop.plumbing.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    from granian.constants import Interfaces  # noqa: PLC0415 - only `hirfa run` needs the server
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    os.environ.setdefault("HIRFA_DATA_DIR", str(settings.data_dir))
    Server(
        "shop.server:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        log_level=LogLevels.error,  # its warnings doubt the many threads, which slow uploads need
        websockets=False,
    ).serve()


def application() -> Flask:
    """Build the application for a server process, with its worker thread if it has one."""
    from shop.app import create_app  # noqa: PLC0415 - the server's parent process never builds it

    app = create_app()
    if app.extensions["hirfa_settings"].worker:
        start_worker(app)
    return app


def start_worker(app: Flask) -> Worker:
    """Start a worker thread for an application."""
    from shop.work import handlers, see_to_periodic  # noqa: PLC0415 - the handlers reach every room

    with app.app_context():
        see_to_periodic()
    worker = Worker(app.app_context, handlers(app.extensions["hirfa_settings"], app.extensions["hirfa_signer"]))
    worker.start()
    return worker


def work(app: Flask) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    worker = start_worker(app)
    done = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        done.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    done.wait()
    worker.stop()
    worker.join(timeout=30)

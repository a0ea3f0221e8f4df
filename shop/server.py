"""Serving: granian in front, the worker inside the same process unless settings say otherwise."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

from flask import Flask

from shop.plumbing.jobs import Worker
from shop.plumbing.settings import Settings, SettingsError, is_at_home

SIMULATORS_ABOVE = 9  # the port of the simulators, above the shop's


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
        blocking_threads=settings.threads + settings.print_streams,
        respawn_failed_workers=True,
        log_level=LogLevels.error,  # its warnings doubt the many threads, which slow uploads need
        websockets=False,
    ).serve()


def see_that_it_is_free(host: str, port: int) -> None:
    """Raise SettingsError when nobody can listen there: the server itself would share the port with whoever does."""
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended are in nobody's way
        try:
            probe.bind(address)
            probe.listen()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(f"{host}:{port} cannot be listened on: {error.strerror}") from None
            raise SettingsError(
                f"{host}:{port} is taken: Hirfa in another window, or another program, is there already. "
                f"Stop it (Ctrl-C in its window), or choose another port: PORT={port + 1} make run, "
                f"or HIRFA_PORT={port + 1} hirfa run"
            ) from None


@contextmanager
def with_simulators(settings: Settings) -> Iterator[str]:
    """Serve the simulators of outside systems beside a demo shop of this machine; its servers ask them from then on.

    Yield where they are. A shop that others reach, or that was told where its simulators are, gets none.
    """
    if settings.simulators or not is_at_home(settings.base_url):
        yield settings.simulators
        return
    from shop.testing.outside import running  # noqa: PLC0415 - only the demo has an outside of its own

    with ExitStack() as stack:
        try:
            world = stack.enter_context(running(port=settings.port + SIMULATORS_ABOVE, automatic=True))
        except (OSError, SystemExit):  # somebody has that port
            world = stack.enter_context(running(automatic=True))
        os.environ["HIRFA_SIMULATORS"] = world.url
        yield world.url


def application() -> Flask:
    """Build the application for a server process, with its worker thread if it has one."""
    from shop.app import create_app  # noqa: PLC0415 - the server's parent process never builds it
    from shop.web.hooks.print_streams import KEY  # noqa: PLC0415
    from shop.web.ui.turnstile import Turnstile  # noqa: PLC0415

    app = create_app()
    settings: Settings = app.extensions["hirfa_settings"]
    app.wsgi_app = Turnstile(app.wsgi_app, settings.threads)  # type: ignore[method-assign]
    when_told_to_stop(app.extensions[KEY].close)
    if settings.worker:
        start_worker(app)
    return app


def when_told_to_stop(act: Callable[[], None]) -> None:
    """Act once SIGTERM or SIGINT comes, whoever handles it: the server waits for open answers, which wait for news."""
    reads, writes = socket.socketpair()
    writes.setblocking(False)
    signal.set_wakeup_fd(writes.fileno(), warn_on_full_buffer=False)

    def wait() -> None:
        with reads, writes:
            while number := reads.recv(1):
                if number[0] in {signal.SIGTERM, signal.SIGINT}:
                    act()

    threading.Thread(target=wait, daemon=True, name="stops").start()


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

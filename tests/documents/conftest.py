"""A workshop's day, and its shop served for print stations."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from werkzeug.serving import make_server

from shop.web.hooks.print_streams import KEY
from tests.studio.day import Day, a_day


@contextmanager
def served(application: Flask) -> Iterator[str]:
    """Serve the shop on a port of this computer."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    application.extensions[KEY].close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


@pytest.fixture
def address(application: Flask) -> Iterator[str]:
    with served(application) as found:
        yield found

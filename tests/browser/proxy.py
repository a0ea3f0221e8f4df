"""A network between a phone and the shop: slow as 3G, or losing answers to what did arrive.

It stands before the shop, because the browser's own throttle holds for a page and not for its service worker.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

PACKET = 1400
HOP = {"connection", "transfer-encoding", "keep-alive"}


@dataclass
class Network:
    """Between a phone and the shop; while `swallow` is set, answers to forms that contain it are lost."""

    address: str
    swallow: str = ""
    latency_s: float = 0.0
    bytes_per_s: int = 0  # in each direction, shared by all that travels at the same time; 0: as fast as it can
    lost: list[str] = field(default_factory=list)
    wire: Lock = field(default_factory=Lock)

    def travel(self, size: int) -> None:
        """Take the time that so many bytes need."""
        if not self.bytes_per_s:
            return
        for start in range(0, size, PACKET):
            with self.wire:
                time.sleep(min(PACKET, size - start) / self.bytes_per_s)


def slow_3g(base: str) -> AbstractContextManager[Network]:
    """Stand before the shop as 3G in the countryside: 400 kbit/s, 400 ms."""
    return losing(base, latency_s=0.4, bytes_per_s=50_000)


@contextmanager
def losing(base: str, *, latency_s: float = 0.0, bytes_per_s: int = 0) -> Iterator[Network]:
    """Stand before the shop at an address of its own."""
    network = Network("", latency_s=latency_s, bytes_per_s=bytes_per_s)
    server = _Server(("127.0.0.1", 0), _handler(network, urlsplit(base).netloc))
    server.daemon_threads = True
    network.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield network
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of phones that hung up."""


def _handler(network: Network, shop: str) -> type[BaseHTTPRequestHandler]:
    class Hop(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            time.sleep(network.latency_s)
            network.travel(len(body))
            upstream = http.client.HTTPConnection(shop, timeout=60)
            upstream.request(self.command, self.path, body=body or None, headers=dict(self.headers))
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            network.travel(len(content))
            if network.swallow and self.command == "POST" and network.swallow in self.path:
                network.lost.append(self.path)
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_HEAD = _pass  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    return Hop

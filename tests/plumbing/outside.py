"""A web server of the outside world on loopback, which answers as a test tells it, and certificates for it."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Heard:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Outside:
    """The server: where it is, what it heard, what it does next."""

    port: int
    scheme: str = "http"
    heard: list[Heard] = field(default_factory=list)
    behave: Behaviour = lambda _: None

    @property
    def origin(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.origin}"

    def answers(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Answer everything in the same way from now on."""

        def behave(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.behave = behave


@contextmanager
def outside(context: ssl.SSLContext | None = None) -> Iterator[Outside]:
    """Run a server until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.heard.append(Heard(self.command, self.path, dict(self.headers), body))
            try:
                server.behave(self)
            except OSError:
                self.close_connection = True  # the other side hung up, as it should

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Be quiet."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Be quiet about hung-up calls."""

    listener = Quiet(("127.0.0.1", 0), Handler)
    server = Outside(listener.server_port)
    server.answers(200)
    if context is not None:
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context with a certificate of its own for `name`, and a client's that trusts it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    names = "IP:127.0.0.1" if name == "127.0.0.1" else f"DNS:{name}"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return server, ssl.create_default_context(cafile=str(cert))

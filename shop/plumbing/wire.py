"""One HTTP exchange over connections to given addresses, over before a given moment. Loaded by `http` on first use."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore2
import httpx2

_BLOCK = 64 << 10  # bytes


class Broken(Exception):
    """There was no usable answer: no connection, too slow, too long, or not HTTP."""


@dataclass(frozen=True)
class Bounds:
    """The moment (of the monotonic clock) by which all must be over, and how long an answer may be."""

    deadline: float
    most_bytes: int

    def left(self) -> float:
        """Return the seconds left; raises Broken when there are none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise Broken("too slow")
        return seconds


@cache
def public_trust() -> ssl.SSLContext:
    """Return the certificates that the world trusts; reading them once is enough."""
    return httpx2.create_ssl_context(trust_env=False)


def exchange(
    request: httpx2.Request, addresses: Sequence[str], *, bounds: Bounds, trust: ssl.SSLContext
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Send a request to the first of the addresses that answers; return status, headers and body. Raises Broken.

    The certificate, SNI and Host are those of the request's name, not of the address.
    """
    pool = httpcore2.ConnectionPool(ssl_context=trust, network_backend=_Pinned(addresses, bounds))
    url = httpcore2.URL(
        scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
    )
    try:
        with pool, pool.stream(request.method, url, headers=request.headers.raw, content=request.read()) as response:
            headers = [(name.lower(), value) for name, value in response.headers]
            return response.status, headers, _body(headers, response.iter_stream(), bounds.most_bytes)
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise Broken(f"{type(error).__name__}: {error}") from None


def _body(headers: Iterable[tuple[bytes, bytes]], parts: Iterable[bytes], most: int) -> bytes:
    if dict(headers).get(b"content-encoding", b"identity").lower() != b"identity":
        raise Broken("packed although it was not asked for")  # a few bytes may unpack to many
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > most:
            raise Broken(f"longer than {most} bytes")
    return bytes(body)


class _Pinned(httpcore2.NetworkBackend):
    """Connects to the addresses that were checked, whatever the name says by now."""

    def __init__(self, addresses: Sequence[str], bounds: Bounds) -> None:
        self._addresses, self._bounds = addresses, bounds

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:  # fmt: skip
        """Connect to the first address that takes the call; the others wait their turn."""
        for nth, address in enumerate(self._addresses):
            share = self._bounds.left() / (len(self._addresses) - nth)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure: Exception = error
                continue
            return _Timed(stream, self._bounds)
        raise failure


class _Timed(httpcore2.NetworkStream):
    """A connection whose every step ends at the deadline, however slowly the bytes drip."""

    def __init__(self, stream: httpcore2.NetworkStream, bounds: Bounds) -> None:
        self._stream, self._bounds = stream, bounds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read what has come."""
        return self._stream.read(max_bytes, self._bounds.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write in blocks, each in the time that is left."""
        for at in range(0, len(buffer), _BLOCK):
            self._stream.write(buffer[at : at + _BLOCK], self._bounds.left())

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None  # noqa: ARG002
    ) -> httpcore2.NetworkStream:  # fmt: skip
        """Encrypt."""
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._bounds.left()), self._bounds)

    def get_extra_info(self, info: str) -> Any:
        """Tell what the connection tells."""
        return self._stream.get_extra_info(info)

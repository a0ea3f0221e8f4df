"""The one way out to the network: bounded in where it goes, how long it takes and how much it takes in."""

from __future__ import annotations

import ipaddress
import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

import structlog

from shop.core.errors import Misconfigured, Unavailable
from shop.plumbing.db import in_transaction

if TYPE_CHECKING:
    import httpx2

TOTAL_S = 5.0
MOST_BYTES = 2_000_000
TOO_MANY = 429
_PORTS = {"https": 443, "http": 80}
_REAL_V6 = ipaddress.IPv6Network("2000::/3")

Resolve = Callable[[str, int], Sequence[str]]

log = structlog.get_logger("hirfa.http")


@dataclass(frozen=True)
class Answer:
    """What an outside system said: any status below 500. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Tell whether the status is one of success."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body read as strict JSON. Raises Unavailable when it is something else."""
        try:
            return json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Unavailable(f"the answer ({self.status}, {len(self.body)} bytes) is not JSON") from None


class Gate(Protocol):
    """What keeps the pace of one account, and leaves it alone while it does not answer."""

    def enter(self, within_s: float) -> None:
        """Wait for a turn. Raises Unavailable, nothing being asked."""
        ...

    def silent(self) -> None:
        """Hear that no answer came."""
        ...

    def heard(self) -> None:
        """Hear that one came."""
        ...


def origin_of(url: str) -> str:
    """Return `host:port` of an address, as `Outbound(trusted=…)` takes it. Raises Misconfigured for a wrong one."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise Misconfigured("not an address that begins with https:// or http://") from None
    if not parts.hostname:
        raise Misconfigured("the address has no host")
    return f"{parts.hostname.rstrip('.')}:{port}"


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as the system's resolver gives them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Outbound:
    """Asks outside systems, once each: no redirects followed, no retries, no proxy of the environment.

    Goes to https on port 443 of public addresses only; `trusted` names further `host:port`s, typed by the operator,
    which may speak plain HTTP and live in a private network. `secrets` are masked wherever it speaks of errors.
    `instead` sends what begins with one address to another one: to the simulators of outside systems, which are
    trusted; it is empty wherever real money moves.
    Every verb raises Unavailable (no usable answer, 5xx, no turn: the outcome may be unknown), Misconfigured
    (an address where it may not go), and RuntimeError inside a database transaction.
    """

    def __init__(
        self, *, trusted: Collection[str] = (), secrets: Collection[str] = (), gate: Gate | None = None,
        total_s: float = TOTAL_S, most_bytes: int = MOST_BYTES, trust: ssl.SSLContext | None = None,
        resolve: Resolve = resolve, instead: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._instead = dict(instead or {})
        self._trusted = frozenset(trusted) | {origin_of(url) for url in self._instead.values()}
        self._secrets, self._gate = tuple(secrets), gate
        self._total_s, self._most_bytes, self._trust, self._resolve = total_s, most_bytes, trust, resolve

    def for_account(self, *, secrets: Collection[str], gate: Gate | None = None) -> Outbound:
        """Return the same way out for one account: its secrets are masked too, its gate lets through."""
        return Outbound(
            trusted=self._trusted, secrets=(*self._secrets, *secrets), gate=gate or self._gate, total_s=self._total_s,
            most_bytes=self._most_bytes, trust=self._trust, resolve=self._resolve, instead=self._instead,
        )  # fmt: skip

    def within(self, total_s: float) -> Outbound:
        """Return the same way out for somebody who waits: it gives up sooner."""
        return Outbound(
            trusted=self._trusted, secrets=self._secrets, gate=self._gate, total_s=min(total_s, self._total_s),
            most_bytes=self._most_bytes, trust=self._trust, resolve=self._resolve, instead=self._instead,
        )  # fmt: skip

    def get(
        self, url: str, *, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Read."""
        return self._ask("GET", url, headers=headers, params=params)

    def post(
        self, url: str, *, json: object = None, form: Mapping[str, str] | None = None, content: bytes | None = None,
        headers: Mapping[str, str] | None = None, reference: str = "",
    ) -> Answer:  # fmt: skip
        """Send JSON, a form or bytes; `reference` becomes the Idempotency-Key."""
        return self._ask("POST", url, headers=_keyed(headers, reference), json=json, data=form, content=content)

    def put(
        self, url: str, *, json: object = None, form: Mapping[str, str] | None = None, content: bytes | None = None,
        headers: Mapping[str, str] | None = None, reference: str = "",
    ) -> Answer:  # fmt: skip
        """Replace by JSON, a form or bytes; `reference` becomes the Idempotency-Key."""
        return self._ask("PUT", url, headers=_keyed(headers, reference), json=json, data=form, content=content)

    def patch(self, url: str, *, json: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Change by JSON."""
        return self._ask("PATCH", url, headers=headers, json=json)

    def delete(self, url: str, *, headers: Mapping[str, str] | None = None, reference: str = "") -> Answer:
        """Remove; `reference` becomes the Idempotency-Key."""
        return self._ask("DELETE", url, headers=_keyed(headers, reference))

    def _ask(self, method: str, url: str, *, headers: Mapping[str, str] | None, **content: Any) -> Answer:
        if in_transaction():
            raise RuntimeError("network inside a transaction")
        request = _request(method, self._led(url), headers or {}, content)
        origin = self._allowed(request)
        if self._gate is None:
            return self._once(request, origin)
        self._gate.enter(self._total_s)
        try:
            answer = self._once(request, origin)
        except Unavailable:
            if self._total_s >= TOTAL_S:  # who was in a hurry does not know whether it would have answered
                self._gate.silent()
            raise
        if answer.status == TOO_MANY:
            self._gate.silent()
        else:
            self._gate.heard()
        return answer

    def _once(self, request: httpx2.Request, origin: str) -> Answer:
        """Ask, and return what is said with a status below 500."""
        began = time.monotonic()
        answer = self._exchange(request, origin, began + self._total_s)
        took_ms = round((time.monotonic() - began) * 1000)
        log.info("outbound", method=request.method, to=origin, status=answer.status, took_ms=took_ms)
        if answer.status >= 500:
            raise Unavailable(f"{request.method} {origin}: {answer.status}")
        return answer

    def _led(self, url: str) -> str:
        """Return where an address really leads."""
        start = next((each for each in self._instead if url.startswith(each)), None)
        return url if start is None else self._instead[start] + url.removeprefix(start)

    def _allowed(self, request: httpx2.Request) -> str:
        """Return where a request goes, when it may."""
        url = request.url
        if url.userinfo or url.scheme not in _PORTS or not url.host:
            raise Misconfigured("only https:// and http:// addresses without a user name can be asked")
        origin = f"{url.raw_host.decode('ascii').rstrip('.')}:{url.port or _PORTS[url.scheme]}"
        if origin not in self._trusted and (url.scheme != "https" or not origin.endswith(":443")):
            raise Misconfigured(f"{origin}: only https on port 443 is open")
        return origin

    def _exchange(self, request: httpx2.Request, origin: str, deadline: float) -> Answer:
        from shop.plumbing import wire  # noqa: PLC0415 - httpx2 is loaded by those who go out only

        bounds = wire.Bounds(deadline, self._most_bytes)
        try:
            addresses = self._addresses(origin, bounds.left())
            trust = self._trust or wire.public_trust()
            status, headers, body = wire.exchange(request, addresses, bounds=bounds, trust=trust)
        except wire.Broken as broken:
            what = self._masked(f"{request.method} {origin}: {broken}")
            log.warning("outbound failed", to=origin, what=what)
            raise Unavailable(what) from None
        return Answer(status, _headers(headers), body)

    def _addresses(self, origin: str, within_s: float) -> Sequence[str]:
        """Return the addresses to connect to; all of them must be public, unless the origin is trusted."""
        host, _, port = origin.rpartition(":")
        try:
            found = _within(within_s, lambda: self._resolve(host, int(port)))
        except (OSError, UnicodeError, queue.Empty) as error:
            raise Unavailable(f"{origin}: the name has no address now ({type(error).__name__})") from None
        if not found:
            raise Unavailable(f"{origin}: the name has no address now")
        if origin not in self._trusted and not all(map(_is_public, found)):
            raise Misconfigured(f"{origin} is not on the public internet")
        return found

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            if secret:
                text = text.replace(secret, "•••").replace(quote(secret, safe=""), "•••")
        return text


def _request(method: str, url: str, headers: Mapping[str, str], content: Mapping[str, Any]) -> httpx2.Request:
    import httpx2  # noqa: PLC0415 - 60 ms that a shop without outside systems never spends

    if not all(value.isprintable() for value in headers.values()):
        raise ValueError("a header holds a control character")
    ours = {"User-Agent": "Hirfa", "Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close"}
    given = {key: value for key, value in content.items() if value is not None}
    try:
        return httpx2.Request(method, url, headers={**ours, **headers}, **given)
    except httpx2.InvalidURL:
        raise Misconfigured("the address is malformed") from None


def _keyed(headers: Mapping[str, str] | None, reference: str) -> Mapping[str, str]:
    return {**(headers or {}), "Idempotency-Key": reference} if reference else headers or {}


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def _within(seconds: float, look_up: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return what `look_up` returns; the system's resolver has no limit of its own. Raises queue.Empty."""
    box: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(look_up())
        except (OSError, UnicodeError) as error:
            box.put(error)

    threading.Thread(target=run, daemon=True, name="resolver").start()
    found = box.get(timeout=seconds)
    if isinstance(found, (OSError, UnicodeError)):
        raise found
    return found


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(str(address.ipv4_mapped))
        # Tunnels carry an IPv4 address of anybody's choice.
        tunnelled = address.sixtofour is not None or address.teredo is not None
        return address in _REAL_V6 and address.is_global and not tunnelled
    return address.is_global and not address.is_multicast


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")

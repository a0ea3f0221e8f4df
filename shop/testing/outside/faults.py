"""What goes wrong when an outside system is asked, set beforehand and used up one request after the other."""

from __future__ import annotations

import re
import socket
import threading
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Flask, Response, g, request

# slow: answers after `seconds` · error: 500, nothing happened · error_after: 500, and it happened ·
# cut: the connection drops, nothing happened · cut_after: it happened, and the connection drops
# torn: it happened, and half of the answer comes · garbled: it happened, and a page comes instead of the answer
# busy: 429, nothing happened
KINDS = ("slow", "error", "error_after", "cut", "cut_after", "torn", "garbled", "busy")


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong `times` times (None: until it is cleared) on paths of a system that match."""

    system: str
    kind: str
    path: str = ""  # searched for in the path behind the system's prefix, as a regular expression
    method: str = ""
    times: int | None = 1
    seconds: float = 6.0

    def meets(self, system: str, method: str, path: str) -> bool:
        """Tell whether it strikes this request."""
        return (
            self.system == system and self.method in {"", method} and re.search(self.path, path) is not None
        )  # fmt: skip


class Faults:
    """The faults that are set, of all systems."""

    def __init__(self) -> None:
        self._set: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, system: str, kind: str, path: str = "", **more: Any) -> None:
        """Set one more. Raises ValueError for a kind that isn't there."""
        if kind not in KINDS:
            raise ValueError(f"no fault {kind}: one of {', '.join(KINDS)}")
        with self._lock:
            self._set.append(Fault(system, kind, path, **more))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._set.clear()

    def told(self) -> list[dict[str, Any]]:
        """Return what is set."""
        with self._lock:
            return [asdict(fault) for fault in self._set]

    def take(self, system: str, method: str, path: str) -> Fault | None:
        """Return the fault that strikes this request, one time of it less."""
        with self._lock:
            for i, fault in enumerate(self._set):
                if fault.meets(system, method, path):
                    if fault.times is not None:
                        self._set[i : i + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    return fault
        return None


def strike(app: Flask, faults: Faults, apis: dict[str, str]) -> None:
    """Let faults strike what is asked below `/<system><api>`; hosted pages and the control port are spared."""

    @app.before_request
    def before() -> Response | None:
        _, system, *rest = request.path.split("/", 2)
        path = "/" + "".join(rest)
        g.fault = None
        if system not in apis or not path.startswith(apis[system]):
            return None
        request.get_data()  # headers and body come apart: who dies between the two has asked nothing
        g.fault = faults.take(system, request.method, path)
        return _before(g.fault) if g.fault else None

    @app.after_request
    def after(response: Response) -> Response:
        kind = g.fault.kind if g.get("fault") else ""
        if kind == "cut_after":
            _cut()
        return _SPOILT[kind](response) if kind in _SPOILT else response


def _before(fault: Fault) -> Response | None:
    if fault.kind == "slow":
        time.sleep(fault.seconds)
    if fault.kind == "cut":
        _cut()
    if fault.kind == "busy":
        return Response("too many requests", status=429, mimetype="text/plain")
    return _broken() if fault.kind in {"error", "cut"} else None


def _broken() -> Response:
    return Response("the simulator was told to fail", status=500, mimetype="text/plain")


def _torn(response: Response) -> Response:
    body = response.get_data()
    response.set_data(body[: len(body) // 2])
    response.headers["Content-Length"] = str(len(body))
    response.headers["Connection"] = "close"
    return response


def _garbled(_response: Response) -> Response:
    return Response("<!doctype html><title>Maintenance</title>", mimetype="text/html")


_SPOILT = {"error_after": lambda _response: _broken(), "torn": _torn, "garbled": _garbled}


def _cut() -> None:
    """Drop the connection of this request: whatever is answered now reaches nobody."""
    there: socket.socket | None = request.environ.get("werkzeug.socket")
    if there is None:
        raise ConnectionAbortedError("the simulator was told to drop the connection")
    there.shutdown(socket.SHUT_RDWR)

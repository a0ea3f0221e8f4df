"""Printers, and queues of CUPS, that speak IPP (RFC 8010, 8011): they say how they are, and what they have taken."""

from __future__ import annotations

import http.client
import struct
import time
import urllib.parse
from collections.abc import Mapping

from shop.print_station.pins import Pins, context
from shop.print_station.printers import PRINTER_S, DoubtError, Label, NotAcceptedError

BUSY_S = 60  # how long a printer may be at the label before
PRINTED_S = 30  # how long it may be at this one
TALL, TALL_S = 2000, 120  # and at one of so many tenths of a millimetre: papers come out with it

Group = tuple[int, dict[str, list[bytes]]]

# What keeps a printer from printing, in the words of IPP (`printer-state-reasons`).
STOPS = frozenset({
    "media-empty", "media-needed", "media-jam", "input-tray-missing", "cover-open", "door-open", "interlock-open",
    "marker-supply-empty", "toner-empty", "marker-waste-full", "paused", "moving-to-paused", "shutdown", "offline",
    "spool-area-full", "timed-out",
})  # fmt: skip


class Ipp:
    """A printer at an address, ipp://host[:port]/path; at ipps://… it is known by its certificate, kept in `pins`."""

    PRINT_JOB, GET_JOB, GET_JOBS, GET_PRINTER = 0x0002, 0x0009, 0x000A, 0x000B
    BUSY = 0x0507
    STOPPED, GIVEN_UP, PRINTED = 5, (7, 8), 9  # a printer's state; a job's: cancelled or aborted, completed

    def __init__(self, address: str, pins: Pins | None = None) -> None:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme == "ipps" and pins is None:
            raise ValueError("ipps:// wants to know where certificates are kept")
        self._pins = pins if parts.scheme == "ipps" else None
        self._address, self._path = address, parts.path or "/ipp/print"
        self._host, self._port = parts.hostname or "", parts.port or 631

    def accept(self, key: str, label: Label) -> None:
        kind = "application/pdf" if label.content.startswith(b"%PDF") else "application/octet-stream"
        about = _value(0x42, "job-name", key) + _value(0x49, "document-format", kind)
        size = _size(label.width * 10, label.height * 10) if label.width else b""
        job = _value(0x44, "print-scaling", "none") + size
        status, groups = self._when_free(about, job, label.content)
        if status > 0xFF:
            raise NotAcceptedError(f"IPP status {status:#06x}", "refused")
        number = next((_number(each, "job-id") for _tag, each in groups if "job-id" in each), 0)
        self._wait_for(number, TALL_S if label.height > TALL else PRINTED_S)

    def _when_free(self, about: bytes, job: bytes, content: bytes) -> tuple[int, list[Group]]:
        """Give a label to a printer as soon as it has printed what came before; return its answer."""
        end = time.monotonic() + BUSY_S
        while True:
            if found := self.problem():
                raise NotAcceptedError(found, found)
            answer = self._ask(self.PRINT_JOB, about, job, content, sends=True)
            if answer[0] != self.BUSY or time.monotonic() > end:
                return answer
            time.sleep(0.2)

    def _wait_for(self, number: int, patience_s: float) -> None:
        """Wait until a label that was taken is printed: what lies in a printer without paper is lost with its power."""
        asks = _value(0x21, "job-id", number) + _value(0x44, "requested-attributes", "job-state")
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            try:
                status, groups = self._ask(self.GET_JOB, asks)
            except NotAcceptedError as error:
                raise DoubtError(str(error)) from None
            state = next((_number(each, "job-state") for _tag, each in groups if "job-state" in each), 0)
            if status > 0xFF or state == self.PRINTED:  # some forget a label as soon as it is out
                return
            if state in self.GIVEN_UP:
                break
            time.sleep(0.1)
        raise DoubtError("the printer has taken it, and does not say that it is out")

    def has(self, key: str) -> bool | None:
        try:
            for which in ("not-completed", "completed"):
                asks = _value(0x44, "which-jobs", which) + _value(0x44, "requested-attributes", "job-name", "job-state")
                for _tag, job in self._ask(self.GET_JOBS, asks)[1]:
                    if job.get("job-name") == [key.encode()]:
                        return None if _number(job, "job-state") in self.GIVEN_UP else True
        except NotAcceptedError:
            pass
        return None  # some printers soon forget what they printed

    def problem(self) -> str | None:
        asks = _value(0x44, "requested-attributes", "printer-state", "printer-state-reasons")
        said: dict[str, list[bytes]] = {}
        try:
            status, groups = self._ask(self.GET_PRINTER, asks)
        except NotAcceptedError as error:
            return error.word
        if status > 0xFF:
            return "refused"
        for _tag, group in groups:
            said |= group
        reasons = [each.decode("ascii", "replace") for each in said.get("printer-state-reasons", ())]
        bare = [each.removesuffix("-error").removesuffix("-warning") for each in reasons]
        found = next((each for each in bare if each in STOPS), "")
        return found or ("stopped" if _number(said, "printer-state") == self.STOPPED else "")

    def _ask(
        self, verb: int, about: bytes, job: bytes = b"", content: bytes = b"", *, sends: bool = False
    ) -> tuple[int, list[Group]]:
        """Ask; return the status and the groups of the answer. Raises NotAcceptedError, DoubtError if it `sends`."""
        start = _value(0x47, "attributes-charset", "utf-8") + _value(0x48, "attributes-natural-language", "en")
        start += _value(0x45, "printer-uri", self._address) + _value(0x42, "requesting-user-name", "hirfa")
        asked = struct.pack(">BBHI", 2, 0, verb, 1) + b"\x01" + start + about + (b"\x02" + job if job else b"")
        line = self._line()
        try:
            line.request("POST", self._path, asked + b"\x03" + content, {"Content-Type": "application/ipp"})
            answer = line.getresponse()
            body = answer.read(1_000_000)
            if answer.status == 200:
                return _read(body)
        except (OSError, http.client.HTTPException, IndexError) as error:
            raise (DoubtError if sends else NotAcceptedError)(repr(error)) from None
        finally:
            line.close()
        raise NotAcceptedError(f"HTTP {answer.status}", "refused")

    def _line(self) -> http.client.HTTPConnection:
        """Return a line to the printer, and by TLS to no other one. Raises NotAcceptedError."""
        try:
            if self._pins is None:
                plain = http.client.HTTPConnection(self._host, self._port, timeout=PRINTER_S)
                plain.connect()
                return plain
            line = http.client.HTTPSConnection(self._host, self._port, timeout=PRINTER_S, context=context())
            line.connect()
        except OSError as error:
            raise NotAcceptedError(str(error)) from None
        try:
            self._pins.check(f"{self._host}:{self._port}", line.sock.getpeercert(binary_form=True) or b"")
        except NotAcceptedError:
            line.close()
            raise
        return line


def _value(tag: int, name: str, *values: str | bytes | int) -> bytes:
    """Write an attribute with its values; the name stands with the first one."""
    written = b""
    for each in values:
        plain = struct.pack(">i", each) if isinstance(each, int) else each.encode() if isinstance(each, str) else each
        written += struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(plain)) + plain
        name = ""
    return written


def _size(width: int, height: int) -> bytes:
    """Write `media-col` with a size in hundredths of a millimetre."""
    sides = b"".join(
        _value(0x4A, "", side) + _value(0x21, "", long)
        for side, long in (("x-dimension", width), ("y-dimension", height))
    )
    end = _value(0x37, "", b"")
    return _value(0x34, "media-col", b"") + _value(0x4A, "", "media-size") + _value(0x34, "", b"") + sides + end + end


def _read(body: bytes) -> tuple[int, list[Group]]:
    """Return the status of an answer and its groups, each with its tag and its values by name. Raises IndexError."""
    groups: list[Group] = []
    at, name = 8, ""
    while body[at] != 0x03:
        if body[at] < 0x10:
            groups.append((body[at], {}))
            at += 1
            continue
        long = int.from_bytes(body[at + 1 : at + 3], "big")
        name, at = body[at + 3 : at + 3 + long].decode("utf-8", "replace") or name, at + 3 + long
        long = int.from_bytes(body[at : at + 2], "big")
        groups[-1][1].setdefault(name, []).append(body[at + 2 : at + 2 + long])
        at += 2 + long
    return int.from_bytes(body[2:4], "big"), groups


def _number(group: Mapping[str, list[bytes]], name: str) -> int:
    return int.from_bytes(group[name][0], "big") if group.get(name) else 0

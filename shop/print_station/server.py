"""The shop as a print station sees it: its print addresses, and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
import urllib.parse
from collections.abc import Generator, Mapping

from shop.print_station.printers import Label

ANSWER_S = 30
BEGIN_S = 10  # how long a stream may take to bring its first line: who keeps that back brings the others late, too
SILENT_S = 40  # how long a stream may bring nothing; the shop writes a line each quarter of a minute
KEPT_S = 40  # how long a line that nobody used is trusted; the networks of phones forget them without a word
LINE_BYTES = 100_000
LINES = "application/x-ndjson"

Job = tuple[str, bool]  # a label, and whether it was given to this station before


class RefusedError(Exception):
    """The server does not want this: its status, and the word it gave."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(f"{status} {word}")
        self.status, self.word = status, word


class AwayError(Exception):
    """The server cannot be reached, or has no time."""


class CutError(AwayError):
    """No stream came, or it broke before its second line: something on the way does not let it through."""


class Server:
    """The shop: its print addresses, and nothing else of it. Lines to it are kept for the next question."""

    def __init__(self, address: str, token: str = "") -> None:
        self._address, self._token = urllib.parse.urlsplit(address.rstrip("/")), token
        self._kept: list[tuple[http.client.HTTPConnection, float]] = []  # the one used last is taken first

    def __del__(self) -> None:
        """Let go the lines that were kept."""
        for line, _used in self._kept:
            line.close()

    def pair(self, code: str) -> str:
        """Take the code that the studio shows for a token. Raises RefusedError, AwayError."""
        return str(json.loads(self._ask("pair", {"code": code}).content)["token"])

    def work(self, wait_s: int) -> list[Job]:
        """Return the next labels, and whether each was given to this station before."""
        return _jobs(self._ask(f"jobs?wait={wait_s}", timeout_s=wait_s + 20).content)

    def stream(self) -> Generator[list[Job]]:
        """Yield the next labels as they come, over one answer that stays open; none: it only shows that it does.

        Raises RefusedError, AwayError, CutError.
        """
        with contextlib.closing(self._connected(BEGIN_S)) as line, contextlib.ExitStack() as left:
            lines, why, wire = 0, "it ended", line.sock  # an answer that ends with its line takes it over
            try:
                answer = left.enter_context(self._answered(line, "jobs?stream=1"))
                opened = answer.getheader("Content-Type", "").startswith(LINES)
                while opened and (said := answer.readline(LINE_BYTES)):
                    wire.settimeout(SILENT_S)
                    news = _read(said)
                    if "refused" in news:
                        raise RefusedError(404, str(news["refused"]))
                    if "end" in news:
                        return
                    lines += 1
                    yield _jobs(said)
            except (OSError, http.client.HTTPException) as error:
                why = _said(error)
            raise (AwayError if lines > 1 else CutError)(why)

    def label(self, key: str) -> Label:
        """Return a label as the printer reads it."""
        return self._ask(f"jobs/{key}")

    def answer(self, key: str, state: str, why: str = "") -> list[Job]:
        """Say what became of a label; return the next ones, as `work` does."""
        return _jobs(self._ask(f"jobs/{key}", {"state": state, "why": why}).content)

    def printer(self, problem: str) -> None:
        """Say what keeps the printer from printing, or that nothing does."""
        self._ask("printer", {"problem": problem})

    def here(self) -> None:
        """Say that this station is there."""
        self._ask("printer", {})

    def _ask(self, path: str, fields: Mapping[str, str] | None = None, *, timeout_s: int = ANSWER_S) -> Label:
        """Ask over a line that was kept, or a new one. Whatever is asked may be asked twice: it is done once."""
        body = None if fields is None else urllib.parse.urlencode(fields)
        with contextlib.suppress(IndexError, OSError, http.client.HTTPException):
            line, used = self._kept.pop()
            if time.monotonic() - used < KEPT_S and line.sock is not None:
                line.sock.settimeout(timeout_s)
                return self._whole(line, path, body)
            line.close()
        try:
            return self._whole(self._connected(timeout_s), path, body)
        except (OSError, http.client.HTTPException) as error:
            raise AwayError(_said(error)) from None

    def _connected(self, timeout_s: int) -> http.client.HTTPConnection:
        """Return a new line. Raises AwayError."""
        kind = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
        try:
            line = kind(self._address.hostname or "", self._address.port, timeout=timeout_s)
            line.connect()
        except (OSError, ValueError) as error:
            raise AwayError(_said(error)) from None
        return line

    def _whole(self, line: http.client.HTTPConnection, path: str, body: str | None) -> Label:
        """Ask; return the whole answer and keep the line. Raises OSError, HTTPException."""
        good = False
        try:
            with self._answered(line, path, body) as answer:
                width, _x, height = answer.getheader("X-Label-Size", "").partition("x")
                label = Label(answer.read(), int(width or 0), int(height or 0))
            good = not answer.will_close
            return label
        finally:
            if good:
                self._kept.append((line, time.monotonic()))
            else:
                line.close()

    def _answered(
        self, line: http.client.HTTPConnection, path: str, body: str | None = None
    ) -> http.client.HTTPResponse:
        """Ask; return the answer, still to be read. Raises RefusedError, AwayError, OSError, HTTPException."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        where = f"{self._address.path}/hooks/print/{path}"
        line.request("GET" if body is None else "POST", where, body, headers)
        answer = line.getresponse()
        if answer.status < 300:
            return answer
        with answer:
            word = str(_read(answer.read(1000)).get("refused", ""))
        if not word or answer.status >= 500 or (answer.status == 429 and path != "pair"):
            raise AwayError(f"{answer.status}")  # what bears no word of the shop comes from something on the way
        raise RefusedError(answer.status, word)


def _read(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _jobs(body: bytes) -> list[Job]:
    try:
        return [(str(job["key"]), bool(job["again"])) for job in json.loads(body)["jobs"]]
    except (ValueError, KeyError, TypeError):
        raise AwayError("an answer that nobody understands") from None


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__

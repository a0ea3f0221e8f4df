"""The shop as a print station sees it: its print addresses, and nothing else."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping

from shop.print_station.printers import Label


class RefusedError(Exception):
    """The server does not want this: its status, and the word it gave."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(f"{status} {word}")
        self.status, self.word = status, word


class AwayError(Exception):
    """The server cannot be reached, or has no time."""


class Server:
    """The shop: its print addresses, and nothing else of it."""

    def __init__(self, address: str, token: str = "") -> None:
        self._address, self._token = address.rstrip("/"), token

    def pair(self, code: str) -> str:
        """Take the code that the studio shows for a token. Raises RefusedError, AwayError."""
        return str(json.loads(self._ask("pair", {"code": code}).content)["token"])

    def work(self, wait_s: int) -> list[tuple[str, bool]]:
        """Return the next labels, and whether each was given to this station before."""
        return _jobs(self._ask(f"jobs?wait={wait_s}", timeout_s=wait_s + 20).content)

    def label(self, key: str) -> Label:
        """Return a label as the printer reads it."""
        return self._ask(f"jobs/{key}")

    def answer(self, key: str, state: str, why: str = "") -> list[tuple[str, bool]]:
        """Say what became of a label; return the next ones, as `work` does."""
        return _jobs(self._ask(f"jobs/{key}", {"state": state, "why": why}).content)

    def printer(self, problem: str) -> None:
        """Say what keeps the printer from printing, or that nothing does."""
        self._ask("printer", {"problem": problem})

    def _ask(self, path: str, fields: Mapping[str, str] | None = None, *, timeout_s: int = 30) -> Label:
        body = None if fields is None else urllib.parse.urlencode(fields).encode()
        asked = urllib.request.Request(f"{self._address}/hooks/print/{path}", data=body)  # noqa: S310 - see main()
        if self._token:
            asked.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(asked, timeout=timeout_s) as answer:  # noqa: S310
                width, _x, height = answer.headers.get("X-Label-Size", "").partition("x")
                return Label(answer.read(), int(width or 0), int(height or 0))
        except urllib.error.HTTPError as error:
            with error:
                word = _word(error.read(1000))
            if error.code >= 500 or (error.code == 429 and path != "pair"):
                raise AwayError(f"{error.code}") from None
            raise RefusedError(error.code, word) from None
        except (OSError, ValueError) as error:
            raise AwayError(str(error)) from None


def _jobs(body: bytes) -> list[tuple[str, bool]]:
    try:
        return [(str(job["key"]), bool(job["again"])) for job in json.loads(body)["jobs"]]
    except (ValueError, KeyError, TypeError):
        raise AwayError("an answer that nobody understands") from None


def _word(body: bytes) -> str:
    try:
        return str(json.loads(body)["refused"])
    except (ValueError, KeyError, TypeError):
        return ""

"""The print station: it pulls a workshop's labels from the server and gives them to a printer, one by one.

This file is all of it, and needs nothing but Python: copied to any computer beside the printer, it runs by itself
(`python3 print_station.py --server https://… --code … --printer 192.168.1.50`); `hirfa print-station` is the same.

What it does with a label it writes down first, on the disk: *taken* before it asks for it, *printing* before the first
byte goes to the printer, *printed* when the printer has accepted the last one, *told* when the server knows. After a
power cut it reads what it wrote. A label that was being printed may be on paper or not: it is never printed again by
itself, the server is told that it is doubtful, and somebody looks.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

WAIT_S = 20  # how long the server may keep a question open
REST_S = 3  # between questions that the server does not keep open, as when many stations wait
PAUSES_S = (1, 2, 5, 10, 30)  # before the next try, when the server or the printer does not answer
PRINTER_S = 10
CLOSED_S = 3  # how long a printer may take to say that it has all; many never do
KEPT = 500  # labels that are remembered as told


class NotAcceptedError(Exception):
    """The printer has not got anything of a label: it can be tried again."""


class DoubtError(Exception):
    """The printer has got a part of a label, or all of it: nobody knows."""


class RefusedError(Exception):
    """The server does not want this: its status, and the word it gave."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(f"{status} {word}")
        self.status, self.word = status, word


class AwayError(Exception):
    """The server cannot be reached, or has no time."""


class Printer(Protocol):
    """Where labels go."""

    def accept(self, key: str, label: bytes) -> None:
        """Take a whole label. Raises NotAcceptedError, DoubtError."""

    def has(self, key: str) -> bool | None:
        """Tell whether a label was taken, if that can be known."""


class Folder:
    """A folder: each label is a file, there whole or not at all."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path

    def accept(self, key: str, label: bytes) -> None:
        part = self._path / f".{key}.part"
        try:
            with part.open("wb") as file:
                file.write(label)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._file(key))
        except OSError as error:
            raise NotAcceptedError(str(error)) from None

    def has(self, key: str) -> bool | None:
        return self._file(key).exists()

    def _file(self, key: str) -> Path:
        return self._path / f"{key}.prn"


class Raw:
    """A printer that listens on a port, 9100 as a rule, and prints what it is sent."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    def accept(self, _key: str, label: bytes) -> None:
        try:
            line = socket.create_connection(self._address, timeout=PRINTER_S)
        except OSError as error:
            raise NotAcceptedError(str(error)) from None
        with line:
            try:
                line.sendall(label)
                line.shutdown(socket.SHUT_WR)
                line.settimeout(CLOSED_S)
                with contextlib.suppress(TimeoutError):
                    while line.recv(1024):
                        pass
            except OSError as error:
                raise DoubtError(str(error)) from None

    def has(self, _key: str) -> bool | None:
        return None


class Cups:
    """A printer of this computer, through its `lp`: accepted when the queue has it on its disk."""

    def __init__(self, name: str) -> None:
        self._name = name

    def accept(self, key: str, label: bytes) -> None:
        command = ["lp", "-d", self._name, "-t", key, *(() if label.startswith(b"%PDF") else ("-o", "raw"))]
        if label.startswith(b"%PDF"):
            command += ["-o", "print-scaling=none"]
        try:
            ran = subprocess.run(command, input=label, capture_output=True, timeout=60, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise DoubtError("lp does not answer") from None
        except OSError as error:
            raise NotAcceptedError(str(error)) from None
        if ran.returncode:
            raise NotAcceptedError(ran.stderr.decode("utf-8", "replace").strip())

    def has(self, _key: str) -> bool | None:
        return None


def printer_of(text: str) -> Printer:
    """Return what `--printer` names: a folder with a slash, `lp:NAME`, or a host with or without a port."""
    if text.startswith("lp:"):
        return Cups(text.removeprefix("lp:"))
    if "/" in text:
        return Folder(Path(text).expanduser())
    host, _colon, port = text.partition(":")
    return Raw(host, int(port or 9100))


class Notes:
    """What became of each label, written down line by line; a torn last line is as if it had not been written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._states: dict[str, str] = {}
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                note = json.loads(line)
                self._states[str(note["label"])] = str(note["state"])
        self._shorten()

    def of(self, key: str) -> str:
        """Return what was written of a label last, or nothing."""
        return self._states.get(key, "")

    def open(self) -> list[tuple[str, str]]:
        """Return the labels of which the server does not know the end."""
        return [(key, state) for key, state in self._states.items() if not state.startswith("told")]

    def write(self, key: str, state: str) -> None:
        """Write down a state; it is on the disk when this returns."""
        self._states[key] = state
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"label": key, "state": state}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _shorten(self) -> None:
        told = [key for key, state in self._states.items() if state.startswith("told")]
        for key in told[:-KEPT]:
            del self._states[key]
        part = self._path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            for key, state in self._states.items():
                file.write(json.dumps({"label": key, "state": state}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)


class Server:
    """The shop: its print addresses, and nothing else of it."""

    def __init__(self, address: str, token: str = "") -> None:
        self._address, self._token = address.rstrip("/"), token

    def pair(self, code: str) -> str:
        """Take the code that the studio shows for a token. Raises RefusedError, AwayError."""
        return str(json.loads(self._ask("pair", {"code": code}))["token"])

    def work(self, wait_s: int) -> list[tuple[str, bool]]:
        """Return the next labels, and whether each was given to this station before."""
        found = json.loads(self._ask(f"jobs?wait={wait_s}", timeout_s=wait_s + 20))
        return [(str(job["key"]), bool(job["again"])) for job in found["jobs"]]

    def label(self, key: str) -> bytes:
        """Return a label as the printer reads it."""
        return self._ask(f"jobs/{key}")

    def answer(self, key: str, state: str, why: str = "") -> None:
        """Say what became of a label."""
        self._ask(f"jobs/{key}", {"state": state, "why": why})

    def _ask(self, path: str, fields: Mapping[str, str] | None = None, *, timeout_s: int = 30) -> bytes:
        body = None if fields is None else urllib.parse.urlencode(fields).encode()
        asked = urllib.request.Request(f"{self._address}/hooks/print/{path}", data=body)  # noqa: S310 - see main()
        if self._token:
            asked.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(asked, timeout=timeout_s) as answer:  # noqa: S310
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                word = _word(error.read(1000))
            if error.code >= 500 or (error.code == 429 and path != "pair"):
                raise AwayError(f"{error.code}") from None
            raise RefusedError(error.code, word) from None
        except (OSError, ValueError) as error:
            raise AwayError(str(error)) from None


def _word(body: bytes) -> str:
    try:
        return str(json.loads(body)["refused"])
    except (ValueError, KeyError, TypeError):
        return ""


class Station:
    """One printer of a workshop."""

    def __init__(self, server: Server, printer: Printer, notes: Notes, say: Callable[[str], None] = print) -> None:
        self._server, self._printer, self._notes, self._say = server, printer, notes, say

    def recover(self) -> None:
        """Say what became of the labels that were under way when this station stopped. Raises AwayError."""
        for key, state in self._notes.open():
            found = self._looked(key) if state == "printing" else state
            if found in {"printed", "doubtful"}:
                self._tell(key, "confirmed" if found == "printed" else "doubtful", "the station was stopped")

    def _looked(self, key: str) -> str:
        """Write down what the printer knows of a label that was being printed."""
        found = {True: "printed", False: "taken", None: "doubtful"}[self._printer.has(key)]
        self._notes.write(key, found)
        return found

    def once(self, wait_s: int = WAIT_S) -> bool:
        """Print what there is; tell whether there was any. Raises AwayError, NotAcceptedError, RefusedError."""
        found = self._server.work(wait_s)
        for key, again in found:
            self._print(key, again=again)
        return bool(found)

    def _print(self, key: str, *, again: bool) -> None:
        state = self._notes.of(key)
        if state.startswith("told "):  # the server has not kept what it was told: it is told again
            self._tell(key, state.removeprefix("told "))
            return
        if state in {"printing", "doubtful"} or (again and not state):
            self._doubt(key, "no note of it is left" if not state else "the printer did not say")
            return
        if state == "printed":
            self._tell(key, "confirmed")
            return
        self._notes.write(key, "taken")
        try:
            label = self._server.label(key)
        except RefusedError as error:
            if error.status not in {404, 409} or error.word == "token":
                raise
            self._notes.write(key, "told failed")
            self._say(f"{key}: not wanted any more ({error.word})")
            return
        self._notes.write(key, "printing")
        try:
            self._printer.accept(key, label)
        except NotAcceptedError:
            self._notes.write(key, "taken")
            raise
        except DoubtError as error:
            self._doubt(key, str(error))
            return
        self._notes.write(key, "printed")
        self._say(f"{key}: printed")
        self._tell(key, "confirmed")

    def _doubt(self, key: str, why: str) -> None:
        self._notes.write(key, "doubtful")
        self._say(f"{key}: maybe printed ({why})")
        self._tell(key, "doubtful", why)

    def _tell(self, key: str, state: str, why: str = "") -> None:
        try:
            self._server.answer(key, state, why)
        except RefusedError as error:
            if error.status not in {404, 409} or error.word == "token":  # it was settled by somebody meanwhile
                raise
        self._notes.write(key, f"told {state}")


def run(station: Station, say: Callable[[str], None] = print) -> None:
    """Print until the station is let go; whatever does not answer is asked again. Raises RefusedError."""
    tries, recovered = 0, False
    while True:
        try:
            if not recovered:
                station.recover()
                recovered = True
            asked = time.monotonic()
            if not station.once() and time.monotonic() - asked < REST_S:
                time.sleep(REST_S)
            tries = 0
        except (AwayError, NotAcceptedError) as error:
            pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            say(f"{'server' if isinstance(error, AwayError) else 'printer'}: {error}; again in {pause} s")
            tries += 1
            time.sleep(pause)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder of a station, so that no second one prints the same labels. Raises SystemExit."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as held:
        try:
            import fcntl  # noqa: PLC0415 - a computer without it runs one station by itself

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass
        except OSError:
            raise SystemExit(f"Another print station runs on {folder}.") from None
        yield


def token_of(folder: Path, server: str, code: str) -> tuple[str, str]:
    """Return the server and the token that were kept, or pair with a code and keep them. Raises SystemExit."""
    kept = folder / "station.json"
    if code:
        try:
            token = Server(server).pair(code)
        except RefusedError:
            raise SystemExit("This code opens nothing. The studio makes a new one, good for ten minutes.") from None
        except AwayError as error:
            raise SystemExit(f"{server} does not answer: {error}") from None
        part = kept.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(json.dumps({"server": server, "token": token}), "utf-8")
        part.replace(kept)
        return server, token
    try:
        known: dict[str, Any] = json.loads(kept.read_text("utf-8"))
        return server or str(known["server"]), str(known["token"])
    except (OSError, ValueError, KeyError):
        raise SystemExit("Not paired yet: give --server and the --code that the studio shows.") from None


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser("print-station", description="Prints a workshop's labels, one by one.")
    parser.add_argument("--server", default="", help="the address of the shop, https://…")
    parser.add_argument("--code", default="", help="the code that the studio shows; only the first time")
    parser.add_argument("--printer", required=True, help="HOST[:PORT] (9100), lp:NAME, or a folder with a slash")
    parser.add_argument("--data", default="~/.hirfa-print-station", help="where the station keeps its notes")
    given = parser.parse_args(arguments)
    if given.server and not given.server.startswith(("https://", "http://")):
        parser.error("--server begins with https://")
    if given.printer.startswith("lp:") and not shutil.which("lp"):
        parser.error("this computer has no lp: install CUPS, or name the printer by its address")
    folder = Path(given.data).expanduser()
    with alone(folder):
        server, token = token_of(folder, given.server, given.code)
        station = Station(Server(server, token), printer_of(given.printer), Notes(folder / "notes.jsonl"))
        sys.stdout.write(f"Waiting for labels of {server} (Ctrl-C stops)\n")
        try:
            run(station)
        except RefusedError as error:
            raise SystemExit(f"The shop has let this station go ({error}).") from None
        except KeyboardInterrupt:
            sys.stdout.write("Stopped.\n")


if __name__ == "__main__":
    main()

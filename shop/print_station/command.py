"""The command: `hirfa print-station`, or `python3 print-station.pyz` on a computer that has nothing but Python."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shop.print_station.ipp import Ipp
from shop.print_station.notes import Notes
from shop.print_station.pins import Pins
from shop.print_station.printers import Cups, Folder, Printer, Raw
from shop.print_station.server import AwayError, RefusedError, Server
from shop.print_station.station import Station, run


def printer_of(text: str, pins: Pins | None = None) -> Printer:
    """Return what `--printer` names: `ipp(s)://…`, `lp:NAME`, a folder with a slash, a host with or without a port."""
    if text.startswith(("ipp://", "ipps://")):
        return Ipp(text, pins)
    if text.startswith("lp:"):
        return Cups(text.removeprefix("lp:"))
    if "/" in text:
        return Folder(Path(text).expanduser())
    host, _colon, port = text.partition(":")
    return Raw(host, int(port or 9100))


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
    parser.add_argument("--printer", required=True, help="HOST[:PORT] (9100), ipp(s)://…, lp:NAME, or a folder/")
    parser.add_argument(
        "--new-certificate", action="store_true", help="believe the certificate that the ipps:// printer shows now"
    )
    parser.add_argument("--data", default="~/.hirfa-print-station", help="where the station keeps its notes")
    given = parser.parse_args(arguments)
    if given.server and not given.server.startswith(("https://", "http://")):
        parser.error("--server begins with https://")
    if given.printer.startswith("lp:") and not shutil.which("lp"):
        parser.error("this computer has no lp: install CUPS, or name the printer by its address")
    folder = Path(given.data).expanduser()
    with alone(folder):
        server, token = token_of(folder, given.server, given.code)
        pins = Pins(folder / "printers.json")
        if given.new_certificate:
            pins.forget()
        station = Station(Server(server, token), printer_of(given.printer, pins), Notes(folder / "notes.jsonl"))
        sys.stdout.write(f"Waiting for labels of {server} (Ctrl-C stops)\n")
        try:
            run(station)
        except RefusedError as error:
            raise SystemExit(f"The shop has let this station go ({error}).") from None
        except KeyboardInterrupt:
            sys.stdout.write("Stopped.\n")

"""Real printers on loopback: an IPP printer (`ippeveprinter`) and a queue of CUPS, each with a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROLL_PAPER, A4_PAPER = ("om_small-photo_100x150mm", 10000, 15000), ("iso_a4_210x297mm", 21000, 29700)
ATTRIBUTES = """
ATTR keyword media-supported {name}
ATTR keyword media-default {name}
ATTR keyword media-ready {name}
ATTR collection media-size-supported {{ MEMBER integer x-dimension {x} MEMBER integer y-dimension {y} }}
ATTR keyword media-col-supported media-size
ATTR mimeMediaType document-format-supported application/pdf,application/octet-stream
ATTR mimeMediaType document-format-default application/pdf
ATTR keyword print-scaling-supported none,auto
"""
# What the printer runs for each label: it keeps it with its attributes, and says that this was the last sheet.
BURN = """#!/bin/sh
env > {out}/"$IPP_JOB_NAME.env"
cp "$1" {out}/.part && mv {out}/.part {out}/"$IPP_JOB_NAME.pdf"
[ -e {out}/last-sheet ] && echo "STATE: +media-empty" >&2
exit 0
"""
CUPSD = """
Listen 127.0.0.1:{port}
Browsing No
PreserveJobFiles Yes
DefaultAuthType None
<Location />
Order allow,deny
Allow all
</Location>
<Location /admin>
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


def until(what: Callable[[], bool], *, patience_s: float = 20) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.03)


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Roll:
    """A printer that speaks IPP, with one paper: a label printer's roll of 100 × 150 mm, as a rule."""

    def __init__(self, folder: Path, bus: str, paper: tuple[str, int, int]) -> None:
        self.port, self.folder, self._bus = free_port(), folder, bus
        self.out, self.keys = folder / "out", folder / "keys"
        self.out.mkdir(parents=True)
        self.keys.mkdir()
        name, x, y = paper
        (folder / "roll.attrs").write_text(ATTRIBUTES.format(name=name, x=x, y=y))
        burn = folder / "burn"
        burn.write_text(BURN.format(out=self.out))
        burn.chmod(0o755)
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is."""
        return f"ipp://localhost:{self.port}/ipp/print"

    def switch_on(self) -> None:
        """Start it, with paper."""
        (self.out / "last-sheet").unlink(missing_ok=True)
        command = [
            "ippeveprinter", "-p", str(self.port), "-n", "localhost", "-r", "off", "-d", str(self.folder), "-k",
            "-a", str(self.folder / "roll.attrs"), "-c", str(self.folder / "burn"), "-K", str(self.keys), "Roll",
        ]  # fmt: skip
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

        def is_on() -> bool:
            if self._running is None or self._running.poll() is not None:  # the bus, or its port, was not ready yet
                self._running = subprocess.Popen(
                    command, env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self._bus}, **quiet
                )
            return answers(self.port)

        until(is_on)

    def forget_its_keys(self) -> None:
        """Have it make itself another certificate when it is switched on."""
        for each in self.keys.iterdir():
            each.unlink()

    def switch_off(self) -> None:
        """End it."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(10)

    def this_is_the_last_sheet(self) -> None:
        """Have the paper be out after the next label."""
        (self.out / "last-sheet").touch()

    def labels(self) -> list[bytes]:
        """Return what came out, in no order."""
        return [each.read_bytes() for each in self.out.glob("*.pdf")]


@contextmanager
def a_roll(folder: Path, paper: tuple[str, int, int] = ROLL_PAPER) -> Iterator[Roll]:
    """Switch a printer on; it announces itself to nobody, on a message bus of its own."""
    folder.mkdir(parents=True)
    bus = f"unix:path={folder}/bus"
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={bus}"]
    talks = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    roll = Roll(folder, bus, paper)
    try:
        until((folder / "bus").exists)
        roll.switch_on()
        yield roll
    finally:
        roll.switch_off()
        talks.kill()
        talks.wait(10)


@contextmanager
def a_queue(folder: Path) -> Iterator[tuple[int, Path]]:
    """Start a CUPS of this test's own with one queue, `Zebra`; yield its port and the folder of its jobs."""
    port, made = free_port(), {each: folder / each for each in ("etc", "cache", "state", "spool", "tmp")}
    for each in made.values():
        each.mkdir(parents=True)
    names = {"etc": "ServerRoot", "cache": "CacheDir", "state": "StateDir", "spool": "RequestRoot", "tmp": "TempDir"}
    logs = "".join(f"{each}Log {folder / each}\n" for each in ("Access", "Error", "Page"))
    places = "".join(f"{names[key]} {path}\n" for key, path in made.items())
    (made["etc"] / "cups-files.conf").write_text(f"{places}{logs}FileDevice Yes\n")
    (made["etc"] / "cupsd.conf").write_text(CUPSD.format(port=port))
    cupsd = shutil.which("cupsd", path=f"{os.environ['PATH']}:/usr/sbin") or "cupsd"
    config = ["-c", str(made["etc"] / "cupsd.conf"), "-s", str(made["etc"] / "cups-files.conf")]
    running = subprocess.Popen([cupsd, "-f", *config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port))
        lpadmin = shutil.which("lpadmin", path=f"{os.environ['PATH']}:/usr/sbin") or "lpadmin"
        queue = [lpadmin, "-h", f"127.0.0.1:{port}", "-p", "Zebra", "-E", "-v", f"file:{folder}/out", "-m", "raw"]
        subprocess.run(queue, check=True, capture_output=True)
        yield port, made["spool"]
    finally:
        running.terminate()
        running.wait(10)

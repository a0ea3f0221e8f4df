"""The demo shop in a process of its own, as `hirfa run --demo` serves it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PATIENCE_S = 120
HIRFA = str(Path(sys.executable).with_name("hirfa"))


def copy_demo(shared: Path, folder: Path) -> None:
    """Copy a filled demo shop to a folder; the first worker of a run fills it, the others wait for that."""
    shared.mkdir(exist_ok=True)
    filled, begun = shared / "filled", shared / "begun"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not filled.exists():
            subprocess.run([HIRFA, "demo"], env=_environment(DATA_DIR=str(begun)), check=True, capture_output=True)
            begun.rename(filled)
    shutil.copytree(filled, folder)


def _environment(**told: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HIRFA_")}
    return clean | {f"HIRFA_{name}": value for name, value in told.items()}


@contextlib.contextmanager
def demo_shop(
    folder: Path, *, log_level: str = "WARNING", name: str = "127.0.0.1", mail: str = "", worker: bool = True
) -> Iterator[str]:
    """Serve the demo shop of a folder, filled if it is empty, its log beside it; yield its address; stop it at last.

    `mail`: where its letters go, as `HIRFA_MAIL_URL` has it. Without its worker no job runs beside what is asked.
    """
    with _own_port() as port, log_of(folder).open("wb") as log:
        base = f"http://{name}:{port}"
        environment = _environment(
            DATA_DIR=str(folder), PORT=str(port), BASE_URL=base, LOG_LEVEL=log_level, MAIL_URL=mail,
            WORKER=str(int(worker)),
        )  # fmt: skip
        process = subprocess.Popen(
            [HIRFA, "run", "--demo"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(process, base, Path(log.name))
            yield base
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE_S)


@contextlib.contextmanager
def _own_port() -> Iterator[int]:
    """Keep a port: bound here and not listened at, it is given to nobody but a server that asks for this very one."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


def log_of(folder: Path) -> Path:
    """Return the log of the shop that is served from a folder."""
    return folder.parent / f"{folder.name}.log"


def _wait(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{base}/readyz", timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the demo shop did not open:\n{log.read_text(errors='replace')[-3000:]}")

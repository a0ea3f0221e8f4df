"""The demo shop in a process of its own, as `hirfa run --demo` serves it."""

from __future__ import annotations

import contextlib
import os
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


@contextlib.contextmanager
def demo_shop(folder: Path, *, log_level: str = "WARNING", name: str = "127.0.0.1") -> Iterator[str]:
    """Serve a fresh demo shop from a folder, its log beside it; yield its address; stop it in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://{name}:{port}"
    told = {"DATA_DIR": str(folder), "PORT": str(port), "BASE_URL": base, "LOG_LEVEL": log_level}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HIRFA_")}
    environment |= {f"HIRFA_{name}": value for name, value in told.items()}
    command = [str(Path(sys.executable).with_name("hirfa")), "run", "--demo"]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(process, base, Path(log.name))
            yield base
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{base}/readyz", timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the demo shop did not open:\n{log.read_text(errors='replace')[-3000:]}")

"""`hirfa run` where somebody has its port already: one sentence, no traceback, and nothing is touched."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plumbing.outside import Outside
from tests.trust.test_kill import Server

HIRFA = str(Path(sys.executable).with_name("hirfa"))


def run(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HIRFA_")}
    told = {"HIRFA_DATA_DIR": str(folder), "HIRFA_PORT": str(port)}
    return subprocess.run([HIRFA, "run"], env=clean | told, capture_output=True, text=True, timeout=60, check=False)


def is_told(done: subprocess.CompletedProcess[str], port: int) -> None:
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert f"127.0.0.1:{port} is taken" in done.stderr
    assert f"PORT={port + 1} make run, or HIRFA_PORT={port + 1} hirfa run" in done.stderr


def test_another_program_has_the_port(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        is_told(run(tmp_path, port), port)
    assert not (tmp_path / "hirfa.sqlite3").exists()


@pytest.mark.slow
def test_a_shop_has_the_port_which_it_would_share(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    first = Server(tmp_path, f"sqlite:///{tmp_path / 'hirfa.sqlite3'}", Outside(0))
    first.start()
    try:
        is_told(run(tmp_path / "second", first.port), first.port)
    finally:
        first.kill()

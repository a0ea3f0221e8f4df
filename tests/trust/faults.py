"""Faults, made for real: a database that is locked, full, gone or silent, and a disk without room."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from sqlalchemy import event, make_url

from shop.plumbing.db import db, session


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let somebody else hold the write lock of a SQLite file: a copy, a cleaning, a stuck process."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextlib.contextmanager
def full(application: Flask) -> Iterator[None]:
    """Let a SQLite file not grow by one page: it answers SQLITE_FULL, as on a full disk."""

    def no_more(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # never below what is there

    with application.app_context():
        engine = db.engine
        renew(application)
        other = sqlite3.connect(make_url(engine.url).database or "")
        other.execute("VACUUM")  # no free page inside either
        other.close()
        event.listen(engine, "connect", no_more)
        renew(application)
        try:
            yield
        finally:
            event.remove(engine, "connect", no_more)
            renew(application)


@contextlib.contextmanager
def gone(folder: Path) -> Iterator[None]:
    """Take a folder away, as a volume that is not mounted."""
    elsewhere = folder.with_name(folder.name + " elsewhere")
    folder.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(folder)


def renew(application: Flask) -> None:
    """Let go of every connection: the next ones are opened under the conditions of now."""
    with application.app_context():
        session.remove()  # type: ignore[attr-defined]
        db.engine.dispose()


@contextlib.contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """Mount a disk of its own on a folder. Raises PermissionError when that is not allowed here."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True)
    if done.returncode:
        raise PermissionError(done.stderr.decode(errors="replace"))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave not one byte of room on a disk."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0" * 4096)
    try:
        yield
    finally:
        ballast.unlink()


class Gate:
    """A way to a PostgreSQL server that can be cut off (as if it stopped) or fall silent (as if a cable broke)."""

    def __init__(self, url: str) -> None:
        """Open a way to the server of a database; `url` leads through it."""
        there = make_url(url)
        self._server = (there.host or "127.0.0.1", there.port or 5432)
        self._listener = self._listening(0)
        self.port: int = self._listener.getsockname()[1]
        self.url = there.set(host="127.0.0.1", port=self.port).render_as_string(hide_password=False)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._silent = threading.Event()
        self._guard = threading.Lock()
        self._serve()

    def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self._drop()

    def mend(self) -> None:
        """Let connections through again."""
        self._listener = self._listening(self.port)
        self._silent.clear()
        self._serve()

    def hush(self) -> None:
        """Take connections and say nothing."""
        self._silent.set()
        self._drop()

    def speak(self) -> None:
        """Let new connections through again."""
        self._silent.clear()
        self._drop()

    def _serve(self) -> None:
        self._thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._server)
            with self._guard:
                self._pairs.append((near, far))
            if not self._silent.is_set():
                threading.Thread(target=_carry, args=(near, far), daemon=True).start()

    def _drop(self) -> None:
        with self._guard:
            for pair in self._pairs:
                for end in pair:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
                    end.close()
            self._pairs.clear()

    @staticmethod
    def _listening(port: int) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", port))
        made.listen(64)
        return made


def _carry(near: socket.socket, far: socket.socket) -> None:
    """Carry bytes both ways until either end is closed."""
    with contextlib.suppress(OSError, ValueError):
        while True:
            for end in select.select([near, far], [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                (far if end is near else near).sendall(data)


@contextlib.contextmanager
def cut_off(gate: Gate) -> Iterator[None]:
    """Let the server be stopped."""
    gate.cut()
    try:
        yield
    finally:
        gate.mend()


@contextlib.contextmanager
def silent(gate: Gate) -> Iterator[None]:
    """Let the server be out of reach without a word."""
    gate.hush()
    try:
        yield
    finally:
        gate.speak()


def is_root() -> bool:
    """Tell whether disks can be mounted, if this machine lets anybody do so."""
    return os.geteuid() == 0

"""Where labels go: a folder, a port, a queue of this computer; and what can be known of them afterwards."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from pathlib import Path
from typing import NamedTuple, Protocol

PRINTER_S = 10
CLOSED_S = 3  # how long a printer may take to say that it has all; many never do
UNREACHABLE = "unreachable"


class Label(NamedTuple):
    """A label as the printer reads it, and how wide and tall it is in tenths of a millimetre, or 0."""

    content: bytes
    width: int = 0
    height: int = 0


class NotAcceptedError(Exception):
    """The printer has not got anything of a label, for which there is a word: it can be tried again."""

    def __init__(self, why: str, word: str = UNREACHABLE) -> None:
        super().__init__(why)
        self.word = word


class DoubtError(Exception):
    """The printer has got a part of a label, or all of it: nobody knows."""


class Printer(Protocol):
    """Where labels go."""

    def accept(self, key: str, label: Label) -> None:
        """Take a whole label. Raises NotAcceptedError, DoubtError."""

    def has(self, key: str) -> bool | None:
        """Tell whether a label was taken, if that can be known."""

    def problem(self) -> str | None:
        """Return the word for what keeps it from printing, or nothing; None where that cannot be known."""


class Folder:
    """A folder: each label is a file, there whole or not at all; what is no PDF is a printer's own language."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path

    def accept(self, key: str, label: Label) -> None:
        part = self._path / f".{key}.part"
        try:
            with part.open("wb") as file:
                file.write(label.content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path / f"{key}{'.pdf' if label.content.startswith(b'%PDF-') else '.prn'}")
        except OSError as error:
            raise NotAcceptedError(str(error), "spool-area-full") from None

    def has(self, key: str) -> bool | None:
        return any((self._path / f"{key}{kind}").exists() for kind in (".pdf", ".prn"))

    def problem(self) -> str | None:
        return ""


class Raw:
    """A printer that listens on a port, 9100 as a rule, and prints what it is sent."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    def accept(self, _key: str, label: Label) -> None:
        try:
            line = socket.create_connection(self._address, timeout=PRINTER_S)
        except OSError as error:
            raise NotAcceptedError(str(error)) from None
        with line:
            try:
                line.sendall(label.content)
                line.shutdown(socket.SHUT_WR)
                line.settimeout(CLOSED_S)
                with contextlib.suppress(TimeoutError):
                    while line.recv(1024):
                        pass
            except OSError as error:
                raise DoubtError(str(error)) from None

    def has(self, _key: str) -> bool | None:
        return None

    def problem(self) -> str | None:
        return None


class Cups:
    """A printer of this computer, through its `lp`: accepted when the queue has it on its disk."""

    def __init__(self, name: str) -> None:
        self._name = name

    def accept(self, key: str, label: Label) -> None:
        command = ["lp", "-d", self._name, "-t", key]
        if label.content.startswith(b"%PDF"):
            command += ["-o", "print-scaling=none"]
            command += ["-o", f"media=Custom.{label.width / 10:g}x{label.height / 10:g}mm"] if label.width else []
        else:
            command += ["-o", "raw"]
        try:
            ran = subprocess.run(command, input=label.content, capture_output=True, timeout=60, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise DoubtError("lp does not answer") from None
        except OSError as error:
            raise NotAcceptedError(str(error)) from None
        if ran.returncode:
            raise NotAcceptedError(ran.stderr.decode("utf-8", "replace").strip(), "stopped")

    def has(self, _key: str) -> bool | None:
        return None

    def problem(self) -> str | None:
        return None

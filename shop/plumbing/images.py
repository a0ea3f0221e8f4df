"""Strangers' pictures made safe: recognised by content, measured, then decoded and remade in a process apart."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, Literal, cast

import structlog

from shop.core.errors import Busy, Refused
from shop.plumbing.i18n import N_
from shop.plumbing.image_headers import Kind, kind_of, size_of

WIDTHS: Final = (240, 480, 900)
MOST_BYTES: Final = 12 << 20
MOST_PIXELS: Final = 40_000_000
MOST_SIDE: Final = 12_000
LEAST_SIDE: Final = 100
TIME_S: Final = 20
PATIENCE_S: Final = 30

Part = Literal["whole", "start", "middle", "end"]
Reason = Literal["kind", "too_large", "too_small", "broken"]

_SAID: Mapping[Reason, str] = {
    "kind": N_("Please choose a photograph: a JPEG, PNG, WebP, HEIC or AVIF file."),
    "too_large": N_("This picture is too large. Please choose one of at most 12 MB and 40 megapixels."),
    "too_small": N_("This picture is too small. Please choose one of at least 100 pixels on each side."),
    "broken": N_(
        "This picture can't be opened: the file is damaged or incomplete. Please choose it again or take another."
    ),
}
_SAID_OF_HEIC = N_(
    "This HEIC picture can't be opened. On the iPhone: Settings, Camera, Formats, Most Compatible; then take it again."
)
_CHILD = Path(__file__).with_name("images_child.py")
_turns = threading.BoundedSemaphore(2)  # at most two decoders at once: each may take a few hundred megabytes

log = structlog.get_logger("hirfa.images")


class Unreadable(Refused):
    """The file is no picture that the shop can show; `reason` says why in a word, `message` to the person."""

    def __init__(self, *, reason: Reason, kind: Kind | None = None) -> None:
        self.reason: Reason = reason
        of_heic = kind == "heic" and reason == "broken"
        super().__init__(_SAID_OF_HEIC if of_heic else _SAID[reason])


@dataclass(frozen=True)
class Seen:
    """What a picture's header states; the pixels have not been looked at."""

    kind: Kind
    width: int
    height: int


@dataclass(frozen=True)
class Prepared:
    """A picture remade as WebP, upright, without a trace of its maker, its place or its notes.

    `sizes` has each of 240, 480 and 900 that the picture is wide enough for, and 240 always (then at its own width).
    `original` is at most 1440 on its long side. `width` and `height` are those of the upright picture that came.
    Where a square part of it was asked for, `sizes` show that part and `original` is whole all the same.
    """

    width: int
    height: int
    colour: str  # the average, as #rrggbb
    original: bytes = field(repr=False)
    sizes: Mapping[int, bytes] = field(repr=False)


def check(content: bytes) -> Seen:
    """Read kind and size from the header, in microseconds and without decoding. Raises Unreadable."""
    kind = kind_of(content)
    if kind is None:
        raise Unreadable(reason="kind")
    if len(content) > MOST_BYTES:
        raise Unreadable(reason="too_large")
    size = size_of(kind, content)
    if size is None or not min(size):
        raise Unreadable(reason="broken", kind=kind)
    if size[0] * size[1] > MOST_PIXELS or max(size) > MOST_SIDE:
        raise Unreadable(reason="too_large")
    if min(size) < LEAST_SIDE:
        raise Unreadable(reason="too_small")
    return Seen(kind, *size)


def prepare(source: bytes | BinaryIO, *, part: Part = "whole") -> Prepared:
    """Make every size of a picture in a child process with limits of memory and time. Raises Unreadable, Busy.

    `part` shows the largest square at its start (left or top), its middle or its end.

    Takes about a second of processor for a phone's photograph: call it from a job, and `check` from a request.
    """
    content = source if isinstance(source, bytes) else source.read(MOST_BYTES + 1)
    kind = check(content).kind
    with _answered(content, kind, part) as (outbox, code):
        return _read(outbox, kind, code)


def codes(content: bytes) -> list[str]:
    """Return what the bar codes (Code 128) and QR codes in a picture say; none for a picture without, or a blurred one.

    Takes about half a second in a child process with the limits of `prepare`: hold no transaction meanwhile. Raises
    Unreadable for what is no picture, Busy.
    """
    kind = check(content).kind
    with _answered(content, kind, "codes") as (outbox, code):
        found = _line(outbox, kind, code).get("codes")
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Unreadable(reason="broken", kind=kind)
    return found


@contextlib.contextmanager
def _answered(content: bytes, kind: Kind, part: Part | Literal["codes"]) -> Iterator[tuple[BinaryIO, int]]:
    """Give the picture to a child process; yield its answer and its exit code."""
    with _turn(), tempfile.TemporaryFile() as inbox, tempfile.TemporaryFile() as outbox:
        inbox.write(content)
        inbox.seek(0)
        code = _run(kind, part, inbox, outbox)
        outbox.seek(0)
        yield cast(BinaryIO, outbox), code


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE_S):
        raise Busy("all picture decoders are at work")
    try:
        yield
    finally:
        _turns.release()


def _run(kind: Kind, part: str, inbox: IO[bytes], outbox: IO[bytes]) -> int:
    """Return the child's exit code: 0 for an answer, something else for a crash or a limit."""
    # -I: neither the folder it stands in nor the environment adds modules
    command = [sys.executable, "-I", str(_CHILD), kind, part]
    bare = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own file, and words from closed lists
            command, stdin=inbox, stdout=outbox, stderr=subprocess.DEVNULL, env=bare, cwd="/",
            timeout=TIME_S, check=False, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        log.warning("picture took too long", kind=kind)
        raise Unreadable(reason="too_large") from None
    return done.returncode


def _read(outbox: IO[bytes], kind: Kind, code: int) -> Prepared:
    """Read the child's answer, trusting none of it."""
    answer = _line(outbox, kind, code)
    try:
        lengths = [int(length) for length in answer["lengths"]]
        widths = [int(width) for width in answer["widths"]]
        pieces = [outbox.read(length) for length in lengths]
        whole = all(
            kind_of(piece) == "webp" and len(piece) == length for piece, length in zip(pieces, lengths, strict=True)
        )
        if not whole or not set(widths) <= set(WIDTHS):
            raise Unreadable(reason="broken", kind=kind)
        return Prepared(
            int(answer["width"]), int(answer["height"]), str(answer["colour"])[:7], pieces[0],
            dict(zip(widths, pieces[1:], strict=True)),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise _nonsense(kind, error) from None


def _line(outbox: IO[bytes], kind: Kind, code: int) -> dict[str, Any]:
    """Read the first line of the child's answer. Raises Unreadable for a refusal, a crash or nonsense."""
    try:
        answer = json.loads(outbox.readline(4096)) if code == 0 else {"refused": "broken", "why": f"exit {code}"}
    except ValueError as error:
        raise _nonsense(kind, error) from None
    if not isinstance(answer, dict):
        raise _nonsense(kind, TypeError("no object"))
    if "refused" in answer:
        log.info("picture refused", kind=kind, reason=answer["refused"], why=answer.get("why"))
        raise Unreadable(reason=_reason(answer["refused"]), kind=kind)
    return answer


def _nonsense(kind: Kind, error: Exception) -> Unreadable:
    log.warning("picture's process answered nonsense", kind=kind, error=repr(error)[:200])
    return Unreadable(reason="broken", kind=kind)


def _reason(word: object) -> Reason:
    return cast(Reason, word) if word in _SAID else "broken"

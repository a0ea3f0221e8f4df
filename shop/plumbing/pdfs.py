"""PDFs that others made: drawn in a process apart, and written anew as pictures. Nothing else ever opens theirs.

What comes out has our bytes only: no font, no script, no stream of theirs reaches the server, a printer or a phone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import structlog

from shop.core.errors import Refused
from shop.plumbing.i18n import N_

MOST_BYTES: Final = 1_500_000
MOST_PAGES: Final = 4
MOST_SIDE: Final = 7_400  # dots: a little more than A3
TIME_S: Final = 15

NO_PDF: Final = N_("it is no PDF")
TOO_LARGE: Final = N_("the file is larger than 1.5 MB")
BROKEN: Final = N_("the PDF is damaged or incomplete")
TOO_MUCH: Final = N_("the PDF asks for more time or memory than a label gets")
_SAID: Final[Mapping[str, str]] = {
    "locked": N_("the PDF is locked by a password"),
    "pages": N_("the PDF has more than 4 pages"),
    "sizes": N_("a page of the PDF is smaller than 2 cm or larger than A3"),
}

_CHILD: Final = Path(__file__).with_name("pdfs_child.py")
_POINTS: Final = 72 / 25.4 / 16  # of a dot of the child's
_INSET: Final = 0.004  # points, so that a dot that is a hair too far takes no other dot with it
_turn = threading.Lock()  # one at a time: each may take a quarter of a gigabyte

log = structlog.get_logger("hirfa.pdfs")


class Redrawn(NamedTuple):
    """A PDF of ours that shows what another one showed, and how many pages it has."""

    content: bytes
    pages: int


class _Page(NamedTuple):
    width: int  # dots
    height: int
    dots: bytes  # as a PNG packs them


def redrawn(content: bytes) -> Redrawn:
    """Draw a PDF anew, as grey dots. Raises Refused, in words, for one that can't be printed.

    Takes a fifth of a second in a child process with limits of memory and time: hold no transaction meanwhile.
    """
    if len(content) > MOST_BYTES:
        raise Refused(TOO_LARGE)
    if b"%PDF-" not in content[:1024]:
        raise Refused(NO_PDF)
    if b"%%EOF" not in content[-1024:]:
        raise Refused(BROKEN)
    with _turn, tempfile.TemporaryFile() as inbox, tempfile.TemporaryFile() as outbox:
        inbox.write(content)
        inbox.seek(0)
        _run(inbox, outbox)
        outbox.seek(0)
        pages = _read(outbox)
    return Redrawn(_bound(pages), len(pages))


def _run(inbox: IO[bytes], outbox: IO[bytes]) -> None:
    bare = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    try:
        # -I: neither the folder it stands in nor the environment adds modules
        done = subprocess.run(  # noqa: S603 - our own file
            [sys.executable, "-I", str(_CHILD)], stdin=inbox, stdout=outbox, stderr=subprocess.DEVNULL, env=bare,
            cwd="/", timeout=TIME_S, check=False, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        log.warning("pdf refused", why="time")
        raise Refused(TOO_MUCH) from None
    if done.returncode:
        log.warning("pdf refused", why=f"exit {done.returncode}")
        raise Refused(TOO_MUCH)


def _read(outbox: IO[bytes]) -> list[_Page]:
    """Read the child's answer, trusting none of it."""
    try:
        answer: dict[str, Any] = json.loads(outbox.readline(4096))
        if "refused" in answer:
            raise Refused(_SAID.get(answer["refused"], BROKEN))
        pages = [_Page(int(width), int(height), outbox.read(int(length))) for width, height, length in answer["pages"]]
        sound = 1 <= len(pages) <= MOST_PAGES and all(map(_is_whole, pages))
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        log.warning("pdf refused", why=f"nonsense: {type(error).__name__}")
        raise Refused(BROKEN) from None
    if not sound:
        raise Refused(BROKEN)
    return pages


def _is_whole(page: _Page) -> bool:
    """Tell whether a page unpacks to exactly its rows, each after the byte that says how it was packed."""
    if not (1 <= page.width <= MOST_SIDE and 1 <= page.height <= MOST_SIDE):
        return False
    size, unpacker = page.height * (page.width + 1), zlib.decompressobj()
    return len(unpacker.decompress(page.dots, size + 1)) == size and unpacker.eof


def _bound(pages: Sequence[_Page]) -> bytes:
    """Return the PDF of some pages, each a picture and nothing else."""
    kids = b" ".join(b"%d 0 R" % (3 + 3 * at) for at in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids)]
    for at, page in enumerate(pages):
        wide, tall = page.width * _POINTS, page.height * _POINTS
        ink = f"q {wide - 2 * _INSET:.4f} 0 0 {tall - 2 * _INSET:.4f} {_INSET} {_INSET} cm /I Do Q".encode()
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide:.4f} {tall:.4f}]/Contents {4 + 3 * at} 0 R"
            f"/Resources<</XObject<</I {5 + 3 * at} 0 R>>>>>>".encode(),
            b"<</Length %d>>\nstream\n%s\nendstream" % (len(ink), ink),
            f"<</Type/XObject/Subtype/Image/Width {page.width}/Height {page.height}/ColorSpace/DeviceGray"
            f"/BitsPerComponent 8/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns {page.width}>>"
            f"/Length {len(page.dots)}>>\nstream\n".encode() + page.dots + b"\nendstream",
        ]  # fmt: skip
    return written(objects)


def written(objects: Sequence[bytes]) -> bytes:
    """Return a PDF of such objects, numbered from 1; the first is its catalogue."""
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n" % (size, rows, size)
    return bytes(out) + table + b"startxref\n%d\n%%%%EOF\n" % len(out)

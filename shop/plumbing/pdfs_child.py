"""The process in which PDFs of strangers are opened and drawn: PDF in, the dots of its pages out.

It imports nothing of the shop, limits itself before it reads a byte, and answers with one line of JSON followed by
the grey dots of each page, packed as a PNG packs them. A refusal is a line with its reason. A crash is an answer too.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Final

MEMORY: Final = 256 << 20  # bytes of address space: the largest page takes 190 MB, a label 60
CPU_S: Final = 3  # a label takes a tenth of a second
OUTPUT: Final = 8 << 20  # bytes
DOTS_PER_MM: Final = 16  # two to each dot of a head of 203 dpi
MOST_PAGES: Final = 4
LEAST_POINTS, MOST_POINTS = 56, 1_300  # 20 mm, and a little more than A3
GREYS: Final = 16  # as many as print, in half the bytes of 256
WHITE: Final = 255


def limit() -> None:
    """Bound what this process can take."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32),
    ):  # fmt: skip
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    limit()  # before the libraries are loaded

import pypdfium2  # noqa: E402
from PIL import Image  # noqa: E402
from pypdfium2 import raw  # noqa: E402

_SCALE: Final = DOTS_PER_MM * 25.4 / 72
_STEP: Final = 255 // (GREYS - 1)
_FEWER: Final = [(grey + _STEP // 2) // _STEP * _STEP for grey in range(256)]


class Refuse(Exception):
    """Say why the PDF is refused: locked, broken, pages or sizes."""


def main() -> None:
    """Read a PDF from stdin, write the answer to stdout."""
    content = sys.stdin.buffer.read()
    pages: list[tuple[int, int, bytes]] = []
    try:
        pages = list(drawn(content))
        answer: dict[str, object] = {"pages": [(width, height, len(dots)) for width, height, dots in pages]}
    except Refuse as refusal:
        answer = {"refused": str(refusal)}
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        answer = {"refused": "locked" if is_locked else "broken"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    for _width, _height, dots in pages:
        sys.stdout.buffer.write(dots)


def drawn(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the pages of a PDF: how wide and tall in dots, and the dots, packed.

    A page on which nothing is drawn is as good as damaged.
    """
    with pypdfium2.PdfDocument(content) as document:
        if not 1 <= len(document) <= MOST_PAGES:
            raise Refuse("pages" if len(document) else "broken")
        leaves = list(document)
        for leaf in leaves:
            leaf.set_cropbox(*leaf.get_trimbox())
            if not all(LEAST_POINTS <= side <= MOST_POINTS for side in leaf.get_size()):
                raise Refuse("sizes")
        for leaf in leaves:
            picture = _picture(leaf)
            if picture.getextrema()[0] == WHITE:
                raise Refuse("broken")
            yield picture.width, picture.height, packed(picture)


def _picture(leaf: pypdfium2.PdfPage) -> Image.Image:
    """Draw a page on whole dots: a page of 100 mm is 1,600 of them, though it is a hair more in points."""
    width, height = (round(side * _SCALE) for side in leaf.get_size())
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, raw.FPDFBitmap_Gray)
    bitmap.fill_rect((WHITE,) * 4, 0, 0, width, height)
    raw.FPDF_RenderPageBitmap(bitmap, leaf, 0, 0, width, height, 0, raw.FPDF_ANNOT | raw.FPDF_GRAYSCALE)
    picture: Image.Image = bitmap.to_pil().point(_FEWER)
    return picture


def packed(picture: Image.Image) -> bytes:
    """Return the packed dots out of a PNG: a PDF packs them in the same way."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    png, at, found = out.getvalue(), 8, b""
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if kind == b"IDAT":
            found += png[at + 8 : at + 8 + length]
        at += 12 + length
    return found


if __name__ == "__main__":
    main()

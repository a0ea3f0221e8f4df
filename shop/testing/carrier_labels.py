"""Labels as partners make them, in small: a real PDF with the number as bars, in the printer's own letters.

What those letters lack (Arabic above all) is a question mark here; nobody reads these but tests and the demo.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

from flask import Response

from shop.documents.bars import code128
from shop.plumbing.pdfs import written

POINTS: Final = 72 / 25.4
ROLL, A6, LANDSCAPE, A4 = (100, 150), (105, 148), (150, 100), (210, 297)
_DOT = POINTS / 8


def label_pdf(maker: str, number: str, lines: Sequence[str], *, size: tuple[int, int] = ROLL, pages: int = 1) -> bytes:
    """Return a label of a size in millimetres: its maker, its number as bars and letters, and lines of text."""
    width, height = (side * POINTS for side in size)
    streams = [
        zlib.compress(_drawn(maker, number, (*lines, f"{page}/{pages}"), width, height)) for page in range(1, pages + 1)
    ]
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
    ]  # fmt: skip
    for at, packed in enumerate(streams):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:.3f} {height:.3f}]/Contents {5 + 2 * at} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
        objects.append(b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed))
    return written(objects)


def pdf_answer(content: bytes) -> Response:
    """Answer with a PDF."""
    return Response(content, mimetype="application/pdf")


def _drawn(maker: str, number: str, lines: Sequence[str], width: float, height: float) -> bytes:
    bars = code128(number, room=int((width - 20) / _DOT))
    ink = bars.ink(0, 0, tall=120) if bars is not None else ""
    parts = [
        f"2 w 8 8 {width - 16:.2f} {height - 16:.2f} re S", _text(maker, 16, height - 34, 18),
        f"q {_DOT:.6f} 0 0 {-_DOT:.6f} 20 {height - 50:.2f} cm {ink} f Q", _text(number, 20, height - 108, 12),
        *(_text(line, 16, height - 136 - 18 * at, 11) for at, line in enumerate(lines)),
    ]  # fmt: skip
    return "\n".join(parts).encode("cp1252", "replace")


def _text(words: str, x: float, y: float, size: int) -> str:
    plain = "".join(each if each.isprintable() else " " for each in words[:60])
    escaped = plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F {size} Tf {x:.2f} {y:.2f} Td ({escaped}) Tj ET"

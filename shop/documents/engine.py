"""Draw papers: labels, packing slips, hand-over sheets and calibration pages as PDF, and any page as a picture.

The same words give the same bytes. Every text prints: what the fonts lack becomes a mark (see `letters`).
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shop.core.errors import Refused
from shop.documents.letters import unprintable
from shop.documents.papers import Nudge, chosen
from shop.documents.sheets import Sheet, label_sheet
from shop.documents.words import LabelContent
from shop.paths import TEMPLATES

if TYPE_CHECKING:
    import typst

__all__ = ["labels_pdf", "page_png", "unprintable"]

_FOLDER: Final = TEMPLATES / "documents"
_WRITTEN_AT: Final = 1_767_225_600  # 2026-01-01: fixed, so that equal papers are equal bytes
# One paper is drawn at a time: a label takes milliseconds, and five hundred of them as much memory
# as a server thread should ever have.
_drawing = threading.Lock()


def labels_pdf(
    labels: Sequence[LabelContent], paper: str = "100x150", *, start: int = 1, nudge: Nudge = (0, 0)
) -> bytes:
    """Return the labels as one PDF in the given order, the first one in cell `start` of the first page.

    `nudge` moves everything right and down, in tenths of a millimetre. Raises Refused for no labels, an
    unknown paper, a cell it lacks, or a nudge over 5 mm.
    """
    sheet = chosen(paper, start=start, nudge=nudge)
    if not labels:
        raise Refused("There is nothing to print.")
    return _drawn("label", label_sheet(labels, sheet, start=start, nudge=nudge))


def page_png(pdf: bytes, page: int, *, dots_per_mm: int = 8) -> bytes:
    """Return one page (from 0) of a PDF as a greyscale PNG of whole dots. Raises IndexError past the end."""
    import pypdfium2  # noqa: PLC0415 - a large library that only previews need

    with _drawing, pypdfium2.PdfDocument(pdf) as document:
        sheet = document[page]
        size = [round(points / 72 * 25.4 * dots_per_mm) for points in sheet.get_size()]
        picture = sheet.render(scale=dots_per_mm * 25.4 / 72, grayscale=True).to_pil()
    out = io.BytesIO()
    # pdfium rounds a page up to the next dot; paper has no such dot.
    picture.crop((0, 0, *size)).save(out, "PNG", optimize=False)
    return out.getvalue()


def _drawn(template: str, sheet: Sheet) -> bytes:
    with _drawing:
        pdf = _compiler(template).compile(
            format="pdf",
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            timestamp=_WRITTEN_AT,
            pdf_tags=False,
        )
    assert isinstance(pdf, bytes)
    return pdf


@lru_cache
def _compiler(template: str) -> typst.Compiler:
    """Return the compiler of one template: what a compiler was given once, it keeps for its next paper."""
    import typst  # noqa: PLC0415 - 80 MB on disk, loaded when the first paper is drawn

    return typst.Compiler(
        input=_FOLDER / f"{template}.typ", root=_FOLDER, font_paths=_fonts(), ignore_system_fonts=True
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - see _compiler

    folder = _FOLDER / "fonts"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])

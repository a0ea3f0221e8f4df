"""Printers that take a stream of their own instead of a PDF: label printers of two languages, receipt printers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from shop.core.errors import NotFound
from shop.documents import engine
from shop.documents.engine import Foreign
from shop.documents.papers import PAPERS, Nudge, Paper
from shop.documents.printer_languages import Dots, Packing, escpos, tspl, zpl
from shop.documents.words import LabelContent

DPI_203: Final = 8.0  # dots to the millimetre: what is sold as 203 dpi is 203.2
DPI_300: Final = 300 / 25.4
_BURNT = (32, 576)  # the columns of a page of 80 mm that a receipt printer burns: the first one, and how many
_ROLLS: Final = ("100x150", "4x6")


@dataclass(frozen=True, slots=True)
class Head:
    """A kind of printer: its language, the dots of its head, how its pictures are packed."""

    key: str
    language: Literal["zpl", "tspl", "escpos"]
    dots_per_mm: float = DPI_203
    packing: Packing = "ascii"
    darkest: int = 0  # the last step of its darkness; 0: its language has no word for it

    def paper(self, wanted: str) -> str:
        """Return the paper it prints on: the roll that is wanted, or the one that such printers have."""
        if self.language == "escpos":
            return "80mm"
        return wanted if wanted in _ROLLS else _ROLLS[0]

    def written(self, page: Dots, paper: Paper, *, darkness: int | None = None) -> bytes:
        """Return a page in its language."""
        if self.language == "zpl":
            return zpl(page, packing=self.packing, darkness=darkness)
        if self.language == "tspl":
            return tspl(page, width=paper.width, height=paper.height, darkness=darkness)
        return escpos(page.part(*_BURNT))


HEADS: Mapping[str, Head] = MappingProxyType({
    head.key: head
    for head in (
        Head("zpl-203", "zpl", darkest=30), Head("zpl-300", "zpl", DPI_300, darkest=30),
        Head("zpl-203-z64", "zpl", packing="z64", darkest=30), Head("zpl-300-z64", "zpl", DPI_300, "z64", 30),
        Head("tspl-203", "tspl", darkest=15), Head("escpos-80", "escpos"),
    )
})  # fmt: skip


def stream(
    labels: Sequence[LabelContent], head: str, *, paper: str, nudge: Nudge = (0, 0),
    theirs: Mapping[int, Foreign] | None = None, darkness: int | None = None,
) -> bytes:  # fmt: skip
    """Return labels one after the other as a kind of printer reads them, dot for dot as their PDF looks.

    `paper` is a key of PAPERS; a printer that has no such roll prints on its own. Raises NotFound for an unknown
    kind, Refused as `labels_pdf` does.
    """
    if head not in HEADS:
        raise NotFound
    kind = HEADS[head]
    key = kind.paper(paper)
    parts: list[bytes] = []
    for at in range(0, max(1, len(labels)), engine.BUNDLE):
        bundle = labels[at : at + engine.BUNDLE]
        here = {place - at: each for place, each in (theirs or {}).items() if 0 <= place - at < engine.BUNDLE}
        pdf = engine.labels_pdf(bundle, key, nudge=nudge, dots_per_mm=kind.dots_per_mm, theirs=here)
        parts += _pages(pdf, kind, PAPERS[key], darkness)
    return b"".join(parts)


def ruler_page(head: str, *, paper: str, nudge: Nudge = (0, 0), darkness: int | None = None) -> bytes:
    """Return the calibration page of a kind of printer, moved and as dark as its labels are."""
    kind = HEADS[head]
    key = kind.paper(paper)
    return b"".join(_pages(engine.calibration_pdf(key, nudge=nudge), kind, PAPERS[key], darkness))


def paper_of(head: str, wanted: str) -> str:
    """Return the paper that a kind of printer prints on. Raises NotFound for an unknown kind."""
    if head not in HEADS:
        raise NotFound
    return HEADS[head].paper(wanted)


def darkest(head: str) -> int:
    """Return the last step of a printer's darkness, 0 for one that can't be told."""
    return HEADS[head].darkest if head in HEADS else 0


def _pages(pdf: bytes, kind: Head, paper: Paper, darkness: int | None) -> list[bytes]:
    dots = engine.pages_dots(pdf, dots_per_mm=kind.dots_per_mm)
    return [kind.written(page, paper, darkness=darkness) for page in dots]

"""Lay pages that others made onto our papers, each in the cell that was left free for it.

They are scaled to fit and never up, turned where that makes them larger, and stand in the middle of their cell on a
whole dot, moved as everything on that printer is. Below `SMALLEST` nobody could scan them: they are not laid then.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shop.documents.papers import Nudge, Paper

if TYPE_CHECKING:
    import pikepdf

POINTS: Final = 72 / 25.4  # of a millimetre
DOT: Final = POINTS / 8
BURNT_WIDTH: Final = 720  # tenths of a millimetre: what a receipt printer of 80 mm reaches
SMALLEST: Final = 0.65
_SLACK: Final = 1.001  # a page of 99.99 mm is one of 100


@dataclass(frozen=True, slots=True)
class Piece:
    """One page (from 0) of a PDF, and the cell of the whole print (from 0) in which it is laid."""

    cell: int
    content: bytes
    page: int = 0


def laid(base: bytes, pieces: Sequence[Piece], paper: Paper, *, start: int = 1, nudge: Nudge = (0, 0)) -> bytes:
    """Return a PDF of ours with pages of others in its free cells; the first cell is `start` of its first page."""
    import pikepdf  # noqa: PLC0415 - a large library, for those only who print what others made

    with ExitStack() as opened:
        sheet = opened.enter_context(pikepdf.open(io.BytesIO(base)))
        sources = {
            content: opened.enter_context(pikepdf.open(io.BytesIO(content)))
            for content in dict.fromkeys(each.content for each in pieces)
        }
        ink: dict[int, list[bytes]] = {}
        for piece in pieces:
            page, cell = divmod(start - 1 + piece.cell, paper.cells)
            form = sheet.copy_foreign(sources[piece.content].pages[piece.page].as_form_xobject())
            name = pikepdf.Name(f"/theirs{cell + 1}")  # one of its own choice is another each time
            sheet.pages[page].add_resource(form, pikepdf.Name.XObject, name)
            ink.setdefault(page, []).append(_placed(form, str(name), paper, cell + 1, nudge))
        for page, words in ink.items():
            sheet.pages[page].contents_add(b"\n".join(words), prepend=True)
        out = io.BytesIO()
        sheet.save(out, deterministic_id=True)
    return out.getvalue()


def fits(content: bytes, paper: Paper, *, least: float = SMALLEST) -> bool:
    """Tell whether the pages of a PDF stay large enough on a paper: to be scanned, if nothing else is said."""
    import pikepdf  # noqa: PLC0415 - see `laid`

    with pikepdf.open(io.BytesIO(content)) as pdf:
        return all(_scale(*_size(_box(page.as_form_xobject())), paper)[0] >= least for page in pdf.pages)


def room(paper: Paper) -> tuple[int, int]:
    """Return how wide and tall a foreign label may be in a cell, in tenths of a millimetre."""
    return (BURNT_WIDTH if paper.percent < 100 else paper.cell_width), paper.cell_height


def _placed(form: pikepdf.Object, name: str, paper: Paper, cell: int, nudge: Nudge) -> bytes:
    box = _box(form)
    wide, tall = _size(box)
    scale, turned = _scale(wide, tall, paper)
    across, down = (tall * scale, wide * scale) if turned else (wide * scale, tall * scale)
    left, top = (
        round((corner + (whole - size * 10 / POINTS) / 2 + step) * 0.8) * DOT
        for corner, whole, size, step in zip(
            paper.corner(cell), (paper.cell_width, paper.cell_height), (across, down), nudge, strict=True
        )
    )
    low = paper.height / 10 * POINTS - top - down
    x, y = box[0], box[1]
    matrix: tuple[float, ...]
    if turned:  # a quarter to the left: its top looks at the left edge
        matrix = (0, scale, -scale, 0, left + across + y * scale, low - x * scale)
    else:
        matrix = (scale, 0, 0, scale, left - x * scale, low - y * scale)
    figures = " ".join(f"{each:.6f}" for each in matrix)
    return f"q {figures} cm {name} Do Q".encode("ascii")


def _scale(wide: float, tall: float, paper: Paper) -> tuple[float, bool]:
    """Return how much smaller a page of so many points is laid, and whether it is turned for it."""
    width, height = (side / 10 * POINTS * _SLACK for side in room(paper))
    upright, turned = min(1.0, width / wide, height / tall), min(1.0, width / tall, height / wide)
    return (turned, True) if turned > upright else (upright, False)


def _box(form: pikepdf.Object) -> tuple[float, float, float, float]:
    """Return the box of a form as its own matrix leaves it, which turns a page that is shown turned."""
    left, low, right, high = (float(each) for each in form.BBox)
    matrix = form.get("/Matrix")
    a, b, c, d, e, f = (1.0, 0, 0, 1, 0, 0) if matrix is None else (float(each) for each in matrix)
    points = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (low, high)]
    return (
        min(point[0] for point in points), min(point[1] for point in points),
        max(point[0] for point in points), max(point[1] for point in points),
    )  # fmt: skip


def _size(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def pieces_of(theirs: Mapping[int, bytes], cells: Sequence[int]) -> list[Piece]:
    """Return the pages of labels, by their place in a print whose labels take so many cells each."""
    found, at = [], 0
    for place, count in enumerate(cells):
        if place in theirs:
            found += [Piece(at + page, theirs[place], page) for page in range(count)]
        at += count
    return found

"""Papers as data: a page, its cells, and where on it a label of 100 × 148 mm comes to lie.

Lengths are whole tenths of a millimetre. Label content is the same size on every paper but one: a receipt printer of
80 mm burns 72 mm, so its labels are drawn at 78 %. Bars are never scaled: modules that are no longer whole dots of a
thermal head stop being readable there, so that a smaller label gets bars of as many dots, or fewer, but whole ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shop.core.errors import Refused

CONTENT_WIDTH = 1000
CONTENT_HEIGHT = 1480
NUDGE_LIMIT = 100  # 10 mm: more than that is the wrong paper, not a printer's slack

Nudge = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A page cut into equal cells, numbered from 1, row by row from the top left corner."""

    key: str
    width: int
    height: int
    columns: int = 1
    rows: int = 1
    margin_left: int = 0
    margin_top: int = 0
    cell_width: int
    cell_height: int
    gutter_x: int = 0
    gutter_y: int = 0
    content: tuple[int, int] = (0, 0)  # what lies in the middle of a cell; nothing said: the whole cell
    percent: int = 100  # how large a label is drawn on it

    @property
    def cells(self) -> int:
        """Count the labels on one page."""
        return self.columns * self.rows

    def corner(self, cell: int) -> tuple[int, int]:
        """Return the top left corner of a cell (1 …), in tenths of a millimetre."""
        row, column = divmod(cell - 1, self.columns)
        return (
            self.margin_left + column * (self.cell_width + self.gutter_x),
            self.margin_top + row * (self.cell_height + self.gutter_y),
        )

    def places(self, count: int, *, start: int = 1, nudge: Nudge = (0, 0)) -> Iterator[tuple[int, int, int]]:
        """Yield (page, x, y) of `count` labels from cell `start` of page 0 on; x and y in eighths of a mm.

        Eighths because that is one dot of a thermal head: what starts on a dot keeps its bars on dots.
        """
        width, height = self.content if self.content[0] else (self.cell_width, self.cell_height)
        for index in range(start - 1, start - 1 + count):
            page, cell = divmod(index, self.cells)
            left, top = self.corner(cell + 1)
            x = left + (self.cell_width - width) / 2 + nudge[0]
            y = top + (self.cell_height - height) / 2 + nudge[1]
            yield page, round(x * 0.8), round(y * 0.8)


def _by_key(*papers: Paper) -> Mapping[str, Paper]:
    return MappingProxyType({paper.key: paper for paper in papers})


_LABEL = (CONTENT_WIDTH, CONTENT_HEIGHT)
_SMALLER = 78  # per cent: 92 mm become the 72 mm that a receipt printer of 80 mm burns
_RECEIPT = (CONTENT_WIDTH * _SMALLER // 100, CONTENT_HEIGHT * _SMALLER // 100)
PAPERS = _by_key(
    Paper(key="100x150", width=1000, height=1500, cell_width=1000, cell_height=1500, content=_LABEL),
    Paper(key="4x6", width=1016, height=1524, cell_width=1016, cell_height=1524, content=_LABEL),
    Paper(key="a6", width=1050, height=1480, cell_width=1050, cell_height=1480, content=_LABEL),
    Paper(key="a5", width=1480, height=2100, cell_width=1480, cell_height=2100, content=_LABEL),
    Paper(key="a4x4", width=2100, height=2970, columns=2, rows=2, cell_width=1050, cell_height=1485, content=_LABEL),
    Paper(key="a4x2", width=2100, height=2970, rows=2, cell_width=2100, cell_height=1485, content=_LABEL),
    Paper(
        key="80mm", width=800, height=1160, cell_width=800, cell_height=1160, content=_RECEIPT, percent=_SMALLER,
    ),
)  # fmt: skip
# For product labels and price tags: small rolls, and the usual sheet of 3 × 7 stickers of 63.5 × 38.1 mm.
GOODS_PAPERS = _by_key(
    Paper(
        key="a4x21", width=2100, height=2970, columns=3, rows=7, margin_left=72, margin_top=151, cell_width=635,
        cell_height=381, gutter_x=25,
    ),
    Paper(key="60x40", width=600, height=400, cell_width=600, cell_height=400),
    Paper(key="50x30", width=500, height=300, cell_width=500, cell_height=300),
)  # fmt: skip
POSTER_PAPERS = _by_key(
    Paper(key="a4", width=2100, height=2970, cell_width=2100, cell_height=2970),
    Paper(key="a5", width=1480, height=2100, cell_width=1480, cell_height=2100),
)


def chosen(key: str, *, start: int = 1, nudge: Nudge = (0, 0), among: Mapping[str, Paper] = PAPERS) -> Paper:
    """Return the paper, or refuse an unknown one, a cell it does not have, or a nudge over 10 mm."""
    paper = among.get(key)
    if paper is None:
        raise Refused("Please choose one of the papers in the list.", field="paper")
    if not 1 <= start <= paper.cells:
        raise Refused("This sheet has places 1 to {last}.", field="start", last=paper.cells)
    if any(abs(step) > NUDGE_LIMIT for step in nudge):
        raise Refused("A print can be moved by 10 mm at most.", field="nudge")
    return paper

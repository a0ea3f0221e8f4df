"""How fast labels that partners made are laid on our papers: each one a PDF of its own, never seen before."""

from __future__ import annotations

import statistics
import time
from functools import partial
from itertools import count

from bench import bare
from shop.documents.imposing import Piece, laid
from shop.documents.papers import PAPERS
from shop.plumbing.pdfs import redrawn
from shop.testing.carrier_labels import label_pdf

BATCH, ROUNDS, ANEW = 200, 5, 20
_serial = count(1)


def measure() -> dict[str, float]:
    """Return labels laid in a second on sheets of four and on rolls, and what drawing one anew takes, once."""
    return {
        "partners' labels laid per second, a4x4": _laid("a4x4"),
        "partners' labels laid per second, 100x150": _laid("100x150"),
        "a partner's label drawn anew, ms": _redrawn_ms(),
    }


def _laid(paper: str) -> float:
    rates = []
    for _round in range(ROUNDS):
        pieces, sheet = [Piece(cell, each) for cell, each in enumerate(_fresh())], PAPERS[paper]
        pages = -(-BATCH // sheet.cells)
        base = bare.pages(sheet.width // 10, sheet.height // 10, lines=pages)
        assert isinstance(base, bytes)
        rates.append(BATCH / bare.cpu_seconds(partial(laid, base, pieces, sheet)))
    return round(statistics.median(rates), 1)


def _redrawn_ms() -> float:
    """Return what a process of its own takes by the clock: the processor's time is not ours."""
    took = []
    for each in range(ANEW):
        label, began = _label(each), time.monotonic()
        redrawn(label)
        took.append(time.monotonic() - began)
    return round(statistics.median(took) * 1000, 1)


def _fresh() -> list[bytes]:
    """Return as many labels drawn anew, no two the same bytes."""
    one = redrawn(_label(0)).content
    return [one + b"%% %d\n" % next(_serial) for _each in range(BATCH)]


def _label(number: int) -> bytes:
    return label_pdf("PARTNER", f"PRT{number:09d}", (f"Yacine {number}", f"{number} DA"))

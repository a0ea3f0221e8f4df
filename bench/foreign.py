"""How fast labels that partners made are laid on our papers: each one a PDF of its own, never seen before."""

from __future__ import annotations

import statistics
from functools import partial
from itertools import count

from bench import bare
from shop.documents.imposing import Piece, laid
from shop.documents.papers import PAPERS
from shop.plumbing.pdfs import looked_at
from shop.testing.carrier_labels import label_pdf

BATCH, ROUNDS = 200, 5
_serial = count(1)


def measure() -> dict[str, float]:
    """Return labels laid in a second on sheets of four and on rolls, and PDFs looked at before they are kept."""
    return {
        "partners' labels laid per second, a4x4": _laid("a4x4"),
        "partners' labels laid per second, 100x150": _laid("100x150"),
        "partners' labels looked at per second": _looked_at(),
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


def _looked_at() -> float:
    fresh = _fresh()
    return round(BATCH / bare.cpu_seconds(lambda: [looked_at(each) for each in fresh]), 1)


def _fresh() -> list[bytes]:
    numbers = (next(_serial) for _ in range(BATCH))
    return [label_pdf("PARTNER", f"PRT{each:09d}", (f"Yacine {each}", f"{each} DA")) for each in numbers]

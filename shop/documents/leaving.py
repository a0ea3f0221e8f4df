"""The papers of parcels that leave, in one print: label, customs form, commercial invoices, on the paper of the labels.

A form lies in the cell after its label where it keeps its size there (CN22 on sheets of four, CN23 on sheets of two
and on A5); else it is a page of its own. Invoices are pages of A4. On paper of one label a page, everything of a parcel
comes after its label; on sheets, the large pages come after the sheets, parcel by parcel.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from shop.core.errors import Refused
from shop.documents import engine
from shop.documents.customs import Declaration
from shop.documents.engine import Foreign
from shop.documents.imposing import fits
from shop.documents.papers import PAPERS, Nudge, Paper
from shop.documents.words import LabelContent

KEPT: Final = 0.93  # how much smaller a form may be laid: it is read by people
MOST_COPIES: Final = 5
COPIES: Final = 3  # invoices that go with a parcel, unless somebody wants more or fewer
_A4_POINTS: Final = 800  # what is taller is an invoice


@dataclass(frozen=True, slots=True)
class Papers:
    """What belongs to one parcel that leaves: its form, and its invoice, each a PDF."""

    form: Foreign
    invoice: bytes


def with_customs(
    labels: Sequence[LabelContent], told: Mapping[int, Declaration], paper: str, *, start: int = 1,
    nudge: Nudge = (0, 0), theirs: Mapping[int, Foreign] | None = None, copies: int = 1,
) -> bytes:  # fmt: skip
    """Return labels in their order with the papers of those that leave, by their place, and so many invoices each.

    Raises Refused as `labels_pdf` does, and for more than five copies or none.
    """
    if not 1 <= copies <= MOST_COPIES:
        raise Refused("Between 1 and {most} copies can be printed.", field="copies", most=MOST_COPIES)
    sheet, foreign = PAPERS[paper], theirs or {}
    papers = {place: papers_of(each) for place, each in told.items()}
    cells: list[LabelContent] = []
    beside: dict[int, Foreign] = {}
    after: list[tuple[int, list[bytes]]] = []  # after so many cells, these pages
    for place, label in enumerate(labels):
        if place in foreign:
            beside[len(cells)] = foreign[place]
        cells.append(label)
        if place not in papers:
            continue
        large = [papers[place].invoice] * copies
        if fits(papers[place].form.content, sheet, least=KEPT):
            beside[len(cells)] = papers[place].form
            cells.append(label)
        else:
            large.insert(0, papers[place].form.content)
        after.append((_taken(beside, len(cells)), large))
    pdf = engine.labels_pdf(cells, paper, start=start, nudge=nudge, theirs=beside)
    return _with_pages(pdf, after, sheet)


def one_print(
    label: LabelContent, told: Declaration, paper: str, *, nudge: Nudge, theirs: Foreign | None
) -> tuple[bytes, Paper]:
    """Return label, form and invoices of one parcel with every page on A4, and that paper.

    A form that is no smaller than half a sheet lies under its label on a sheet of two.
    """
    sheet = paper if fits(papers_of(told).form.content, PAPERS[paper], least=KEPT) else "a4x2"
    beside = {} if theirs is None else {0: theirs}
    return with_customs([label], {0: told}, sheet, nudge=nudge, theirs=beside, copies=COPIES), PAPERS[sheet]


def papers_of(told: Declaration) -> Papers:
    """Draw the papers of a parcel and take them apart."""
    import pikepdf  # noqa: PLC0415 - a large library, for those only who print what leaves

    drawn = engine.customs_pdf(told)
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        tall = [float(page.mediabox[3]) > _A4_POINTS for page in pdf.pages]
        form, invoice = (_part(pdf, [at for at, each in enumerate(tall) if each is wanted]) for wanted in (False, True))
    return Papers(Foreign(form, tall.count(False)), invoice)


def _taken(beside: Mapping[int, Foreign], cells: int) -> int:
    """Count the cells that so many entries take: a partner's label has as many as pages."""
    return sum(beside[at].pages if at in beside else 1 for at in range(cells))


def _part(pdf: object, pages: Sequence[int]) -> bytes:
    import pikepdf  # noqa: PLC0415 - see `papers_of`

    out, kept = io.BytesIO(), pikepdf.Pdf.new()
    kept.pages.extend(pdf.pages[at] for at in pages)  # type: ignore[attr-defined]
    kept.save(out, deterministic_id=True)
    return out.getvalue()


def _with_pages(pdf: bytes, after: Sequence[tuple[int, Sequence[bytes]]], paper: Paper) -> bytes:
    """Put large pages after the cells that they belong to; on sheets, after all of them."""
    import pikepdf  # noqa: PLC0415 - see `papers_of`

    with ExitStack() as opened:
        whole = opened.enter_context(pikepdf.open(io.BytesIO(pdf)))
        at = sheets = len(whole.pages)
        for cells, parts in after:
            if paper.cells == 1:
                at = cells + len(whole.pages) - sheets
            for part in parts:
                source = opened.enter_context(pikepdf.open(io.BytesIO(part)))
                for page in source.pages:
                    whole.pages.insert(at, page)
                    at += 1
        out = io.BytesIO()
        whole.save(out, deterministic_id=True)
    return out.getvalue()

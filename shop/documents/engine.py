"""Draw papers (labels, slips, hand-over sheets, invoices, contracts, calibration pages) as PDF, any page as a picture.

The same words give the same bytes. Every text prints: what the fonts lack becomes a mark (see `letters`).
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from shop.core.errors import Refused
from shop.documents import goods
from shop.documents.agreed import Agreement
from shop.documents.binding import bound
from shop.documents.companions import calibration_sheet, handover_sheet, slip_sheet
from shop.documents.customs import Declaration, customs_sheet
from shop.documents.goods import Poster, PriceTag, ProductLabel
from shop.documents.imposing import laid, pieces_of
from shop.documents.invoice_sheets import Bill, contract_sheet, invoices_sheet
from shop.documents.label_layout import label_sheet
from shop.documents.letters import unprintable
from shop.documents.papers import GOODS_PAPERS, POSTER_PAPERS, Nudge, chosen
from shop.documents.printer_languages import Dots
from shop.documents.receipts import ReceiptContent, receipt_sheet
from shop.documents.remittances import RemittanceContent, remittance_sheet
from shop.documents.share_card import ShareCard, card_sheet, with_photo
from shop.documents.sheets import Sheet, title
from shop.documents.stamping import stamped
from shop.documents.words import HandoverContent, LabelContent, SlipContent
from shop.paths import TEMPLATES

if TYPE_CHECKING:
    import pypdfium2
    import typst
    from PIL import Image

__all__ = [
    "calibration_pdf", "card_jpeg", "contract_pdf", "customs_pdf", "goods_labels_pdf", "handover_pdf", "invoice_pdf",
    "invoices_pdf", "labels_pdf", "page_png", "pages_dots", "poster_pdf", "receipt_pdf", "slip_pdf", "tags_pdf",
    "unprintable",
]  # fmt: skip

_FOLDER: Final = TEMPLATES / "documents"
# Labels drawn at once: typst remembers what it laid out, half a megabyte for each.
BUNDLE: Final = 60
_LARGE: Final = 20_000  # characters of a sheet that are worth forgetting at once
_GENERATIONS: Final = 12  # papers after which typst lets go of what it has not used again
_WRITTEN_AT: Final = 1_767_225_600  # 2026-01-01: fixed, so that equal papers are equal bytes
_CATALOGUE_END: Final = re.compile(rb"/ViewerPreferences<<(?:/Direction/[LR]2[LR])?()>>>>\nendobj\nxref\n")
# One paper is drawn at a time: a label takes milliseconds, and five hundred of them as much memory
# as a server thread should ever have.
_drawing = threading.Lock()
Cells = list[LabelContent | None]


class Foreign(NamedTuple):
    """A partner's own label, and how many pages it has."""

    content: bytes
    pages: int


def labels_pdf(
    labels: Sequence[LabelContent], paper: str = "100x150", *, start: int = 1, nudge: Nudge = (0, 0),
    dots_per_mm: float = 8, theirs: Mapping[int, Foreign] | None = None,
) -> bytes:  # fmt: skip
    """Return the labels as one PDF in the given order, the first one in cell `start` of the first page.

    `nudge` moves everything right and down, in tenths of a millimetre; bars lie on the dots of a head that burns so
    many to the millimetre. `theirs` has the partners' own labels that are printed in place of ours, by their place in
    the order. Raises Refused for no labels, an unknown paper, a cell it lacks, or a nudge over 10 mm.
    """
    sheet = chosen(paper, start=start, nudge=nudge)
    if not labels:
        raise Refused("There is nothing to print.")
    name = title([f"{label.reference} · {label.code}" for label in labels])
    foreign = theirs or {}
    parts, cell, rest = [], start, list(_cells(labels, foreign))
    while rest:
        bundle, rest = _split(rest, max(1, BUNDLE // sheet.cells) * sheet.cells - (cell - 1))
        drawn, stamps = label_sheet(bundle, sheet, start=cell, nudge=nudge, dots_per_mm=dots_per_mm)
        pdf = _drawn("label", drawn | {"title": name})
        parts.append(stamped(pdf, len(drawn["stills"]), stamps))
        cell = 1
    pdf = bound(parts)
    if not foreign:
        return pdf
    counts = [foreign[at].pages if at in foreign else 1 for at in range(len(labels))]
    pieces = pieces_of({at: each.content for at, each in foreign.items()}, counts)
    return laid(pdf, pieces, sheet, start=start, nudge=nudge)


def _cells(labels: Sequence[LabelContent], theirs: Mapping[int, Foreign]) -> Iterator[LabelContent | None]:
    """Yield what is drawn in cell after cell: a label of ours, or nothing for each page of one of theirs."""
    for at, label in enumerate(labels):
        if at in theirs:
            yield from (None for _page in range(theirs[at].pages))
        else:
            yield label


def slip_pdf(slips: Sequence[SlipContent], *, paper: str, start: int = 1, nudge: Nudge = (0, 0)) -> bytes:
    """Return packing slips, each in its own language, laid on the same papers as labels; see `labels_pdf`.

    A slip with more lines than a cell holds goes on in the next cell.
    """
    sheet = chosen(paper, start=start, nudge=nudge)
    if not slips:
        raise Refused("There is nothing to print.")
    return _drawn("slip", slip_sheet(slips, sheet, start=start, nudge=nudge))


def handover_pdf(content: HandoverContent) -> bytes:
    """Return the hand-over sheet on A4, its table going on over as many pages as it needs."""
    return _drawn("handover", handover_sheet(content))


def remittance_pdf(content: RemittanceContent) -> bytes:
    """Return the sheet of a carrier's payment on A4, its table going on over as many pages as it needs."""
    return _drawn("remittance", remittance_sheet(content))


def calibration_pdf(paper: str, *, nudge: Nudge = (0, 0)) -> bytes:
    """Return a page with a line of 100 mm to measure and the corners of every label, moved by `nudge`."""
    return _drawn("calibration", calibration_sheet(chosen(paper, nudge=nudge), nudge=nudge))


def invoice_pdf(bill: Bill) -> bytes:
    """Return an invoice, voucher or credit note on A4."""
    return _drawn("invoice", invoices_sheet([bill]), tagged=True)


def invoices_pdf(bills: Sequence[Bill]) -> bytes:
    """Return many of them in one file, each counting its own pages. Raises Refused for none."""
    if not bills:
        raise Refused("There is nothing to print.")
    bundles = [bills[at : at + BUNDLE] for at in range(0, len(bills), BUNDLE)]
    return bound([_drawn("invoice", invoices_sheet(bundle)) for bundle in bundles])


def contract_pdf(agreed: Agreement, *, discreet: bool = False) -> bytes:
    """Return what was agreed when an order was placed, on A4; `discreet` leaves the buyer's street out."""
    return _drawn("contract", contract_sheet(agreed, discreet=discreet), tagged=True)


def customs_pdf(told: Declaration) -> bytes:
    """Return the customs form of a parcel (CN22 on A6, CN23 on A5), and its commercial invoice on A4."""
    return _drawn("customs", customs_sheet(told), tagged=True)


def receipt_pdf(receipt: ReceiptContent) -> bytes:
    """Return the receipt of a payment on A4."""
    return _drawn("receipt", receipt_sheet(receipt), tagged=True)


def goods_labels_pdf(label: ProductLabel, *, paper: str, copies: int, start: int = 1, nudge: Nudge = (0, 0)) -> bytes:
    """Return one product's label so many times, from cell `start` on. Raises Refused as `labels_pdf` does."""
    sheet = chosen(paper, start=start, nudge=nudge, among=GOODS_PAPERS)
    if not 1 <= copies <= goods.MOST_COPIES:
        raise Refused("Between 1 and {most} labels can be printed at once.", field="copies", most=goods.MOST_COPIES)
    return _drawn("goods", goods.label_sheet(label, sheet, copies=copies, start=start, nudge=nudge))


def tags_pdf(tags: Sequence[PriceTag], *, paper: str, start: int = 1, nudge: Nudge = (0, 0)) -> bytes:
    """Return price tags, each with the way to its product. Raises Refused as `labels_pdf` does."""
    sheet = chosen(paper, start=start, nudge=nudge, among=GOODS_PAPERS)
    if not tags:
        raise Refused("There is nothing to print.")
    return _drawn("tags", goods.tag_sheet(tags, sheet, start=start, nudge=nudge))


def poster_pdf(poster: Poster, *, paper: str) -> bytes:
    """Return the poster of a shop. Raises Refused for an unknown paper."""
    return _drawn("poster", goods.poster_sheet(poster, chosen(paper, among=POSTER_PAPERS)))


def card_jpeg(card: ShareCard, photo: bytes | None) -> bytes:
    """Return the picture beside a shared link, 1200 × 630, with the photograph if there is one."""
    sheet = card_sheet(card, has_photo=photo is not None)
    with _drawing:
        drawn = _compiler().compile(_source("card", json.dumps(sheet, ensure_ascii=False)), format="png", ppi=72)
    assert isinstance(drawn, bytes)
    return with_photo(drawn, photo, side=sheet["side"])


def page_png(pdf: bytes, page: int, *, dots_per_mm: int = 8) -> bytes:
    """Return one page (from 0) of a PDF as a greyscale PNG of whole dots. Raises IndexError past the end."""
    out = io.BytesIO()
    with _opened(pdf) as document:
        _picture(document[page], dots_per_mm).save(out, "PNG")
    return out.getvalue()


def pages_dots(pdf: bytes, *, dots_per_mm: float = 8) -> list[Dots]:
    """Return the pages of a PDF as a print head burns them: black where half a dot or more is.

    A head of 203 dpi has 8 dots to the millimetre, one of 300 dpi 300 / 25.4.
    """
    with _opened(pdf) as document:
        return [_dots(_picture(leaf, dots_per_mm)) for leaf in document]


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    import pypdfium2  # noqa: PLC0415 - a large library that only pictures need

    with _drawing, pypdfium2.PdfDocument(pdf) as document:
        yield document


def _picture(leaf: pypdfium2.PdfPage, dots_per_mm: float) -> Image.Image:
    """Draw a page in grey; what is left of it beyond its last whole dot (101.6 mm are 812.8) is cut.

    pdfium rounds a page up to whole dots and stretches it to fill them, which would take the bars off the dots they
    were drawn for: it gets a page of whole dots, and a hair less than the exact scale, or 800.0001 would become 801.
    """
    scale = dots_per_mm * 25.4 / 72
    width, height = leaf.get_size()
    whole, low = (int(side * scale + 0.01) / scale for side in (width, height))
    leaf.set_cropbox(0, height - low, whole, height)
    picture: Image.Image = leaf.render(scale=scale * (1 - 1e-6), grayscale=True).to_pil()
    return picture


def _dots(grey: Image.Image) -> Dots:
    """Return what is darker than half grey; Pillow's own threshold is many times quicker than a table of greys."""
    from PIL import Image  # noqa: PLC0415 - loaded already, by who made the picture

    return Dots(grey.width, grey.height, grey.convert("1", dither=Image.Dither.NONE).tobytes("raw", "1;I"))


def _split(labels: Cells, most: int) -> tuple[Cells, Cells]:
    return labels[:most], labels[most:]


def _drawn(template: str, sheet: Sheet, *, tagged: bool = False) -> bytes:
    """Draw a sheet; tags let a screen reader read it, and cost time and size that a label can do without."""
    words = json.dumps(sheet, ensure_ascii=False)
    with _drawing:
        source = _source(template, words)
        pdf = _compiler().compile(source, format="pdf", timestamp=_WRITTEN_AT, pdf_tags=tagged)
        if len(words) > _LARGE:
            _forget()
    assert isinstance(pdf, bytes)
    return _at_real_size(pdf)


def _forget() -> None:
    """Age typst's memory until it drops the paper just drawn; it has no other way to be told."""
    for _generation in range(_GENERATIONS):
        _compiler().compile(b"", format="svg")


def _at_real_size(pdf: bytes) -> bytes:
    """Ask the print dialogue not to fit the page to the paper: typst has no word for it.

    The catalogue is the last object before the table of offsets, so only the table itself moves.
    """
    end = _CATALOGUE_END.search(pdf, max(0, pdf.rfind(b"/Type/Catalog")))
    if end is None:
        return pdf
    body = pdf[: end.start(1)] + b"/PrintScaling/None" + pdf[end.start(1) : pdf.rindex(b"startxref")]
    return body + b"startxref\n%d\n%%%%EOF" % body.rindex(b"xref\n")


def _source(template: str, words: str) -> bytes:
    """Return a template with its words, as JSON, in their place.

    Given as inputs beside it they would be part of typst's library, which is then built anew, and all that it has laid
    out before is laid out again: a label would take half as long again.
    """
    before, after = _template(template)
    literal = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'{before}"{literal}"{after}'.encode()


@lru_cache
def _template(name: str) -> tuple[str, str]:
    before, after = (_FOLDER / f"{name}.typ").read_text("utf-8").split("sys.inputs.sheet")
    return before, after


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    import typst  # noqa: PLC0415 - 80 MB on disk, loaded when the first paper is drawn

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FOLDER / "fonts"])
    return typst.Compiler(root=_FOLDER, font_paths=fonts, ignore_system_fonts=True)

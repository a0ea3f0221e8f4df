"""Labels that partners made, on our papers: in their places and their order, as large as fits, read by a scanner."""

from __future__ import annotations

import io
from functools import cache

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from shop.documents import engine, heads
from shop.documents.engine import Foreign, labels_pdf, pages_dots
from shop.documents.imposing import Piece, fits, laid
from shop.documents.papers import PAPERS
from shop.plumbing.pdfs import redrawn
from shop.testing.carrier_labels import A4, A6, LANDSCAPE, ROLL, label_pdf
from tests.documents.cast import label, labels, printed

NUMBERS = ("ECO0000000001", "ECO0000000002", "ECO0000000003", "ECO0000000004")


@cache
def theirs(number: str, size: tuple[int, int] = ROLL, pages: int = 1) -> Foreign:
    """Return a partner's label as it is kept: drawn anew."""
    return Foreign(*redrawn(label_pdf("PARTNER", number, ("Yacine Haddad",), size=size, pages=pages)))


def codes(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.Code128)
    half = picture.height / 2
    placed = ((each.position.top_left.y > half, each.position.top_left.x, each.text) for each in found)
    return [text for _row, _x, text in sorted(placed)]


def pictures(pdf: bytes, dots_per_mm: int = 12) -> list[Image.Image]:
    return [printed(pdf, page, dots_per_mm=dots_per_mm) for page in range(len(pypdfium2.PdfDocument(pdf)))]


def test_ours_and_theirs_come_out_in_their_order_on_half_used_sheets() -> None:
    mixed = {1: theirs(NUMBERS[0]), 2: theirs(NUMBERS[1], A6, pages=2)}
    ours = labels(4)
    pdf = labels_pdf(ours, "a4x4", start=2, theirs=mixed)
    first, second = (codes(each) for each in pictures(pdf))
    assert first == [ours[0].code, NUMBERS[0], NUMBERS[1]]
    assert second == [NUMBERS[1], ours[3].code]


def test_what_is_ours_stays_to_the_dot_where_it_was() -> None:
    alone, beside = (
        printed(labels_pdf(labels(2), "a4x2", theirs=mixed)) for mixed in (None, {1: theirs(NUMBERS[0])})
    )  # fmt: skip
    upper = (0, 0, alone.width, 1188)
    assert alone.crop(upper).tobytes() == beside.crop(upper).tobytes()


@pytest.mark.parametrize("paper", [key for key in PAPERS if key != "80mm"])
@pytest.mark.parametrize("size", [ROLL, A6, LANDSCAPE])
def test_they_fit_every_paper_whole_and_are_never_larger(paper: str, size: tuple[int, int]) -> None:
    pdf = labels_pdf([label()], paper, theirs={0: theirs(NUMBERS[0], size)})
    (picture,) = pictures(pdf)
    box = picture.convert("L").point(lambda grey: 255 * (grey < 128)).getbbox()
    assert box is not None
    across, down = sorted(((box[2] - box[0]) / 12, (box[3] - box[1]) / 12))
    wide, tall = sorted(size)
    inset = 2 * 7 * 25.4 / 72  # the frame of these labels
    assert across <= wide - inset + 0.2, "larger than it was made"
    assert down <= tall - inset + 0.2, "larger than it was made"
    assert across > (wide - inset) * 0.93, "smaller than it must be"
    assert codes(picture) == [NUMBERS[0]]


def test_a_receipt_printer_burns_all_of_it() -> None:
    mixed = {0: theirs(NUMBERS[0])}
    pdf = labels_pdf([label()], "80mm", theirs=mixed)
    (dots,) = pages_dots(pdf)
    whole = sum(each.bit_count() for each in dots.rows)
    assert sum(each.bit_count() for each in dots.part(32, 576).rows) == whole, "ink that its head does not reach"
    assert heads.stream([label()], "escpos-80", paper="a6", theirs=mixed).count(b"\x1dv0\x00") >= 1


@pytest.mark.parametrize("head", ["zpl-203", "zpl-300", "tspl-203"])
def test_label_printers_get_them_dot_for_dot(head: str) -> None:
    mixed, kind = {1: theirs(NUMBERS[0])}, heads.HEADS[head]
    pdf = labels_pdf(labels(2), "100x150", theirs=mixed, dots_per_mm=kind.dots_per_mm)
    wanted = b"".join(kind.written(page, PAPERS["100x150"]) for page in pages_dots(pdf, dots_per_mm=kind.dots_per_mm))
    assert heads.stream(labels(2), head, paper="100x150", theirs=mixed) == wanted
    assert heads.stream(labels(2), head, paper="100x150") != wanted


def test_a_stream_of_more_than_one_bundle_keeps_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = {1: theirs(NUMBERS[0]), 2: theirs(NUMBERS[1])}
    at_once = heads.stream(labels(4), "zpl-203", paper="100x150", theirs=mixed)
    monkeypatch.setattr(engine, "BUNDLE", 2)
    assert heads.stream(labels(4), "zpl-203", paper="100x150", theirs=mixed) == at_once


def test_a_nudge_moves_them_by_whole_dots_as_it_moves_ours() -> None:
    straight, moved = (
        printed(labels_pdf(labels(1), "a6", nudge=nudge, theirs={0: theirs(NUMBERS[0])}))
        for nudge in ((0, 0), (20, -10))
    )  # fmt: skip
    assert moved.crop((16, 0, 840, 1100)).tobytes() == straight.crop((0, 8, 824, 1108)).tobytes()


def test_the_print_dialogue_still_keeps_the_size_and_equal_prints_are_equal_bytes() -> None:
    once, again = (labels_pdf(labels(2), "a6", theirs={0: theirs(NUMBERS[0])}) for _time in range(2))
    assert once == again
    with pikepdf.open(io.BytesIO(once)) as pdf:
        assert pdf.Root.ViewerPreferences.PrintScaling == pikepdf.Name("/None")
        assert "H-0001-92" in str(pdf.docinfo["/Title"])


def test_a_page_that_is_shown_turned_is_laid_as_it_is_shown() -> None:
    source = pikepdf.open(io.BytesIO(theirs(NUMBERS[0], LANDSCAPE).content))
    source.pages[0].rotate(90, relative=False)
    out = io.BytesIO()
    source.save(out)
    (picture,) = pictures(labels_pdf([label()], "100x150", theirs={0: Foreign(out.getvalue(), 1)}))
    assert codes(picture) == [NUMBERS[0]]


def test_what_would_be_too_small_to_scan_is_not_laid() -> None:
    large = label_pdf("PARTNER", NUMBERS[0], (), size=A4)
    assert {key: fits(large, paper) for key, paper in PAPERS.items()} == {
        "100x150": False, "4x6": False, "a6": False, "a5": True, "a4x4": False, "a4x2": True, "80mm": False
    }  # fmt: skip


def test_many_pieces_of_one_file_are_laid_from_it() -> None:
    content = theirs(NUMBERS[0]).content
    base = labels_pdf(labels(4), "a4x4")
    pdf = laid(base, [Piece(cell, content) for cell in range(4)], PAPERS["a4x4"])
    assert len(pdf) < len(base) + 2 * len(content) + 6000

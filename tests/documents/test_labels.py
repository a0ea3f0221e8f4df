"""A label is read by scanners on every paper, and shows one parcel only."""

from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageFilter

from shop.core.errors import Refused
from shop.core.money import Money
from shop.documents.engine import labels_pdf
from shop.documents.papers import PAPERS
from tests.documents.cast import label, labels, printed, scanned

EVERY_PLACE = [(key, start) for key, paper in PAPERS.items() for start in range(1, paper.cells + 1)]


def dots(tenths: int) -> int:
    return round(tenths * 0.8)


def cell(picture: Image.Image, paper: str, number: int) -> Image.Image:
    sheet = PAPERS[paper]
    x, y = sheet.corner(number)
    return picture.crop((dots(x), dots(y), dots(x + sheet.cell_width), dots(y + sheet.cell_height)))


def both(content: object) -> dict[str, str]:
    code, reference = content.code, content.reference  # type: ignore[attr-defined]
    return {"Code128": code, "QR": f"{reference}|{code}"}


@pytest.mark.parametrize(("paper", "start"), EVERY_PLACE)
def test_every_label_reads_as_its_own_parcel_on_every_paper_and_place(paper: str, start: int) -> None:
    wanted = labels(6)
    pdf = labels_pdf(wanted, paper, start=start)
    for index, content in enumerate(wanted, start=start - 1):
        page, number = divmod(index, PAPERS[paper].cells)
        assert scanned(cell(printed(pdf, page), paper, number + 1)) == both(content)


@pytest.mark.parametrize(("paper", "start"), EVERY_PLACE)
def test_places_before_the_start_stay_empty(paper: str, start: int) -> None:
    picture = printed(labels_pdf([label()], paper, start=start))
    for number in range(1, PAPERS[paper].cells + 1):
        empty = cell(picture, paper, number).convert("L").getextrema() == (255, 255)
        assert empty == (number != start)


@pytest.mark.parametrize("paper", PAPERS)
def test_pages_are_exactly_the_paper(paper: str) -> None:
    with pikepdf.open(io.BytesIO(labels_pdf(labels(5), paper))) as pdf:
        assert len(pdf.pages) == -(-5 // PAPERS[paper].cells)
        for page in pdf.pages:
            left, bottom, right, top = (float(edge) / 72 * 254 for edge in page.mediabox)
            assert (left, bottom) == (0, 0)
            assert right == pytest.approx(PAPERS[paper].width, abs=0.5)
            assert top == pytest.approx(PAPERS[paper].height, abs=0.5)


@pytest.mark.parametrize("paper", [key for key, paper in PAPERS.items() if paper.percent == 100])
def test_a_label_is_the_same_dots_on_every_paper(paper: str) -> None:
    on_roll = printed(labels_pdf([label()])).crop((32, 40, 768, 1160))
    _page, x, y = next(iter(PAPERS[paper].places(1)))
    elsewhere = printed(labels_pdf([label()], paper)).crop((x + 32, y + 32, x + 768, y + 1152))
    # The edge of a letter that covers half a dot may be rounded to either side of it.
    assert ImageChops.logical_xor(on_roll, elsewhere).histogram()[255] <= 2


@pytest.mark.parametrize("paper", PAPERS)
def test_bars_are_whole_dots_of_a_thermal_head(paper: str) -> None:
    _page, x, y = next(iter(PAPERS[paper].places(1)))
    across = 736 * PAPERS[paper].percent // 100
    row = printed(labels_pdf([label()], paper)).crop((x + 38, y + 150, x + 20 + across, y + 151)).convert("L").tobytes()
    runs = [len(run) for run in row.replace(b"\x00", b"x").replace(b"\xff", b" ").decode().split()]
    assert len(runs) == 40
    assert set(runs) <= {3, 6, 9, 12}


def test_a_receipt_printer_burns_the_whole_label() -> None:
    ink = printed(labels_pdf([label()], "80mm")).point(lambda dot: 255 - dot).getbbox()
    assert ink is not None
    assert ink[0] >= 32  # it burns 576 of the 640 dots of its paper
    assert ink[2] <= 608


def test_a_nudge_moves_the_whole_label() -> None:
    straight = printed(labels_pdf([label()], "a6"))
    moved = printed(labels_pdf([label()], "a6", nudge=(10, -10)))
    # The renderer may round the very edge of a line to the other side of a dot.
    assert ImageChops.logical_xor(ImageChops.offset(straight, 8, -8), moved).histogram()[255] <= 8


def test_one_parcels_text_never_changes_another_label() -> None:
    amina = label()
    plain, wild = (
        label(code="HRF2"),
        label(
            code="HRF2",
            recipient="\u202e\u2067" + "م" * 300,
            address="#panic(1) \u2069\u2069 $a$ *b* \u202e" * 40,
            phone="+2" * 40,
            note="\n" * 50 + "W" * 900,
        ),
    )
    for other in (0, 3):  # the neighbours of the first cell of a sheet, and of its last one
        around = [plain if place == other else amina for place in range(4)]
        wildly = [wild if place == other else amina for place in range(4)]
        for paper, sheet in PAPERS.items():
            before, after = labels_pdf(around, paper), labels_pdf(wildly, paper)
            for place in range(4):
                page, number = divmod(place, sheet.cells)
                views = [cell(printed(pdf, page), paper, number + 1) for pdf in (before, after)]
                if place < other:
                    assert views[0].tobytes() == views[1].tobytes()
                assert differ_by_more_than_a_dot(*views) == (place == other)


def differ_by_more_than_a_dot(one: Image.Image, other: Image.Image) -> bool:
    """Tell whether ink stands where the other picture has none within a dot.

    A PDF keeps one width per letter, that of its first use, and later ones as rounded corrections: letters that
    come after another label's may lie a fraction of a dot elsewhere.
    """
    for ink, around in ((one, other), (other, one)):
        spread = around.convert("L").filter(ImageFilter.MinFilter(3))
        alone = ImageChops.logical_and(ImageChops.invert(ink), spread.convert("1"))
        if alone.getbbox() is not None:
            return True
    return False


def test_equal_labels_are_equal_bytes_even_after_other_ones() -> None:
    first = labels_pdf(labels(3), "a4x4", start=2)
    labels_pdf([label(recipient="ڨالمة")])
    assert labels_pdf(labels(3), "a4x4", start=2) == first


def test_threads_draw_their_own_labels() -> None:
    wanted = labels(8)
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda content: labels_pdf([content]), wanted))
    assert drawn == [labels_pdf([content]) for content in wanted]
    assert [scanned(printed(pdf)) for pdf in drawn] == [both(content) for content in wanted]


def test_the_title_names_order_and_tracking_and_the_dialogue_is_asked_not_to_scale() -> None:
    with pikepdf.open(io.BytesIO(labels_pdf([label()]))) as pdf:
        assert str(pdf.docinfo.Title) == "H-7K3M-92 · HRF260900000001"
        assert str(pdf.Root.ViewerPreferences.PrintScaling) == "/None"
    with pikepdf.open(io.BytesIO(labels_pdf(labels(3)))) as pdf:
        assert str(pdf.docinfo.Title) == "H-0001-92 · HRF260900000001 (+2)"
        assert pdf.check_pdf_syntax() == []


@pytest.mark.parametrize("code", ["A", "BRQ-48213907", "HRF" + "A1" * 9, "HRF-2026-11-000000042-LONG"])
def test_short_and_long_codes_are_read(code: str) -> None:
    assert scanned(printed(labels_pdf([label(code=code)])))["Code128"] == code


def test_a_code_no_bars_can_carry_is_still_printed_and_in_the_qr_code() -> None:
    assert scanned(printed(labels_pdf([label(code="طرد-42")]))) == {"QR": "H-7K3M-92|طرد-42"}


def test_nothing_to_collect_is_never_a_black_band() -> None:
    def ink(collect: Money) -> int:
        band = printed(labels_pdf([label(collect=collect)])).crop((40, 850, 760, 970))
        return band.convert("L").histogram()[0]

    assert ink(Money(0)) < ink(Money.dinars(10)) / 2


@pytest.mark.parametrize(
    ("paper", "start", "nudge", "field"),
    [
        ("a3", 1, (0, 0), "paper"),
        ("a4x4", 5, (0, 0), "start"),
        ("a6", 0, (0, 0), "start"),
        ("a6", 1, (0, 101), "nudge"),
    ],
)
def test_a_paper_that_does_not_exist_is_refused_at_its_field(
    paper: str, start: int, nudge: tuple[int, int], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        labels_pdf([label()], paper, start=start, nudge=nudge)
    assert refused.value.field == field


def test_no_labels_are_refused() -> None:
    with pytest.raises(Refused):
        labels_pdf([])


def test_the_drawing_libraries_are_not_loaded_before_the_first_paper() -> None:
    script = (
        "import sys, shop.documents.engine;"
        "print([m for m in ('typst', 'pypdfium2', 'zint', 'PIL') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"

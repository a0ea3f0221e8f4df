"""Slips, hand-over sheets and calibration pages say what they must, on the pages they need."""

from __future__ import annotations

import pypdfium2
import pytest

from shop.core.errors import Refused
from shop.core.money import Money
from shop.documents.engine import calibration_pdf, handover_pdf, slip_pdf
from shop.documents.papers import PAPERS
from shop.documents.words import SlipLine
from tests.documents.cast import handover, printed, slip


def texts(pdf: bytes) -> list[str]:
    """Return the text of every page, figures with plain spaces."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        words = page.get_textpage()
        found.append(words.get_text_bounded().replace("\u00a0", " "))
        words.close()
    document.close()
    return found


def soaps(count: int) -> tuple[SlipLine, ...]:
    price = Money.dinars(450)
    return tuple(SlipLine(name=f"Savon {n}", pieces=1, unit_price=price, total=price) for n in range(1, count + 1))


def test_a_slip_adds_goods_and_delivery() -> None:
    (page,) = texts(slip_pdf([slip()], paper="100x150"))
    for words in ("5 250 DA", "600 DA", "5 850 DA", "450 DA la pièce", "4 pièces", "H-7K3M-92"):
        assert words in page


def test_a_gifts_slip_shows_no_price() -> None:
    (page,) = texts(slip_pdf([slip(with_prices=False)], paper="100x150"))
    assert "DA" not in page
    assert "Savon" not in page
    assert "Parfum" in page


def test_a_long_slip_goes_on_in_the_next_cell_with_its_sum_at_the_end() -> None:
    pages = texts(slip_pdf([slip(lines=soaps(14))], paper="100x150"))
    assert len(pages) == 3
    assert [f"Savon {n}" in "".join(pages) for n in (1, 14)] == [True, True]
    assert ["Total" in page for page in pages] == [False, False, True]
    assert len(texts(slip_pdf([slip(lines=soaps(14))], paper="a4x4", start=3))) == 2


def test_a_slip_without_lines_still_prints() -> None:
    assert len(texts(slip_pdf([slip(lines=())], paper="a6"))) == 1


def test_no_slips_are_refused() -> None:
    with pytest.raises(Refused):
        slip_pdf([], paper="a6")


def test_a_handover_sheet_repeats_its_head_and_sums_once() -> None:
    pages = texts(handover_pdf(handover(90)))
    assert len(pages) == 3
    assert all("À encaisser" in page for page in pages)
    assert ["90 colis" in page for page in pages] == [False, False, True]
    # Readers of PDF turn a line with Arabic in it round word by word: only the figures stay whole.
    assert sum(page.count("2609000") for page in pages) == 90
    expected = sum(1000 + n for n in range(1, 91) if n % 5)
    assert f"{expected:,} DA".replace(",", " ") in pages[-1]
    assert "Page 3 sur 3" in pages[-1]


def test_an_empty_handover_sheet_still_prints() -> None:
    assert "0 DA" in texts(handover_pdf(handover(0)))[0]


@pytest.mark.parametrize("paper", PAPERS)
def test_the_line_to_measure_is_exactly_a_hundred_millimetres(paper: str) -> None:
    picture = printed(calibration_pdf(paper))
    _page, x, y = next(iter(PAPERS[paper].places(1)))
    column = picture.crop((x + 81, y + 150, x + 82, y + 1050)).convert("L").tobytes()
    assert column.count(b"\x00") == 802  # 100 mm between the tops of two ticks of two dots


def test_a_calibration_page_moves_as_its_labels_would() -> None:
    straight, moved = (printed(calibration_pdf("a6", nudge=nudge)) for nudge in ((0, 0), (20, 0)))
    left_of = [picture.crop((90, 300, 200, 301)).convert("L").tobytes().index(b"\x00") for picture in (straight, moved)]
    assert left_of[1] - left_of[0] == 16

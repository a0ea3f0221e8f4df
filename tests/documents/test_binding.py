"""Many labels are drawn in bundles and bound into one PDF that shows no seam."""

from __future__ import annotations

import io

import pikepdf
import pytest

from shop.documents import engine
from shop.documents.binding import bound
from shop.documents.engine import labels_pdf
from shop.documents.stamping import stamped
from tests.documents.cast import labels, printed, scanned


def test_bound_pages_are_the_pages_of_the_parts() -> None:
    parts = [labels_pdf(labels(count)[-2:]) for count in (2, 4, 6)]
    whole = bound(parts)
    for page in range(6):
        assert printed(whole, page).tobytes() == printed(parts[page // 2], page % 2).tobytes()


def test_a_bound_file_is_sound_and_keeps_the_first_title() -> None:
    with pikepdf.open(io.BytesIO(bound([labels_pdf(labels(3)), labels_pdf(labels(1))]))) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 4
        assert str(pdf.docinfo.Title) == "H-0001-92 · HRF260900000001 (+2)"
        assert str(pdf.Root.ViewerPreferences.PrintScaling) == "/None"


def test_a_single_part_comes_back_as_it_is() -> None:
    only = labels_pdf(labels(1))
    assert bound([only]) is only


@pytest.mark.parametrize("kind", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
def test_somebody_elses_file_is_never_half_bound(kind: pikepdf.ObjectStreamMode) -> None:
    other = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(other, object_stream_mode=kind)
    try:
        whole = bound([other.getvalue(), other.getvalue()])
    except ValueError:
        return
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert len(pdf.pages) == 2


def test_what_labels_have_in_common_is_written_once() -> None:
    def size(count: int) -> int:
        return len(labels_pdf(labels(count)))

    with pikepdf.open(io.BytesIO(labels_pdf(labels(4)))) as pdf:
        forms = {page.Resources.XObject.s0.objgen for page in pdf.pages}
        assert len(pdf.pages) == 4
        assert len(forms) == 1
        assert pdf.check_pdf_syntax() == []
    assert (size(41) - size(21)) / 20 <= 5_000


def test_nothing_is_laid_under_pages_that_are_not_typsts_own() -> None:
    with pytest.raises(ValueError, match="not a page of typst"):
        stamped(labels_pdf(labels(2)), 1, [[]])  # bears a still already


@pytest.mark.parametrize(("paper", "start", "pages"), [("100x150", 1, 10), ("a4x4", 3, 3), ("a4x4", 1, 3)])
def test_bundles_leave_no_gap_on_the_sheets(
    monkeypatch: pytest.MonkeyPatch, paper: str, start: int, pages: int
) -> None:
    at_once = labels_pdf(labels(10), paper, start=start)
    monkeypatch.setattr(engine, "BUNDLE", 4)
    in_bundles = labels_pdf(labels(10), paper, start=start)
    assert in_bundles != at_once
    for page in range(pages):
        assert printed(in_bundles, page).tobytes() == printed(at_once, page).tobytes()
    if paper == "100x150":
        assert [scanned(printed(in_bundles, page))["Code128"] for page in range(10)] == [x.code for x in labels(10)]
    with pikepdf.open(io.BytesIO(in_bundles)) as pdf:
        assert len(pdf.pages) == pages
        assert str(pdf.docinfo.Title).endswith("(+9)")

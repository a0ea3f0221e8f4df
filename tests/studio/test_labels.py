"""Labels: one, many, on every paper and place; the very PDF in pictures; copies that say so."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import delete

from shop.documents.heads import HEADS
from shop.documents.queries import prints_of
from shop.plumbing.db import changed, transaction
from shop.shipping.models import DeliveryRate
from tests.studio.day import Day, a_day


def pages(pdf: bytes) -> list[tuple[int, int]]:
    """Return the size of every page, in whole millimetres."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [(round(page.get_width() / 72 * 25.4), round(page.get_height() / 72 * 25.4)) for page in document]


def words(pdf: bytes) -> str:
    """Return the text of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "".join(page.get_textpage().get_text_bounded() for page in document)


def printed(day: Day, codes: list[str], **fields: object) -> str:
    """Print the labels of orders; return the address of their page, within the studio."""
    answer = day.send("/labels", {"shipments": [day.parcel(code).id for code in codes], **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix(day.url)


def test_all_labels_of_the_day_are_one_pdf_in_the_order_of_the_page(application: Flask) -> None:
    day = a_day(application)
    codes = [day.confirmed() for _order in range(5)]
    batch = printed(day, codes)
    page = day.page(batch)
    assert "5 labels are ready" in page
    assert f'{batch}/4.png"' in page
    assert "1 more page" in page
    answer = day.amina.get(day.url + batch + ".pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert pages(answer.data) == [(100, 150)] * 5
    text = words(answer.data)
    places = [text.index(code) for code in codes]
    assert places == sorted(places)
    assert {day.parcel(code).state for code in codes} == {"labelled"}
    kept = day.amina.get(day.url + batch + ".pdf?keep=1")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.data == answer.data


@pytest.mark.parametrize(("start", "sheets"), [(1, 1), (3, 2), (4, 2)])
def test_half_used_sheets_begin_at_their_free_place(application: Flask, start: int, sheets: int) -> None:
    day = a_day(application)
    batch = printed(day, [day.confirmed() for _order in range(3)], paper="a4x4", start=start)
    assert pages(day.amina.get(day.url + batch + ".pdf").data) == [(210, 297)] * sheets
    choice = day.page("/labels") if day.confirmed() else ""
    assert f'name="start" value="{start}" checked' in choice
    assert 'value="a4x4" checked' in choice


@pytest.mark.parametrize(
    ("paper", "size"), [("4x6", (102, 152)), ("a5", (148, 210)), ("a4x2", (210, 297)), ("80mm", (80, 116))]
)
def test_every_paper_can_be_chosen_and_is_kept(application: Flask, paper: str, size: tuple[int, int]) -> None:
    day = a_day(application)
    batch = printed(day, [day.confirmed()], paper=paper)
    assert pages(day.amina.get(day.url + batch + ".pdf").data) == [size]
    choice = day.page("/labels") if day.confirmed() else ""
    assert f'value="{paper}" checked' in choice


def test_the_picture_is_of_that_page(application: Flask) -> None:
    day = a_day(application)
    batch = printed(day, [day.confirmed()], paper="a6")
    answer = day.amina.get(f"{day.url}{batch}/1.png")
    assert answer.mimetype == "image/png"
    assert Image.open(io.BytesIO(answer.data)).size == (420, 592)
    assert day.amina.get(f"{day.url}{batch}/2.png").status_code == 404


def test_a_label_printer_gets_its_own_file(application: Flask) -> None:
    day = a_day(application)
    batch = printed(day, [day.confirmed()], paper="4x6")
    page = day.page(batch)
    for head in HEADS:
        assert f'href="{day.url}{batch}/{head}.prn"' in page
    answer = day.amina.get(f"{day.url}{batch}/zpl-203.prn")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data.startswith(b"^XA^PW812^LL1219")
    assert day.amina.get(f"{day.url}{batch}/tspl-203.prn").data.startswith(b"SIZE 101.6 mm,152.4 mm\r\n")
    assert day.amina.get(f"{day.url}{batch}/pcl.prn").status_code == 404


def test_a_second_tap_prints_once_and_a_copy_says_so(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    first = printed(day, [code])
    assert printed(day, [code]) == first
    copy = printed(day, [code], paper="a6", start=1)
    assert copy != first
    assert "1 is marked as a copy" in day.page(copy)
    assert "Label printed again, copy 1" in day.page(f"/orders/{code}")
    with application.app_context():
        assert [each.number for each in prints_of(day.store_id, day.parcel(code).id)] == [0, 1]


@pytest.mark.parametrize(
    "fields", [{"shipments": []}, {"shipments": ["x", "-1", "9" * 30]}, {"paper": "a3"}, {"start": "4", "paper": "a0"}]
)
def test_what_cannot_be_printed_is_said_and_the_choice_stays(application: Flask, fields: dict[str, object]) -> None:
    day = a_day(application)
    code = day.confirmed()
    answer = day.send("/labels", {"shipments": [day.parcel(code).id], **fields})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "Yacine Haddad" in answer.text
    assert day.parcel(code).state == "preparing"


def test_printing_announces_parcels_and_a_refusal_is_said_but_prints(application: Flask) -> None:
    day = a_day(application)
    code, late = day.confirmed(), day.confirmed()
    printed(day, [code])
    assert day.parcel(code).booked_at is not None
    assert day.parcel(code).tracking
    with application.app_context(), transaction():
        changed(delete(DeliveryRate).where(DeliveryRate.store_id == day.store_id))
    page = day.page(printed(day, [late]))
    assert "1 parcel was refused by its carrier" in page
    assert "1 label is ready" in page


def test_an_order_that_was_cancelled_meanwhile_gets_no_label(application: Flask) -> None:
    day = a_day(application)
    code, other = day.confirmed(), day.confirmed()
    day.send(f"/orders/{code}/cancellation", {"reason": "other"}, who=day.lila)
    answer = day.send("/labels", {"shipments": [day.parcel(code).id, day.parcel(other).id]})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert other in answer.text
    assert day.parcel(other).state == "preparing"


def test_slips_calibration_and_their_papers(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    slip = day.amina.get(f"{day.url}/slips.pdf?orders={day.order(code).id}")
    assert slip.mimetype == "application/pdf"
    assert pages(slip.data) == [(100, 150)]
    assert day.amina.get(day.url + "/slips.pdf").status_code == 422
    assert pages(day.amina.get(day.url + "/calibration.pdf?paper=a4x4").data) == [(210, 297)]
    assert day.amina.get(day.url + "/calibration.pdf?paper=nonsense").status_code == 404


def test_a_stranger_gets_no_label(application: Flask) -> None:
    day = a_day(application)
    code = day.confirmed()
    batch = printed(day, [code])
    name = batch.removeprefix("/labels/")
    for url in (day.url, "/studio/atelier-sami"):
        for path in (f"/labels/{name}", f"/labels/{name}.pdf", f"/labels/{name}/1.png",
                     f"/slips.pdf?orders={day.order(code).id}"):  # fmt: skip
            assert day.sami.get(url + path).status_code == 404
        assert day.sami.post(url + "/labels", {"shipments": day.parcel(code).id}).status_code == 404

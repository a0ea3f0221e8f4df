"""A hand-over sheet is signed once: on the screen, where it is kept in private and printed, or on paper."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from PIL import Image, ImageDraw

from shop.audit import findings
from tests.studio.day import Day, a_day
from tests.studio.test_labels import words

PNG = "data:image/png;base64,"


def drawing(*, ink: bool = True, kind: str = "PNG") -> str:
    """Return what a canvas sends."""
    picture = Image.new("RGB", (600, 240), "white")
    if ink:
        ImageDraw.Draw(picture).line([(40, 200), (200, 30), (320, 200), (560, 60)], fill="black", width=5)
    out = io.BytesIO()
    picture.save(out, kind)
    return PNG + base64.b64encode(out.getvalue()).decode()


def a_sheet(day: Day) -> str:
    """Hand a parcel over; return the address of its sheet, after the workshop's."""
    code = day.labelled()
    answer = day.send("/hand-over", {"action": "sheet", "shipments": day.parcel(code).id})
    return str(answer.location)[str(answer.location).index("/hand-over") :]


def files(application: Flask) -> list[Path]:
    return sorted((application.extensions["hirfa_settings"].data_dir / "private" / "signatures").glob("*"))


def test_a_drawn_signature_is_kept_in_private_and_printed_with_the_name(application: Flask) -> None:
    day = a_day(application)
    sheet = a_sheet(day)
    assert images_in(day.amina.get(day.url + f"{sheet}.pdf").data) == 0
    answer = day.send(f"{sheet}/signature", {"on": "screen", "name": "Nadia Courrier", "drawn": drawing()})
    assert answer.status_code == 303
    page = day.page(sheet)
    assert "Signed on the screen by <bdi>Nadia Courrier</bdi>" in page
    pdf = day.amina.get(day.url + f"{sheet}.pdf").data
    assert images_in(pdf) == 1
    assert "Nadia Courrier" in words(pdf)
    (file,) = files(application)
    assert file.read_bytes().startswith(b"\x89PNG")
    with application.app_context():
        assert [each for each in findings(private=file.parent.parent) if each.rule == "I7 files"] == []
        file.unlink()
        assert [each.rule for each in findings(private=file.parent.parent)] == ["I7 files"]


def images_in(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return sum(len(page.get_images()) for page in opened.pages)


def test_signed_on_paper_needs_no_drawing_and_no_javascript(application: Flask) -> None:
    day = a_day(application)
    sheet = a_sheet(day)
    assert day.send(f"{sheet}/signature", {"on": "paper"}).status_code == 303
    assert "Signed on paper, " in day.page(sheet)
    assert files(application) == []


def test_a_sheet_is_signed_once(application: Flask) -> None:
    day = a_day(application)
    sheet = a_sheet(day)
    first = {"on": "screen", "name": "Nadia", "drawn": drawing()}
    assert day.send(f"{sheet}/signature", first).status_code == 303
    answer = day.send(f"{sheet}/signature", first | {"name": "Sami"})
    assert answer.status_code == 409
    assert "This sheet was signed meanwhile." in answer.text
    assert "Signed on the screen by <bdi>Nadia</bdi>" in day.page(sheet)
    assert len(files(application)) == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"name": "Nadia", "drawn": ""}, "signed in the frame"), ({"name": "", "drawn": drawing()}, "write the name"),
     ({"name": "Nadia", "drawn": drawing(ink=False)}, "signed in the frame"),
     ({"name": "Nadia", "drawn": PNG + "%%%"}, "signed in the frame"),
     ({"name": "Nadia", "drawn": PNG + "AAAA"}, "choose a photograph"),
     ({"name": "Nadia", "drawn": drawing() + "A" * 200_000}, "at most")],
)  # fmt: skip
def test_what_is_no_signature_is_said_and_nothing_is_kept(
    application: Flask, sent: dict[str, str], said: str
) -> None:  # fmt: skip
    day = a_day(application)
    sheet = a_sheet(day)
    answer = day.send(f"{sheet}/signature", {"on": "screen", **sent})
    assert answer.status_code == 422
    assert said in answer.text
    assert files(application) == []
    assert "Signature of the carrier" in day.page(sheet)

"""An artisan measures a test page and says by how much to move: for a paper, and for a print station."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from shop.documents import nudges, stations
from shop.documents.engine import calibration_pdf
from shop.documents.station_models import PrintJob, PrintStation
from shop.plumbing.db import session, transaction
from shop.plumbing.i18n import speaking
from shop.plumbing.journal import SYSTEM
from tests.studio.day import Day, a_day


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def station(day: Day, head: str = "zpl-203") -> int:
    with day.application.app_context():
        with transaction():
            code = stations.add(day.store_id, name="Zebra", head=head, by=SYSTEM)
            made, _token = stations.pair(code, by=SYSTEM)
        return made.id


def test_a_paper_is_moved_and_its_test_page_shows_it(day: Day) -> None:
    path = "/settings/papers/a4x4/place"
    assert f'href="{day.url}{path}"' in day.page("/settings/papers")
    assert day.send(path, {"nudge_x": "-12", "nudge_y": "٥"}).status_code == 303
    page = day.page(path)
    assert 'value="-12"' in page
    assert 'value="5"' in page
    with speaking("en"):
        wanted = calibration_pdf("a4x4", nudge=(-12, 5))
    assert day.amina.get(day.url + "/calibration.pdf?paper=a4x4").data == wanted
    assert "−1.2" in (said := day.page("/settings/papers")) or "-1.2" in said
    with day.application.app_context():
        assert nudges.of_paper(day.store_id, "a6") == (0, 0)
    assert day.amina.get(day.url + "/settings/papers/a3/place").status_code == 404


@pytest.mark.parametrize(
    ("field", "wrong"), [("nudge_x", "101"), ("nudge_y", "-101"), ("nudge_x", "x"), ("nudge_y", "")]
)
def test_what_cannot_be_is_said_at_its_field_and_stays(day: Day, field: str, wrong: str) -> None:
    for path in ("/settings/papers/a6/place", f"/printers/{station(day)}/place"):
        answer = day.send(path, {"nudge_x": "3", "nudge_y": "4", field: wrong})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert f'value="{wrong}"' in answer.text


def test_a_station_is_moved_darkened_and_prints_its_test_page(day: Day) -> None:
    number = station(day)
    path = f"/printers/{number}/place"
    assert f'href="{day.url}{path}"' in day.page("/printers")
    assert day.send(path, {"nudge_x": "5", "nudge_y": "0", "darkness": "20"}).status_code == 303
    assert 'value="20"' in day.page(path)
    wrong = day.send(path, {"nudge_x": "5", "nudge_y": "0", "darkness": "31"})
    assert (wrong.status_code, 'href="#darkness"' in wrong.text) == (422, True)
    day.send(f"/printers/{number}/test-page", {})
    assert "on its way to the printer" in day.page(path)
    with day.application.app_context():
        made = session.get_one(PrintStation, number)
        assert (made.nudge_x, made.nudge_y, made.darkness) == (5, 0, 20)
        assert session.scalars(select(PrintJob.state)).all() == ["queued"]
    day.send(path, {"nudge_x": "5", "nudge_y": "0", "darkness": ""})
    with day.application.app_context():
        assert session.get_one(PrintStation, number).darkness is None


def test_a_printer_that_has_no_word_for_it_is_not_asked_how_dark(day: Day) -> None:
    for head in ("pdf", "escpos-80"):
        path = f"/printers/{station(day, head)}/place"
        assert "darkness" not in day.page(path)
        assert day.send(path, {"nudge_x": "1", "nudge_y": "1", "darkness": "9"}).status_code == 303
    tspl = day.send(f"/printers/{station(day, 'tspl-203')}/place", {"nudge_x": "1", "nudge_y": "1", "darkness": "16"})
    assert (tspl.status_code, "from 0 to 15" in tspl.text) == (422, True)


def test_helpers_and_strangers_move_nothing(day: Day) -> None:
    number = station(day)
    for path in ("/settings/papers/a6/place", f"/printers/{number}/place", f"/printers/{number}/test-page"):
        for who, status in ((day.lila, 403), (day.sami, 404)):
            assert day.send(path, {"nudge_x": "1", "nudge_y": "1"}, who=who).status_code == status

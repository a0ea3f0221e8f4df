"""Printing against the real things: the very bytes and the size of the label arrive, and what keeps it is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from shop.documents.station_models import PrintJob, PrintStation
from shop.plumbing.db import session
from shop.plumbing.journal import Entry
from shop.print_station.ipp import Ipp
from shop.print_station.pins import Pins
from shop.print_station.printers import Cups, NotAcceptedError
from shop.print_station.server import Server
from tests.documents.conftest import served
from tests.documents.printers import Roll, a_queue, a_roll, until
from tests.documents.test_print_station import ONE_ENGINE, at, finished
from tests.documents.test_stations import code_of, sent, states
from tests.studio.day import Day


@pytest.fixture
def server(application: Flask, day: Day) -> Iterator[Server]:
    """The shop, as a station sees it whose printer reads PDF."""
    with served(application) as address:
        yield Server(address, Server(address).pair(code_of(day, "pdf")))


@pytest.fixture
def roll(tmp_path: Path) -> Iterator[Roll]:
    with a_roll(tmp_path / "roll") as found:
        yield found


def drawn(day: Day, server: Server) -> list[tuple[str, bytes]]:
    """Return what waits, label by label, as the server draws it."""
    with day.application.app_context():
        keys = list(session.scalars(select(PrintJob.key).where(PrintJob.state == "queued").order_by(PrintJob.id)))
    return [(key, server.label(key).content) for key in keys]


def problem(day: Day) -> str:
    with day.application.app_context():
        return session.scalars(select(PrintStation.problem).order_by(PrintStation.id.desc())).first() or ""


@ONE_ENGINE
def test_an_ipp_printer_gets_the_very_page_in_its_size(day: Day, server: Server, roll: Roll, tmp_path: Path) -> None:
    sent(day, 2)
    labels = drawn(day, server)
    (tmp_path / "notes.jsonl").write_text("".join(f'{{"label": "{key}", "state": "taken"}}\n' for key, _ in labels))
    finished(at(server, Ipp(roll.address), tmp_path))
    assert states(day) == ["confirmed", "confirmed"]
    until(lambda: len(roll.labels()) == 2)
    for key, label in labels:
        assert (roll.out / f"{key}.pdf").read_bytes() == label
        told = (roll.out / f"{key}.env").read_text()
        assert "IPP_MEDIA_COL={media-size={x-dimension=10000 y-dimension=15000}}" in told
        assert "IPP_PRINT_SCALING=none" in told
        assert Ipp(roll.address).has(key) is True
    assert Ipp(roll.address).has("never sent") is None


@ONE_ENGINE
def test_paper_that_is_out_is_said_and_no_label_is_taken_for_printed(
    day: Day, server: Server, roll: Roll, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.print_station.ipp.PRINTED_S", 1)
    sent(day, 3)
    roll.this_is_the_last_sheet()
    printer = Ipp(roll.address)
    with pytest.raises(NotAcceptedError):
        finished(at(server, printer, tmp_path))
    assert problem(day) == "media-empty"
    assert (len(roll.labels()), states(day).count("confirmed")) == (1, 1)
    roll.switch_off()
    with pytest.raises(NotAcceptedError):
        finished(at(server, printer, tmp_path))
    assert problem(day) == "unreachable"
    roll.switch_on()
    finished(at(server, printer, tmp_path))
    # One may have lain in the printer when it went off: that is said.
    assert states(day) in (["confirmed"] * 3, ["confirmed", "doubtful", "confirmed"])
    assert (len(roll.labels()), problem(day)) == (states(day).count("confirmed"), "")
    with day.application.app_context():
        told = session.scalars(select(Entry.data).where(Entry.verb == "print_station.problem").order_by(Entry.id))
        assert [each["word"] for each in told] == ["media-empty", "unreachable"]


@ONE_ENGINE
def test_a_size_that_the_printer_does_not_have_prints_nothing(
    day: Day, server: Server, roll: Roll, tmp_path: Path
) -> None:
    sent(day, paper="a6")
    with pytest.raises(NotAcceptedError, match="0x040b"):
        finished(at(server, Ipp(roll.address), tmp_path))
    assert (states(day), problem(day), roll.labels()) == (["sent"], "refused", [])


@ONE_ENGINE
def test_a_printer_that_speaks_tls_is_known_by_the_certificate_that_it_showed_first(
    day: Day, server: Server, roll: Roll, tmp_path: Path
) -> None:
    kept, said = tmp_path / "printers.json", list[str]()

    def printer() -> Ipp:
        return Ipp(roll.address.replace("ipp://", "ipps://"), Pins(kept, said.append))

    sent(day)
    finished(at(server, printer(), tmp_path))
    assert (states(day), len(roll.labels())) == (["confirmed"], 1)
    shown = json.loads(kept.read_text())[f"localhost:{roll.port}"]
    assert (len(shown), kept.stat().st_mode & 0o077) == (64, 0)
    assert [shown in each for each in said] == [True]
    roll.switch_off()
    roll.switch_on()
    assert printer().problem() == "", "the same certificate after its power was cut"
    roll.switch_off()
    roll.forget_its_keys()  # it was reset, or somebody else is in its place
    roll.switch_on()
    sent(day)
    station = at(server, printer(), tmp_path)
    for _try in range(2):
        with pytest.raises(NotAcceptedError):
            finished(station)
    assert (len(roll.labels()), problem(day), len(said)) == (1, "certificate-changed", 2)
    assert "--new-certificate" in said[1]
    assert json.loads(kept.read_text()) == {f"localhost:{roll.port}": shown}
    assert "another certificate than at first" in day.page("/printers")
    Pins(kept).forget()
    finished(at(server, printer(), tmp_path))
    assert (states(day), len(roll.labels()), problem(day)) == (["confirmed"] * 2, 2, "")
    kept.write_text("torn")
    assert printer().problem() == "certificate-changed"


@ONE_ENGINE
@pytest.mark.parametrize("way", ["ipp", "lp"])
def test_a_queue_of_cups_gets_the_very_page_in_its_size(
    day: Day, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    sent(day)
    ((key, label),) = drawn(day, server)
    (tmp_path / "notes.jsonl").write_text(f'{{"label": "{key}", "state": "taken"}}\n')
    with a_queue(tmp_path / "cups") as (port, spool):
        monkeypatch.setenv("CUPS_SERVER", f"127.0.0.1:{port}")
        queue = Ipp(f"ipp://127.0.0.1:{port}/printers/Zebra")
        finished(at(server, queue if way == "ipp" else Cups("Zebra"), tmp_path))
        assert states(day) == ["confirmed"]
        assert [each.read_bytes() for each in spool.glob("d*")] == [label]
    about = b"".join(each.read_bytes() for each in spool.glob("c*"))  # CUPS has written it down when it has ended
    assert key.encode() in about
    sizes = [b"Custom.100x150mm"] if way == "lp" else [(10000).to_bytes(4, "big"), (15000).to_bytes(4, "big")]
    assert all(size in about for size in sizes)
    assert queue.problem() == "unreachable"

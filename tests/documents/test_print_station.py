"""The print station against the real server and a printer that listens: none is lost, none comes out twice unsaid."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from shop.print_station import one_file
from shop.print_station.command import printer_of
from shop.print_station.ipp import Ipp
from shop.print_station.notes import Notes
from shop.print_station.pins import Pins
from shop.print_station.printers import Cups, Folder, Label, NotAcceptedError, Printer, Raw
from shop.print_station.server import AwayError, RefusedError, Server
from shop.print_station.station import Station
from tests.documents.test_stations import code_of, sent, states, station_id
from tests.studio.day import Day

ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class DeadError(BaseException):
    """The power is cut: nothing after this line runs."""


class Sink:
    """A printer on a port: it keeps what each line brought, whole."""

    def __init__(self) -> None:
        self.labels: list[bytes] = []
        self.slow = threading.Event()
        self.slow.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._listening.accept()
            except OSError:
                return
            with line, closing(line):
                self.labels.append(line.makefile("rb").read())
                self.slow.wait(20)

    def close(self) -> None:
        # A thread that waits in accept() keeps the port open until somebody comes.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    printer = Sink()
    yield printer
    printer.slow.set()
    printer.close()


def paired(day: Day, address: str) -> Server:
    return Server(address, Server(address).pair(code_of(day)))


def at(server: Server, printer: Printer, folder: Path) -> Station:
    """Start a station over what an earlier one has left."""
    return Station(server, printer, Notes(folder / "notes.jsonl"), say=lambda _sentence: None)


def finished(station: Station) -> None:
    """Print until nothing waits."""
    station.recover()
    while station.once(0):
        pass


@ONE_ENGINE
def test_labels_come_out_one_by_one_in_their_order(day: Day, address: str, sink: Sink, tmp_path: Path) -> None:
    server = paired(day, address)
    sent(day, 3)
    finished(at(server, Raw("127.0.0.1", sink.port), tmp_path))
    assert states(day) == ["confirmed"] * 3
    assert len(set(sink.labels)) == 3
    assert all(label.startswith(b"^XA^PW800") and label.endswith(b"^XZ\n") for label in sink.labels)
    finished(at(server, Raw("127.0.0.1", sink.port), tmp_path))
    assert len(sink.labels) == 3


@ONE_ENGINE
def test_a_station_that_waits_is_told_at_once(day: Day, address: str, sink: Sink, tmp_path: Path) -> None:
    station = at(paired(day, address), Raw("127.0.0.1", sink.port), tmp_path)
    waiting = threading.Thread(target=station.once, args=(10,))
    waiting.start()
    time.sleep(0.2)
    tapped = time.monotonic()
    sent(day)
    waiting.join(10)
    assert len(sink.labels) == 1
    assert time.monotonic() - tapped < 10


LAG_S = 0.2


class Far(Server):
    """The shop on a slow line."""

    def _ask(self, path: str, fields: Mapping[str, str] | None = None, *, timeout_s: int = 30) -> Label:
        time.sleep(LAG_S)
        return super()._ask(path, fields, timeout_s=timeout_s)


class Slow(Folder):
    """A printer that takes its time; it knows when it began and ended each label."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.times: list[tuple[float, float]] = []

    def accept(self, key: str, label: Label) -> None:
        begun = time.monotonic()
        time.sleep(2 * LAG_S)
        super().accept(key, label)
        self.times.append((begun, time.monotonic()))


@ONE_ENGINE
def test_a_printer_does_not_wait_for_a_slow_line(day: Day, address: str, tmp_path: Path) -> None:
    near, printer = paired(day, address), Slow(tmp_path / "out")
    sent(day, 8)
    finished(at(Far(address, near._token), printer, tmp_path))
    assert states(day) == ["confirmed"] * 8
    idle = sum(begun - ended for (_, ended), (begun, _) in pairwise(printer.times))
    assert idle < 3 * LAG_S, "one after the other it would be fourteen times as long: a label asked for, one told of"


POINTS = ("label", "accept", "accepted", "printed", "answer", "answered")


def dying_at(point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the power at a point of the next label's way."""

    def before(owner: type, name: str, when: Callable[..., bool] = lambda *_given: True) -> None:
        real = getattr(owner, name)

        def cut(*given: object, **named: object) -> object:
            if when(*given):
                raise DeadError
            return real(*given, **named)

        monkeypatch.setattr(owner, name, cut)

    def after(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def cut(*given: object, **named: object) -> object:
            real(*given, **named)
            raise DeadError

        monkeypatch.setattr(owner, name, cut)

    if point == "label":
        after(Server, "label")
    elif point == "accept":
        before(Folder, "accept")
        before(Raw, "accept")
    elif point == "accepted":
        after(Folder, "accept")
        after(Raw, "accept")
    elif point == "printed":
        before(Notes, "write", lambda _notes, _key, state: state == "told confirmed")
    elif point == "answer":
        before(Server, "answer")
    else:
        after(Server, "answer")


@ONE_ENGINE
@pytest.mark.parametrize("kind", ["folder", "raw"])
def test_a_power_cut_anywhere_loses_no_label_and_prints_none_twice_unsaid(
    day: Day, address: str, sink: Sink, tmp_path: Path, kind: str
) -> None:
    server, folder = paired(day, address), tmp_path / "out"
    printer = printer_of(f"{folder}/" if kind == "folder" else f"127.0.0.1:{sink.port}")

    def out() -> list[bytes]:
        return [file.read_bytes() for file in folder.glob("*.prn")] if kind == "folder" else sink.labels

    found = {}
    for point in POINTS:
        before = len(out())
        sent(day)
        with pytest.MonkeyPatch.context() as patched:
            dying_at(point, patched)
            with pytest.raises(DeadError):
                finished(at(server, printer, tmp_path))
        finished(at(server, printer, tmp_path))
        found[point] = (len(out()) - before, states(day)[-1])
    once = dict.fromkeys(POINTS, (1, "confirmed"))
    # A printer on a port cannot be asked afterwards: somebody looks.
    unsure = {} if kind == "folder" else {"accept": (0, "doubtful"), "accepted": (1, "doubtful")}
    assert found == once | unsure
    assert len(out()) == len(set(out()))


@ONE_ENGINE
def test_lost_notes_are_said_not_guessed(day: Day, address: str, sink: Sink, tmp_path: Path) -> None:
    server = paired(day, address)
    sent(day, 2)
    with pytest.MonkeyPatch.context() as patched:
        dying_at("accepted", patched)
        with pytest.raises(DeadError):
            finished(at(server, Raw("127.0.0.1", sink.port), tmp_path))
    (tmp_path / "notes.jsonl").unlink()
    finished(at(server, Raw("127.0.0.1", sink.port), tmp_path))
    assert states(day) == ["doubtful", "doubtful"], "both were on that computer"
    assert len(sink.labels) == 1


def test_a_torn_note_is_none_and_the_next_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    Notes(path).write("a", "printed")
    path.write_text(path.read_text() + '{"label": "b", "sta')
    Notes(path).write("c", "taken")
    assert Notes(path).open() == [("a", "printed"), ("c", "taken")]


@ONE_ENGINE
def test_a_printer_that_is_off_keeps_the_label_waiting(day: Day, address: str, tmp_path: Path) -> None:
    server = paired(day, address)
    sent(day)
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotAcceptedError):
        finished(at(server, Raw("127.0.0.1", port), tmp_path))
    assert states(day) == ["sent"]
    finished(at(server, printer_of(f"{tmp_path}/out/"), tmp_path))
    assert states(day) == ["confirmed"]


@ONE_ENGINE
def test_a_server_that_is_away_and_a_station_let_go_are_told_apart(day: Day, address: str, tmp_path: Path) -> None:
    server = paired(day, address)
    station = at(server, printer_of(f"{tmp_path}/out/"), tmp_path)
    with pytest.raises(AwayError):
        Server("http://127.0.0.1:9").work(0)
    day.send(f"/printers/{station_id(day)}/end")
    with pytest.raises(RefusedError) as refused:
        station.once(0)
    assert refused.value.word == "token"


def started(address: str, folder: Path, printer: str, *more: str) -> subprocess.Popen[bytes]:
    """Start the station as it is copied to another computer: one file, and Python without any of our libraries."""
    program = folder.with_name("print-station.pyz")
    program.write_bytes(one_file.packed())
    command = [sys.executable, "-I", "-S", str(program), "--server", address, "--printer", printer]
    return subprocess.Popen(
        [*command, "--data", str(folder), *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def until(what: Callable[[], bool], *, patience_s: float = 20) -> None:
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.05)


@ONE_ENGINE
def test_kill_9_while_the_printer_takes_a_label(day: Day, address: str, sink: Sink, tmp_path: Path) -> None:
    printer = f"127.0.0.1:{sink.port}"
    sink.slow.clear()  # it has the label, and has not said so yet
    process = started(address, tmp_path, printer, "--code", code_of(day))
    until((tmp_path / "station.json").exists)
    assert (tmp_path / "station.json").stat().st_mode & 0o077 == 0
    sent(day, 2)
    until(lambda: len(sink.labels) == 1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    sink.slow.set()
    process = started(address, tmp_path, printer)
    until(lambda: states(day) == ["doubtful", "confirmed"])
    assert len(sink.labels) == len(set(sink.labels)) == 2
    assert started(address, tmp_path, printer).wait(30) == 1  # one station at a time over the same notes
    day.send(f"/printers/{station_id(day)}/end")
    assert process.wait(30) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("192.168.1.50", Raw),
        ("zebra.lan:6101", Raw),
        ("lp:Zebra", Cups),
        ("/tmp/x/", Folder),
        ("ipp://x", Ipp),
        ("ipps://x", Ipp),
    ],
)
def test_a_printer_is_named_as_people_name_it(text: str, kind: type, tmp_path: Path) -> None:
    assert isinstance(printer_of(text.replace("/tmp/x", str(tmp_path)), Pins(tmp_path / "pins")), kind)


def test_a_folder_names_each_label_after_what_it_is(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    for key, content in (("a", b"%PDF-1.7\n"), ("b", b"^XA^XZ")):
        assert not folder.has(key)
        folder.accept(key, Label(content))
        assert folder.has(key)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["a.pdf", "b.prn"]

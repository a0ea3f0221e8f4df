"""Answers that stay open for print stations: woken, shown to be alive, ended; and lines that let none through."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, select, update

from shop.core import clock
from shop.documents import stations
from shop.documents.station_models import PrintStation
from shop.plumbing.db import changed, db, session, transaction
from shop.plumbing.links import digest
from shop.plumbing.settings import Settings
from shop.print_station import server as client
from shop.print_station import station as program
from shop.print_station.printers import Folder
from shop.print_station.server import AwayError, CutError, RefusedError
from shop.web.hooks import print_streams
from shop.web.hooks.print_streams import KEY, Streams
from tests.documents.test_print_station import ONE_ENGINE, at, paired, until
from tests.documents.test_stations import sent, states, station_id
from tests.plumbing.outside import Outside
from tests.studio.day import Day
from tests.trust.test_kill import Server, Wire

STATIONS = int(os.environ.get("TEST_STATIONS", "24"))  # 300 of them are one deployment


def streams(day: Day) -> Streams:
    found = day.application.extensions[KEY]
    assert isinstance(found, Streams)
    return found


def test_a_stream_tells_what_is_there_and_what_comes_and_holds_no_connection_meanwhile(
    day: Day, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_streams, "BEAT_S", 1)
    server = paired(day, address)
    sent(day)
    lines = server.stream()
    (first,) = next(lines)
    assert next(lines) == [first], "it is still new"
    assert next(lines) == []
    with day.application.app_context():
        until(lambda: db.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]
    tapped = time.monotonic()
    sent(day, 2)
    while not (news := next(lines)):
        pass
    assert (len(news), news[0], time.monotonic() - tapped < 3) == (3, first, True)
    lines.close()
    until(lambda: streams(day).count() == 0)


@ONE_ENGINE
def test_a_stream_ends_when_it_is_old_when_a_newer_one_comes_and_when_the_server_stops(
    day: Day, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_streams, "BEAT_S", 0.2)
    server = paired(day, address)
    with monkeypatch.context() as patched:
        patched.setattr(print_streams, "LIFE_S", (0.5, 0.6))
        assert set(map(tuple, server.stream())) == {()}
    old, new = server.stream(), server.stream()
    assert (next(old), next(new)) == ([], [])
    assert set(map(tuple, old)) <= {()}
    assert (next(new), streams(day).count()) == ([], 1)
    streams(day).close()
    assert set(map(tuple, new)) <= {()}
    with pytest.raises(CutError):
        next(server.stream())


@ONE_ENGINE
def test_a_station_that_is_let_go_hears_it_and_one_that_is_silent_holds_no_thread(day: Day, address: str) -> None:
    server = paired(day, address)
    lines = server.stream()
    assert next(lines) == []
    with day.application.app_context(), transaction():
        changed(update(PrintStation).values(seen_at=clock.now() - timedelta(seconds=41)))
    assert list(lines) == []
    server.here()
    lines = server.stream()
    assert next(lines) == []
    day.send(f"/printers/{station_id(day)}/end")
    with pytest.raises(RefusedError, match="token"):
        list(lines)


@ONE_ENGINE
def test_no_more_stay_open_than_there_are_threads_for(day: Day, address: str) -> None:
    one, two = paired(day, address), paired(day, address)
    streams(day)._most = 1
    lines = one.stream()
    assert next(lines) == []
    with pytest.raises(CutError):
        next(two.stream())
    assert two.work(0) == []
    again = one.stream()
    assert next(again) == [], "a station that comes again takes its own place"


@ONE_ENGINE
def test_labels_come_out_over_a_stream_once_each(
    day: Day, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_streams, "BEAT_S", 0.3)
    printer = Folder(tmp_path / "out")
    server, told, answer = paired(day, address), list[str](), client.Server.answer

    def noted(self: client.Server, key: str, state: str, why: str = "") -> list[client.Job]:
        told.append(key)
        return answer(self, key, state, why)

    monkeypatch.setattr(client.Server, "answer", noted)
    sent(day)
    station = at(server, printer, tmp_path)
    following = threading.Thread(target=suppressed, args=(station,))
    following.start()
    for labels in (2, 7):
        sent(day, labels)
        until(lambda: set(states(day)) == {"confirmed"})
        time.sleep(1)
    day.send(f"/printers/{station_id(day)}/end")
    following.join(10)
    assert len(list((tmp_path / "out").glob("*.prn"))) == 10
    assert len(told) == len(set(told)) == 10, "what lay on the line while it printed is told of once"


def test_what_lay_on_the_line_while_it_printed_is_not_answered_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    class Buffered(client.Server):
        def stream(self) -> Generator[list[client.Job]]:
            yield from [[]] * 20

        def here(self) -> None:
            asked.append("here")

        def printer(self, problem: str) -> None:
            asked.append(problem)

    station = at(Buffered("http://127.0.0.1:9"), Folder(tmp_path / "out"), tmp_path)
    assert station.follow() is False
    assert asked == ["", "here"]
    monkeypatch.setattr(program, "LOOKS_S", 0)
    station.follow()
    assert len(asked) == 22


def suppressed(station: program.Station) -> None:
    with suppress(RefusedError):
        station.follow()


class Middle:
    """Something between a station and the shop that keeps back what comes in pieces, or cuts it."""

    def __init__(self, address: str, *, keeps: bool) -> None:
        self._port, self._keeps = urlsplit(address).port or 0, keeps
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(line,), daemon=True).start()

    def _pass_on(self, line: socket.socket) -> None:
        with suppress(OSError), closing(line), socket.create_connection(("127.0.0.1", self._port)) as shop:
            threading.Thread(target=copy, args=(line, shop), daemon=True).start()
            said = b""
            while piece := shop.recv(65536):
                said += piece
                if b"x-ndjson" not in said:
                    line.sendall(piece)
                elif not self._keeps:
                    line.sendall(piece)
                    break
            line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def copy(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_RDWR)


@ONE_ENGINE
@pytest.mark.parametrize("keeps", [True, False], ids=["keeps it back", "cuts it"])
def test_where_nothing_stays_open_the_station_says_so_and_asks(
    day: Day, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, keeps: bool
) -> None:
    monkeypatch.setattr(client, "BEGIN_S", 1)
    monkeypatch.setattr(program, "WAIT_S", 1)
    server, said = paired(day, address), list[str]()
    middle = Middle(address, keeps=keeps)
    station = at(client.Server(middle.address, server._token), Folder(tmp_path / "out"), tmp_path)
    running = threading.Thread(target=until_let_go, args=(station, said), daemon=True)
    running.start()
    until(lambda: bool(said))
    assert "does not stay open" in said[0]
    sent(day)
    until(lambda: states(day) == ["confirmed"])
    day.send(f"/printers/{station_id(day)}/end")
    running.join(30)
    middle.close()
    assert (running.is_alive(), len(said)) == (False, 1)


def until_let_go(station: program.Station, said: list[str]) -> None:
    with suppress(RefusedError):
        program.run(station, said.append)


def test_an_open_line_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SILENT_S", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=two_lines, args=(listening,), daemon=True).start()
        lines = client.Server(f"http://127.0.0.1:{listening.getsockname()[1]}", "x").stream()
        assert (next(lines), next(lines)) == ([], [])
        with pytest.raises(AwayError, match="timed out") as given_up:
            next(lines)
    assert not isinstance(given_up.value, CutError), "it held: the next one is a stream again"


def two_lines(listening: socket.socket) -> None:
    line, _address = listening.accept()
    with line:
        line.recv(65536)
        line.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n{"jobs": []}\n{"jobs": []}\n')
        line.recv(1)


# ── the real server ───────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def running(settings: Settings, folder: Path) -> Iterator[Server]:
    server = Server(folder, settings.database, Outside(0))
    server.environment["HIRFA_WORKER"] = "0"
    server.start()
    try:
        yield server
    finally:
        server.kill()


def many(day: Day) -> list[str]:
    """Pair many stations; return their tokens."""
    tokens, now = [f"token-{number}" for number in range(STATIONS)], clock.now()
    row = {"store_id": day.store_id, "name": "Zebra", "head": "zpl-203", "code_until": now, "created_at": now}
    with day.application.app_context(), transaction():
        rows = [row | {"token_hash": digest(each), "paired_at": now, "seen_at": now} for each in tokens]
        session.execute(insert(PrintStation), rows)
    return tokens


def test_many_stations_hold_streams_of_the_real_server_and_it_stops_at_once(
    day: Day, settings: Settings, tmp_path: Path
) -> None:
    tokens = many(day)
    with running(settings, tmp_path) as shop:
        lines = [client.Server(f"http://127.0.0.1:{shop.port}", each).stream() for each in tokens]
        assert all(next(each) == [] for each in lines)
        # Eight requests are served at once: no stream holds one of their places, no answer that was sent keeps it.
        took = sorted(timed(shop.port) for _page in range(20))
        with day.application.app_context():
            newest = session.scalars(select(PrintStation.id).order_by(PrintStation.id.desc())).first()
        assert newest == station_id(day)
        woke = []
        for _tap in range(3):
            sent(day)
            tapped = time.monotonic()
            assert next(lines[-1])
            woke.append(time.monotonic() - tapped)
        assert max(woke) < 3
        os.killpg(shop.process.pid, signal.SIGTERM)
        stopped = time.monotonic()
        shop.process.wait(20)
        took_to_stop = time.monotonic() - stopped
        assert took_to_stop < 5
        assert not [line for each in lines for line in each if line and each is not lines[-1]]
        assert "Traceback" not in shop.log.read_text()
    print(f"{STATIONS} streams: a page {took[10] * 1000:.0f} ms (slowest {took[-1] * 1000:.0f}), news in "
          f"{max(woke):.2f} s at most, stopped in {took_to_stop:.2f} s")  # fmt: skip


def timed(port: int) -> float:
    begun = time.monotonic()
    assert Wire(port, 1).get("/readyz").status_code == 200
    return time.monotonic() - begun


def test_a_station_says_that_it_is_there_before_it_is_given_up() -> None:
    beats = [timedelta(seconds=print_streams.BEAT_S) * n for n in (1, 2)]
    assert all(a < b for a, b in pairwise([stations.SEEN_EVERY, *beats, stations.SILENT_AFTER, stations.AWAY_AFTER]))
    assert print_streams.BEAT_S * 2 < client.SILENT_S

"""Print stations: paired once, given each label once, believed when they do not know."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from shop.core import clock
from shop.core.errors import InvalidTransition
from shop.core.states import PRINT_JOB
from shop.documents import by_itself, stations
from shop.documents.models import LabelPrint
from shop.documents.station_models import PrintJob, PrintStation
from shop.orders.models import Order
from shop.plumbing.db import changed, session, transaction
from shop.plumbing.jobs import Job
from shop.plumbing.journal import Entry
from shop.print_station import station as program
from shop.web.hooks import printing
from tests.checkout.cast import AMINA
from tests.studio.day import Day, a_day

PAIR, JOBS = "/hooks/print/pair", "/hooks/print/jobs"


def code_of(day: Day, head: str = "zpl-203") -> str:
    with day.application.app_context(), transaction():
        return stations.add(day.store_id, name="Zebra", head=head, by=AMINA)


def paired(day: Day, head: str = "zpl-203") -> tuple[FlaskClient, dict[str, str]]:
    """Return a station's line to the server, and the header that it shows."""
    line = day.application.test_client()
    answer = line.post(PAIR, data={"code": code_of(day, head)})
    return line, {"Authorization": f"Bearer {answer.get_json()['token']}"}


def batch_of(day: Day, labels: int = 1, **fields: object) -> str:
    codes = [day.confirmed() for _order in range(labels)]
    answer = day.send("/labels", {"shipments": [day.parcel(code).id for code in codes], "paper": "100x150", **fields})
    return str(answer.location).removeprefix(day.url)


def station_id(day: Day) -> int:
    """Return the station that was added last."""
    with day.application.app_context():
        return session.scalars(select(PrintStation.id).order_by(PrintStation.id.desc())).first() or 0


def sent(day: Day, labels: int = 1, **fields: object) -> str:
    batch = batch_of(day, labels, **fields)
    day.send(f"{batch}/printer", {"station": station_id(day)})
    return batch


def states(day: Day) -> list[str]:
    with day.application.app_context():
        return list(session.scalars(select(PrintJob.state).order_by(PrintJob.id)))


def keys(answer: TestResponse) -> list[tuple[str, bool]]:
    return [(each["key"], each["again"]) for each in answer.get_json()["jobs"]]


def test_a_code_pairs_one_station_once_and_only_for_ten_minutes(application: Flask) -> None:
    day = a_day(application)
    line, code = application.test_client(), code_of(day)
    first = line.post(PAIR, data={"code": f" {code[:5].lower()} {code[5:]}"})
    assert (first.status_code, first.get_json()["name"]) == (200, "Zebra")
    assert line.post(PAIR, data={"code": code}).status_code == 404
    late = code_of(day)
    with clock.standing_at(clock.now() + timedelta(minutes=10, seconds=1)):
        assert line.post(PAIR, data={"code": late}).status_code == 404
    with application.app_context():
        kept = session.execute(select(PrintStation.code_hash, PrintStation.token_hash)).all()
        assert first.get_json()["token"] not in str(kept)
        assert code not in str(kept)


def test_codes_cannot_be_guessed_at_length(application: Flask) -> None:
    line = application.test_client()
    tries = [line.post(PAIR, data={"code": "AAAAAAAAAA"}).status_code for _try in range(12)]
    assert tries == [404] * 10 + [429] * 2


@pytest.mark.parametrize("head", ["", "Bearer", "Bearer x", "Basic eDp4", "Bearer " + "x" * 500])
def test_nobody_reads_labels_without_a_token(application: Flask, head: str) -> None:
    line, wrong = application.test_client(), {"Authorization": head}
    assert [line.get(JOBS, headers=wrong).status_code, line.get(f"{JOBS}/x", headers=wrong).status_code] == [404, 404]
    assert line.post(f"{JOBS}/x", headers=wrong).status_code == 404


def test_a_label_goes_its_way_and_is_offered_no_more(application: Flask) -> None:
    day = a_day(application)
    line, token = paired(day)
    sent(day, 2)
    assert states(day) == ["queued", "queued"]
    first, second = keys(line.get(JOBS, headers=token))
    assert (first[1], second[1]) == (False, False)
    assert first[0].isalnum(), "it stands in an address, in a command and in the name of a file"
    label = line.get(f"{JOBS}/{first[0]}", headers=token)
    assert label.data.startswith(b"^XA^PW800")
    assert keys(line.get(JOBS, headers=token)) == [(first[0], True), second]
    assert line.get(f"{JOBS}/{first[0]}", headers=token).data == label.data
    for _time in range(2):  # an answer that was lost on the way is given again
        assert line.post(f"{JOBS}/{first[0]}", data={"state": "confirmed"}, headers=token).status_code == 200
    assert keys(line.get(JOBS, headers=token)) == [second]
    assert states(day) == ["confirmed", "queued"]
    assert line.get(f"{JOBS}/{first[0]}", headers=token).status_code == 409
    assert line.post(f"{JOBS}/{first[0]}", data={"state": "failed"}, headers=token).status_code == 409
    assert line.post(f"{JOBS}/{second[0]}", data={"state": "queued"}, headers=token).status_code == 409
    with application.app_context():
        verbs = session.scalars(select(Entry.verb).where(Entry.subject.startswith("print_")).order_by(Entry.id))
        assert list(verbs) == [
            "print_station.added", "print_station.paired", "print_station.queued", "print_job.sent",
            "print_job.confirmed",
        ]  # fmt: skip


def test_a_batch_is_sent_once_whatever_is_tapped_and_a_copy_is_another(application: Flask) -> None:
    day = a_day(application)
    paired(day)
    batch = sent(day)
    again = day.send(f"{batch}/printer", {"station": station_id(day)})
    assert again.status_code == 303
    assert states(day) == ["queued"]
    assert "sent to a printer before" in day.page(batch)
    with application.app_context():
        parcel = session.scalars(select(LabelPrint.shipment_id)).one()
    copy = day.send("/labels", {"shipments": [parcel], "paper": "a6"}).location or ""
    day.send(f"{copy.removeprefix(day.url)}/printer", {"station": station_id(day)})
    assert states(day) == ["queued", "queued"]


def test_a_label_whose_order_was_changed_since_is_not_printed(application: Flask) -> None:
    day = a_day(application)
    line, token = paired(day)
    sent(day)
    ((key, _again),) = keys(line.get(JOBS, headers=token))
    with application.app_context(), transaction():
        changed(update(Order).values(address="Cité 5 Juillet, bâtiment 7"))
    answer = line.get(f"{JOBS}/{key}", headers=token)
    assert (answer.status_code, answer.get_json()) == (409, {"refused": "changed"})
    assert states(day) == ["failed"]


def test_a_station_gets_only_its_own_labels_and_nothing_once_it_was_let_go(application: Flask) -> None:
    day = a_day(application)
    other, token_of_other = paired(day)
    line, token = paired(day, "pdf")
    sent(day, 3)
    offered = keys(line.get(JOBS, headers=token))
    assert keys(other.get(JOBS, headers=token_of_other)) == []
    assert other.get(f"{JOBS}/{offered[0][0]}", headers=token_of_other).status_code == 404
    assert other.post(f"{JOBS}/{offered[0][0]}", data={"state": "failed"}, headers=token_of_other).status_code == 404
    assert line.get(f"{JOBS}/{offered[0][0]}", headers=token).data.startswith(b"%PDF")
    assert day.send(f"/printers/{station_id(day)}/end").status_code == 303
    assert line.get(JOBS, headers=token).status_code == 404
    assert states(day) == ["doubtful", "failed", "failed"]
    assert day.send(f"/printers/{station_id(day)}/end").status_code == 303
    assert "had ended already" in day.page("/printers")


def test_a_doubtful_label_is_looked_at_and_settled_once(application: Flask) -> None:
    day = a_day(application)
    line, token = paired(day)
    sent(day, 2)
    for key, _again in keys(line.get(JOBS, headers=token)):
        line.get(f"{JOBS}/{key}", headers=token)
        line.post(f"{JOBS}/{key}", data={"state": "doubtful", "why": "power cut"}, headers=token)
    page = day.page("/printers")
    assert page.count("Maybe printed") == 2
    assert "2 labels maybe printed" in day.page("/labels")
    with application.app_context():
        one, two = session.scalars(select(PrintJob.id).order_by(PrintJob.id))
    day.send(f"/printers/labels/{one}", {"printed": "1"})
    day.send(f"/printers/labels/{two}", {"printed": "0"})
    assert states(day) == ["confirmed", "failed"]
    with application.app_context(), pytest.raises(InvalidTransition), transaction():
        stations.settle(day.store_id, one, printed=False, by=AMINA)


def test_the_labels_say_in_one_line_how_the_printer_is(application: Flask) -> None:
    day = a_day(application)
    code_of(day)
    assert "Zebra" not in day.page("/labels")  # not paired yet: there is nothing to say
    paired(day)
    sent(day)
    page = day.page("/labels")
    assert "Zebra" in page
    assert "1 label waits" in page


def test_the_studio_shows_a_code_once_and_says_what_is_missing(application: Flask) -> None:
    day = a_day(application)
    wrong = day.send("/printers", {"name": " ", "head": "fax"})
    assert wrong.status_code == 422
    assert 'href="#name"' in wrong.text
    assert 'href="#head"' in wrong.text
    assert day.send("/printers", {"name": "Zebra", "head": "tspl-203"}).status_code == 303
    assert "--code" in day.page("/printers")
    assert "--code" not in day.page("/printers")
    assert "Waits for its code" in day.page("/printers")


def test_what_is_confirmed_in_the_studio_prints_by_itself_where_she_wants_it(application: Flask) -> None:
    day = a_day(application)
    paired(day)
    here = f"/printers/{station_id(day)}/by-itself"
    assert "Print by itself what I confirm" in day.page("/printers")
    assert day.send(here, {"on": "1"}, day.lila).status_code == 403
    day.send(here, {"on": "1"})
    page = day.page("/printers")
    assert "prints each label by itself" in page
    assert "Print by itself what I confirm" not in page
    code = day.ordered()
    day.send(f"/orders/{code}/calls", {"outcome": "no_answer"})
    assert due(day) == []
    day.send(f"/orders/{code}/calls", {"outcome": "confirmed"})
    (moment,) = due(day)
    assert timedelta(seconds=15) < moment - clock.now() < timedelta(seconds=17)
    day.send(here, {"on": "0"})
    day.send(f"/orders/{day.ordered()}/calls", {"outcome": "confirmed"})
    assert len(due(day)) == 1


def due(day: Day) -> list[datetime]:
    """Return when labels will print by themselves."""
    with day.application.app_context():
        return list(session.scalars(select(Job.run_at).where(Job.kind == by_itself.JOB)))


def told(day: Day, problem: str) -> None:
    """Let a station say how its printer is, as it would by itself."""
    with day.application.app_context(), transaction():
        stations.report(session.scalars(select(PrintStation).order_by(PrintStation.id.desc())).first(), problem)


def test_today_says_in_one_line_what_needs_a_hand_and_nothing_while_all_is_well(application: Flask) -> None:
    day = a_day(application)
    line, token = paired(day)
    assert "Zebra" not in day.page()
    told(day, "unreachable")
    assert "Zebra" not in day.page(), "a printer that is off while nothing waits for it"
    sent(day)
    assert "the printer does not answer" in day.page()
    told(day, "media-empty")
    for page in ("/", "/printers", "/labels"):
        assert "there is no paper in it" in day.page(page).lower(), page
    told(day, "something-of-its-own")
    assert "it has a problem" in day.page()
    told(day, "")
    assert "Zebra" not in day.page()
    with clock.standing_at(clock.now() + timedelta(minutes=5)):
        assert "does not answer, 1 label waits" in day.page()
    ((key, _again),) = keys(line.get(JOBS, headers=token))
    line.get(f"{JOBS}/{key}", headers=token)
    line.post(f"{JOBS}/{key}", data={"state": "doubtful"}, headers=token)
    assert "1 label maybe printed" in day.page()


def test_a_label_that_was_outdated_is_said_until_a_new_one_is_made(application: Flask) -> None:
    day = a_day(application)
    line, token = paired(day)
    sent(day)
    ((key, _again),) = keys(line.get(JOBS, headers=token))
    with application.app_context(), transaction():
        changed(update(Order).values(address="Cité 5 Juillet, bâtiment 7"))
        parcel = session.scalars(select(LabelPrint.shipment_id)).one()
    line.get(f"{JOBS}/{key}", headers=token)
    assert "1 label was not printed: its order was changed" in day.page()
    assert f'name="shipments" value="{parcel}"' in day.page("/printers")
    with clock.standing_at(clock.now() + timedelta(minutes=1)):
        day.send("/labels", {"shipments": [parcel], "paper": "100x150"})
        assert "was not printed" not in day.page()
        assert "Not printed" not in day.page("/printers")


def test_a_station_says_how_its_printer_is_in_a_word(application: Flask) -> None:
    day = a_day(application)
    line, token = paired(day)
    where = "/hooks/print/printer"
    assert line.post(where, data={"problem": "media-empty"}).status_code == 404
    for problem in ("media-empty", "media-empty", "<b>Jam</b>" + "x" * 99, ""):
        assert line.post(where, data={"problem": problem}, headers=token).status_code == 200
    with application.app_context():
        said = session.scalars(select(Entry.data).where(Entry.verb.startswith("print_station.pr")).order_by(Entry.id))
        assert [each["word"] for each in said] == ["media-empty", "bjamb" + "x" * 35, ""]


def test_stations_that_wait_leave_most_threads_to_the_shop(application: Flask) -> None:
    day = a_day(application)
    line, token = paired(day)
    threads = application.extensions["hirfa_settings"].threads
    places = printing.waiting_places(threads // printing.SHARE)
    taken = [places for _place in range(threads) if places.acquire(blocking=False)]
    try:
        assert 0 < len(taken) <= threads / 4
        begun = time.monotonic()
        assert line.get(f"{JOBS}?wait=20", headers=token).get_json() == {"jobs": []}
        assert time.monotonic() - begun < 10, "it is answered at once, and asks again by itself"
    finally:
        for each in taken:
            each.release()


def test_a_station_that_is_answered_at_once_rests_before_it_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bored(program.Station):
        def __init__(self) -> None:
            """Without a server."""

        def recover(self) -> None:
            """Nothing was begun."""

        def follow(self) -> bool:
            return False

    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) > 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(program.time, "sleep", rest)
    with pytest.raises(KeyboardInterrupt):
        program.run(Bored())
    assert rests == [program.REST_S] * 3


def test_a_label_moves_as_its_machine_says(application: Flask) -> None:
    assert PRINT_JOB.states == {"queued", "sent", "confirmed", "doubtful", "failed"}
    assert not any(PRINT_JOB.allows(end, state) for end in ("confirmed", "failed") for state in PRINT_JOB.states)

"""Forms that a phone sends again: each acts once, whatever was lost on the way, and a queue is answered in words."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from shop.core import clock
from shop.documents.models import LabelPrint
from shop.orders.models import Call
from shop.plumbing import once
from shop.plumbing.db import session
from shop.plumbing.journal import Entry
from shop.plumbing.once import OnceKey
from tests.people import Person
from tests.studio.day import Day, a_day

KEY = "3f0c9a52-0000-4000-8000-0000000000a1"
JSON = {"Accept": "application/json"}
LATER = JSON | {"X-Later": "1"}


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def send(day: Day, path: str, fields: dict[str, object], *, who: Person | None = None, later: bool = True):  # type: ignore[no-untyped-def]
    person = who or day.amina
    data = {"csrf": person.csrf, **fields}
    return person.client.post(day.url + path, data=data, headers=LATER if later else JSON)


def counted(application: Flask, what: type) -> int:
    with application.app_context():
        found = session.scalar(select(func.count()).select_from(what)) or 0
        session.remove()  # type: ignore[attr-defined]
    return found


def test_a_confirmation_that_is_sent_again_confirms_once_and_answers_the_same(day: Day) -> None:
    code = day.ordered()
    form = {"outcome": "no_answer", "once": KEY, "back": "today"}
    first = send(day, f"/orders/{code}/calls", form)
    assert first.status_code == 200
    assert first.json == {"at": f"{day.url}/?done={code}", "refused": []}
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        again = send(day, f"/orders/{code}/calls", form)
    assert again.json == first.json
    assert counted(day.application, Call) == 1
    assert day.order(code).tries == 1


def test_two_calls_of_a_cut_sent_within_a_second_are_two_calls(day: Day) -> None:
    code = day.ordered()
    for key in (KEY, KEY[:-1] + "2"):
        send(day, f"/orders/{code}/calls", {"outcome": "no_answer", "once": key})
    assert day.order(code).tries == 2


def test_the_same_key_with_another_form_is_refused_and_does_nothing(day: Day) -> None:
    code = day.ordered()
    send(day, f"/orders/{code}/calls", {"outcome": "no_answer", "once": KEY})
    other = send(day, f"/orders/{code}/calls", {"outcome": "fake", "once": KEY})
    assert other.status_code == 409
    assert other.json["refused"]
    assert day.order(code).state == "placed"


def test_a_call_that_waited_is_told_with_the_moment_of_its_tap_beside_that_of_its_arrival(day: Day) -> None:
    code = day.ordered()
    tomorrow = (clock.now() + timedelta(days=1)).replace(hour=10, minute=40)  # 11:40 in Algiers
    with time_machine.travel(tomorrow, tick=False):
        sent(day, code, waited=timedelta(minutes=88))
        page = day.page(f"/orders/{code}")
        conflict = send(day, f"/orders/{code}/calls", {"outcome": "fake", "once": KEY[:-1] + "7"})
    told = re.search(r"Call 1: the order is confirmed.*?</li>", page)
    assert told
    assert re.findall(r"\d\d:\d\d(?=<)", told[0]) == ["11:40", "10:12"]
    assert "You, 10:12: Call 1" in conflict.json["refused"][0]


@pytest.mark.parametrize("waited", ["59", "604801", "-100", "1e3", "9" * 30, "", "٣٠٠", "soon"])
def test_a_moment_that_no_phone_of_ours_would_say_is_left_out(day: Day, waited: str) -> None:
    code = day.ordered()
    form = {"csrf": day.amina.csrf, "outcome": "confirmed", "once": KEY}
    headers = {**JSON, "X-Later": waited.encode().decode("latin-1")}
    assert day.amina.client.post(f"{day.url}/orders/{code}/calls", data=form, headers=headers).status_code == 200
    assert [row.tapped_at for row in calls_told(day)] == [None]


def test_the_oldest_tap_that_a_phone_keeps_is_a_week_old(day: Day) -> None:
    code = day.ordered()
    with time_machine.travel(clock.now(), tick=False):
        sent(day, code, waited=timedelta(days=7))
        (row,) = calls_told(day)
        assert row.tapped_at == clock.now() - timedelta(days=7)
        assert row.at == clock.now()


def sent(day: Day, code: str, *, waited: timedelta) -> None:
    """Send a confirmation that waited on the phone."""
    form = {"csrf": day.amina.csrf, "outcome": "confirmed", "once": KEY}
    headers = JSON | {"X-Later": str(int(waited.total_seconds()))}
    answer = day.amina.client.post(f"{day.url}/orders/{code}/calls", data=form, headers=headers)
    assert answer.status_code == 200, answer.text


def calls_told(day: Day) -> list[Entry]:
    """Return what the journal says of calls."""
    with day.application.app_context():
        return list(session.scalars(select(Entry).where(Entry.verb == "order.called")))


def test_a_key_is_one_persons(day: Day) -> None:
    code, other = day.ordered(), day.ordered()
    send(day, f"/orders/{code}/calls", {"outcome": "confirmed", "once": KEY})
    answer = send(day, f"/orders/{other}/calls", {"outcome": "confirmed", "once": KEY}, who=day.lila)
    assert answer.json["refused"] == []
    assert day.order(other).state == "confirmed"


@pytest.mark.parametrize("key", ["short", "x" * 65, "a key with spaces in it", "ـ" * 20])
def test_a_key_that_no_phone_of_ours_makes_is_refused(day: Day, key: str) -> None:
    code = day.ordered()
    assert send(day, f"/orders/{code}/calls", {"outcome": "confirmed", "once": key}).status_code == 400
    assert day.order(code).state == "placed"


def test_a_refused_form_keeps_no_key_and_says_why(day: Day) -> None:
    code = day.ordered()
    refused = send(day, f"/orders/{code}/calls", {"outcome": "postponed", "once": KEY})
    assert refused.status_code == 422
    assert refused.json == {"refused": ["Please choose the day to call again."]}
    assert counted(day.application, OnceKey) == 0


def test_a_conflict_says_who_did_what_and_when(day: Day) -> None:
    code = day.ordered()
    tomorrow = clock.now() + timedelta(days=1)
    with time_machine.travel(tomorrow.replace(hour=9, minute=12), tick=False):  # 10:12 in Algiers
        day.send(f"/orders/{code}/calls", {"outcome": "confirmed"}, who=day.lila)
        answer = send(day, f"/orders/{code}/calls", {"outcome": "fake", "once": KEY})
        page = day.page("/")
    (sentence,) = answer.json["refused"]
    assert sentence == "This order was already changed. Lila Benali, 10:12: Call 1: the order is confirmed."
    assert "already changed" not in page, "it was told to the queue, and is no news on the next page"


def test_a_label_that_waited_in_the_queue_is_no_copy_of_one_printed_meanwhile(day: Day) -> None:
    code = day.confirmed()
    form = {"shipments": day.parcel(code).id}
    day.send("/labels", form, who=day.lila)
    answer = send(day, "/labels", {**form, "once": KEY})
    assert answer.status_code == 409
    assert re.search(rf"{code}: Lila Benali, \d\d:\d\d: Label printed\.", answer.json["refused"][0])
    assert counted(day.application, LabelPrint) == 1


def test_labels_and_sheets_that_are_sent_again_are_the_same(day: Day) -> None:
    code = day.confirmed()
    printed = [send(day, "/labels", {"shipments": day.parcel(code).id, "once": KEY}).json for _time in range(2)]
    assert printed[0] == printed[1]
    assert counted(day.application, LabelPrint) == 1
    form = {"shipments": day.parcel(code).id, "action": "sheet", "once": KEY[:-1] + "9"}
    sheets = [send(day, "/hand-over", form).json for _time in range(2)]
    assert sheets[0] == sheets[1] == {"at": f"{day.url}/hand-over/1", "refused": []}


def test_a_parcel_that_left_meanwhile_is_told_by_name(day: Day) -> None:
    first, second = day.labelled(), day.labelled()
    day.send("/hand-over", {"shipments": day.parcel(first).id, "action": "sheet"}, who=day.lila)
    both = [day.parcel(first).id, day.parcel(second).id]
    answer = send(day, "/hand-over", {"shipments": both, "action": "sheet", "once": KEY})
    assert answer.status_code == 409
    assert re.search(rf"{first}: Lila Benali, \d\d:\d\d: Handed over, sheet 1\.", answer.json["refused"][0])
    assert day.parcel(second).state == "labelled"


def test_figures_that_waited_count_what_was_sold_meanwhile_and_leave_a_price_alone_that_she_left_alone(
    day: Day,
) -> None:
    page = day.page("/products")
    product = re.search(r'name="(p\d+)-seen" value="50"', page)
    assert product, "the figures that stand in the form go with it"
    name = product[1]
    was = re.search(rf'name="{name}-was" value="(\d+)"', page)
    assert was
    day.ordered()  # one piece is sold, and Lila raises the price, while the form waits
    path = f"/products/{name[1:]}/price-and-stock"
    day.send(path, {f"{name}-price": "900", f"{name}-on_hand": "49"}, who=day.lila)
    form = {f"{name}-price": str(int(was[1]) // 100), f"{name}-was": was[1], f"{name}-on_hand": "60",
            f"{name}-seen": "50", "once": KEY}  # fmt: skip
    for _time in range(2):
        assert send(day, path, form).json["refused"] == []
    assert day.on_hand() == 59
    assert "900" in day.page("/products")


def test_a_draft_that_is_sent_again_is_one_product(day: Day) -> None:
    form = {"name": "Savon au miel", "price": "700", "stock": "4", "craft": "soap", "action": "draft", "once": KEY}
    made = [send(day, "/products/new", form).json["at"] for _time in range(2)]
    assert made[0] == made[1]
    assert day.page("/products").count("Savon au miel") == 2, "its name, and the form that names it"


def test_before_her_eyes_the_sentence_stays_for_the_page(day: Day) -> None:
    page = day.page("/products")
    name = re.search(r'name="(p\d+)-seen"', page)[1]  # type: ignore[index]
    form = {f"{name}-price": "800", f"{name}-on_hand": "3", "once": KEY}
    answer = send(day, f"/products/{name[1:]}/price-and-stock", form, later=False)
    assert answer.json["refused"] == []
    assert "Saved." in day.page("/products")


def test_two_at_the_same_moment_act_once(day: Day) -> None:
    code = day.ordered()
    start, form = Barrier(4), {"outcome": "no_answer", "once": KEY}

    def tap(_number: int) -> int:
        client = day.application.test_client()
        cookie = day.amina.client.get_cookie("hirfa")
        assert cookie is not None
        client.set_cookie("hirfa", cookie.value)
        start.wait()
        data = {"csrf": day.amina.csrf, **form}
        return client.post(f"{day.url}/orders/{code}/calls", data=data, headers=LATER).status_code

    with ThreadPoolExecutor(4) as taps:
        assert set(taps.map(tap, range(4))) == {200}
    assert day.order(code).tries == 1


def test_keys_are_forgotten_after_two_weeks_not_before(day: Day) -> None:
    code = day.ordered()
    send(day, f"/orders/{code}/calls", {"outcome": "no_answer", "once": KEY})
    for days, left in ((13, 1), (15, 0)):
        with time_machine.travel(clock.now() + timedelta(days=days)), day.application.app_context():
            once.forget_old()
        assert counted(day.application, OnceKey) == left

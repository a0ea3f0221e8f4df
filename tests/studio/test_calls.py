"""Confirming by phone: every outcome, who did it, undoing it, and two people at once."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask

from shop.core import clock
from shop.orders import service as orders
from shop.orders.queries import calls
from shop.plumbing.db import transaction
from shop.plumbing.journal import SYSTEM
from tests.studio.day import a_day, bar


def test_confirmed_from_today_goes_to_packing_and_can_be_undone(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    answer = day.send(f"/orders/{code}/calls", {"outcome": "confirmed", "back": "today"})
    assert answer.status_code == 303
    page = day.amina.get(answer.location).text
    assert day.order(code).state == "confirmed"
    assert "Yacine Haddad: confirmed." in bar(page)
    assert f"/orders/{code}/calls/undo" in bar(page)
    assert "Print 1 label" in page
    undone = day.send(f"/orders/{code}/calls/undo", {"back": "today"})
    assert day.order(code).state == "placed"
    assert "The order is as it was" in day.amina.get(undone.location).text


def test_a_second_tap_counts_one_call(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    for _tap in range(2):
        assert day.send(f"/orders/{code}/calls", {"outcome": "no_answer"}).status_code == 303
    assert day.order(code).tries == 1
    day.send(f"/orders/{code}/calls/undo")
    day.send(f"/orders/{code}/calls", {"outcome": "no_answer"})
    assert day.order(code).tries == 1


def test_the_last_call_without_answer_cancels_and_frees_the_stock(
    application: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = a_day(application, stock=5)
    code, start = day.ordered(), clock.now()
    for number in range(3):
        assert day.on_hand() == 4
        monkeypatch.setattr(clock, "now", lambda later=start + timedelta(hours=3 * number): later)
        answer = day.send(f"/orders/{code}/calls", {"outcome": "no_answer"})
    assert day.order(code).state == "cancelled"
    assert day.on_hand() == 5
    assert "nobody answered 3 calls" in bar(day.amina.get(answer.location).text)


def test_put_off_asks_for_a_day_and_keeps_the_page(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    answer = day.send(f"/orders/{code}/calls", {"outcome": "postponed", "call_at": "tomorrow"})
    assert answer.status_code == 422
    assert "<title>Error:" in answer.text
    assert 'href="#call_at"' in answer.text
    assert 'value="tomorrow"' in answer.text
    later = (clock.today() + timedelta(days=3)).isoformat()
    assert day.send(f"/orders/{code}/calls", {"outcome": "postponed", "call_at": later}).status_code == 303
    page = day.page()
    assert "1 call for later" in page
    assert "Nothing to do" not in page


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"outcome": "wrong_number"}, "wrong_number"),
        ({"outcome": "fake"}, "fake"),
        ({"outcome": "cancelled", "reason": "too_slow"}, "too_slow"),
    ],
)
def test_a_call_can_end_the_order_with_its_reason(application: Flask, fields: dict[str, object], reason: str) -> None:
    day = a_day(application, stock=5)
    code = day.ordered()
    day.send(f"/orders/{code}/calls", fields)
    assert (day.order(code).state, day.order(code).cancel_reason, day.on_hand()) == ("cancelled", reason, 5)
    assert day.payment(code).state == "cancelled"


def test_a_cancellation_wants_one_of_the_reasons(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    assert day.send(f"/orders/{code}/calls", {"outcome": "cancelled", "reason": "whim"}).status_code == 422
    assert day.send(f"/orders/{code}/calls", {"outcome": "praised"}).status_code == 422
    assert day.order(code).state == "placed"


def test_whoever_comes_second_reads_who_was_first_and_when(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    day.send(f"/orders/{code}/calls", {"outcome": "confirmed"}, who=day.lila)
    answer = day.send(f"/orders/{code}/calls", {"outcome": "no_answer", "back": "today"})
    page = day.amina.get(answer.location).text
    assert "already changed" in page
    assert "Lila Benali, " in page
    assert "the order is confirmed" in page
    assert day.order(code).tries == 0


def test_undo_is_refused_once_the_label_is_printed(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    day.send(f"/orders/{code}/calls", {"outcome": "confirmed"})
    day.send("/labels", {"shipments": day.parcel(code).id})
    answer = day.send(f"/orders/{code}/calls/undo")
    assert "can no longer be undone" in day.amina.get(answer.location).text
    assert day.order(code).state == "confirmed"


def test_the_undo_bar_goes_after_ten_seconds(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_day(application)
    code = day.ordered()
    answer = day.send(f"/orders/{code}/calls", {"outcome": "confirmed"})
    assert "toast" in day.amina.get(answer.location).text
    late = clock.now() + timedelta(seconds=11)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert "toast" not in day.amina.get(answer.location).text


def test_the_prepared_words_are_in_the_buyers_language(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()  # Yacine reads Arabic, Amina's studio is in English
    page = unquote(day.page(f"/orders/{code}"))
    assert 'href="tel:+213550123456"' in page
    assert "https://wa.me/213550123456?text=السلام عليكم Yacine Haddad" in page
    assert "sms:+213550123456?body=السلام" in page
    assert "دج" in page


def test_the_call_says_who_made_it(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    day.send(f"/orders/{code}/calls", {"outcome": "no_answer", "note": "busy line"}, who=day.lila)
    page = day.page(f"/orders/{code}")
    assert "Call 1: no answer" in page
    assert "busy line" in page
    assert "Lila Benali" in page
    with application.app_context():
        assert calls(day.store_id, day.order(code).id)[0].by_name == "Lila Benali"
    assert "You" in day.page(f"/orders/{code}", who=day.lila)


def test_an_order_that_waits_without_its_pieces_says_so_and_takes_them_when_it_is_confirmed(
    application: Flask,
) -> None:
    day = a_day(application, stock=3)
    code, other = day.ordered(pieces=2), day.ordered(phone="+213661000001")
    order_id = day.order(code).id
    with application.app_context(), transaction():
        orders.put_back(day.store_id, order_id, reason="cancelled", by=SYSTEM)
        orders.leave_in_stock(day.store_id, order_id, by=SYSTEM)
    said = "Its pieces are not set aside: many orders wait from this phone or this place."
    assert said in day.page()
    page = day.page(f"/orders/{code}")
    assert said in page
    assert "Its pieces are not set aside" in page
    third = day.ordered(phone="+213661000002")
    refused = day.send(f"/orders/{code}/calls", {"outcome": "confirmed"})
    assert refused.status_code == 422
    assert "Too few pieces are left for this order." in refused.text
    assert day.order(code).state == "placed"
    day.send(f"/orders/{third}/calls", {"outcome": "fake"})
    assert day.send(f"/orders/{code}/calls", {"outcome": "confirmed"}).status_code == 303
    assert (day.order(code).state, day.on_hand()) == ("confirmed", 0)
    assert day.order(other).state == "placed"

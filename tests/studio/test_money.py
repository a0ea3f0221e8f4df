"""Money: every figure opens its orders, cash is ticked off by its parcel, and differences are said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from shop.core import clock
from tests.documents.test_companions import texts
from tests.studio.day import Day, a_day


def ticked(day: Day, *codes: str, received: object = "1100", **fields: object) -> dict[str, object]:
    """Fill in the form for these orders."""
    ids = [day.payment(code).id for code in codes]
    amounts = {f"received-{each}": received for each in ids} | {f"fee-{each}": "0" for each in ids}
    return {
        "carrier": "Barq Express", "lines": ids, "reference": "VRS-1", "received_on": clock.today().isoformat(),
        **amounts, **fields,
    }  # fmt: skip


def test_every_figure_opens_its_orders(application: Flask) -> None:
    day = a_day(application)
    placed, road, held = day.ordered(), day.handed_over(), day.delivered()
    page = day.page("/money")
    assert page.count("1\u00a0100\u00a0DA") >= 3
    assert placed in day.page("/money/orders/expected")
    assert road not in day.page("/money/orders/expected")
    assert road in day.page("/money/orders/on_the_way?carrier=Barq+Express")
    assert road not in day.page("/money/orders/on_the_way?carrier=Nobody")
    assert held in day.page("/money/remittances/new")
    assert day.amina.get(day.url + "/money/orders/stolen").status_code == 404


def test_what_is_late_and_what_came_by_carrier_and_month_opens_its_orders(
    application: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = a_day(application, stock=9)
    old = day.delivered()
    later = clock.now() + timedelta(days=9, hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    fresh, paid = day.delivered(), day.delivered()
    day.send("/money/remittances/new", ticked(day, paid, received="1000", received_on=clock.today().isoformat()))
    page = day.page("/money")
    assert "delivered 9 days ago, not paid" in page
    assert "1\u00a0000\u00a0DA" in page
    late, held = day.page("/money/orders/late?carrier=Barq+Express"), day.page("/money/orders/held")
    assert [code in late for code in (old, fresh, paid)] == [True, False, False]
    assert [code in held for code in (old, fresh, paid)] == [True, True, False]
    came = f"/money/orders/received?carrier=Barq+Express&month={clock.today():%Y-%m}"
    assert came.replace("&", "&amp;") in page
    assert [code in day.page(came) for code in (old, fresh, paid)] == [False, False, True]
    assert paid not in day.page("/money/orders/received?carrier=Nobody")
    assert paid not in day.page("/money/orders/received?month=2020-01")
    for odd in ("month=x", "month=9999-99", "page=99999999999", "month=2026-13&page=-1"):
        day.page(f"/money/orders/received?{odd}")
    assert day.page("/money/orders/given_back")
    assert day.page("/money/orders/ways_back")


def test_a_remittance_prints_its_sheet(application: Flask) -> None:
    day = a_day(application)
    made = day.send("/money/remittances/new", ticked(day, day.delivered(), received="1000")).location
    assert made.removeprefix(day.url) + ".pdf" in day.page(made.removeprefix(day.url))
    answer = day.lila.get(made + ".pdf")
    assert answer.mimetype == "application/pdf"
    [text] = texts(answer.data)
    for said in ("VRS-1", "Barq Express", "1 100", "1 000", "Payment received"):
        assert said in text, said


def test_a_list_that_waits_is_told_on_the_money_screen(application: Flask) -> None:
    day = a_day(application)
    box = day.parcel(day.delivered())
    day.send("/money/statements", {
        "carrier": "Barq Express", "received_on": clock.today().isoformat(), "text": f"{box.reference} 1100",
    })  # fmt: skip
    assert "waits for you" in day.page("/money")
    assert "waits for you" not in day.page("/money", who=day.lila)


def test_a_payment_is_ticked_off_with_the_expected_amounts_filled_in(application: Flask) -> None:
    day = a_day(application)
    first, second = day.delivered(), day.delivered()
    form = day.page("/money/remittances/new")
    assert form.count('value="1100"') == 2
    assert 'name="lines" value="1" checked' not in form
    assert day.page("/money/remittances/new?all=1").count(" checked") == 2
    answer = day.send("/money/remittances/new", ticked(day, first))
    assert answer.status_code == 303
    page = day.amina.get(answer.location).text
    assert "All there" in page
    assert "VRS-1" in page
    assert f"/orders/{first}" in page
    assert (day.payment(first).state, day.payment(second).state) == ("settled", "collected")
    assert answer.location in day.page("/money")


@pytest.mark.parametrize(
    ("received", "fee", "said"),
    [
        ("900", "0", "200\u00a0DA</span> missing"),
        ("900", "200", "All there"),
        ("1 250,50", "", "150,50\u00a0DA</span> too much"),
    ],
)
def test_differences_are_said_in_words(application: Flask, received: str, fee: str, said: str) -> None:
    day = a_day(application)
    code = day.delivered()
    payment = day.payment(code).id
    typed = {f"received-{payment}": received, f"fee-{payment}": fee}
    answer = day.send("/money/remittances/new", ticked(day, code) | typed)
    assert said in day.amina.get(answer.location).text
    assert ("All there" in said) or said.split("</span>")[0] in day.page("/money")


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"lines": []}, "lines"),
        ({"received_on": "some day"}, "received_on"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"received": "much"}, "received-"),
        ({"received": ""}, "received-"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    application: Flask, change: dict[str, object], at: str
) -> None:
    day = a_day(application)
    code = day.delivered()
    fields = ticked(day, code, **change) if "received" in change else ticked(day, code) | change
    answer = day.send("/money/remittances/new", fields)
    assert answer.status_code == 422
    assert f'href="#{at}' in answer.text
    assert "VRS-1" in answer.text
    assert day.payment(code).state == "collected"


def test_the_same_reference_is_refused_and_the_same_cash_comes_once(application: Flask) -> None:
    day = a_day(application)
    first, second = day.delivered(), day.delivered()
    fields = ticked(day, first)
    assert day.send("/money/remittances/new", fields).status_code == 303
    assert day.send("/money/remittances/new", ticked(day, second)).status_code == 422
    assert day.send("/money/remittances/new", fields | {"reference": "VRS-2"}).status_code in {409, 422}
    assert day.payment(second).state == "collected"


def test_a_helper_looks_and_the_owner_writes(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    page = day.page("/money/remittances/new", who=day.lila)
    assert "Only the owner" in page
    assert "Write it down" not in page
    assert day.send("/money/remittances/new", ticked(day, code), who=day.lila).status_code == 403
    assert day.payment(code).state == "collected"


def test_a_stranger_sees_no_money(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    made = day.send("/money/remittances/new", ticked(day, code)).location
    for url in (day.url + "/money", made, made.replace("atelier-amina", "atelier-sami")):
        assert day.sami.get(url).status_code == 404
    other = day.delivered()
    for url in (day.url, "/studio/atelier-sami"):
        assert day.sami.post(url + "/money/remittances/new", ticked(day, other)).status_code in {404, 422}
    assert day.payment(other).state == "collected"


def test_the_whole_day_from_placed_to_settled(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_day(application, stock=3)
    code = day.ordered()
    day.send(f"/orders/{code}/calls", {"outcome": "no_answer", "back": "today"}, who=day.lila)
    later = clock.now() + timedelta(hours=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    day.send(f"/orders/{code}/calls", {"outcome": "confirmed", "back": "today"})
    parcel = day.parcel(code)
    assert f'value="{parcel.id}"' in day.page()
    day.send("/labels", {"shipments": parcel.id})
    day.send("/hand-over", {"action": "sheet", "shipments": parcel.id})
    day.send(f"/orders/{code}/scans", {"word": "delivered"})
    day.send("/money/remittances/new", ticked(day, code))
    states = day.order(code).state, day.parcel(code).state, day.payment(code).state
    assert states == ("completed", "delivered", "settled")
    page = day.page(f"/orders/{code}")
    for said in (
        "Call 1: no answer", "Call 2: the order is confirmed", "Label printed", "Handed over, sheet 1", "Delivered",
        "The money has reached you", "Lila Benali",
    ):  # fmt: skip
        assert said in page, said
    assert day.on_hand() == 2
    assert "Nothing to do" in day.page()


def test_what_is_missing_is_said_until_the_rest_came(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    day.send("/money/remittances/new", ticked(day, code, received="1000"))
    page = day.page("/money")
    assert "brought too little" in page
    assert code in day.page("/money/orders/missing?carrier=Barq+Express")
    assert code not in day.page("/money/orders/missing?carrier=Nobody")
    at = f"/money/rests/{day.payment(code).id}"
    assert at in day.page("/money/orders/missing")
    assert 'value="100"' in day.page(at)
    today = clock.today().isoformat()
    for wrong in ({"received": "much"}, {"received": "0"}, {"received_on": "2999-01-01"}, {"received_on": ""}):
        answer = day.send(at, {"missing": "10000", "received": "100", "received_on": today, **wrong})
        assert answer.status_code == 422, wrong
    sent = {"missing": "10000", "received": "100", "received_on": today}
    assert day.send(at, sent, who=day.lila).status_code == 403
    first, second = day.send(at, sent), day.send(at, sent)
    assert (first.status_code, first.location) == (303, second.location)
    assert "This was already written down" in day.page(second.location.removeprefix(day.url))
    assert "brings what was missing" in day.page(first.location.removeprefix(day.url))
    assert "brought too little" not in day.page("/money")
    assert "The rest of the money has come" in day.page(f"/orders/{code}")
    assert day.amina.get(day.url + at).status_code == 303
    assert "(the rest)" in " ".join(texts(day.amina.get(first.location + ".pdf").data))


def test_what_came_too_much_is_no_answer_to_what_is_missing(application: Flask) -> None:
    day = a_day(application)
    short, over = day.delivered(), day.delivered()
    sent = ticked(day, short, over, received="1000")
    sent[f"received-{day.payment(over).id}"] = "1200"
    at = day.send("/money/remittances/new", sent).location.removeprefix(day.url)
    for page in (day.page(at), day.page("/money")):
        assert "100\u00a0DA</span> missing" in page
        assert "100\u00a0DA</span> too much" in page
    assert "brought too much" in day.page("/money")
    assert [code in day.page("/money/orders/over?carrier=Barq+Express") for code in (short, over)] == [False, True]
    assert "The rest came" not in day.page("/money/orders/over")


def test_what_will_not_come_is_given_up_with_a_reason_and_taken_back(
    application: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = a_day(application, stock=9)
    code, short = day.delivered(), day.delivered()
    day.send("/money/remittances/new", ticked(day, short, received="1000"))
    later = clock.now() + timedelta(days=9, hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    at, of_short = (f"/money/losses/{day.payment(each).id}" for each in (code, short))
    assert at in day.page("/money/orders/late")
    assert at not in day.page("/money/orders/held")
    assert of_short in day.page("/money/orders/missing")
    assert "1\u00a0100\u00a0DA" in day.page(at)
    empty = day.send(at, {"missing": "110000", "reason": " "})
    assert empty.status_code == 422
    assert "Write why it will not come" in empty.text
    sent = {"missing": "110000", "reason": "Barq Express a fermé"}
    assert day.send(at, sent, who=day.lila).status_code == 403
    assert day.send(at, {**sent, "missing": "1"}).location.endswith("/orders/lost")
    assert [day.send(at, sent).location for _tap in range(2)] == [day.url + "/money"] * 2
    day.send(of_short, {"missing": "10000", "reason": "Sans réponse"})
    page = day.page("/money")
    assert "days ago, not paid" not in page
    assert "brought too little" not in page
    assert "Will not come" in page
    listed = day.page("/money/orders/lost")
    assert [each in listed for each in (code, short, "Barq Express a fermé", "Sans réponse")] == [True] * 4
    assert "Barq Express a fermé" in day.page(f"/orders/{code}")
    assert day.send(at + "/return", {}, who=day.lila).status_code == 403
    assert day.send(at + "/return", {}).location == day.url + "/money"
    assert "days ago, not paid" in day.page("/money")
    assert day.send(at + "/return", {}).location.endswith("/orders/lost")

"""It reached my account: the payments of a card's service are ticked, the amount typed, the sheet printed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from shop.core import clock
from shop.payments import attempts
from shop.payments.contract import Fact
from shop.plumbing import i18n
from shop.plumbing.db import session, transaction
from tests.checkout.cast import AMINA
from tests.documents.test_companions import texts
from tests.payments.till import Bank, card_method, takes, waiting
from tests.studio.day import Day, a_day

AT = "/money/payouts/new"


@pytest.fixture
def bank() -> Iterator[Bank]:
    with card_method() as bank:
        yield bank


@pytest.fixture
def day(application: Flask, bank: Bank) -> Day:
    made = a_day(application)
    with application.app_context():
        takes(made._workshop(), "card", {"password": "a word"})
        session.remove()  # type: ignore[attr-defined]
    return made


def paid(day: Day) -> str:
    with day.application.app_context(), i18n.speaking("en"):
        order, payment = waiting(day._workshop(), "card")
        code, store_id, fact = order.code, payment.store_id, Fact(payment.reference, "collected", payment.amount)
        with transaction():
            attempts.record_fact(store_id, payment.id, fact, by=AMINA)
        session.remove()  # type: ignore[attr-defined]
    return code


def typed(day: Day, *codes: str, **fields: object) -> dict[str, object]:
    return {
        "service": "card", "currency": "DZD", "key": "a key of the form", "received": "2 150", "reference": "VIR 7",
        "lines": [day.payment(code).id for code in codes], "received_on": clock.today().isoformat(), **fields,
    }  # fmt: skip


def test_a_payout_is_ticked_written_and_printed(day: Day) -> None:
    one, two = paid(day), paid(day)
    assert AT in day.page("/money")
    page = day.page(AT)
    assert page.count(" checked") == 2
    assert "2\u00a0200\u00a0DA" in page
    assert day.page(AT + "?until=2020-01-01").count(" checked") == 0
    answer = day.send(AT, typed(day, one, two))
    assert answer.status_code == 303, answer.text
    sheet = day.page(answer.location.removeprefix(day.url))
    for said in ("By card", "VIR 7", "50\u00a0DA", "2\u00a0150\u00a0DA", "All there"):
        assert said in sheet, said
    assert "By card" in " ".join(texts(day.amina.get(answer.location + ".pdf").data))
    again = day.send(AT, typed(day, one, two))
    assert (again.status_code, again.location) == (303, answer.location)
    assert "already written down" in day.page(again.location.removeprefix(day.url))
    money = day.page("/money")
    assert "By card" in money
    assert AT not in money
    assert [day.payment(code).state for code in (one, two)] == ["settled", "settled"]
    assert "No service holds money for you" in day.page(AT)


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(day: Day) -> None:
    one, two = paid(day), paid(day)
    for wrong, said in (
        ({"received": "much"}, "Write the amount in dinars"), ({"lines": []}, "Tick at least one payment"),
        ({"received": "2201"}, "more than the ticked payments hold"), ({"received_on": "soon"}, "Choose a day"),
        ({"received": "1900"}, "more than a tenth"),
    ):  # fmt: skip
        answer = day.send(AT, typed(day, one, two, **wrong))
        assert (answer.status_code, said in answer.text, "VIR 7" in answer.text) == (422, True, True), wrong
        assert " checked" in answer.text or wrong == {"lines": []}
    assert 'name="sure"' in answer.text
    assert day.send(AT, typed(day, one, two), who=day.lila).status_code == 403
    assert day.send(AT, typed(day, one, two, lines=[999_999])).status_code == 404
    assert day.send(AT, typed(day, one, two, received="1900", sure="1")).status_code == 303

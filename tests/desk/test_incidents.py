"""Payments that need somebody are told on the page of the day, on the order and at the desk, until they are settled."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.core.money import Money
from shop.payments import proofs
from shop.plumbing import i18n
from shop.plumbing.db import session, transaction
from tests.checkout.cast import AMINA
from tests.payments.till import CCP, takes, waiting
from tests.people import sign_in
from tests.studio.day import Day, a_day


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def overpaid(day: Day) -> str:
    """An order whose transfer brought 100 dinars too much."""
    with day.application.app_context(), i18n.speaking("en"):
        shop = day._workshop()
        takes(shop, "transfer", dict(CCP))
        order, payment = waiting(shop, "transfer")
        code, payment_id, came = order.code, payment.id, order.total + Money.dinars(100)
        with transaction():
            proofs.accept(shop.id, payment_id, came, by=AMINA)
        session.remove()  # type: ignore[attr-defined]
    return code


def plain(page: str) -> str:
    return page.replace("\u00a0", " ").replace('<span class="num">', "").replace("</span>", "")


def test_what_came_too_much_is_said_everywhere_and_given_back(day: Day) -> None:
    code = overpaid(day)
    nadia = sign_in(day.application, "Nadia Operator", "+213550000090", is_operator=True)
    for page in (day.page(), day.page(f"/orders/{code}"), nadia.get("/desk/incidents").text):
        assert "100 DA came too much" in plain(page)
    assert "Atelier Amina" in nadia.get("/desk/incidents").text
    assert nadia.get("/desk/").text.count("/desk/incidents") == 1
    answer = day.send(f"/orders/{code}/refund", {"amount": "100"})
    assert answer.status_code == 422, "how it went back is asked"
    assert day.send(f"/orders/{code}/refund", {"amount": "100", "proof": "CCP 4471"}).status_code == 303
    assert "came too much" not in day.page()
    assert "Nothing waits" in nadia.get("/desk/incidents").text
    assert "CCP 4471" in day.page(f"/orders/{code}")


def test_only_the_operator_sees_the_list(day: Day) -> None:
    overpaid(day)
    assert day.amina.get("/desk/incidents").status_code == 404
    assert "came too much" not in day.sami.get("/studio/atelier-sami/").text

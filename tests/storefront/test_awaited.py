"""A buyer who comes back from the page of a card: hers is there at once, asks by itself, and asks no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask

from shop.core import clock
from shop.orders.models import Purchase
from shop.payments import attempts, setup
from shop.payments.models import Payment
from shop.plumbing.db import session, transaction
from shop.plumbing.http import Outbound
from shop.plumbing.links import tracking_path
from shop.plumbing.outside import Outside
from shop.plumbing.seals import Seal
from tests.checkout.cast import AMINA, workshop
from tests.conftest import SECRET
from tests.crowd import at_once
from tests.payments.till import Bank, card_method, of, waiting
from tests.storefront.buying import Buyer

OUTSIDE = Outside(Seal(SECRET), Outbound(), "https://hirfa.example")
READ_AGAIN = "//noscript/meta[@http-equiv='refresh']/@content"


@dataclass(frozen=True)
class Begun:
    """A payment whose buyer was led to the page of her bank."""

    bank: Bank
    order_id: int
    payment: Payment
    link: str


@pytest.fixture
def bank() -> Iterator[Bank]:
    with card_method() as found:
        yield found


@pytest.fixture
def begun(application: Flask, bank: Bank) -> Begun:
    with application.app_context():
        shop = workshop()
        with transaction():
            setup.set_up(shop.id, "card", {"password": "open sesame"}, on=True, seal=OUTSIDE.seal, by=AMINA)
        order, payment = waiting(shop, "card")
        attempts.start(payment.id, OUTSIDE, language="en", return_url="https://hirfa.example/t")
        order, payment = of(order.id)
        code = session.get_one(Purchase, order.purchase_id).code
        found = Begun(bank, order.id, payment, tracking_path(application.extensions["hirfa_signer"], "en", code))
        session.expunge_all()
        session.remove()  # type: ignore[attr-defined]
    return found


def test_a_link_that_is_opened_asks_nobody_and_the_page_says_that_it_asks(begun: Begun, yacine: Buyer) -> None:
    for _prefetch in range(5):
        page = yacine.open(begun.link)
    assert begun.bank.looked_up == 0
    assert "If it is paid, this page shows so by itself in a moment." in page.text
    assert page.body.xpath(READ_AGAIN) == [f"2; url={begun.link}?look=1"]
    assert page.body.xpath("//*[@data-awaits]/@data-awaits") == [f"{begun.link}/payment/check"]


def test_a_page_that_reads_itself_anew_asks_once_in_two_seconds(begun: Begun, yacine: Buyer) -> None:
    for _crawler in range(5):
        page = yacine.open(f"{begun.link}?look=1")
    assert begun.bank.looked_up == 1
    assert page.body.xpath(READ_AGAIN) == [f"4; url={begun.link}?look=2"]
    begun.bank.pay(begun.payment)
    with clock.standing_at(clock.now() + timedelta(seconds=3)):
        page = yacine.open(f"{begun.link}?look=2")
    assert "Paid" in page.text
    assert not page.body.xpath(READ_AGAIN)
    assert not page.body.xpath("//*[@data-awaits]")


def test_it_reads_itself_anew_ever_more_seldom_and_stops(begun: Begun, yacine: Buyer) -> None:
    link, waits = begun.link, []
    while told := yacine.open(link).body.xpath(READ_AGAIN):
        seconds, _, link = told[0].partition("; url=")
        waits.append(int(seconds))
        assert len(waits) < 20
    assert waits == sorted(waits)
    assert 120 < sum(waits) < 600
    assert "There is no answer yet." in yacine.page.text


@pytest.mark.parametrize("look", ["", "-1", "x", "²", "999999999999", "٣"])
def test_an_odd_number_of_looks_does_no_harm(begun: Begun, yacine: Buyer, look: str) -> None:
    assert yacine.open(f"{begun.link}?look={look}").status == 200
    assert begun.bank.looked_up == 0


def test_an_old_payment_is_asked_about_ever_more_seldom(app: Flask, begun: Begun) -> None:
    for minutes, least in ((10, 30), (60, 180)):
        at = clock.now() + timedelta(minutes=minutes)
        asked = []
        for seconds in range(0, 600, 5):
            with clock.standing_at(at + timedelta(seconds=seconds)):
                if attempts.glance(begun.payment.id, OUTSIDE):
                    asked.append(seconds)
        assert min(b - a for a, b in pairwise(asked)) >= least


def test_twenty_pages_at_once_ask_once(application: Flask, begun: Begun) -> None:
    at_once(application, *[lambda: attempts.glance(begun.payment.id, OUTSIDE)] * 20)
    assert begun.bank.looked_up == 1


def test_the_worker_looks_as_if_nobody_had(app: Flask, begun: Begun) -> None:
    assert attempts.glance(begun.payment.id, OUTSIDE)
    assert of(begun.order_id)[1].looks == 0


def test_while_the_first_answer_is_awaited_nobody_asks(app: Flask, begun: Begun) -> None:
    with transaction():
        session.get_one(Payment, begun.payment.id).external = ""
    assert not attempts.glance(begun.payment.id, OUTSIDE)
    with clock.standing_at(clock.now() + attempts.ANSWERED + timedelta(seconds=1)):
        assert attempts.glance(begun.payment.id, OUTSIDE)


def test_a_bank_that_is_silent_leaves_the_page_as_it_is(begun: Begun, yacine: Buyer) -> None:
    begun.bank.silent = True
    page = yacine.open(f"{begun.link}?look=3")
    assert page.status == 200
    assert "If it is paid, this page shows so by itself" in page.text
    page = yacine.press("/payment/check")
    assert "If it is paid, this page shows so by itself" in page.text


def test_what_it_learns_is_marked_to_be_said(begun: Begun, yacine: Buyer) -> None:
    begun.bank.pay(begun.payment)
    yacine.open(begun.link)
    page = yacine.press("/payment/check")
    assert page.texts("//*[@data-news]")[0].startswith("Paid")

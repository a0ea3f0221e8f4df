"""She exchanges what was delivered from the order's page, once; both orders say so."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop import audit
from shop.catalogue.models import Variant
from shop.catalogue.stock import count_stock
from shop.checkout import exchange as checkout
from shop.core.money import Money
from shop.documents import service as documents
from shop.fulfilment import service as fulfilment
from shop.orders.models import Exchange, OrderLine, Purchase
from shop.plumbing.db import session, transaction
from shop.plumbing.journal import SYSTEM
from shop.web.ui.here import signer
from tests.studio.day import Day, a_day
from tests.studio.test_money import ticked

CONFIRM = {"action": "confirm"}


@pytest.fixture
def day(application: Flask) -> Day:
    return a_day(application)


def line_of(day: Day, code: str) -> int:
    with day.application.app_context():
        return session.scalars(select(OrderLine.id).where(OrderLine.order_id == day.order(code).id)).one()


def exchanges(day: Day) -> int:
    with day.application.app_context():
        return len(session.scalars(select(Exchange)).all())


def test_a_delivered_order_is_exchanged_in_two_taps_and_both_orders_say_so(day: Day) -> None:
    assert "Exchange the parcel" not in day.page(f"/orders/{day.handed_over()}")
    code = day.delivered()
    assert "Exchange the parcel" in day.page(f"/orders/{code}")
    page = day.page(f"/orders/{code}/exchange", day.lila)
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    form = {f"line-{line_of(day, code)}": "1", "collect": "", "key": key[1], "action": "confirm"}
    answer = day.send(f"/orders/{code}/exchange", form)
    assert answer.status_code == 303
    assert day.send(f"/orders/{code}/exchange", form).location == answer.location, "a double tap is one exchange"
    second = answer.location.rpartition("/")[2]
    again = day.send(f"/orders/{code}/exchange", {"collect": "5"})
    assert again.location == answer.location, "one exchange is enough: it is shown"
    assert "It is exchanged by order" in day.page(f"/orders/{code}")
    page = day.page(f"/orders/{second}")
    assert all(each in page for each in ("It exchanges order", code, "The courier takes back:", "Savon d&#39;olive"))
    assert (day.order(second).state, day.parcel(second).collect_minor) == ("confirmed", 0)
    assert "They are back" not in page
    before = day.on_hand()
    day.send(f"/orders/{second}/goods-back")
    assert day.on_hand() == before, "nothing was taken back yet"


def test_what_is_wrong_is_said_and_what_was_typed_stays(day: Day) -> None:
    code = day.delivered()
    name = f"line-{line_of(day, code)}"
    nothing = day.send(f"/orders/{code}/exchange", {name: "0", "collect": "150", **CONFIRM})
    assert (nothing.status_code, "at least one piece" in nothing.text) == (422, True)
    assert 'value="150"' in nothing.text
    dear = day.send(f"/orders/{code}/exchange", {name: "1", "collect": "601", **CONFIRM})
    assert (dear.status_code, 'href="#collect"' in dear.text) == (422, True)
    assert day.send(f"/orders/{code}/exchange", {name: "x", "collect": "much", **CONFIRM}).status_code == 422
    placed = day.send(f"/orders/{day.ordered()}/exchange", {name: "1", **CONFIRM})
    assert (placed.status_code, "Only what was delivered" in placed.text) == (422, True)
    less = day.send(f"/orders/{code}/exchange", {name: "1", "collect": "150", f"step-{name[5:]}": "-1"})
    assert (less.status_code, 'value="150"' in less.text, f'name="{name}" value="0"' in less.text) == (200, True, True)
    assert exchanges(day) == 0, "a step without a script confirms nothing"


def other_size(day: Day, dinars: int, *, pieces: int = 5) -> int:
    """Give the soap another size."""
    with day.application.app_context(), transaction():
        known = session.scalars(select(Variant).where(Variant.store_id == day.store_id)).one()
        other = Variant(
            store_id=day.store_id, product_id=known.product_id, price_minor=dinars * 100, on_hand=0, position=1,
            label_fr="250 g", label_ar="250 غ", label_en="250 g",
        )  # fmt: skip
        session.add(other)
        session.flush()
        count_stock(day.store_id, other.id, pieces, by=SYSTEM)
        return other.id


def buyers_page(day: Day, code: str) -> str:
    """Return where the buyer follows an order."""
    with day.application.test_request_context():
        bought = session.get_one(Purchase, day.order(code).purchase_id).code
        return f"/en/t/{bought}/{signer().proof('track', bought)}"


def exchanged(day: Day, code: str) -> str:
    """Exchange a parcel for the same again, and let the courier deliver it."""
    line = line_of(day, code)
    with day.application.app_context():
        with transaction():
            made = checkout.start(day.store_id, day.order(code).id, {line: 1}, collect=Money(0), key=code, by=SYSTEM)
            fulfilment.confirm(day.store_id, made.order_id, by=SYSTEM)
        parcel = day.parcel(made.code).id
        with transaction():
            documents.print_labels(day.store_id, [parcel], paper="100x150", start=1, by=SYSTEM)
        with transaction():
            fulfilment.hand_over(day.store_id, [parcel], by=SYSTEM)
        with transaction():
            fulfilment.scan(day.store_id, parcel, "delivered", by=SYSTEM)
    return made.code


def test_another_size_is_chosen_and_no_amount_is_confirmed_that_was_not_seen(day: Day) -> None:
    code = day.delivered()
    big, line = other_size(day, 850), line_of(day, code)
    path = f"/orders/{code}/exchange"
    page = day.page(path)
    assert "The same product" in page
    assert re.search(rf'<option value="{big}">250 g · 850', page)
    chosen = {f"line-{line}": "1", f"instead-{line}": str(big), "collect": ""}
    unseen = day.send(path, {**chosen, "seen": "0", **CONFIRM})
    assert (unseen.status_code, "The amount is another one now" in unseen.text) == (409, True)
    looked = day.send(path, {**chosen, "action": "update"})
    assert (looked.status_code, 'name="seen" value="25000"' in looked.text) == (200, True)
    assert f'<option value="{big}" selected>' in looked.text
    assert exchanges(day) == 0
    done = day.send(path, {**chosen, "seen": "25000", **CONFIRM})
    assert done.status_code == 303
    assert day.parcel(done.location.rpartition("/")[2]).collect_minor == 250_00
    with day.application.app_context():
        assert list(audit.findings()) == []


def test_what_is_owed_for_something_cheaper_is_said_on_both_orders_until_it_went_back(day: Day) -> None:
    code = day.delivered()
    small, line = other_size(day, 450), line_of(day, code)
    done = day.send(
        f"/orders/{code}/exchange", {f"line-{line}": "1", f"instead-{line}": str(small), "seen": "-15000", **CONFIRM}
    )
    second = done.location.rpartition("/")[2]
    assert "less than what comes back" in day.page(f"/orders/{second}")
    assert "the workshop gives them back to you" in day.amina.get(buyers_page(day, second)).text
    assert "gives them back" not in day.amina.get(buyers_page(day, code)).text
    page = day.page(f"/orders/{code}")
    assert "they are the customer’s" in page
    assert "once the carrier has paid you" in page
    assert day.send("/money/remittances/new", ticked(day, code)).status_code == 303
    page = day.page(f"/orders/{code}")
    assert re.search(r'name="amount"[^>]* value="150"', page), "the form is filled with what is owed"
    day.send(f"/orders/{code}/refund", {"amount": "150", "currency": "DZD", "proof": "CCP 4471", "reason": "smaller"})
    assert "they are the customer’s" not in day.page(f"/orders/{code}")


def test_what_is_wrong_with_a_choice_is_said_at_the_choice(day: Day) -> None:
    code = day.delivered()
    line = line_of(day, code)
    for nonsense in ("999999", "9" * 18):
        answer = day.send(f"/orders/{code}/exchange", {f"instead-{line}": nonsense, **CONFIRM})
        assert (answer.status_code, f'href="#instead-{line}"' in answer.text) == (422, True)
    assert exchanges(day) == 0


def test_what_is_on_its_way_back_is_one_line_of_the_day_and_received_there(day: Day) -> None:
    assert "way back to you" not in day.page()
    second = exchanged(day, day.delivered())
    assert "1 parcel is on its way back to you" in day.page()
    refused = day.handed_over()
    day.send(f"/orders/{refused}/scans", {"word": "returning"})
    page = day.page(who=day.lila)
    assert "2 parcels are on their way back to you" in page
    assert all(each in page for each in (f"/orders/{second}/goods-back", f"/orders/{refused}#hand-t"))
    before = day.on_hand()
    answer = day.send(f"/orders/{second}/goods-back", {"back": "today"}, day.lila)
    assert (answer.status_code, answer.location) == (303, f"{day.url}/")
    assert day.on_hand() == before + 1
    page = day.page(who=day.lila)
    assert "1 parcel is on its way back to you" in page
    assert "in the stock again" in page
    day.send(f"/orders/{second}/goods-back")
    assert "already changed" in day.page(f"/orders/{second}")
    assert day.on_hand() == before + 1
    day.send(f"/orders/{refused}/scans", {"word": "returned"})
    assert "way back to you" not in day.page()


def test_what_came_back_damaged_is_said_and_stays_out(day: Day) -> None:
    code = day.delivered()
    second, line, before = exchanged(day, code), line_of(day, code), day.on_hand()
    page = day.page(f"/orders/{second}")
    assert "Something is damaged or missing" in page
    assert f'name="whole-{line}"' in page
    day.send(f"/orders/{second}/goods-back", {f"whole-{line}": "0"})
    assert day.on_hand() == before
    assert "0 pieces of 1 came back whole" in day.page(f"/orders/{second}")

"""Finding orders, the page of one, and saying by hand where its parcel is."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import update

from shop.orders.models import Order
from shop.plumbing.db import changed, db, transaction
from shop.plumbing.settings import Settings
from tests.counting import statements
from tests.studio.day import a_day, bar


def test_orders_are_filtered_and_found_by_code_name_and_phone(application: Flask) -> None:
    day = a_day(application)
    placed, packed = day.ordered(), day.confirmed()
    assert placed in day.page("/orders?step=to_confirm")
    assert packed not in day.page("/orders?step=to_confirm")
    assert packed in day.page("/orders?step=to_pack")
    assert placed not in day.page("/orders?step=to_pack")
    spelled = (placed.lower(), f"{placed[:3]}-{placed[3:]}", "hadd", "HADDAD yacine", "0550 12 34", "٠٥٥٠١٢٣٤")
    for typed in (placed, *spelled):
        assert placed in day.page(f"/orders?q={typed}"), typed
    assert "Nothing found for" in day.page("/orders?q=Zoubida")
    assert day.page("/orders?step=nonsense&after=nonsense")


def test_older_orders_are_on_further_pages(application: Flask) -> None:
    day = a_day(application)
    codes = [day.ordered() for _order in range(33)]
    first = day.page("/orders")
    following = re.search(r'rel="next" href="[^"]*/orders(\?[^"]+)"', first)
    assert following is not None
    second = day.page("/orders" + following[1].replace("&amp;", "&"))
    listed = [c for c in codes if f'/orders/{c}"' in first], [c for c in codes if f'/orders/{c}"' in second]
    assert (len(listed[0]), len(listed[1])) == (30, 3)
    assert not set(listed[0]) & set(listed[1])


def test_the_page_of_an_order_says_all_that_is_needed(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered(pieces=2)
    page = day.page(f"/orders/{code}")
    for said in (
        "Yacine Haddad", "0550\u00a012\u00a034\u00a056", "12 rue des Oliviers", "1\u00a0700\u00a0DA", "Barq Express",
        "Order received", "2 pieces to pack",
    ):  # fmt: skip
        assert said in page, said
    assert "Confirmed" in bar(page)
    assert "tel:" in bar(page)


def test_the_page_of_an_order_takes_few_statements(application: Flask) -> None:
    day = a_day(application)
    for code, most in ((day.ordered(), 17), (day.confirmed(), 20)):
        with application.app_context(), statements() as seen:
            day.page(f"/orders/{code}")
        assert len(seen) <= most, seen


def test_what_happened_to_an_order_is_read_by_what_it_is_about(application: Flask, settings: Settings) -> None:
    if not settings.is_sqlite:
        pytest.skip("PostgreSQL chooses by what it has counted")
    day = a_day(application)
    code = day.confirmed()
    with application.app_context(), statements() as seen:
        day.page(f"/orders/{code}")
    with application.app_context(), db.engine.connect() as connection:
        for each in (each for each in seen if "FROM journal" in each):
            told = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", ("1",) * each.count("?")).all()
            reads = [str(row[3]) for row in told if "journal" in str(row[3])]
            assert reads
            assert all("ix_journal_subject" in read for read in reads), "all that the workshop ever did"


def test_what_people_type_is_shown_as_text(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    with application.app_context(), transaction():
        changed(update(Order).where(Order.code == code).values(buyer_name="<b>Y</b>", note="<script>x</script>"))
    page = day.page(f"/orders/{code}") + day.page() + day.page("/orders")
    assert "<b>Y</b>" not in page
    assert "<script>x" not in page
    assert "&lt;b&gt;Y" in page


def test_each_step_has_its_one_main_action(application: Flask) -> None:
    day = a_day(application)
    assert "Print the label" in bar(day.page(f"/orders/{day.confirmed()}"))
    assert "Hand over" in bar(day.page(f"/orders/{day.labelled()}"))
    assert "Delivered" in bar(day.page(f"/orders/{day.handed_over()}"))
    assert "Tick off the money" in bar(day.page(f"/orders/{day.delivered()}"))


def test_cancelling_before_the_courier_frees_the_stock(application: Flask) -> None:
    day = a_day(application, stock=5)
    code = day.labelled()
    assert day.send(f"/orders/{code}/cancellation", {"reason": ""}).status_code == 422
    assert day.send(f"/orders/{code}/cancellation", {"reason": "out_of_stock"}).status_code == 303
    assert (day.order(code).state, day.on_hand(), day.payment(code).state) == ("cancelled", 5, "cancelled")
    gone = day.handed_over()
    answer = day.send(f"/orders/{gone}/cancellation", {"reason": "other"})
    assert "already changed" in day.amina.get(answer.location).text
    assert day.order(gone).state == "confirmed"


def test_delivered_by_hand_completes_the_order(application: Flask) -> None:
    day = a_day(application)
    code = day.handed_over()
    day.send(f"/orders/{code}/scans", {"word": "attempt_failed"})
    assert day.parcel(code).state == "attempt_failed"
    for _tap in range(2):
        assert day.send(f"/orders/{code}/scans", {"word": "delivered"}).status_code == 303
    assert (day.order(code).state, day.payment(code).state) == ("completed", "collected")
    assert "Delivered" in day.page(f"/orders/{code}")


def test_what_came_back_is_in_stock_again(application: Flask) -> None:
    day = a_day(application, stock=5)
    code = day.handed_over()
    assert "It came back to me" in day.page(f"/orders/{code}")
    day.send(f"/orders/{code}/scans", {"word": "returned"})
    assert (day.order(code).state, day.on_hand(), day.payment(code).state) == ("cancelled", 5, "cancelled")


@pytest.mark.parametrize("word", ["", "vanished", "unknown"])
def test_a_scan_that_says_nothing_moves_nothing(application: Flask, word: str) -> None:
    day = a_day(application)
    code = day.handed_over()
    day.send(f"/orders/{code}/scans", {"word": word})
    assert day.parcel(code).state == "handed_over"


def test_a_stranger_finds_no_order(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    assert day.sami.get(f"{day.url}/orders/{code}").status_code == 404
    assert day.sami.get(f"/studio/atelier-sami/orders/{code}").status_code == 404
    for what in ("calls", "calls/undo", "cancellation", "scans"):
        for url in (day.url, "/studio/atelier-sami"):
            fields = {"outcome": "confirmed", "reason": "other", "word": "delivered"}
            assert day.sami.post(f"{url}/orders/{code}/{what}", fields).status_code == 404
    assert day.order(code).state == "placed"
    assert code not in day.sami.get("/studio/atelier-sami/orders").text

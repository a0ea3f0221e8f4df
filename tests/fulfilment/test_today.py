"""Today, the lists and the search: the right jobs, in the right order, in few statements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from shop.core import clock
from shop.fulfilment import service as fulfilment
from shop.fulfilment.queries import OrderFilter, find_jobs, search_orders, step_counts, story_of, today
from shop.payments.queries import payment_of
from shop.plumbing.db import session, transaction
from tests.checkout.cast import AMINA, confirmed, delivered, handed_over, labelled, ordered, parcel, workshop
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("app")


def test_today_lists_what_is_to_be_done_and_counts_all_steps() -> None:
    amina, ismahane = workshop(stock=20), workshop("Atelier Ismahane")
    first, second = ordered(amina), ordered(amina)
    packing, handing = confirmed(amina)[0], labelled(amina)[0]
    handed_over(amina)
    delivered(amina)
    ordered(ismahane)
    day = today(amina.id)
    assert [card.order_id for card in day.to_confirm] == [first.id, second.id]
    assert [card.order_id for card in day.to_pack] == [packing.id]
    assert [card.order_id for card in day.to_hand_over] == [handing.id]
    assert day.counts == {
        "to_pay": 0, "to_confirm": 2, "to_pack": 1, "to_hand_over": 1, "on_the_way": 1, "done": 1, "cancelled": 0,
        "later": 0,
    }  # fmt: skip
    card = day.to_confirm[1]
    assert (card.buyer_name, card.wilaya_code, card.phone, card.pieces) == ("Yacine Haddad", "31", "+213550123456", 1)
    assert card.alike == (first.code,)
    assert [(line.name, line.pieces) for line in card.lines] == [("Savon d'olive", 1)]


def test_today_takes_at_most_six_statements() -> None:
    amina = workshop(stock=20)
    for _each in range(3):
        ordered(amina)
        labelled(amina)
    session.rollback()
    with statements() as heard:
        today(amina.id)
    assert len(heard) <= 6


def test_who_is_to_be_called_later_waits_apart() -> None:
    amina = workshop()
    order = ordered(amina)
    with transaction():
        fulfilment.call(amina.id, order.id, "postponed", call_at=clock.today() + timedelta(days=2), by=AMINA)
    day = today(amina.id)
    assert ([c.order_id for c in day.to_confirm], [c.order_id for c in day.later]) == ([], [order.id])
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        assert [c.order_id for c in today(amina.id).to_confirm] == [order.id]


@pytest.mark.parametrize("step", ["to_confirm", "to_pack", "to_hand_over", "on_the_way", "done", "cancelled"])
def test_each_step_has_its_list(step: str) -> None:
    amina = workshop(stock=20)
    made = {
        "to_confirm": ordered(amina), "to_pack": confirmed(amina)[0], "to_hand_over": labelled(amina)[0],
        "on_the_way": handed_over(amina)[0], "done": delivered(amina)[0], "cancelled": ordered(amina),
    }  # fmt: skip
    with transaction():
        fulfilment.cancel(amina.id, made["cancelled"].id, "other", by=AMINA)
    assert [card.order_id for card in find_jobs(amina.id, step)] == [made[step].id]
    assert [card.step for card in search_orders(amina.id, OrderFilter(step=step)).cards] == [step]
    assert step_counts(amina.id)[step] == 1


@pytest.mark.parametrize(
    "q", ["yacine", "HADDAD", "yacine haddad", "0550123456", "0550 12 34 56", "+213550123456", "٠٥٥٠١٢٣٤٥٦", "3456"]
)
def test_an_order_is_found_by_name_or_phone(q: str) -> None:
    amina = workshop()
    order = ordered(amina)
    assert [card.order_id for card in search_orders(amina.id, OrderFilter(q=q)).cards] == [order.id]


def test_an_order_is_found_by_its_code() -> None:
    amina, ismahane = workshop(), workshop("Atelier Ismahane")
    order = ordered(amina)
    ordered(amina)
    for typed in (order.code, order.code.lower(), f"{order.code[:4]}-{order.code[4:]}"):
        assert [card.order_id for card in search_orders(amina.id, OrderFilter(q=typed)).cards] == [order.id]
    assert search_orders(ismahane.id, OrderFilter(q=order.code)).cards == ()


@pytest.mark.parametrize("q", ["%", "_", "zz%", "Sami", "\\", "'; drop table orders", "0661000000"])
def test_what_matches_nothing_finds_nothing(q: str) -> None:
    amina = workshop()
    ordered(amina)
    assert search_orders(amina.id, OrderFilter(q=q)).cards == ()


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    amina = workshop(stock=20)
    made = [ordered(amina).id for _each in range(7)]
    seen, after = [], None
    for _page in range(4):
        page = search_orders(amina.id, OrderFilter(), after=after, limit=3)
        seen += [card.order_id for card in page.cards]
        after = page.next
        if after is None:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize("after", ["", "x", "2026-11-23~", "~5", "2026-11-23T00:00:00~5", "x~99999999999999999999"])
def test_a_mark_that_nobody_gave_is_no_filter(after: str) -> None:
    amina = workshop()
    ordered(amina)
    assert len(search_orders(amina.id, OrderFilter(), after=after).cards) == 1


def test_the_story_is_told_from_the_rows() -> None:
    amina = workshop()
    order, _box = handed_over(amina)
    told = story_of(order, payment_of(amina.id, order.id), parcel(amina, order), artisan="Amina")
    assert told.buyer.text() == "On its way, 1\u00a0100\u00a0DA to pay."

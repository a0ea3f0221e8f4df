"""What a workshop reads of a phone before it sends, and a parcel that came back by no fault of the customer."""

from __future__ import annotations

import pytest
from flask import Flask

from shop.fulfilment import service as fulfilment
from shop.plumbing.db import session, transaction
from shop.risk import service as risk
from tests.checkout.cast import AMINA
from tests.risk import cast
from tests.studio.day import Day, a_day, bar


def sent_back(day: Day, *, contested: str | None = None) -> str:
    """Have a parcel come back; `contested`: what its buyer says of it."""
    with day.application.app_context():
        order = cast.refused(day._workshop())
        if contested is not None:
            with transaction():
                risk.contest(day.store_id, order.id, contested)
        code = str(order.code)
        session.remove()  # type: ignore[attr-defined]
    return code


def test_one_sentence_says_what_is_known_of_the_phone_with_what_to_do(application: Flask) -> None:
    day = a_day(application)
    first = day.ordered()
    said = "Nothing recent is known of this phone."
    for page in (day.page(f"/orders/{first}"), day.page(f"/orders/{first}", who=day.lila)):
        assert said in page
    for page in (day.page(), day.page("/orders?step=to_confirm")):
        assert said not in page, "that nothing is known is no news on a card"
    sent_back(day)
    assert "Parcels that came back: 1 of 1. Call before sending." in day.page()
    sent_back(day)
    bad = "Parcels that came back: 2 of 2. Call twice before sending."
    assert bad in day.page()
    assert bad in day.page(f"/orders/{first}")
    assert "Confirmed" in bar(day.page(f"/orders/{first}"))


def test_a_parcel_that_has_left_says_nothing_of_its_phone(application: Flask) -> None:
    day = a_day(application)
    assert "Nothing recent is known" not in day.page(f"/orders/{day.handed_over()}")


def test_the_owner_strikes_what_was_the_couriers_fault_once(application: Flask) -> None:
    day = a_day(application)
    code = sent_back(day)
    assert "What is remembered of it" in day.page(f"/orders/{code}")
    assert "What is remembered of it" not in day.page(f"/orders/{code}", who=day.lila)
    assert day.send(f"/orders/{code}/outcome", {"answer": "struck"}, who=day.lila).status_code == 403
    assert day.send(f"/orders/{code}/outcome", {"answer": "struck"}).status_code == 303
    page = day.page(f"/orders/{code}")
    assert "It was struck: it counts for nobody." in page
    assert "Struck: the parcel counts for nobody" in page
    day.send(f"/orders/{code}/outcome", {"answer": "struck"})
    assert "This order was already changed." in day.page(f"/orders/{code}")


def test_what_the_customer_says_is_read_as_text_and_answered(application: Flask) -> None:
    day = a_day(application)
    code = sent_back(day, contested="<b>Personne</b> n'est venu")
    page = day.page(f"/orders/{code}")
    assert "&lt;b&gt;Personne&lt;/b&gt;" in page
    assert "Until you answer, it counts for nobody." in page
    assert day.send(f"/orders/{code}/outcome", {"answer": "upheld"}).status_code == 303
    assert "It counts as a parcel that came back" in day.page(f"/orders/{code}")


@pytest.mark.parametrize("answer", ["", "perhaps", "counted"])
def test_an_answer_is_one_of_two(application: Flask, answer: str) -> None:
    day = a_day(application)
    code = sent_back(day)
    said = day.send(f"/orders/{code}/outcome", {"answer": answer})
    assert said.status_code == 422
    assert "Please choose whether it stands or is struck." in said.text


def test_an_order_without_a_parcel_back_has_nothing_to_answer(application: Flask) -> None:
    day = a_day(application)
    code = day.delivered()
    assert "What is remembered of it" not in day.page(f"/orders/{code}")
    day.send(f"/orders/{code}/outcome", {"answer": "struck"})
    assert "This order was already changed." in day.page(f"/orders/{code}")


def test_a_call_that_is_undone_leaves_the_sentence(application: Flask) -> None:
    day = a_day(application)
    code = day.ordered()
    with application.app_context(), transaction():
        fulfilment.confirm(day.store_id, day.order(code).id, by=AMINA)
    assert "Nothing recent is known" in day.page(f"/orders/{code}")


def test_an_order_that_looks_repeated_leads_to_the_earlier_one_while_it_is_to_be_confirmed(application: Flask) -> None:
    day = a_day(application)
    first, second = day.ordered(), day.ordered()
    warning = "The same customer ordered the same article less than a day before:"
    assert f"Perhaps the same order as {first}." in day.page()
    page = day.page(f"/orders/{second}")
    assert warning in page
    assert f'href="/studio/atelier-amina/orders/{first}"' in page.split(warning)[1].split("</p>")[0]
    assert warning not in day.page(f"/orders/{first}")
    day.send(f"/orders/{second}/calls", {"outcome": "confirmed"})
    assert warning not in day.page(f"/orders/{second}")

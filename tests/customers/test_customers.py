"""Customers of one workshop: history, notes, what was agreed, and being forgotten when the law allows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop import audit, work
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.customers import queries, service
from shop.customers.models import Consent, CustomerNote, Erasure
from shop.fulfilment import service as fulfilment
from shop.orders import queries as orders
from shop.orders.models import Call, Order
from shop.plumbing.db import session, transaction
from tests.checkout.cast import AMINA, Workshop, delivered, ordered, parcel, workshop

YACINE, LEILA = "+213550123456", "+213661000001"


def refused(shop: Workshop) -> Order:
    """Have a parcel come back unpaid."""
    order = ordered(shop)
    with transaction():
        fulfilment.confirm(shop.id, order.id, by=AMINA)
    from shop.documents import service as documents

    box = parcel(shop, order)
    with transaction():
        documents.print_labels(shop.id, [box.id], paper="100x150", start=1, by=AMINA)
    with transaction():
        fulfilment.hand_over(shop.id, [box.id], by=AMINA)
    with transaction():
        fulfilment.scan(shop.id, box.id, "returned", by=AMINA)
    return order


def test_the_list_goes_by_the_last_order_and_tells_what_was_taken_and_refused(app: Flask) -> None:
    shop, other = workshop(stock=20), workshop("Parfums Ismahane", stock=20)
    delivered(shop)
    refused(shop)
    ordered(shop, phone=LEILA)
    ordered(other, phone="+213661000009")
    cards = queries.customers(shop.id).cards
    assert [(card.phone, card.orders, card.taken, card.refused) for card in cards] == [
        (LEILA, 1, 0, 0), (YACINE, 2, 1, 1),
    ]  # fmt: skip
    first = queries.customers(shop.id, limit=1)
    assert [card.phone for card in first.cards] == [LEILA]
    assert [card.phone for card in queries.customers(shop.id, before=first.next, limit=1).cards] == [YACINE]


@pytest.mark.parametrize(
    ("typed", "found"), [("yacine", 1), ("Haddad", 1), ("123456", 1), ("٠٥٥٠", 1), ("nobody", 0), ("%", 2), ("", 2)]
)
def test_a_customer_is_found_by_a_part_of_the_name_or_the_phone(app: Flask, typed: str, found: int) -> None:
    shop = workshop(stock=20)
    ordered(shop)
    order = ordered(shop, phone="+213661000001")
    with transaction():
        session.get_one(Order, order.id).buyer_name = "Leila"
        session.get_one(Order, order.id).buyer_fold = "leila"
    assert len(queries.customers(shop.id, q=typed).cards) == found


def test_notes_and_consents_are_this_stores_own_and_the_last_word_counts(app: Flask) -> None:
    shop, other = workshop(stock=20), workshop("Parfums Ismahane", stock=20)
    mine, theirs = ordered(shop), ordered(other)
    with transaction():
        service.note(shop.id, YACINE, "Sonne deux fois", by=AMINA)
        service.record_consent(shop.id, YACINE, "sms", given=True, place="Salon d'Oran", wording="Oui", by=AMINA)
    with transaction():
        service.record_consent(shop.id, YACINE, "sms", given=False, place="Message", wording="Stop", by=AMINA)
    found = queries.customer(shop.id, mine.code)
    assert [each.text for each in found.notes] == ["Sonne deux fois"]
    assert not found.agreed["sms"].given
    assert len(found.consents) == 2
    there = queries.customer(other.id, theirs.code)
    assert (there.notes, there.consents) == ((), ())
    with pytest.raises(NotFound):
        queries.customer(other.id, mine.code)


@pytest.mark.parametrize(
    ("change", "field"), [({"channel": "pigeon"}, "channel"), ({"place": " "}, "place"), ({"wording": ""}, "wording")]
)
def test_a_consent_needs_its_proof(app: Flask, change: dict[str, str], field: str) -> None:
    shop = workshop(stock=5)
    ordered(shop)
    asked = {"channel": "sms", "place": "Salon", "wording": "Oui", **change}
    with pytest.raises(Refused) as error, transaction():
        service.record_consent(shop.id, YACINE, given=True, by=AMINA, **asked)
    assert error.value.field == field
    with pytest.raises(NotFound), transaction():
        service.note(shop.id, "+213550999999", "nobody", by=AMINA)


def old(shop: Workshop, days: int) -> Order:
    with clock.standing_at(clock.now() - timedelta(days=days)):
        return delivered(shop)[0]


def test_a_running_order_blocks_forgetting_in_words(app: Flask) -> None:
    shop = workshop(stock=5)
    order = ordered(shop)
    with pytest.raises(Refused, match=order.code), transaction():
        service.erase(shop.id, YACINE, by=AMINA)
    assert orders.order(shop.id, order.id).phone == YACINE


def test_what_the_law_no_longer_needs_goes_and_the_money_stays(app: Flask) -> None:
    shop, other = workshop(stock=20), workshop("Parfums Ismahane", stock=20)
    order, elsewhere = old(shop, 40), old(other, 40)
    total, on_hand = order.total_minor, shop.on_hand()
    with transaction():
        fulfilment_note = session.scalars(select(Call).where(Call.order_id == order.id)).one()
        fulfilment_note.note = "rappeler sa soeur"
        orders.order(shop.id, order.id).city, orders.order(shop.id, order.id).postcode = "Lyon", "69003"
        orders.order(shop.id, order.id).email = "sarah@exemple.fr"
        service.note(shop.id, YACINE, "Sonne deux fois", by=AMINA)
        service.record_consent(shop.id, YACINE, "sms", given=True, place="Salon", wording="Oui", by=AMINA)
    with transaction():
        erased = service.erase(shop.id, YACINE, by=AMINA)
    assert (erased.orders, erased.waiting) == (1, 0)
    after = orders.order(shop.id, order.id)
    assert (after.buyer_name, after.buyer_fold, after.phone, after.address, after.note) == ("", "", "", "", "")
    assert (after.city, after.postcode, after.email) == ("", "", "")
    assert (after.total_minor, after.wilaya_code, after.state) == (total, "31", "completed")
    assert shop.on_hand() == on_hand
    for table in (CustomerNote, Consent):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert session.scalars(select(Call.note).where(Call.order_id == order.id)).one() == ""
    assert orders.order(other.id, elsewhere.id).phone == YACINE
    assert queries.customers(shop.id).cards == ()
    with pytest.raises(NotFound):
        queries.customer(shop.id, order.code)
    assert [each.rule for each in audit.findings()] == []


def test_a_young_order_waits_and_a_job_forgets_it_when_its_time_has_come(app: Flask) -> None:
    shop = workshop(stock=20)
    first, second = old(shop, 40), old(shop, 3)
    with transaction():
        erased = service.erase(shop.id, YACINE, by=AMINA)
    assert (erased.orders, erased.waiting) == (1, 1)
    assert (orders.order(shop.id, first.id).phone, orders.order(shop.id, second.id).phone) == ("", YACINE)
    forget = work.handlers(app.extensions["hirfa_settings"], app.extensions["hirfa_signer"])["customers.erase"]
    forget({})
    assert orders.order(shop.id, second.id).phone == YACINE
    with clock.standing_at(clock.now() + timedelta(days=28)):
        forget({})
        forget({})
    assert orders.order(shop.id, second.id).phone == ""
    session.expire_all()
    asked = session.scalars(select(Erasure)).one()
    assert (asked.phone, asked.done_at is not None) == ("", True)


def test_everything_that_is_kept_is_handed_out(app: Flask) -> None:
    shop = workshop(stock=5)
    order = ordered(shop)
    with transaction():
        service.note(shop.id, YACINE, "Sonne deux fois", by=AMINA)
    told = queries.everything(shop.id, queries.customer(shop.id, order.code))
    assert told["phone"] == "0550123456"
    assert told["orders"][0]["lines"] == [{"article": "Savon d'olive", "pieces": 1, "price": "600.00"}]
    assert told["notes"][0]["text"] == "Sonne deux fois"
